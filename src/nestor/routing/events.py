"""What routing announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class ConversationRouted(Happening):
    """A conversation came to stand somewhere, or elsewhere: lane, clock, open or resolved, who has it."""

    conversation_id: int


@dataclass(frozen=True, slots=True)
class BulkMoved(Happening):
    """A deed to many conversations went on, or came to its end."""

    bulk_id: int
