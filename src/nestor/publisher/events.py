"""What the publisher announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class DeliveryMoved(Happening):
    """A delivery came into another state."""

    delivery_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class DeliverySent(Happening):
    """A delivery is on its network, with a receipt."""

    delivery_id: int
    conversation_id: int
