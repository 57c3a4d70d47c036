"""Writes of the brands room: found a brand, connect a channel, keep its secrets, hold it, say it is in trouble."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from nestor.brands.events import (
    ChannelConnected,
    ChannelDisconnected,
    ChannelHeld,
    ChannelTroubled,
    OpeningHoursChanged,
    OwnAccountMoved,
)
from nestor.brands.models import Brand, Channel, ChannelSecret, Closure, InstallationSecret, OpeningPeriod, OwnAccount
from nestor.brands.reads import closures_of, periods_of
from nestor.brands.rules import folded_handle, hours_mark
from nestor.brands.secrets import seal, seal_again, unseal
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


def change_brand(brand: Brand, now: datetime, *, actor_id: int | None, **traits: Any) -> bool:
    """Change what a brand is called and how it speaks; False where nothing changes.

    `traits`: name, zone, language, tint, is_institution, own_contacts. In another zone the desk opens at other hours.
    """
    changed = {name: value for name, value in traits.items() if getattr(brand, name) != value}
    if not changed:
        return False
    with transaction.atomic():
        Brand.objects.filter(pk=brand.pk).update(**changed)
        note("change_brand", brand, now, brand_id=brand.pk, actor_id=actor_id, facts={"changed": sorted(changed)})
        if "zone" in changed:
            announce(OpeningHoursChanged(brand_id=brand.pk), now)
    return True


def choose_translator(brand: Brand, key: str, name: str, host: str, now: datetime, *, actor_id: int | None) -> bool:
    """Say who may translate messages and where their texts go, "" for nobody; False if that was said already."""
    chosen = {"translator": key, "translator_name": name, "translator_host": host}
    with transaction.atomic():
        if Brand.objects.filter(pk=brand.pk).exclude(**chosen).update(**chosen) != 1:
            return False
        verb, facts = ("choose_translator", {"translator": key, "host": host}) if key else ("drop_translator", {})
        note(verb, brand, now, brand_id=brand.pk, actor_id=actor_id, facts=facts)
        return True


def set_opening_hours(
    brand: Brand,
    periods: Iterable[tuple[int, time, time]],
    closures: Iterable[tuple[date, str]],
    now: datetime,
    *,
    actor_id: int | None = None,
    seen: str | None = None,
) -> bool:
    """Replace the brand's opening periods (weekday, from, to) and closed days.

    `seen`: the `hours_mark` of those that are replaced; False, and nothing changed, where there are others by now.
    """
    with transaction.atomic():
        Brand.objects.select_for_update().get(pk=brand.pk)
        if seen is not None and seen != hours_mark(periods_of(brand), closures_of(brand)):
            return False
        OpeningPeriod.objects.of(brand).delete()
        Closure.objects.of(brand).delete()
        OpeningPeriod.objects.bulk_create(
            OpeningPeriod(brand=brand, weekday=day, opens_at=start, closes_at=end) for day, start, end in periods
        )
        Closure.objects.bulk_create(Closure(brand=brand, day=day, name=name) for day, name in closures)
        note("set_opening_hours", brand, now, brand_id=brand.pk, actor_id=actor_id)
        announce(OpeningHoursChanged(brand_id=brand.pk), now)
        return True


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


def installation_secret(network: str, name: str, make: Callable[[], str], now: datetime) -> str:
    """Return an installation's own secret, made on first use; of two made at once, one is kept. Raise `SecretLost`."""
    rows = InstallationSecret.objects.filter(network=network, name=name)
    row = rows.first()
    if row is None:
        row, _ = InstallationSecret.objects.get_or_create(
            network=network, name=name, defaults={"sealed": seal(make()), "changed_at": now}
        )
    return unseal(row.sealed)


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
    """Stop reading and sending; what was read stays, the secrets go. False if it was disconnected already."""
    with transaction.atomic():
        rows = Channel.objects.of(channel.brand_id).filter(pk=channel.pk, is_connected=True)
        was_troubled = rows.exclude(trouble="").exists()
        if rows.update(is_connected=False, trouble="", trouble_since=None) != 1:
            return False
        ChannelSecret.objects.of(channel.brand_id).filter(channel=channel).delete()
        note("disconnect_channel", channel, now, brand_id=channel.brand_id, actor_id=actor_id)
        announce(ChannelDisconnected(brand_id=channel.brand_id, channel_id=channel.pk), now)
        if was_troubled:
            announce(ChannelTroubled(brand_id=channel.brand_id, channel_id=channel.pk), now)
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


def name_account(brand: Brand, network: str, handle: str, now: datetime, *, actor_id: int | None) -> OwnAccount | None:
    """Say that the brand has an account there; None if it was said already, or names nothing."""
    handle = storable(handle.strip(), 200)
    folded = folded_handle(handle)[:200]
    if not folded:
        return None
    row = OwnAccount(brand=brand, network=network, handle=handle, folded=folded, made_at=now)
    with transaction.atomic():
        OwnAccount.objects.bulk_create([row], ignore_conflicts=True)
        if not OwnAccount.objects.of(brand).filter(pk=row.pk).exists():
            return None
        note("name_account", row, now, brand_id=brand.pk, actor_id=actor_id, facts={"network": network})
        announce(OwnAccountMoved(brand_id=brand.pk, own_account_id=row.pk), now)
        return row


def leave_unused(account: OwnAccount, reason: str, now: datetime, *, actor_id: int | None) -> bool:
    """Say that the brand does not use an account, and why: it is no blind spot then. False if that was said."""
    reason = storable(reason.strip(), 500)
    changes = {"unused_at": now, "unused_reason": reason}
    return bool(reason) and _move_account(
        account, "leave_unused", now, actor_id, is_used=True, reason=reason, **changes
    )


def use_again(account: OwnAccount, now: datetime, *, actor_id: int | None) -> bool:
    """Say that the brand uses it after all. False if nobody had said otherwise."""
    return _move_account(account, "use_again", now, actor_id, is_used=False, unused_at=None, unused_reason="")


def _move_account(
    account: OwnAccount, verb: str, now: datetime, actor_id: int | None, *, is_used: bool, reason: str = "", **to: Any
) -> bool:
    rows = OwnAccount.objects.of(account.brand_id).filter(pk=account.pk, unused_at__isnull=is_used)
    with transaction.atomic():
        if rows.update(**to) != 1:
            return False
        note(verb, account, now, brand_id=account.brand_id, actor_id=actor_id, reason=reason)
        announce(OwnAccountMoved(brand_id=account.brand_id, own_account_id=account.pk), now)
        return True


def forget_account(account: OwnAccount, now: datetime, *, actor_id: int | None) -> bool:
    """Say that the brand has no such account. False if that was said already."""
    with transaction.atomic():
        if not OwnAccount.objects.of(account.brand_id).filter(pk=account.pk).delete()[0]:
            return False
        note("forget_account", account, now, brand_id=account.brand_id, actor_id=actor_id)
        announce(OwnAccountMoved(brand_id=account.brand_id, own_account_id=account.pk), now)
        return True
