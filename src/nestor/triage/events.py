"""What triage announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class MessageRead(Happening):
    """A message was read and may be seen; routing takes it from here."""

    message_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class ReadingCorrected(Happening):
    """A person said what a message really is."""

    message_id: int
    conversation_id: int
