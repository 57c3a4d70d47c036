"""The named time zones of this machine."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> frozenset[str]:
    """Return every named zone; finding them walks folders for 20 ms, so it is done once."""
    return frozenset(available_timezones())


def known_zones() -> list[str]:
    """Return the named zones of places, sorted; technical ones are left out."""
    places = (zone for zone in zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/")))
    return ["UTC", *sorted(places)]
