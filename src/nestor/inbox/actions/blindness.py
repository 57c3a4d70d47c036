"""Blind spots: every interval in which a channel could not be read is recorded, and closed by back-fill."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from nestor.brands import reads as brands
from nestor.brands.models import Channel
from nestor.inbox import rules
from nestor.inbox.actions.intake import let_vanish, take_in_arrivals
from nestor.inbox.events import ChannelRead
from nestor.inbox.models import BlindSpot, Cursor
from nestor.networks.contract import Reason, TryLater
from nestor.work.actions import announce, announce_all, note, release_lease, take_lease

ASLEEP = "asleep"  # the desk itself was not running
ASKED = "asked"  # somebody wants an interval read again
MARGIN = timedelta(minutes=2)  # clocks of networks differ from ours; what is known already adds nothing


class LeaseLost(Exception):
    """Another worker has the row by now; what was fetched is thrown away, it will be fetched again."""


def begin_blindness(channel: Channel, since: datetime, reason: Reason, now: datetime) -> bool:
    """Open a blind spot unless one is open; it begins when the channel was last read."""
    _, is_new = BlindSpot.objects.of(channel.brand_id).get_or_create(
        channel=channel,
        until_at__isnull=True,
        defaults={"brand_id": channel.brand_id, "reason": reason.value, "from_at": since},
    )
    if is_new:
        announce(ChannelRead(brand_id=channel.brand_id, channel_id=channel.pk), now)
    return is_new


def end_blindness(channel: Channel, now: datetime) -> bool:
    """Say that the channel can be read again; the back-fill of what was missed is due at once."""
    rows = BlindSpot.objects.of(channel.brand_id).filter(channel=channel, until_at__isnull=True)
    if rows.update(until_at=now, due_at=now) != 1:
        return False
    announce(ChannelRead(brand_id=channel.brand_id, channel_id=channel.pk), now)
    return True


def note_sleep(cursor: Cursor, now: datetime, poll_every: timedelta) -> bool:
    """Record the interval in which the desk itself was not running."""
    if not rules.was_asleep(cursor.read_at, now, poll_every):
        return False
    rows = BlindSpot.objects.of(cursor.brand_id).filter(channel_id=cursor.channel_id)
    if rows.filter(until_at__isnull=True).exists():
        return False
    with transaction.atomic():
        again = rows.filter(reason=ASLEEP, from_at=cursor.read_at)  # it was noted, and the network did not answer then
        if not again.update(until_at=now, due_at=now, position="", closed_at=None):
            BlindSpot.objects.create(
                brand_id=cursor.brand_id,
                channel_id=cursor.channel_id,
                reason=ASLEEP,
                from_at=cursor.read_at or now,
                until_at=now,
                due_at=now,
            )
        announce(ChannelRead(brand_id=cursor.brand_id, channel_id=cursor.channel_id), now)
    return True


def ask_backfill(channel: Channel, start: datetime, end: datetime, now: datetime, *, actor_id: int | None) -> BlindSpot:
    """Have an interval read again; raise `ValueError` when it is empty or lies in the future."""
    if not start < end <= now:
        raise ValueError("interval")
    with transaction.atomic():
        spot: BlindSpot = BlindSpot.objects.create(
            brand_id=channel.brand_id, channel=channel, reason=ASKED, from_at=start, until_at=end, due_at=now
        )
        note("ask_backfill", channel, now, brand_id=channel.brand_id, actor_id=actor_id)
        announce(ChannelRead(brand_id=channel.brand_id, channel_id=channel.pk), now)
        return spot


def fill_again(spot: BlindSpot, now: datetime, *, actor_id: int | None) -> bool:
    """Have the back-fill of a blind spot begin, or begin again; False while the channel is still blind."""
    with transaction.atomic():
        rows = BlindSpot.objects.of(spot.brand_id).filter(pk=spot.pk, until_at__isnull=False)
        begun = {"lease_token": "", "leased_until": None}  # a worker in the midst of it must not go on from there
        if rows.update(due_at=now, position="", closed_at=None, **begun) != 1:
            return False
        note("ask_backfill", spot.channel, now, brand_id=spot.brand_id, actor_id=actor_id)
        return True


def fill_blind_spot(spot_id: int, now: datetime) -> int | None:
    """Read one page of a blind spot again; return how many messages only this brought.

    None when somebody else is at it.
    """
    rows = BlindSpot.objects.across_brands("a worker looks at one due row by its id")
    lease_for = timedelta(seconds=settings.NESTOR_LEASE_FOR)
    lease = take_lease(rows.filter(due_at__lte=now, closed_at__isnull=True), spot_id, now, lease_for)
    if lease is None:
        return None
    spot = rows.select_related("channel").get(pk=spot_id)
    mine = BlindSpot.objects.of(spot.brand_id)
    try:
        connector = brands.connector_of(spot.channel)
        try:
            batch = connector.fetch_back(spot.from_at - MARGIN, spot.until_at + MARGIN, spot.position)
        finally:
            connector.close()
    except brands.TROUBLES as trouble:
        wait = trouble.after if isinstance(trouble, TryLater) else timedelta(minutes=1)
        release_lease(mine, lease, due_at=now + wait)
        return None
    with transaction.atomic():
        done = take_in_arrivals(spot.channel, batch.arrivals, now)
        let_vanish(spot.channel, batch.vanished, done)
        announce_all([*done.happenings, ChannelRead(brand_id=spot.brand_id, channel_id=spot.channel_id)], now)
        end = {"due_at": now} if batch.more else {"due_at": None, "closed_at": now}
        if not release_lease(mine, lease, position=batch.cursor, found=F("found") + done.added, **end):
            raise LeaseLost
    return done.added
