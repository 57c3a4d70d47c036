"""Writes of this room: add a receiver, owe it what happens, call it, try again, stop calling it."""

import base64
import os
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F

from nestor.brands.secrets import SecretLost, seal, seal_again
from nestor.hooks import reads
from nestor.hooks.models import Call, Receiver
from nestor.hooks.rules import (
    OLD_SECRET_FOR,
    PING,
    SECRET_BEGINS,
    again_at,
    is_callable_address,
    is_hopeless,
    known_kinds,
    rest_for,
    signatures,
)
from nestor.networks.contract import NetworkTrouble
from nestor.networks.http import HttpSession, Response
from nestor.notices.actions import tell
from nestor.notices.rules import Occasion
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.vocabulary import new_id
from nestor.work.actions import note, release_lease, take_lease
from nestor.work.events import Happening
from nestor.work.reads import events_by_id
from nestor.work.rules import Lease, storable

MOST_RECEIVERS = 20  # of one brand
MOST_AT_ONCE = 50  # calls of one look
TURN = 20.0  # seconds one receiver may take up in one look
CALL_FOR = 8.0  # seconds for one call, whatever the receiver does
MOST_ANSWER = 64_000  # bytes of an answer, which nobody reads
GONE = 410


class NoRoom(Exception):
    """The brand has as many receivers as it may have."""


