"""What this room holds of a member, how it exports and forgets it."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from nestor.inbox.models import Attachment, Conversation, GoneMessage, Message, MessageVersion, Post
from nestor.inbox.rules import digest_of
from nestor.people.models import Member
from nestor.people.reads.members import accounts_of, same_person

PERSONAL = {
    "inbox.Conversation": ("thread_id", "subject", "member"),
    "inbox.Message": ("network_id", "identity", "text", "html", "subject", "in_reply_to", "url", "search_text"),
    "inbox.MessageVersion": ("text", "html"),
    "inbox.Attachment": ("url", "alt"),
    "inbox.Payload": ("body",),
    "inbox.Post": ("network_id", "title", "text", "url"),  # somebody's, where it is not ours
    "inbox.WebhookCall": ("headers", "body"),  # emptied as soon as it is opened
}
IMPERSONAL = {"inbox.ImportRun": ("name",)}  # what the team called its file


def _messages(member: Member) -> Any:
    return Message.objects.of(member.brand_id).filter(identity_id__in=_accounts(member))


def _accounts(member: Member) -> Any:
    return accounts_of(same_person(member), member.brand_id).values("pk")


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


def conversations_with(member: Member) -> Any:
    """Return the conversations the member opened or spoke in, by their ids."""
    said = _messages(member).filter(conversation=OuterRef("pk"))
    rows = Conversation.objects.of(member.brand_id).filter(Q(member__in=same_person(member)) | Exists(said))
    return rows.values("pk")


def conversations_of_nobody_else(member: Member) -> Any:
    """Return the ids of those in which nobody else from outside ever spoke: they go with the member."""
    others = Message.objects.of(member.brand_id).filter(conversation=OuterRef("pk"), identity__isnull=False)
    return conversations_with(member).filter(~Exists(others.exclude(identity_id__in=_accounts(member))))


def forget_member(member: Member) -> int:
    """Delete what the member said and what we answered to it, raw forms and search words included.

    What is deleted leaves a number that says nothing of it, so that reading its network again does not bring it back.
    Call it after the rooms that hang on it: they ask who said what.
    """
    brand_id = member.brand_id
    empty = list(conversations_of_nobody_else(member).values_list("pk", flat=True))
    said = list(_messages(member).values_list("pk", "channel_id", "network_id"))
    answers = Q(pk__in=[])
    for channel_id in {row[1] for row in said}:
        ids = [row[2] for row in said if row[1] == channel_id]
        answers |= Q(channel_id=channel_id, is_ours=True, in_reply_to__in=ids)
    going = Message.objects.of(brand_id).filter(
        answers | Q(pk__in=[row[0] for row in said]) | Q(conversation_id__in=empty)
    )
    with transaction.atomic():
        gone = [
            GoneMessage(brand_id=brand_id, channel_id=channel_id, number=digest_of(network_id))
            for channel_id, network_id in going.values_list("channel_id", "network_id")
        ]
        GoneMessage.objects.bulk_create(gone, ignore_conflicts=True)
        going.delete()
        Conversation.objects.of(brand_id).filter(pk__in=empty).delete()
        Conversation.objects.of(brand_id).filter(member__in=same_person(member)).update(member=None, subject="")
        hung_on = Conversation.objects.of(brand_id).filter(post__isnull=False).values("post_id")
        Post.objects.of(brand_id).filter(is_ours=False).exclude(pk__in=hung_on).delete()
    return len(said)
