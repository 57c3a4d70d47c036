"""How pointers travel from the sweep to a worker: in this process, or through RabbitMQ."""

import threading
from typing import Protocol

from django.conf import settings

from nestor.work.carriers.local import LocalCarrier
from nestor.work.carriers.rabbitmq import RabbitCarrier


class Carrier(Protocol):
    """Carries pointers and nothing else. Losing, repeating or delaying one is harmless: the sweep owns the work."""

    def run(self, stop: threading.Event, threads: int) -> None:
        """Sweep, carry and look until told to stop; finish what was begun."""
        ...


def carrier() -> Carrier:
    """Return the carrier this installation has chosen."""
    return RabbitCarrier() if settings.NESTOR_CARRIER == "rabbitmq" else LocalCarrier()
