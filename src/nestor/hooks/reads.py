"""Whom the desk tells, what is due, and what a call says: public ids, never text, nothing that is sealed."""

import json
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from nestor.brands.models import Brand, Channel
from nestor.brands.scoping import BrandQuerySet
from nestor.brands.secrets import unseal
from nestor.hooks.models import Call, Receiver
from nestor.hooks.rules import PING
from nestor.inbox.models import Message
from nestor.publisher.models import Delivery
from nestor.routing.reads import open_routes
from nestor.work.reads import is_free

WHY = "a sweep looks at every brand's due rows"
KNOWN_FOR = 5.0  # seconds a process remembers which brands have receivers
_known: dict[str, Any] = {"until": 0.0, "brands": frozenset()}


def is_listened_to(brand_id: int) -> bool:
    """Return whether a brand has a receiver that is on; asked for every event, so it is remembered for some seconds."""
    if time.monotonic() >= _known["until"]:
        rows = Receiver.objects.across_brands("one look for the events of every brand").filter(is_on=True)
        _known["brands"] = frozenset(rows.values_list("brand_id", flat=True))
        _known["until"] = time.monotonic() + KNOWN_FOR
    return brand_id in _known["brands"]


def forget_who_listens() -> None:
    """Look again at the next event."""
    _known["until"] = 0.0


def receivers_of(brand: Brand | int) -> list[Receiver]:
    """Return the brand's receivers, oldest first."""
    return list(Receiver.objects.of(brand).order_by("made_at", "id"))


def receiver_for(brand: Brand | int, public_id: str) -> Receiver | None:
    """Return one receiver of the brand."""
    found: Receiver | None = Receiver.objects.of(brand).filter(public_id=public_id).first()
    return found


def calls_page(receiver: Receiver, after: tuple[datetime, int] | None, most: int) -> list[Call]:
    """Return what a receiver was told, latest first; `after` is the last one seen."""
    rows = Call.objects.of(receiver.brand_id).filter(receiver=receiver)
    if after is not None:
        at, row_id = after
        rows = rows.filter(happened_at__lte=at).filter(Q(happened_at__lt=at) | Q(id__lt=row_id))
    return list(rows.order_by("-happened_at", "-id")[:most])


def call_for(receiver: Receiver, public_id: str) -> Call | None:
    """Return one call of a receiver."""
    found: Call | None = Call.objects.of(receiver.brand_id).filter(receiver=receiver, public_id=public_id).first()
    return found


def due_receivers(now: datetime, most: int) -> Iterable[int]:
    """Return receivers to whom something is due, unless they are off, at rest, or being told."""
    rows = Receiver.objects.across_brands(WHY).filter(is_free(now), is_on=True)
    rows = rows.filter(Q(rest_until__isnull=True) | Q(rest_until__lte=now))
    due = Call.objects.across_brands(WHY).filter(receiver=OuterRef("pk"), due_at__lte=now)
    return list(rows.filter(Exists(due)).order_by("pk").values_list("pk", flat=True)[:most])


def due_calls(receiver: Receiver, now: datetime, most: int) -> list[Call]:
    """Return what is due to one receiver, in the order in which it happened."""
    rows = Call.objects.of(receiver.brand_id).filter(receiver=receiver, due_at__lte=now)
    return list(rows.order_by("happened_at", "id")[:most])


def old_calls(before: datetime, most: int) -> list[int]:
    """Return settled calls older than that."""
    rows = Call.objects.across_brands("upkeep of the installation").filter(happened_at__lt=before, due_at__isnull=True)
    return list(rows.values_list("pk", flat=True)[:most])


def calls_before(brand_id: int, before: datetime) -> BrandQuerySet:
    """Return a brand's settled calls older than that."""
    return Call.objects.of(brand_id).filter(happened_at__lt=before, due_at__isnull=True)


def secrets_of(receiver: Receiver, now: datetime) -> list[str]:
    """Return the secrets that sign now: the new one, and the old one for a while. Raise `SecretLost`."""
    found = [unseal(receiver.secret)]
    if receiver.old_secret and receiver.old_until is not None and now < receiver.old_until:
        found.append(unseal(receiver.old_secret))
    return found


def body_of(call: Call) -> bytes | None:
    """Return what a call says; None where it is about what is sealed, or gone."""
    said = {"id": str(call.event_id), "kind": call.kind, "at": call.happened_at.isoformat()}
    if call.kind == PING:
        return json.dumps(said).encode()
    brand_id, ids = call.brand_id, call.ids
    conversation_id = ids.get("conversation_id") or 0
    if conversation_id:
        rows = open_routes(brand_id).filter(conversation_id=conversation_id)
        sealed = Message.objects.of(brand_id).filter(conversation_id=conversation_id, is_sealed=True)
        name = rows.filter(~Exists(sealed)).values_list("conversation__public_id", flat=True).first()
        if name is None:
            return None
        said["conversation"] = name
    for part, model in (("message", Message), ("delivery", Delivery), ("channel", Channel)):
        if row_id := ids.get(f"{part}_id"):
            name = model.objects.of(brand_id).filter(pk=row_id).values_list("public_id", flat=True).first()
            if name is None:
                return None
            said[part] = name
    return json.dumps(said).encode()
