"""What the inbox does in the background: read channels, open webhooks, fill blind spots, drop old payloads."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nestor.brands.events import ChannelConnected
from nestor.brands.models import Channel
from nestor.inbox import actions, reads
from nestor.inbox.rules import ARCHIVE
from nestor.work.events import Happening
from nestor.work.registry import Job, Subscriber


def read_channel(row_id: int, now: datetime) -> None:
    """Read one due channel."""
    actions.read_channel(row_id, now)


def open_call(row_id: int, now: datetime) -> None:
    """Open one kept webhook call."""
    actions.open_webhook_call(row_id, now)


def fill_blind_spot(row_id: int, now: datetime) -> None:
    """Read one page of one blind spot again."""
    actions.fill_blind_spot(row_id, now)


def drop_payload(row_id: int, now: datetime) -> None:
    """Drop raw forms that were kept long enough."""
    actions.drop_payloads(now)


def due_drop(now: datetime, most: int) -> Iterable[int]:
    """Return one row id when any payload is over its time."""
    return reads.overdue_payloads(now, 1)


def open_cursors(happenings: Sequence[Happening], now: datetime) -> None:
    """Begin to read channels that were connected; an archive is a file that was read already."""
    for one in happenings:
        if isinstance(one, ChannelConnected):
            rows = Channel.objects.of(one.brand_id).filter(pk=one.channel_id, is_connected=True)
            for channel in rows.exclude(network=ARCHIVE):
                actions.open_cursor(channel, now)


SUBSCRIBERS = (Subscriber("inbox.open_cursors", event="ChannelConnected", serve=open_cursors),)
JOBS = (
    Job("inbox.read_channel", due=reads.due_cursors, look=read_channel, every=timedelta(milliseconds=500)),
    Job("inbox.open_call", due=reads.due_calls, look=open_call, every=timedelta(milliseconds=200)),
    Job("inbox.fill_blind_spot", due=reads.due_blind_spots, look=fill_blind_spot, every=timedelta(seconds=1)),
    Job("inbox.drop_payloads", due=due_drop, look=drop_payload, every=timedelta(minutes=10)),
)
