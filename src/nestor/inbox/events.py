"""What the inbox announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class MessageArrived(Happening):
    """A message from outside is stored and waits to be read by triage; nobody sees it yet."""

    message_id: int


@dataclass(frozen=True, slots=True)
class MessageEdited(Happening):
    """Its author changed a message; it is read again before it is shown again."""

    message_id: int


@dataclass(frozen=True, slots=True)
class MessageChanged(Happening):
    """Something visible of a message changed: it vanished, or was moderated on the network."""

    message_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class OwnMessageSeen(Happening):
    """A message of ours is on the network, whoever typed it there."""

    message_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class ChannelRead(Happening):
    """A channel that was blind can be read again, or a blind spot moved."""

    channel_id: int