def add_receiver(seat: Seat, name: str, url: str, kinds: Iterable[str], now: datetime) -> tuple[Receiver, str] | None:
    """Add a receiver and return it with its secret, shown once; None without the right or for a bad address.

    Raise `NoRoom`.
    """
    kept, address, chosen = storable(" ".join(name.split()), 60), url.strip(), known_kinds(kinds)
    is_fit = is_callable_address(address, allow_private=settings.NESTOR_PRIVATE_NETWORKS)
    if not seat.may(Permission.CONNECT) or not kept or not chosen or not is_fit:
        return None
    secret = fresh_secret()
    with transaction.atomic():
        if Receiver.objects.of(seat.brand).count() >= MOST_RECEIVERS:
            raise NoRoom
        row: Receiver = Receiver.objects.create(
            brand=seat.brand,
            name=kept,
            url=address,
            kinds=chosen,
            secret=seal(secret),
            made_by=seat.user,
            made_at=now,
        )
        note("add_receiver", row, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
    reads.forget_who_listens()
    return row, secret


def fresh_secret() -> str:
    """Return a secret as Standard Webhooks writes it."""
    return SECRET_BEGINS + base64.b64encode(os.urandom(32)).decode()


def delete_receiver(seat: Seat, receiver: Receiver, now: datetime) -> bool:
    """Tell a receiver nothing any more, and forget what it was told."""
    if not seat.may(Permission.CONNECT, receiver):
        return False
    with transaction.atomic():
        if not Receiver.objects.of(seat.brand).filter(pk=receiver.pk).delete()[0]:
            return False
        note("delete_receiver", receiver, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
    reads.forget_who_listens()
    return True


def rotate_secret(seat: Seat, receiver: Receiver, now: datetime) -> str | None:
    """Give a receiver a new secret and return it; the old one signs as well for a day."""
    if not seat.may(Permission.CONNECT, receiver):
        return None
    secret = fresh_secret()
    with transaction.atomic():
        rows = Receiver.objects.of(seat.brand).filter(pk=receiver.pk)
        if rows.update(old_secret=F("secret"), old_until=now + OLD_SECRET_FOR, secret=seal(secret)) != 1:
            return None
        note("rotate_receiver_secret", receiver, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
    return secret


def switch_receiver(seat: Seat, receiver: Receiver, now: datetime, *, is_on: bool) -> bool:
    """Call a receiver again, or no more; what was owed to it waits meanwhile."""
    if not seat.may(Permission.CONNECT, receiver):
        return False
    with transaction.atomic():
        rows = Receiver.objects.of(seat.brand).filter(pk=receiver.pk, is_on=not is_on)
        if rows.update(is_on=is_on, failures=0, failing_since=None, rest_until=None, trouble="") != 1:
            return False
        note(
            "switch_receiver_on" if is_on else "switch_receiver_off",
            receiver,
            now,
            brand_id=seat.brand.pk,
            actor_id=seat.user.pk,
        )
    reads.forget_who_listens()
    return True


def ping(seat: Seat, receiver: Receiver, now: datetime) -> bool:
    """Owe a receiver a call that says nothing, to see whether it hears."""
    if not seat.may(Permission.CONNECT, receiver):
        return False
    Call.objects.create(
        brand_id=receiver.brand_id, receiver=receiver, event_id=new_id(), kind=PING, happened_at=now, due_at=now
    )
    Receiver.objects.of(seat.brand).filter(pk=receiver.pk).update(rest_until=None)
    return True


def replay(seat: Seat, call: Call, now: datetime) -> bool:
    """Tell it once more: the same event under the same id. False while it waits anyway."""
    if not seat.may(Permission.CONNECT, call):
        return False
    rows = Call.objects.of(seat.brand).filter(pk=call.pk, due_at__isnull=True)
    return rows.update(state=Call.WAITING, due_at=now, tries=0, trouble="", status=None) == 1


def owe_calls(happenings: Sequence[tuple[int, Happening]], now: datetime) -> int:
    """Owe events to the receivers that are on and want them; return how many calls. Joins the caller's transaction."""
    times = {event.pk: event.at for event in events_by_id([number for number, _ in happenings])}
    receivers: dict[int, list[Receiver]] = {}
    fresh = []
    for number, one in happenings:
        if one.brand_id not in receivers:
            receivers[one.brand_id] = [row for row in reads.receivers_of(one.brand_id) if row.is_on]
        kind = type(one).__name__
        fresh += [
            Call(
                brand_id=one.brand_id,
                receiver=row,
                event_id=number,
                kind=kind,
                ids=one.ids(),
                happened_at=times.get(number, now),
                due_at=now,
            )
            for row in receivers[one.brand_id]
            if kind in row.kinds
        ]
    Call.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def call_receiver(receiver_id: int, now: datetime) -> int:
    """Tell one receiver what is due to it, one call after the other; return how many it heard."""
    rows = Receiver.objects.across_brands("a worker looks at one due row by its id")
    lease = take_lease(rows.filter(is_on=True), receiver_id, now, timedelta(seconds=settings.NESTOR_LEASE_FOR))
    if lease is None:
        return 0
    receiver = rows.get(pk=receiver_id)
    heard, began = 0, time.monotonic()
    for call in reads.due_calls(receiver, now, MOST_AT_ONCE):
        status, trouble = _say(receiver, call, now)
        heard += trouble == ""
        is_unreached = bool(trouble) and status is None and trouble != Call.WITHHELD
        if _settle(receiver, call, status, trouble, now) or is_unreached or time.monotonic() - began > TURN:
            break
    _rest(receiver, lease, now)
    return heard


def _say(receiver: Receiver, call: Call, now: datetime) -> tuple[int | None, str]:
    """Call once; return the status that came back, and what went wrong ("": nothing)."""
    body = reads.body_of(call)
    if body is None:
        return None, Call.WITHHELD
    seen: list[int] = []

    def explain(answer: Response) -> None:
        seen.append(answer.status)

    parts, stamp = urlsplit(receiver.url), int(now.timestamp())
    name = f"msg_{call.event_id}"
    try:
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signatures(reads.secrets_of(receiver, now), name, stamp, body),
        }
        session = HttpSession(
            f"{parts.scheme}://{parts.netloc}",
            allow_private=settings.NESTOR_PRIVATE_NETWORKS,
            connect_for=CALL_FOR / 2,
            read_for=CALL_FOR / 2,
            total_for=CALL_FOR,
            max_bytes=MOST_ANSWER,
            explain=explain,
        )
        try:
            answer = session.request("POST", receiver.url, content=body, headers=headers)
        finally:
            session.close()
    except SecretLost:
        return None, "secret_lost"
    except NetworkTrouble as trouble:
        return (seen[-1] if seen else None), trouble.reason.value
    return answer.status, ""


def _settle(receiver: Receiver, call: Call, status: int | None, trouble: str, now: datetime) -> bool:
    """Write down what became of a call; True says that the receiver is called no more."""
    tries = call.tries + 1
    changes = {"tries": tries, "status": status, "trouble": trouble, "told_at": now}
    rows = Call.objects.of(call.brand_id).filter(pk=call.pk, state=Call.WAITING)
    if trouble in ("", Call.WITHHELD):
        state = Call.TOLD if not trouble else Call.WITHHELD
        rows.update(**changes | {"state": state, "due_at": None, "trouble": ""})
        if not trouble:
            receiver.failures, receiver.failing_since, receiver.trouble, receiver.rest_until = 0, None, "", None
        return False
    again = again_at(tries, now)
    rows.update(**changes, due_at=again, state=Call.WAITING if again else Call.FAILED)
    receiver.failures += 1
    receiver.failing_since = receiver.failing_since or now
    receiver.trouble = trouble
    if status is None:
        receiver.rest_until = now + rest_for(receiver.failures)
    if status == GONE or is_hopeless(receiver.failing_since, receiver.failures, now):
        receiver.is_on = False
    return not receiver.is_on


def _rest(receiver: Receiver, lease: Lease, now: datetime) -> None:
    """Give the receiver back as it is known now; whoever added it hears when it is called no more."""
    names = ("failures", "failing_since", "trouble", "rest_until")
    with transaction.atomic():
        mine = Receiver.objects.of(receiver.brand_id)
        if not release_lease(mine, lease, **{name: getattr(receiver, name) for name in names}) or receiver.is_on:
            return
        if mine.filter(pk=receiver.pk, is_on=True).update(is_on=False) == 1:
            note("give_up_receiver", receiver, now, brand_id=receiver.brand_id, actor_id=None)
            to = [receiver.made_by_id] if receiver.made_by_id else []
            tell(receiver.brand_id, Occasion.RECEIVER_OFF, receiver.public_id, now, to=to)
    reads.forget_who_listens()


def forget_old_calls(before: datetime, most: int = 5000) -> int:
    """Delete settled calls older than that; return how many."""
    ids = reads.old_calls(before, most)
    rows = Call.objects.across_brands("upkeep of the installation")
    count: int = rows.filter(pk__in=ids).delete()[0]
    return count


def forget_calls_of(brand_id: int, before: datetime, most: int) -> int:
    """Delete a brand's settled calls older than that, some of them; return how many. Joins the caller's transaction."""
    ids = list(reads.calls_before(brand_id, before).values_list("pk", flat=True)[:most])
    return int(Call.objects.of(brand_id).filter(pk__in=ids).delete()[0])


def rotate_receiver_secrets() -> int:
    """Encrypt every receiver's secret with the newest key; return how many. Raise `SecretLost`."""
    count = 0
    with transaction.atomic():
        for row in Receiver.objects.across_brands("the key file is the installation's"):
            mine = Receiver.objects.of(row.brand_id).filter(pk=row.pk, secret=row.secret)
            old = seal_again(row.old_secret) if row.old_secret else ""
            count += mine.update(secret=seal_again(row.secret), old_secret=old)
    return count
