"""What this room does in the background: plan how notices leave, send them, tell the next, the daily digest."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nestor.brands.events import ChannelTroubled
from nestor.notices import reads
from nestor.notices.actions import calls, digests, forget_old_notices, sending, troubles
from nestor.notices.events import NoticeMade
from nestor.notices.forget import forget_who_left
from nestor.people.events import TeamChanged
from nestor.work.events import Happening
from nestor.work.jobs import wall_clock
from nestor.work.registry import Job, Subscriber


def plan(happenings: Sequence[Happening], now: datetime) -> None:
    """Decide by which ways notices leave, brand by brand."""
    by_brand: dict[int, list[int]] = {}
    for one in happenings:
        if isinstance(one, NoticeMade):
            by_brand.setdefault(one.brand_id, []).append(one.notice_id)
    for brand_id, notice_ids in by_brand.items():
        sending.plan(brand_id, notice_ids, now)


def send(row_id: int, now: datetime) -> None:
    """Send one notice by one way; the clock is read again at each step, since calling out takes time."""
    sending.attend(row_id, wall_clock)


def escalate(row_id: int, now: datetime) -> None:
    """Tell the next of a call nobody has taken."""
    calls.escalate(row_id, now)


def begin_digest(row_id: int, now: datetime) -> None:
    """Begin one person's digest of today."""
    digests.begin_digest(row_id, now)


def tell_of_trouble(row_id: int, now: datetime) -> None:
    """Call whoever is on call for a channel that has been in trouble for long enough."""
    troubles.tell_of_trouble(row_id, now)


def follow_channels(happenings: Sequence[Happening], now: datetime) -> None:
    """End the calls for channels that are well again."""
    for one in happenings:
        if isinstance(one, ChannelTroubled):
            troubles.end_trouble(one.brand_id, one.channel_id, now)


def follow_team(happenings: Sequence[Happening], now: datetime) -> None:
    """Forget what whoever left a team chose there, and take them off its rota."""
    for one in happenings:
        if isinstance(one, TeamChanged):
            forget_who_left(one.brand_id, one.user_id)


def forget_old(row_id: int, now: datetime) -> None:
    """Forget notices nobody needs any more."""
    forget_old_notices(now - reads.KEPT_FOR)


JOBS = (
    Job("notices.send", due=reads.due_sendings, look=send, every=timedelta(milliseconds=500)),
    Job("notices.escalate", due=reads.due_calls, look=escalate, every=timedelta(seconds=1)),
    Job("notices.begin_digest", due=reads.due_digests, look=begin_digest, every=timedelta(seconds=20)),
    Job("notices.tell_of_trouble", due=reads.due_troubles, look=tell_of_trouble, every=timedelta(seconds=5)),
    Job("notices.forget_old", due=reads.old_notices, look=forget_old, every=timedelta(minutes=10)),
)
SUBSCRIBERS = (
    Subscriber("notices.plan", event="NoticeMade", serve=plan),
    Subscriber("notices.follow_team", event="TeamChanged", serve=follow_team),
    Subscriber("notices.follow_channels", event="ChannelTroubled", serve=follow_channels),
)
