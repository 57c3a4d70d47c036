"""Rows written by the thousand are the rows the ORM would have written, on either database."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from nestor.inbox.models import Conversation, Message
from nestor.triage.models import Reading
from nestor.work.actions.many import change_rows, write_rows
from nestor.work.models import Event
from tests.desk.cast import NOON, Cast

ODD = 'é ’ " % %s \\ \x01 🙂 \u202e'


def plain(row: Any) -> dict[str, Any]:
    found = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value for name, value in found.items() if name not in ("id", "public_id")}


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    made: Conversation = Conversation.objects.create(
        brand=cast.brand, channel=cast.channel, thread_id="t", kind="comment", started_at=NOON, last_at=NOON
    )
    return made


def values(conversation: Conversation, name: str) -> dict[str, Any]:
    return {
        "brand_id": conversation.brand_id,
        "conversation_id": conversation.pk,
        "channel_id": conversation.channel_id,
        "network_id": name,
        "kind": "comment",
        "text": ODD,
        "published_at": NOON - timedelta(microseconds=1),
        "arrived_at": NOON,
        "has_picture": True,
    }


def test_a_row_is_what_the_orm_writes(conversation: Conversation) -> None:
    write_rows(Message, [values(conversation, "a")])
    Message.objects.create(**values(conversation, "b"))
    written, made = (Message.objects.of(conversation.brand_id).get(network_id=name) for name in "ab")
    assert plain(written) | {"network_id": ""} == plain(made) | {"network_id": ""}
    assert len(written.public_id) == 16
    assert written.public_id != made.public_id


def test_json_and_defaults(conversation: Conversation) -> None:
    write_rows(Message, [values(conversation, "a")])
    message = Message.objects.of(conversation.brand_id).get()
    fixed = {"brand_id": conversation.brand_id, "message_id": message.pk, "read_at": NOON, "model": "m"}
    row = fixed | {"language": "fr", "lane": "question", "tone": "neutral", "lanes": {"question": 0.5, ODD: None}}
    write_rows(Reading, [row])
    reading = Reading.objects.of(conversation.brand_id).get()
    assert (reading.lanes, reading.flags, reading.corrected_at) == ({"question": 0.5, ODD: None}, [], None)


def test_nothing_is_written_where_one_row_is_there(conversation: Conversation) -> None:
    write_rows(Message, [values(conversation, "a")])
    with pytest.raises(IntegrityError), transaction.atomic():
        write_rows(Message, [values(conversation, "b"), values(conversation, "a")])
    assert Message.objects.of(conversation.brand_id).count() == 1
    write_rows(Message, [values(conversation, "b"), values(conversation, "a")], ignore_conflicts=True)
    assert Message.objects.of(conversation.brand_id).count() == 2
    write_rows(Message, [])


def test_rows_change_within_their_brand_and_under_their_guard(cast: Cast, conversation: Conversation) -> None:
    later = NOON + timedelta(hours=1)
    rows = [(conversation.pk, {"last_at": later, "subject": ODD, "guard": (later,)})]
    assert change_rows(Conversation, cast.other_brand.pk, rows, guard="last_at < %s") == 0
    assert change_rows(Conversation, cast.brand.pk, rows, guard="last_at < %s") == 1
    assert change_rows(Conversation, cast.brand.pk, rows, guard="last_at < %s") == 0
    conversation.refresh_from_db()
    assert (conversation.last_at, conversation.subject) == (later, ODD)
    assert change_rows(Conversation, cast.brand.pk, []) == 0


def test_many_at_once(db: None) -> None:
    write_rows(Event, [{"brand_id": 1, "name": "X", "ids": {"n": n}, "at": NOON} for n in range(1500)])
    assert Event.objects.count() == 1500
    assert sorted(event.ids["n"] for event in Event.objects.all()) == list(range(1500))
