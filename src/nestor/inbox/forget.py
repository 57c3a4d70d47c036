"""What this room holds of a member, how it exports and forgets it."""

from typing import Any

from django.db.models import Q

from nestor.inbox.models import Attachment, Conversation, Message, MessageVersion, Payload
from nestor.people.models import Identity, Member

PERSONAL = {
    "inbox.Conversation": ("thread_id", "subject", "member"),
    "inbox.Message": ("network_id", "identity", "text", "html", "subject", "in_reply_to", "url", "search_text"),
    "inbox.MessageVersion": ("text", "html"),
    "inbox.Attachment": ("url", "alt"),
    "inbox.Payload": ("body",),
    "inbox.WebhookCall": ("headers", "body"),  # emptied as soon as it is opened
}
IMPERSONAL = {"inbox.Post": ("network_id", "title", "text", "url")}  # publications, not persons


def _messages(member: Member) -> Any:
    identities = Identity.objects.of(member.brand_id).filter(member=member).values("pk")
    return Message.objects.of(member.brand_id).filter(identity_id__in=identities)


def export_member(member: Member) -> dict[str, Any]:
    """Return everything this room holds of the member, as plain values."""
    rows = list(_messages(member).order_by("published_at", "id"))
    versions = MessageVersion.objects.of(member.brand_id).filter(message__in=rows)
    return {
        "messages": [
            {
                "at": row.published_at.isoformat(),
                "kind": row.kind,
                "text": row.text,
                "subject": row.subject,
                "url": row.url,
            }
            for row in rows
        ],
        "earlier_versions": [row.text for row in versions],
        "files": list(Attachment.objects.of(member.brand_id).filter(message__in=rows).values("url", "alt")),
    }


def forget_member(member: Member) -> int:
    """Delete what the member said, raw forms and search words included, and conversations left empty of it."""
    ids = list(_messages(member).values_list("pk", flat=True))
    Payload.objects.of(member.brand_id).filter(message_id__in=ids).delete()
    Message.objects.of(member.brand_id).filter(pk__in=ids).delete()
    rest = Message.objects.of(member.brand_id).filter(identity__isnull=False).values("conversation_id")
    own = Conversation.objects.of(member.brand_id).filter(Q(member=member))
    own.exclude(pk__in=rest).delete()
    own.update(member=None)
    return len(ids)
