"""Until when something is put off: a few usual moments, or one that is typed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MORNING = 8  # o'clock, in the zone of whoever puts it off
EVENING = 18
LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Moment:
    """One usual moment: its code, what it is called, when that is."""

    code: str
    name: "str | Promise"
    at: datetime
    key: str


def usual_moments(now: datetime) -> list[Moment]:
    """Return the moments on offer, soonest first, by the clock of whoever looks."""
    local = timezone.localtime(now)
    tomorrow = _at(local + timedelta(days=1), MORNING)
    evening = _at(local, EVENING)
    monday = _at(local + timedelta(days=7 - local.weekday()), MORNING)
    week = _at(local + timedelta(days=7), MORNING)
    found = [Moment("3h", _("In three hours"), now + timedelta(hours=3), "1")]
    if evening - local > timedelta(hours=1):
        found.append(Moment("evening", _("This evening"), evening, "2"))
    found += [
        Moment("tomorrow", _("Tomorrow morning"), tomorrow, "3"),
        Moment("monday", _("Monday morning"), monday, "4"),
        Moment("week", _("In a week"), week, "5"),
    ]
    return found


def _at(local: datetime, hour: int) -> datetime:
    """Return that hour of a local day, whatever the clocks do between."""
    naive = local.replace(hour=hour, minute=0, second=0, microsecond=0, tzinfo=None)
    return timezone.make_aware(naive, timezone.get_current_timezone())


def until_of(given: str, now: datetime) -> datetime | None:
    """Return the moment a code or a typed local time stands for; None for what is past, absurd or no time at all."""
    for one in usual_moments(now):
        if one.code == given:
            return one.at.astimezone(UTC)
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return None
    aware = found if found.tzinfo is not None else timezone.make_aware(found, timezone.get_current_timezone())
    return aware.astimezone(UTC) if now < aware < now + LONGEST else None
