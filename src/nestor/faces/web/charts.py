"""Small drawings made on the server: figures that are easier seen than read. Each has its table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nestor.inbox.models import BlindSpot

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in units of the drawing."""

    x: float
    y: float
    width: float
    height: float
    title: str = ""
    kind: str = ""


def bars(counts: Sequence[int], titles: Sequence[str], *, width: int = 480, height: int = 56) -> list[Bar]:
    """Return one bar per count, scaled to the highest; nothing counted leaves a line of the least height."""
    most = max(counts, default=0) or 1
    each = width / max(1, len(counts))
    found = []
    for place, (count, title) in enumerate(zip(counts, titles, strict=True)):
        tall = max(1.0, round(height * count / most, 1))
        found.append(
            Bar(round(place * each + 1, 1), round(height - tall, 1), round(max(1.0, each - 2), 1), tall, title)
        )
    return found


def blind_bars(spots: Sequence[BlindSpot], now: datetime, *, width: int = 560, height: int = 14) -> list[Bar]:
    """Return the blind intervals of the last seven days on a line of time; the least is wide enough to be seen."""
    start, found = now - WEEK, []
    for spot in spots:
        begin, end = max(spot.from_at, start), min(spot.until_at or now, now)
        if end <= start or spot.reason == "asked":
            continue
        x = width * ((begin - start) / WEEK)
        wide = max(3.0, width * ((end - begin) / WEEK))
        kind = "filled" if spot.closed_at else ("filling" if spot.until_at else "open")
        found.append(Bar(round(min(x, width - 3.0), 1), 0, round(wide, 1), height, "", kind))
    return found


def day_lines(now: datetime, zone_now: datetime, *, width: int = 560) -> list[tuple[float, datetime]]:
    """Return where each local midnight of the last seven days falls on that line."""
    start = now - WEEK
    midnight = zone_now.replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [midnight - timedelta(days=back) for back in range(7)]
    return [(round(width * ((one - start) / WEEK), 1), one) for one in reversed(lines) if one > start]
