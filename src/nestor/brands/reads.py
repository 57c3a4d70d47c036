"""Brands, channels and their secrets, for rooms and screens."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, time, timedelta
from typing import Any

from django.conf import settings

from nestor.brands.models import Brand, Channel, ChannelSecret, Closure, InstallationSecret, OpeningPeriod, OwnAccount
from nestor.brands.rules import PLACES, OpeningHours, Period, is_read_by
from nestor.brands.scoping import BrandQuerySet
from nestor.brands.secrets import SecretLost, unseal
from nestor.networks import registry
from nestor.networks.contract import Connector, Limits, NetworkTrouble, Reason

# What opening or calling a connector may raise: the network said no, the key file was lost, no such network.
TROUBLES = (NetworkTrouble, SecretLost, registry.UnknownNetwork, registry.BrokenNetwork)
ALWAYS = {day: (Period(time.min, time.min),) for day in range(7)}


def brand_by_slug(slug: str) -> Brand:
    """Return the brand; raise `Brand.DoesNotExist`."""
    return Brand.objects.get(slug=slug)


def channels_of(brand: Brand | int) -> BrandQuerySet:
    """Return the brand's channels by name."""
    return Channel.objects.of(brand).order_by("name", "id")


def channel_of(brand: Brand | int, public_id: str) -> Channel:
    """Return one channel of the brand; raise `Channel.DoesNotExist`."""
    found: Channel = Channel.objects.of(brand).get(public_id=public_id)
    return found


@dataclass(frozen=True, slots=True)
class Whereabout:
    """One account of the brand, and whether the desk reads it."""

    account: OwnAccount
    name: str
    is_read: bool
    can_connect: bool  # this installation has a network of that name

    @property
    def is_blind(self) -> bool:
        """Return whether people speak to the brand there and nobody at the desk hears it."""
        return not self.is_read and self.account.unused_at is None


def whereabouts_of(brand: Brand | int, channels: Iterable[Channel]) -> list[Whereabout]:
    """Return the accounts the brand says it has, blind ones first. One query."""
    read = [(one.network, (one.handle, one.url, one.account_id)) for one in channels if one.is_connected]
    installed = set(registry.known())
    found = [
        Whereabout(
            row,
            PLACES.get(row.network, row.network),
            is_read_by(row.network, row.handle, read),
            row.network in installed,
        )
        for row in OwnAccount.objects.of(brand)
    ]
    return sorted(found, key=lambda one: (not one.is_blind, one.is_read, one.name.casefold()))


def places() -> dict[str, str]:
    """Return where a brand may have an account: what is widely used, and whatever this installation can read."""
    return {**{key: key for key in registry.known()}, **PLACES}


def account_of(brand: Brand | int, public_id: str) -> OwnAccount | None:
    """Return one account the brand says it has."""
    found: OwnAccount | None = OwnAccount.objects.of(brand).filter(public_id=public_id).first()
    return found


def opening_hours(brand: Brand) -> OpeningHours:
    """Return when the brand's desk is open; a brand that set no period never closes."""
    week: dict[int, list[Period]] = {}
    for row in OpeningPeriod.objects.of(brand):
        week.setdefault(row.weekday, []).append(Period(row.opens_at, row.closes_at))
    closed = frozenset(Closure.objects.of(brand).values_list("day", flat=True))
    return OpeningHours(zone=brand.zone, week=week or ALWAYS, closed_on=closed)


def periods_of(brand: Brand) -> list[tuple[int, time, time]]:
    """Return the brand's opening periods (weekday from Monday 0, from, to), in order."""
    rows = OpeningPeriod.objects.of(brand).order_by("weekday", "opens_at")
    return list(rows.values_list("weekday", "opens_at", "closes_at"))


def closures_of(brand: Brand) -> list[tuple[date, str]]:
    """Return the days the brand's desk is closed, with their names, in order."""
    return list(Closure.objects.of(brand).order_by("day").values_list("day", "name"))


def secrets_of(channel: Channel) -> dict[str, str]:
    """Return what opens the channel, its own secrets over the installation's; raise `SecretLost`."""
    shared = InstallationSecret.objects.filter(network=channel.network)
    found = {row.name: unseal(row.sealed) for row in shared}
    own = ChannelSecret.objects.of(channel.brand_id).filter(channel=channel)
    return found | {row.name: unseal(row.sealed) for row in own}


def connector_of(channel: Channel) -> Connector:
    """Open the channel's connector; raise `NetworkTrouble` or `SecretLost`. The caller closes it."""
    chosen = {name: text for name, text in channel.settings.items() if name != registry.ALLOW_PRIVATE}
    if settings.NESTOR_PRIVATE_NETWORKS:
        chosen[registry.ALLOW_PRIVATE] = "1"
    return registry.load(channel.network).open(chosen, secrets_of(channel))


def poll_every(channel: Channel) -> timedelta:
    """Return the pace at which the channel's network is read; a minute where the network cannot be loaded."""
    try:
        return registry.load(channel.network).poll_every
    except (registry.UnknownNetwork, registry.BrokenNetwork):
        return timedelta(minutes=1)


def limits_as_stored(limits: Limits) -> dict[str, Any]:
    """Return limits as plain JSON values."""
    stored = asdict(limits)
    stored["reply_within"] = limits.reply_within.total_seconds() if limits.reply_within else None
    return stored


def limits_of(channel: Channel, kind: str) -> Limits | None:
    """Return what the network last said it accepts for this kind; None before it was ever asked."""
    stored = channel.limits.get(kind)
    if stored is None:
        return None
    seconds = stored["reply_within"]
    types = tuple(stored.get("media_types", ()))  # not there in what an older version stored
    return Limits(**{**stored, "media_types": types, "reply_within": timedelta(seconds=seconds) if seconds else None})


def reason_of(trouble: Exception) -> Reason:
    """Return the code under which one of TROUBLES is shown."""
    if isinstance(trouble, NetworkTrouble):
        return trouble.reason
    return Reason.SIGN_IN if isinstance(trouble, SecretLost) else Reason.FORBIDDEN
