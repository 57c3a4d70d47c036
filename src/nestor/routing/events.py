"""What routing announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class ConversationRouted(Happening):
    """A conversation came to stand somewhere, or elsewhere: lane, clock, open or resolved, who has it."""

    conversation_id: int


@dataclass(frozen=True, slots=True)
class ClockStepped(Happening):
    """A clock that runs came to a step: a part of its time is gone, it is late, or it was passed on."""

    conversation_id: int


@dataclass(frozen=True, slots=True)
class BulkMoved(Happening):
    """A deed to many conversations went on, or came to its end."""

    bulk_id: int


@dataclass(frozen=True, slots=True)
class ElsewhereMoved(Happening):
    """Somebody said that they answered elsewhere, or took that back."""

    answer_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class ForwardMoved(Happening):
    """A link for a colleague without an account was made, mailed, taken back or answered."""

    forward_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class NoteMoved(Happening):
    """A note for the team was written on a conversation, or taken away."""

    note_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class ReliefMoved(Happening):
    """Somebody offered all they have to a colleague, or that offer came to its end."""

    relief_id: int


@dataclass(frozen=True, slots=True)
class ClocksMoved(Happening):
    """Running clocks are being counted anew, some more of them, or all are."""

    move_id: int
