"""What an event is: a frozen dataclass of ids with a schema version. Rooms declare theirs in their own `events.py`."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar

EVENTS: dict[str, type["Happening"]] = {}


@dataclass(frozen=True, slots=True)
class Happening:
    """Base of every event: the brand it happened in, and further ids. Never text: every field is an int."""

    VERSION: ClassVar[int] = 1
    brand_id: int

    def __init_subclass__(cls, **options: Any) -> None:
        EVENTS[cls.__name__] = cls

    def ids(self) -> dict[str, int]:
        """Return every field but the brand; raise `TypeError` for anything that is not an id."""
        found = {name: getattr(self, name) for name in _names(type(self).__name__)}
        for name, value in found.items():
            if type(value) is not int:
                raise TypeError(f"{type(self).__name__}.{name} must be an id")
        return found


@cache
def _names(kind: str) -> tuple[str, ...]:
    """Return the names of an event's ids; asked of every event there is, hence once for each kind."""
    return tuple(one.name for one in fields(EVENTS[kind]) if one.name != "brand_id")


def rebuild(name: str, brand_id: int, ids: dict[str, int]) -> Happening:
    """Return the event as it was announced; raise `KeyError` for one nobody declares any more."""
    return EVENTS[name](brand_id=brand_id, **ids)


@dataclass(frozen=True, slots=True)
class DeskKnocked(Happening):
    """`doctor` knocks: whoever does the background work answers, by the same way every message takes."""

    knock_id: int
