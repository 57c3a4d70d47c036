"""Writes of the brands room: found a brand, connect a channel, keep its secrets, hold it, say it is in trouble."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from nestor.brands.events import ChannelConnected, ChannelHeld, ChannelTroubled
from nestor.brands.models import Brand, Channel, ChannelSecret, Closure, InstallationSecret, OpeningPeriod
from nestor.brands.secrets import seal, seal_again
from nestor.networks.contract import Account
from nestor.work.actions import announce, note
from nestor.work.rules import storable, storable_name

FIRST_ANSWER_FOR = timedelta(hours=2)
CONNECTED_FIELDS = ("name", "handle", "url", "settings", "is_connected", "trouble", "trouble_since")


def found_brand(name: str, slug: str, now: datetime, *, actor_id: int | None = None, **traits: object) -> Brand:
    """Create a brand. `traits`: zone, language, is_institution, first_answer_for, own_contacts."""
    with transaction.atomic():
        brand = Brand.objects.create(
            name=name, slug=slug, made_at=now, **{"first_answer_for": FIRST_ANSWER_FOR, **traits}
        )
        note("found_brand", brand, now, brand_id=brand.pk, actor_id=actor_id)
        return brand


def set_opening_hours(
    brand: Brand,
    periods: Iterable[tuple[int, time, time]],
    closures: Iterable[tuple[date, str]],
    now: datetime,
    *,
    actor_id: int | None = None,
) -> None:
    """Replace the brand's opening periods (weekday, from, to) and closed days."""
    with transaction.atomic():
        OpeningPeriod.objects.of(brand).delete()
        Closure.objects.of(brand).delete()
        OpeningPeriod.objects.bulk_create(
            OpeningPeriod(brand=brand, weekday=day, opens_at=start, closes_at=end) for day, start, end in periods
        )
        Closure.objects.bulk_create(Closure(brand=brand, day=day, name=name) for day, name in closures)
        note("set_opening_hours", brand, now, brand_id=brand.pk, actor_id=actor_id)


def connect_channel(
    brand: Brand,
    network: str,
    account: Account,
    now: datetime,
    *,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    name: str = "",
    actor_id: int | None = None,
) -> Channel:
    """Connect an account, or reconnect it: the same account keeps its channel, its hold and every secret."""
    who = Account(
        storable_name(account.network_id, 200), storable(account.handle, 200), account.name, storable(account.url, 1000)
    )
    with transaction.atomic():
        known = Channel.objects.of(brand).filter(network=network, account_id=who.network_id).order_by("id").first()
        fresh = {"brand": brand, "made_at": now, "name": storable(name or account.name or account.handle, 120)}
        channel: Channel = (
            known
            or Channel.objects.of(brand).get_or_create(network=network, account_id=who.network_id, defaults=fresh)[0]
        )
        channel.name = storable(name, 120) or channel.name
        channel.handle, channel.url, channel.settings = who.handle, who.url, dict(settings)
        channel.is_connected, channel.trouble, channel.trouble_since = True, "", None
        channel.save(update_fields=CONNECTED_FIELDS)  # a hold put on meanwhile stays
        keep_secrets(channel, secrets, now)
        note("connect_channel", channel, now, brand_id=brand.pk, actor_id=actor_id, facts={"network": network})
        announce(ChannelConnected(brand_id=brand.pk, channel_id=channel.pk), now)
        return channel


def keep_secrets(channel: Channel, secrets: Mapping[str, str], now: datetime) -> None:
    """Store what opens a channel. An empty value never overwrites a secret: networks send those on reconnection."""
    for name, text in secrets.items():
        if text:
            ChannelSecret.objects.of(channel.brand_id).update_or_create(
                channel=channel,
                name=name,
                defaults={"sealed": seal(text), "changed_at": now},
                create_defaults={"sealed": seal(text), "changed_at": now, "brand_id": channel.brand_id},
            )


def keep_installation_secret(network: str, name: str, text: str, now: datetime) -> None:
    """Store an app's own secret for a network; an empty value never overwrites one."""
    if text:
        InstallationSecret.objects.update_or_create(
            network=network, name=name, defaults={"sealed": seal(text), "changed_at": now}
        )


