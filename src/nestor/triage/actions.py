"""Writes of triage: read messages, correct a reading."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from nestor.inbox import actions as inbox
from nestor.inbox.models import Message
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.triage import reads
from nestor.triage.events import MessageRead, ReadingCorrected
from nestor.triage.models import Correction, Reading
from nestor.triage.rules import contract
from nestor.triage.rules.sealing import must_be_sealed
from nestor.vocabulary import Lane
from nestor.work.actions import announce, announce_all, note
from nestor.work.actions.many import write_rows
from nestor.work.reads.lookups import Among


def read_messages(brand_id: int, message_ids: Iterable[int], now: datetime) -> int:
    """Read messages that wait for it, let them be seen, and say so; return how many. Reading twice changes nothing."""
    rows = Message.objects.of(brand_id).filter(Among("pk", message_ids), shown_at__isnull=True, is_ours=False)
    messages = list(rows.order_by("published_at", "id").only(*reads.READ))
    if not messages:
        return 0
    found = list(reads.reader().read_many(reads.texts_of(messages)))
    with transaction.atomic():
        fresh = [_row(message, reading, now) for message, reading in zip(messages, found, strict=True)]
        Reading.objects.of(brand_id).filter(Among("message_id", [one.pk for one in messages])).delete()
        write_rows(Reading, fresh)
        sealed = [one.pk for one, reading in zip(messages, found, strict=True) if must_be_sealed(reading)]
        read_as = {one.pk: one.edited_at for one in messages}
        inbox.show_messages(brand_id, read_as.keys() - set(sealed), sealed, now, read_as=read_as)
        announce_all(
            [
                MessageRead(brand_id=brand_id, message_id=one.pk, conversation_id=one.conversation_id)
                for one in messages
            ],
            now,
        )
    return len(messages)


def _row(message: Message, reading: contract.Reading, now: datetime) -> dict[str, Any]:
    return {
        "brand_id": message.brand_id,
        "message_id": message.pk,
        "language": reading.language.value,
        "lane": reading.lane.value,
        "lanes": {lane.value: round(share, 4) for lane, share in reading.lanes.items()},
        "flags": sorted(reading.flags),
        "tone": reading.tone.value,
        "harm_level": reading.harm_level,
        "harm_kinds": sorted(kind.value for kind in reading.harm_kinds),
        "urgency": int(reading.urgency),
        "is_unsure": reading.unsure,
        "is_suspected": reading.suspected,
        "reasons": [[one.label, one.start, one.end, round(one.weight, 3), one.code] for one in reading.reasons],
        "model": reading.model[:60],
        "read_at": now,
    }


def correct_reading(seat: Seat, message: Message, lane: Lane, now: datetime) -> bool:
    """Say which lane a message really belongs to; False when it is there already or the person may not."""
    if not seat.may(Permission.ROUTE, message):
        return False
    with transaction.atomic():
        rows = Reading.objects.of(message.brand_id).filter(message=message).exclude(lane=lane.value)
        was = rows.values_list("lane", "model").first()
        changes = {"lane": lane.value, "is_unsure": False, "corrected_by": seat.user, "corrected_at": now}
        if was is None or rows.update(**changes) != 1:
            return False
        Correction.objects.create(
            brand_id=message.brand_id,
            message=message,
            field="lane",
            was=was[0],
            should_be=lane.value,
            model=was[1],
            corrected_at=now,
        )
        _seal_or_unseal(message, lane)
        facts = {"was": was[0], "lane": lane.value}
        note("correct_reading", message, now, brand_id=message.brand_id, actor_id=seat.user.pk, facts=facts)
        ids = {"brand_id": message.brand_id, "message_id": message.pk, "conversation_id": message.conversation_id}
        announce(ReadingCorrected(**ids), now)
        return True


def _seal_or_unseal(message: Message, lane: Lane) -> None:
    if lane is Lane.ALERT:
        inbox.seal_message(message)
    else:
        inbox.unseal_message(message)
