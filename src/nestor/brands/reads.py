"""Brands, channels and their secrets, for rooms and screens."""

from dataclasses import asdict
from datetime import time, timedelta
from typing import Any

from django.conf import settings

from nestor.brands.models import Brand, Channel, ChannelSecret, Closure, InstallationSecret, OpeningPeriod
from nestor.brands.rules import OpeningHours, Period
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


def opening_hours(brand: Brand) -> OpeningHours:
    """Return when the brand's desk is open; a brand that set no period never closes."""
    week: dict[int, list[Period]] = {}
    for row in OpeningPeriod.objects.of(brand):
        week.setdefault(row.weekday, []).append(Period(row.opens_at, row.closes_at))
    closed = frozenset(Closure.objects.of(brand).values_list("day", flat=True))
    return OpeningHours(zone=brand.zone, week=week or ALWAYS, closed_on=closed)


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
    return Limits(**{**stored, "reply_within": timedelta(seconds=seconds) if seconds else None})


def reason_of(trouble: Exception) -> Reason:
    """Return the code under which one of TROUBLES is shown."""
    if isinstance(trouble, NetworkTrouble):
        return trouble.reason
    return Reason.SIGN_IN if isinstance(trouble, SecretLost) else Reason.FORBIDDEN
