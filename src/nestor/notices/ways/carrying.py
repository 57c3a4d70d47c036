"""Where a notice goes and by which way. Each way raises what the contract of networks raises."""

import json
from dataclasses import dataclass, field

from django.conf import settings

from nestor.brands.secrets import unseal
from nestor.notices import reads
from nestor.notices.models import Address, Sending
from nestor.notices.rules.reach import Way, Why
from nestor.notices.ways import mail, phone, push
from nestor.notices.ways.ping import NotPossible, Ping


@dataclass(frozen=True, slots=True)
class Destination:
    """Where one notice goes. `secret` is a mail address, a browser's subscription or an address of Apprise."""

    way: Way
    secret: str = field(repr=False)
    services: tuple[str, ...] = ()  # what the head of the desk chose


def destination_of(row: Sending) -> Destination:
    """Return where a planned notice goes; raise `SecretLost`, or `NotPossible` where it has gone."""
    services = tuple(reads.policy_of(row.brand_id).services)
    if row.way == Way.MAIL.value:
        return Destination(Way.MAIL, row.notice.user.email, services)
    if row.address is None:
        raise NotPossible(Why.NO_WAY)
    return place_of(row.address, services)


def place_of(address: Address, services: tuple[str, ...]) -> Destination:
    """Return where an address leads; raise `SecretLost`."""
    return Destination(Way(address.way), unseal(address.sealed), services)


def deliver(to: Destination, ping: Ping) -> None:
    """Send; return once it was accepted. Raise `NetworkTrouble` or `NotPossible`."""
    if to.way is Way.MAIL:
        mail.send(to.secret, ping)
    elif to.way is Way.PUSH:
        push.send(json.loads(to.secret), ping, to.services, allow_private=settings.NESTOR_PRIVATE_NETWORKS)
    else:
        phone.send(to.secret, ping, to.services, allow_private=settings.NESTOR_PRIVATE_NETWORKS)
