"""How long things are kept: what may be chosen, what is shorter than what, and what is old by now. Pure."""

import calendar
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MONTHS = (6, 12, 18, 24, 36, 60)  # no sooner: an internal complaint may come for six months (DSA art. 20)
RAW_DAYS = (1, 3, 7, 14, 30, 60, 90, 180, 365)
CALL_DAYS = (1, 3, 7, 14, 30)
MOST_CALL_DAYS = CALL_DAYS[-1]


@dataclass(frozen=True, slots=True)
class Spans:
    """How long one brand keeps what it may choose."""

    message_months: int | None = None  # after a conversation went quiet; None: for good
    raw_days: int | None = None  # None: as long as the installation allows
    call_days: int = MOST_CALL_DAYS


DEFAULT = Spans()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is older than this goes; None: nothing does."""

    messages: datetime | None
    raw: datetime | None
    calls: datetime | None


def raw_choices(limit: int) -> Sequence[int]:
    """Return how many days raw forms may be kept where the installation keeps them for `limit` days: fewer."""
    return [days for days in RAW_DAYS if days < limit]


def raw_days(spans: Spans, limit: int) -> int:
    """Return how many days raw forms are kept: what the brand chose, never more than the installation allows."""
    return limit if spans.raw_days is None else min(spans.raw_days, limit)


def is_fit(spans: Spans) -> bool:
    """Return whether these can be chosen at all."""
    months_fit = spans.message_months is None or spans.message_months in MONTHS
    days_fit = spans.raw_days is None or spans.raw_days in RAW_DAYS
    return months_fit and days_fit and spans.call_days in CALL_DAYS


def is_same(before: Spans, after: Spans, limit: int) -> bool:
    """Return whether everything is kept exactly as long as before."""
    rest = (before.message_months, before.call_days) == (after.message_months, after.call_days)
    return rest and raw_days(before, limit) == raw_days(after, limit)


def is_shorter(before: Spans, after: Spans, limit: int) -> bool:
    """Return whether anything is kept for less long than before: then something may go that would have stayed."""
    was, becomes = before.message_months, after.message_months
    months_shrink = becomes is not None and (was is None or becomes < was)
    days_shrink = raw_days(after, limit) < raw_days(before, limit)
    return months_shrink or days_shrink or after.call_days < before.call_days


def spans_mark(spans: Spans, version: int) -> str:
    """Return what tells a choice made on that version from any other: who confirms says with it what they confirm."""
    return hashlib.sha256(repr((spans, version)).encode()).hexdigest()[:16]


def months_before(now: datetime, months: int) -> datetime:
    """Return the same day and time so many calendar months ago; the month's last day where there is no such day."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)


def limits_of(spans: Spans, now: datetime) -> Limits:
    """Return from when on things are old by the brand's own choice; the installation's limits hold besides."""
    return Limits(
        months_before(now, spans.message_months) if spans.message_months is not None else None,
        now - timedelta(days=spans.raw_days) if spans.raw_days is not None else None,
        now - timedelta(days=spans.call_days) if spans.call_days < MOST_CALL_DAYS else None,
    )
