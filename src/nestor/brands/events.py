"""What the brands room announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class ChannelConnected(Happening):
    """A channel was connected or reconnected."""

    channel_id: int


@dataclass(frozen=True, slots=True)
class ChannelDisconnected(Happening):
    """A channel was disconnected: it is neither read nor sent by until somebody connects it again."""

    channel_id: int


@dataclass(frozen=True, slots=True)
class ChannelTroubled(Happening):
    """A channel began or ceased to be in trouble."""

    channel_id: int


@dataclass(frozen=True, slots=True)
class ChannelHeld(Happening):
    """A hold was put on a channel, or lifted."""

    channel_id: int


@dataclass(frozen=True, slots=True)
class OwnAccountMoved(Happening):
    """A brand said that it has an account somewhere, does not use it, uses it again, or has it no more."""

    own_account_id: int


@dataclass(frozen=True, slots=True)
class OpeningHoursChanged(Happening):
    """A brand's desk opens at other hours: what is due moves with them."""
