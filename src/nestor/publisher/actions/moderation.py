"""Deeds to somebody's message on its network: asked for by a person, one message at a time, done by a worker."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from nestor.brands import reads as brands
from nestor.inbox.actions import record_state
from nestor.inbox.models import Message
from nestor.networks.contract import Deed, NetworkTrouble, Refused, TryLater
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.publisher.models import Moderation
from nestor.publisher.rules import DEED_ABILITY, DISCONNECTED, STATE_AFTER, takes_a_voice_away
from nestor.work.actions import note, release_lease, take_lease
from nestor.work.rules import Lease

AGAIN_AFTER = timedelta(minutes=1)


def ask_deed(seat: Seat, message: Message, deed: Deed, rule: str, now: datetime) -> Moderation | None:
    """Ask for a deed; None without the right, without a rule of the charter where one is needed, or while one waits."""
    able = DEED_ABILITY[deed].value in message.channel.abilities
    if not seat.may(Permission.MODERATE) or message.is_ours or not able:
        return None
    if takes_a_voice_away(deed) and not rule.strip():
        return None
    try:
        with transaction.atomic():
            row: Moderation = Moderation.objects.create(
                brand_id=message.brand_id,
                message=message,
                deed=deed.value,
                rule=rule.strip()[:500],
                author=seat.user,
                made_at=now,
                due_at=now,
            )
            facts = {"deed": deed.value}
            note(
                "moderate",
                message,
                now,
                brand_id=message.brand_id,
                actor_id=seat.user.pk,
                reason=row.rule,
                facts=facts,
            )
            return row
    except IntegrityError:  # another deed to this message has not been done yet
        return None


def do_deed(row_id: int, now: datetime) -> bool:
    """Do one deed on its network; what the network refuses is settled with its reason, an outage is waited for."""
    rows = Moderation.objects.across_brands("a worker looks at one due row by its id")
    lease_for = timedelta(seconds=settings.NESTOR_LEASE_FOR)
    lease = take_lease(rows.filter(due_at__lte=now, state="waiting"), row_id, now, lease_for)
    if lease is None:
        return False
    row = rows.select_related("message__channel", "message__conversation").get(pk=row_id)
    if not row.message.channel.is_connected:
        return _settle(row, lease, "refused", DISCONNECTED, now)
    try:
        connector = brands.connector_of(row.message.channel)
        try:
            connector.act(Deed(row.deed), row.message.network_id)
        finally:
            connector.close()
    except Refused as no:
        return _settle(row, lease, "refused", no.reason.value, now)
    except TryLater as later:
        release_lease(Moderation.objects.of(row.brand_id), lease, due_at=now + later.after, reason=later.reason.value)
    except (NetworkTrouble, *brands.TROUBLES) as trouble:  # done or not: doing it again is harmless
        reason = brands.reason_of(trouble).value
        release_lease(Moderation.objects.of(row.brand_id), lease, due_at=now + AGAIN_AFTER, reason=reason)
    else:
        return _settle(row, lease, "done", "", now)
    return False


def _settle(row: Moderation, lease: Lease, state: str, reason: str, now: datetime) -> bool:
    with transaction.atomic():
        mine = Moderation.objects.of(row.brand_id)
        if not release_lease(mine, lease, state=state, reason=reason, due_at=None, settled_at=now):
            return False
        after = STATE_AFTER.get(Deed(row.deed))
        if state == "done" and after is not None:
            record_state(row.message, after, now)
        return True