def rotate_secrets() -> int:
    """Encrypt every secret with the newest key; return how many. Raise `SecretLost`, and nothing is changed."""
    count = 0
    with transaction.atomic():
        for row in ChannelSecret.objects.across_brands("the key file is the installation's"):
            mine = ChannelSecret.objects.of(row.brand_id).filter(pk=row.pk, sealed=row.sealed)
            count += mine.update(sealed=seal_again(row.sealed))  # one that changed meanwhile has the newest key
        for shared in InstallationSecret.objects.all():
            mine_too = InstallationSecret.objects.filter(pk=shared.pk, sealed=shared.sealed)
            count += mine_too.update(sealed=seal_again(shared.sealed))
    return count


def disconnect_channel(channel: Channel, now: datetime, *, actor_id: int | None) -> bool:
    """Stop reading and sending; what was read stays, the secrets go."""
    with transaction.atomic():
        rows = Channel.objects.of(channel.brand_id).filter(pk=channel.pk, is_connected=True)
        if rows.update(is_connected=False) != 1:
            return False
        ChannelSecret.objects.of(channel.brand_id).filter(channel=channel).delete()
        note("disconnect_channel", channel, now, brand_id=channel.brand_id, actor_id=actor_id)
        return True


def hold_channel(channel: Channel, reason: str, now: datetime, *, actor_id: int | None) -> bool:
    """Hold: what is scheduled stays put from this instant on. False if it was held already."""
    reason = storable(reason, 500)
    with transaction.atomic():
        rows = Channel.objects.of(channel.brand_id).filter(pk=channel.pk, held_at__isnull=True)
        if rows.update(held_at=now, hold_reason=reason, turn=F("turn") + 1) != 1:
            return False
        note("hold_channel", channel, now, brand_id=channel.brand_id, actor_id=actor_id, reason=reason)
        announce(ChannelHeld(brand_id=channel.brand_id, channel_id=channel.pk), now)
        return True


def lift_hold(channel: Channel, reason: str, now: datetime, *, actor_id: int | None) -> bool:
    """Lift the hold. False if there was none."""
    reason = storable(reason, 500)
    with transaction.atomic():
        rows = Channel.objects.of(channel.brand_id).filter(pk=channel.pk, held_at__isnull=False)
        if rows.update(held_at=None, hold_reason="", turn=F("turn") + 1) != 1:
            return False
        note("lift_hold", channel, now, brand_id=channel.brand_id, actor_id=actor_id, reason=reason)
        announce(ChannelHeld(brand_id=channel.brand_id, channel_id=channel.pk), now)
        return True


def claim_turn(channel_id: int, brand_id: int) -> bool:
    """Take the channel's turn to send, inside the caller's transaction; False while it is held or disconnected."""
    rows = Channel.objects.of(brand_id).filter(pk=channel_id, held_at__isnull=True, is_connected=True)
    return rows.update(turn=F("turn") + 1) == 1


def report_trouble(channel: Channel, reason: str, now: datetime) -> bool:
    """Say what is wrong with a channel, or with "" that it is well again; False if that was known."""
    rows = Channel.objects.of(channel.brand_id).filter(pk=channel.pk).exclude(trouble=reason)
    with transaction.atomic():
        if rows.update(trouble=reason, trouble_since=now if reason else None) != 1:
            return False
        note("report_trouble", channel, now, brand_id=channel.brand_id, actor_id=None, facts={"reason": reason})
        announce(ChannelTroubled(brand_id=channel.brand_id, channel_id=channel.pk), now)
        return True


def keep_limits(channel: Channel, limits: Mapping[str, Any], abilities: Iterable[str]) -> bool:
    """Remember the limits a network serves, by kind of message, and what it can do; False if that was known."""
    can = sorted(abilities)
    if dict(limits) == channel.limits and can == channel.abilities:
        return False
    rows = Channel.objects.of(channel.brand_id).filter(pk=channel.pk)
    return rows.update(limits=dict(limits), abilities=can) == 1
