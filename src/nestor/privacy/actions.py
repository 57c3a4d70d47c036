"""Writes of this room: a head chooses how long things are kept, and what is older goes, some at a time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from nestor.hooks.actions import forget_calls_of
from nestor.inbox.actions.dropping import drop_conversation, drop_raw, drop_said, hold_quiet
from nestor.media.actions import let_go
from nestor.people.actions.members import drop_members
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.privacy import reads
from nestor.privacy.models import Retention
from nestor.privacy.rules import DEFAULT, Limits, Spans, is_fit, limits_of
from nestor.publisher.reads.enclosed import files_hanging_on
from nestor.routing.actions.dropping import drop_standing, stir_standing
from nestor.routing.actions.standing import Contended, until_settled
from nestor.routing.models import Route
from nestor.work.actions import note, release_lease, take_lease
from nestor.work.rules import Lease

MOST_CONVERSATIONS = 50  # looked at in one transaction
MOST_MESSAGES = 500  # deleted in one transaction; a longer thread goes in several, oldest first
MOST_ROWS = 1000  # raw forms, calls and lines of a log deleted in one transaction
LOOK_AGAIN_AFTER = timedelta(hours=1)


def set_retention(seat: Seat, spans: Spans, seen: int, now: datetime) -> bool:
    """Choose how long the brand keeps things, in place of what was chosen at version `seen`; what is older goes soon.

    False without the right, or where somebody chose meanwhile. Raise `ValueError` for what cannot be chosen.
    """
    if not seat.may(Permission.HEAD):
        return False
    if not is_fit(spans):
        raise ValueError("no such span")
    brand_id = seat.brand.pk
    chosen = {"message_months": spans.message_months, "raw_days": spans.raw_days, "call_days": spans.call_days}
    freed = {"lease_token": "", "leased_until": None, "conversations": 0, "messages": 0}  # a run by the old choice ends
    with transaction.atomic():
        Retention.objects.bulk_create([Retention(brand_id=brand_id)], ignore_conflicts=True)
        rows = Retention.objects.of(brand_id).filter(version=seen)
        due_at = None if spans == DEFAULT else now
        before = Retention.objects.of(brand_id).get()
        if rows.update(version=F("version") + 1, due_at=due_at, **chosen, **freed) != 1:
            return False
        _note_dropped(before, before.conversations, before.messages, now)
        note("set_retention", seat.brand, now, brand_id=brand_id, actor_id=seat.user.pk, facts=chosen)
        return True


def drop_old(retention_id: int, now: datetime) -> bool:
    """Drop some of what a brand has kept long enough; False when somebody else is at it or the choice changed."""
    rows = Retention.objects.across_brands("a worker looks at one due row by its id")
    lease = take_lease(rows.filter(due_at__lte=now), retention_id, now, timedelta(seconds=settings.NESTOR_LEASE_FOR))
    if lease is None:
        return False
    row: Retention = rows.get(pk=retention_id)
    return until_settled(lambda: _step(row, lease, now))


def _step(row: Retention, lease: Lease, now: datetime) -> bool:
    """Drop some and give the row back, in one transaction: due again at once, or later when nothing more is old."""
    limits, brand_id = limits_of(reads.spans_of(row), now), row.brand_id
    count = _drop_rows(brand_id, limits)
    conversations, messages = (0, 0) if limits.messages is None else _drop_some(brand_id, limits.messages, now)
    mine = Retention.objects.of(brand_id).filter(version=row.version)
    if count or messages or conversations:
        sums = {"conversations": F("conversations") + conversations, "messages": F("messages") + messages}
        is_mine = release_lease(mine, lease, due_at=now, **sums)
    else:
        ends = {"conversations": 0, "messages": 0, "looked_at": now, "due_at": now + LOOK_AGAIN_AFTER}
        is_mine = release_lease(mine, lease, **ends)
        _note_dropped(row, row.conversations, row.messages, now)
    if not is_mine:
        transaction.set_rollback(True)
    return is_mine


def _note_dropped(row: Retention, conversations: int, messages: int, now: datetime) -> None:
    """Write one line for all that a run dropped, however many steps it took."""
    if conversations or messages:
        facts = {"conversations": conversations, "messages": messages}
        note("drop_old", row.brand, now, brand_id=row.brand_id, actor_id=None, facts=facts)


def _drop_rows(brand_id: int, limits: Limits) -> int:
    raw = drop_raw(brand_id, limits.raw, MOST_ROWS) if limits.raw is not None else 0
    calls = forget_calls_of(brand_id, limits.calls, MOST_ROWS) if limits.calls is not None else 0
    return raw + calls


def _drop_some(brand_id: int, before: datetime, now: datetime) -> tuple[int, int]:
    """Drop some conversations, and whom nothing is left of; return how many went, and how many messages."""
    conversations = messages = 0
    people: set[int] = set()
    for row in reads.old_standings(brand_id, before, now)[:MOST_CONVERSATIONS]:
        if messages >= MOST_MESSAGES:
            break
        if not hold_quiet(brand_id, row.conversation_id, before):
            continue
        if not reads.old_standings(brand_id, before, now).filter(pk=row.pk).exists():
            continue  # something happened in it just now
        count, is_all = drop_said(brand_id, row.conversation_id, MOST_MESSAGES - messages, people)
        messages += count
        conversations += is_all
        _drop_or_stir(row, people, is_whole=is_all)
    silent = reads.silent_among(brand_id, people)
    drop_members(brand_id, silent, before)
    return conversations, messages


def _drop_or_stir(row: Route, people: set[int], *, is_whole: bool) -> None:
    """Take a conversation whose messages are gone off the desk; one that still has some stays. Raise `Contended`."""
    if not (drop_standing(row) if is_whole else stir_standing(row)):
        raise Contended
    if is_whole:
        files = files_hanging_on(row.brand_id, row.conversation_id)
        drop_conversation(row.brand_id, row.conversation_id, people)
        let_go(row.brand_id, files)
