"""What the brands room announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class ChannelConnected(Happening):
    """A channel was connected or reconnected."""

    channel_id: int


@dataclass(frozen=True, slots=True)
class ChannelTroubled(Happening):
    """A channel began or ceased to be in trouble."""

    channel_id: int


@dataclass(frozen=True, slots=True)
class ChannelHeld(Happening):
    """A hold was put on a channel, or lifted."""

    channel_id: int
