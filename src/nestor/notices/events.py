"""What this room announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class NoticeMade(Happening):
    """Somebody of the team has something to know."""

    notice_id: int


@dataclass(frozen=True, slots=True)
class NoticeMoved(Happening):
    """It was seen, or no longer matters, or left by one of its ways, or could not."""

    notice_id: int


@dataclass(frozen=True, slots=True)
class RotaChanged(Happening):
    """Who is on call, or how the team may be reached, was changed."""
