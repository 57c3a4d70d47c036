"""What this room announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class NoticeMade(Happening):
    """Somebody of the team has something to know."""

    notice_id: int
