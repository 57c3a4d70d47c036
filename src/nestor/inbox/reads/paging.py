"""A conversation read page by page, for machines: the same messages a person may see, oldest first."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from nestor.inbox.models import Attachment, Conversation, Message
from nestor.inbox.reads import may_see
from nestor.people.reads import Seat
from nestor.people.rules import Permission

Place = tuple[datetime, int]


def thread_page(seat: Seat, conversation: Conversation, after: Place | None, most: int) -> list[Message]:
    """Return messages of a conversation this person may see, with author and reading; `after` is the last one seen."""
    rows = Message.objects.of(seat.brand).filter(may_see(seat), conversation=conversation)
    if not seat.may(Permission.SEE_SEALED):
        sealed = Message.objects.of(seat.brand).filter(conversation=OuterRef("conversation"), is_sealed=True)
        rows = rows.filter(~Exists(sealed))
    if after is not None:
        at, row_id = after
        rows = rows.filter(published_at__gte=at).filter(Q(published_at__gt=at) | Q(id__gt=row_id))
    return list(rows.select_related("identity", "reading").order_by("published_at", "id")[:most])


def attachments_of(seat: Seat, messages: Iterable[Message]) -> dict[int, list[Attachment]]:
    """Return the files messages name, by message."""
    found: dict[int, list[Attachment]] = {}
    ids = [message.pk for message in messages]
    for row in Attachment.objects.of(seat.brand).filter(message_id__in=ids).order_by("id"):
        found.setdefault(row.message_id, []).append(row)
    return found


def places_of(seat: Seat, public_ids: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """Return the channel and the member of conversations, all by public id."""
    rows = Conversation.objects.of(seat.brand).filter(public_id__in=list(public_ids))
    found = rows.values_list("public_id", "channel__public_id", "member__public_id")
    return {name: (channel, member) for name, channel, member in found}
