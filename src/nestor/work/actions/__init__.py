"""Writes of the work room: announce, note, lease, claim a key. Everything here joins the caller's transaction."""

import hashlib
import json
import os
import random
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from nestor.vocabulary import new_id, new_public_id
from nestor.work.actions.many import write_rows
from nestor.work.events import Happening
from nestor.work.models import Event, IdempotencyKey, JournalEntry, Pulse, Wakeup
from nestor.work.registry import subscribers_of
from nestor.work.rules import Lease, wait_for

BATCH = 500  # wake-ups one worker takes at once: as many as a channel is read in


class KeyReused(Exception):
    """The same idempotency key came with another content."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One wake-up under a lease, with the event it is about."""

    subscriber: str
    token: str
    pk: int
    event_id: int
    tries: int
    name: str
    brand_id: int
    ids: dict[str, int]


def announce(happening: Happening, now: datetime) -> int:
    """Record an event and owe it to each of its subscribers; return the event's id."""
    return announce_all([happening], now)[0]


def announce_all(happenings: Sequence[Happening], now: datetime) -> list[int]:
    """Record events in order and return their ids; two statements whatever their number."""
    events: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "brand_id": one.brand_id,
            "name": type(one).__name__,
            "version": one.VERSION,
            "ids": one.ids(),
            "at": now,
        }
        for one in happenings
    ]
    wakeups = [
        {"id": new_id(), "event_id": event["id"], "brand_id": event["brand_id"], "subscriber": name, "due_at": now}
        for event in events
        for name in subscribers_of(event["name"], event["brand_id"])
    ]
    with transaction.atomic():
        write_rows(Event, events)
        write_rows(Wakeup, wakeups)
    return [event["id"] for event in events]


def note(
    verb: str,
    subject: models.Model,
    now: datetime,
    *,
    brand_id: int | None,
    actor_id: int | None,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write one line of the journal. `facts` holds codes and ids; a message's text never enters it."""
    JournalEntry.objects.create(
        brand_id=brand_id,
        actor_id=actor_id,
        verb=verb,
        subject=subject._meta.label,
        subject_id=subject.pk,
        reason=reason,
        facts=dict(facts or {}),
        at=now,
    )


def note_all(
    verb: str,
    subject: type[models.Model],
    ids: Iterable[int],
    now: datetime,
    *,
    brand_id: int,
    actor_id: int | None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write one line of the journal for each of several rows of one table; one statement."""
    line = {"brand_id": brand_id, "actor_id": actor_id, "verb": verb, "facts": dict(facts or {}), "at": now}
    write_rows(JournalEntry, [line | {"subject": subject._meta.label, "subject_id": one} for one in ids])


def take_lease(rows: "models.QuerySet[Any]", row_id: int, now: datetime, lease_for: timedelta) -> Lease | None:
    """Take the row if nobody holds it. `rows` carries the state it must be in; None says somebody was faster."""
    token = new_public_id()
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    taken = rows.filter(free, pk=row_id).update(lease_token=token, leased_until=now + lease_for)
    return Lease(row_id, token) if taken == 1 else None


def release_lease(rows: "models.QuerySet[Any]", lease: Lease, **changes: Any) -> bool:
    """Give the row back with these changes; False says the lease was lost and nothing was changed."""
    held = rows.filter(pk=lease.row_id, lease_token=lease.token)
    return held.update(lease_token="", leased_until=None, **changes) == 1


def take_wakeups(row_id: int, now: datetime, lease_for: timedelta) -> list[Owed]:
    """Lease this wake-up and others of the same subscriber that are due; [] says somebody was faster."""
    first = take_lease(Wakeup.objects.filter(due_at__lte=now), row_id, now, lease_for)
    if first is None:
        return []
    subscriber = Wakeup.objects.values_list("subscriber", flat=True).filter(pk=row_id)[0]
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    more = Wakeup.objects.filter(free, subscriber=subscriber, due_at__lte=now, tries=0).order_by("due_at", "id")
    chosen = more.values("pk")[: BATCH - 1]  # found and leased in one statement
    Wakeup.objects.filter(free, pk__in=chosen).update(lease_token=first.token, leased_until=now + lease_for)
    held = Wakeup.objects.filter(lease_token=first.token).order_by("event_id")
    columns = ("pk", "event_id", "tries", "event__name", "event__brand_id", "event__ids")
    return [Owed(subscriber, first.token, *row) for row in held.values_list(*columns)]


def settle_wakeups(wakeups: Sequence[Owed]) -> bool:
    """Forget wake-ups that were served; False says the lease was lost, so the caller must roll back."""
    held = Wakeup.objects.filter(lease_token=wakeups[0].token)
    if len(wakeups) == 1:
        held = held.filter(pk=wakeups[0].pk)
    return held.delete()[0] == len(wakeups)


def postpone_wakeups(wakeups: Iterable[Owed], trouble: str, now: datetime, luck: random.Random) -> None:
    """Put wake-ups back after a failure, later each time; nothing is ever given up."""
    for row in wakeups:
        Wakeup.objects.filter(pk=row.pk, lease_token=row.token).update(
            tries=F("tries") + 1,
            due_at=now + wait_for(row.tries, luck),
            trouble=trouble[:200],
            lease_token="",
            leased_until=None,
        )


def fingerprint_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a submission's canonical JSON, as hex."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def claim_key(brand_id: int, scope: str, key: str, fingerprint: str, now: datetime) -> tuple[IdempotencyKey, bool]:
    """Return the key's row and whether it is new. Raise `KeyReused` when the content differs."""
    row, is_new = IdempotencyKey.objects.get_or_create(
        brand_id=brand_id, scope=scope, key=key, defaults={"fingerprint": fingerprint, "made_at": now}
    )
    if row.fingerprint != fingerprint:
        raise KeyReused(scope)
    return row, is_new


def keep_result(row: IdempotencyKey, result: Mapping[str, Any]) -> None:
    """Remember what the submission answered."""
    IdempotencyKey.objects.filter(pk=row.pk).update(result=dict(result))


def show_pulse(part: str, now: datetime) -> None:
    """Say that this part of the desk is alive."""
    Pulse.objects.update_or_create(
        part=part, defaults={"host": socket.gethostname()[:120], "pid": os.getpid(), "at": now}
    )


def forget_old_events(before: datetime, most: int = 5000) -> int:
    """Delete events nobody is owed any more and old idempotency keys; return how many events went."""
    owed = Wakeup.objects.values("event_id")
    old = list(
        Event.objects.filter(at__lt=before).exclude(pk__in=owed).order_by("at").values_list("pk", flat=True)[:most]
    )
    IdempotencyKey.objects.filter(made_at__lt=before).delete()
    return models.QuerySet(Event).filter(pk__in=old).delete()[0]
