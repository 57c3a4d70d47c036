"""Messages that somebody moves from one conversation to another, and back. Each joins the caller's transaction."""

from datetime import datetime

from django.db.models import F, Max, Min, Q

from nestor.inbox.models import Conversation, Message
from nestor.people.models import Member
from nestor.vocabulary import new_public_id


def join(kept: Conversation, other: Conversation) -> bool:
    """Put everything said in `other` into `kept`; False when one was merged already or they are of two channels.

    What comes later in its thread follows, and every message remembers where it was.
    """
    rows = Conversation.objects.of(kept.brand_id).filter(channel_id=kept.channel_id, merged_into__isnull=True)
    if kept.pk == other.pk:
        return False
    for pk in sorted([kept.pk, other.pk]):  # held in one order: two people at the same two never wait in circles
        if rows.filter(pk=pk).update(last_at=F("last_at")) != 1:
            return False
    rows.filter(pk=other.pk).update(merged_into=kept)
    Conversation.objects.of(kept.brand_id).filter(merged_into=other).update(merged_into=kept)
    said = Message.objects.of(kept.brand_id).filter(conversation=other)
    said.filter(home__isnull=True).update(home=other)
    said.update(conversation=kept)
    Message.objects.of(kept.brand_id).filter(conversation=kept, home=kept).update(home=None)
    span_anew(kept)
    return True


def hold(conversation: Conversation) -> bool:
    """Hold a conversation until the caller's transaction ends: what is decided on it is decided one at a time."""
    return Conversation.objects.of(conversation.brand_id).filter(pk=conversation.pk).update(last_at=F("last_at")) == 1


def place_of(conversation: Conversation, in_reply_to: str) -> int:
    """Return the internal id of the conversation in which an answer given here stands by now.

    That is its own, unless it was merged into another or what it answers was split off. It is held.
    """
    hold(conversation)
    answered = Message.objects.of(conversation.brand_id).filter(
        channel_id=conversation.channel_id, network_id=in_reply_to, home_id=conversation.pk
    )
    beside = answered.values_list("conversation_id", flat=True).first() if in_reply_to else None
    merged = Conversation.objects.of(conversation.brand_id).values_list("merged_into_id", flat=True)
    found: int = beside or merged.get(pk=conversation.pk) or conversation.pk
    return found


def hold_person(conversation: Conversation, member_id: int | None) -> None:
    """Hold a conversation and the person one speaks to in it, so that two answers to them are decided in turn."""
    hold(conversation)
    if member_id is not None:
        Member.objects.of(conversation.brand_id).filter(pk=member_id).update(last_seen_at=F("last_seen_at"))


def part(conversation: Conversation) -> Conversation | None:
    """Take a conversation that was merged out again, with all that was said in its own thread; None if it was not."""
    kept = conversation.merged_into
    rows = Conversation.objects.of(conversation.brand_id).filter(pk=conversation.pk, merged_into=kept)
    if kept is None or rows.update(merged_into=None) != 1:
        return None
    said = Message.objects.of(conversation.brand_id).filter(conversation=kept, home=conversation)
    said.update(conversation=conversation, home=None)
    span_anew(conversation)
    span_anew(kept)
    return kept


def split_off(message: Message) -> Conversation | None:
    """Put a message and what was said after it into a conversation of its own.

    None where nothing would stay, or where somebody moved the message meanwhile.
    """
    old = message.conversation
    hold(old)  # one moves at a time
    later = Q(published_at__gt=message.published_at) | Q(published_at=message.published_at, pk__gte=message.pk)
    said = Message.objects.of(old.brand_id).filter(conversation=old)
    if not said.filter(pk=message.pk).exists() or not said.exclude(later).exists():
        return None
    opener = said.filter(later, is_ours=False).order_by("published_at", "id").select_related("identity").first()
    fresh: Conversation = Conversation.objects.create(
        brand_id=old.brand_id,
        channel_id=old.channel_id,
        thread_id=f"{old.thread_id[:270]}~{new_public_id()}",
        kind=old.kind,
        member_id=opener.identity.member_id if opener is not None and opener.identity is not None else old.member_id,
        post_id=old.post_id,
        subject=old.subject,
        is_public=old.is_public,
        split_from=old,
        started_at=message.published_at,
        last_at=message.published_at,
    )
    moved = list(said.filter(later).values_list("pk", flat=True))
    rows = Message.objects.of(old.brand_id).filter(pk__in=moved)
    rows.filter(home__isnull=True).update(home=F("conversation_id"))
    rows.update(conversation=fresh)
    span_anew(old)
    span_anew(fresh)
    return fresh


def span_anew(conversation: Conversation) -> None:
    """Let a conversation begin and end with what is in it now."""
    said = Message.objects.of(conversation.brand_id).filter(conversation=conversation)
    found: dict[str, datetime | None] = said.aggregate(first=Min("published_at"), last=Max("published_at"))
    if found["first"] is not None:
        rows = Conversation.objects.of(conversation.brand_id).filter(pk=conversation.pk)
        rows.update(started_at=found["first"], last_at=found["last"])
