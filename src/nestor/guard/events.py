"""What the guard announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class ClearanceMoved(Happening):
    """Consent was asked for, given, refused or used."""

    clearance_id: int
    conversation_id: int
