"""Times as files write them: ISO 8601, mail headers, Unix seconds, day and month with slashes. Pure."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from nestor.inbox.formats.contract import Manner, Wrong

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # clocks and zones differ; later than that is a mistake
_UNIX = re.compile(r"\d{9,10}(\.\d{1,9})?|\d{12,13}")
_SLASHED = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})"
    r"(?:[ T,àat]{1,4}(\d{1,2})[:hH](\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_LAST = re.compile(r"([A-Za-z]{3}),? ([A-Za-z]{3}) (\d{1,2}) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})")
_ISO_ZONE_APART = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(UTC|GMT|Z|[+-]\d\d:?\d\d)")


def moment(value: object, manner: Manner) -> datetime:
    """Return the moment in UTC; raise `Wrong` for what is no time, or a time before 1970 or in the future."""
    try:
        found = _read(value, manner)
        at = (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(manner.zone))).astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError) as error:
        raise Wrong("date_unreadable") from error
    if at < EARLIEST:
        raise Wrong("date_too_early")
    if at > manner.now + AHEAD:
        raise Wrong("date_in_future")
    return at


def _read(value: object, manner: Manner) -> datetime:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_unix(float(value))
    text = value.strip() if isinstance(value, str) else ""
    if not 6 <= len(text) <= 60:
        raise ValueError
    if _UNIX.fullmatch(text):
        return _from_unix(float(text))
    if slashed := _SLASHED.fullmatch(text):
        return _from_slashed(slashed, day_first=manner.day_first)
    if apart := _ISO_ZONE_APART.fullmatch(text):
        zone = "+00:00" if apart[2] in ("UTC", "GMT", "Z") else apart[2]
        return datetime.fromisoformat(apart[1] + zone)
    if last := _YEAR_LAST.fullmatch(text):
        return parsedate_to_datetime(f"{last[1]}, {last[3]} {last[2]} {last[6]} {last[4]} {last[5]}")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _from_header(text)


def _from_unix(number: float) -> datetime:
    # Not `fromtimestamp`: what the machine cannot hold it meets with an `OSError`.
    return _EPOCH + timedelta(seconds=number / 1000 if number > 1e11 else number)


def _from_header(text: str) -> datetime:
    """Return the moment of a mail header; one that says it knows no zone (-0000) is in UTC."""
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _from_slashed(match: re.Match[str], *, day_first: bool) -> datetime:
    one, two, year, hour, minute, second, half = match.groups()
    day, month = (int(one), int(two)) if day_first else (int(two), int(one))
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return datetime(int(year) + (2000 if len(year) == 2 else 0), month, day, hours, int(minute or 0), int(second or 0))  # noqa: DTZ001  the caller knows the zone
