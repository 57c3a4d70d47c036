"""Writes of saved replies and signatures."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from nestor.composer import rules
from nestor.composer.models import SavedReply, Signature
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.work.actions import note
from nestor.work.rules import storable
from nestor.work.rules.words import search_text

MOST_REPLIES = 500  # of one brand


class BadReply(ValueError):
    """A saved reply that cannot be kept: which field, and a code why; `names` are what is not known."""

    def __init__(self, field: str, code: str, names: list[str] | None = None) -> None:
        super().__init__(code)
        self.field = field
        self.names = names or []


def save_reply(seat: Seat, given: dict[str, str], now: datetime, *, reply: SavedReply | None = None) -> SavedReply:
    """Keep a saved reply, a new one or another text for one there is. Raise `BadReply`, or `PermissionError`."""
    if not seat.may(Permission.ANSWER, reply):
        raise PermissionError
    values = _checked(given)
    try:
        with transaction.atomic():
            row = _kept(seat, values, now, reply)
            note("save_reply", row, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
            return row
    except IntegrityError as error:
        raise BadReply("shortcut", "taken") from error


def _kept(seat: Seat, values: dict[str, Any], now: datetime, reply: SavedReply | None) -> SavedReply:
    rows = SavedReply.objects.of(seat.brand)
    if reply is not None:
        if rows.filter(pk=reply.pk).update(**values, changed_at=now) != 1:
            raise BadReply("name", "gone")
        reply.refresh_from_db(from_queryset=rows)
        return reply
    if rows.count() >= MOST_REPLIES:
        raise BadReply("name", "too_many")
    fresh: SavedReply = SavedReply.objects.create(brand=seat.brand, changed_at=now, **values)
    return fresh


def _checked(given: dict[str, str]) -> dict[str, Any]:
    name = " ".join(storable(given.get("name", ""), 500).split())
    text = storable(given.get("text", "").replace("\r\n", "\n").strip(), rules.MOST_TEXT + 1)
    shortcut = rules.shortcut_of(given.get("shortcut", ""))
    language = given.get("language", "")
    if not name or len(name) > rules.MOST_NAME:
        raise BadReply("name", "length")
    if not text or len(text) > rules.MOST_TEXT:
        raise BadReply("text", "length")
    if unknown := rules.unknown_in(text):
        raise BadReply("text", "unknown", unknown)
    if shortcut is None:
        raise BadReply("shortcut", "shape")
    if language not in dict(settings.LANGUAGES):
        raise BadReply("language", "unknown")
    search = search_text(name, shortcut, text)
    return {"name": name, "text": text, "shortcut": shortcut, "language": language, "search_text": search}


def delete_reply(seat: Seat, reply: SavedReply, now: datetime) -> bool:
    """Delete a saved reply; False when it is gone already or the person may not."""
    if not seat.may(Permission.ANSWER, reply):
        return False
    with transaction.atomic():
        if SavedReply.objects.of(seat.brand).filter(pk=reply.pk).delete()[0] != 1:
            return False
        note("delete_reply", reply, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
        return True


def count_use(seat: Seat, reply: SavedReply) -> bool:
    """Count one more use, by nobody in particular: no journal line says who."""
    if not seat.may(Permission.ANSWER, reply):
        return False
    return SavedReply.objects.of(seat.brand).filter(pk=reply.pk).update(used=F("used") + 1) == 1


def set_signature(seat: Seat, text: str) -> str:
    """Keep what this person puts below their answers for this brand; "" for nothing. Return it as it is kept."""
    kept = " ".join(storable(text, rules.MOST_SIGNATURE * 2).split())[: rules.MOST_SIGNATURE]
    mine = Signature.objects.of(seat.brand).filter(user=seat.user)
    if not kept:
        mine.delete()
    else:
        Signature.objects.of(seat.brand).update_or_create(brand=seat.brand, user=seat.user, defaults={"text": kept})
    return kept
