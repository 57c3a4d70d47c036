"""What the publisher does in the background: attend to due deliveries, send what was cleared."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nestor.brands.events import ChannelDisconnected
from nestor.guard.events import ClearanceMoved
from nestor.publisher import actions, reads
from nestor.publisher.actions import moderation, settling
from nestor.publisher.actions.sending import attend
from nestor.work.events import Happening
from nestor.work.jobs import wall_clock
from nestor.work.registry import Job, Subscriber


def attend_to_delivery(row_id: int, now: datetime) -> None:
    """Attend to one due delivery; the clock is read again at each step, since calling a network takes time."""
    attend(row_id, wall_clock)


def send_cleared(happenings: Sequence[Happening], now: datetime) -> None:
    """Send what a second person consented to."""
    for one in happenings:
        if isinstance(one, ClearanceMoved):
            actions.send_cleared(one.clearance_id, one.brand_id, now)


def stop_unsendable(happenings: Sequence[Happening], now: datetime) -> None:
    """Stop what waits to leave by a channel that was disconnected."""
    for one in happenings:
        if isinstance(one, ChannelDisconnected):
            settling.stop_unsendable(one.channel_id, one.brand_id, now)


def do_deed(row_id: int, now: datetime) -> None:
    """Do one deed to somebody's message."""
    moderation.do_deed(row_id, now)


JOBS = (
    Job("publisher.attend", due=reads.due_deliveries, look=attend_to_delivery, every=timedelta(milliseconds=300)),
    Job("publisher.do_deed", due=reads.due_moderations, look=do_deed, every=timedelta(milliseconds=500)),
)
SUBSCRIBERS = (
    Subscriber("publisher.send_cleared", event="ClearanceMoved", serve=send_cleared),
    Subscriber("publisher.stop_unsendable", event="ChannelDisconnected", serve=stop_unsendable),
)
