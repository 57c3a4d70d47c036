"""What a machine does to many conversations and to lists of them."""

import pytest

from nestor.inbox.actions import take_in
from nestor.inbox.models import BlindSpot, Conversation, Message
from nestor.routing.models import Note
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.machine import Machine, secret_of


@pytest.fixture
def stocked(cast: Cast, settle: Settle) -> list[Conversation]:
    take_in(cast.channel, batch(*(said(f"À quelle heure ouvre la gare ? {n}", n, minutes=n) for n in range(3))), NOON)
    settle()
    return list(Conversation.objects.of(cast.brand).order_by("started_at"))


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


def test_views_are_kept_by_name_and_counted(stocked: list[Conversation], machine: Machine) -> None:
    body = {"name": "Questions", "is_shared": True, "lane": ["question"], "unsure": False}
    made = machine.ask("POST", "/views", body, key="v1")
    assert (made.status_code, made.json()["narrowed"], made.json()["count"]) == (201, {"lane": "question"}, 3)
    assert machine.ask("POST", "/views", body, key="v1").json()["id"] == made.json()["id"]
    assert [one["name"] for one in machine.get("/views")["items"]] == ["Questions"]
    assert machine.get("/counts")["lanes"]["question"] == 3
    assert machine.ask("DELETE", f"/views/{made.json()['id']}").json() == {"changed": True}
    assert machine.ask("POST", "/views", {"name": " ", "lane": []}).json()["code"] == "invalid"
    assert machine.ask("POST", "/views", {"name": "Urgent", "urgency": 3.0}).status_code == 201  # JSON has one number
    assert machine.ask("POST", "/views", {"name": "Urgent", "urgency": 2.5}).json()["code"] == "invalid"
    assert machine.ask("POST", "/views", {"name": "Urgent", "urgency": True}).json()["code"] == "invalid"


def test_one_deed_to_many_is_done_and_undone(
    stocked: list[Conversation], machine: Machine, settle: Settle, clock: Clock
) -> None:
    ids = [one.public_id for one in stocked]
    begun = machine.ask("POST", "/bulk", {"deed": "resolve", "conversations": ids}, key="b1")
    assert (begun.status_code, begun.json()["total"]) == (202, 3)
    at = f"/bulk/{begun.json()['id']}"
    clock.at = stocked[0].last_at.replace(year=2126)
    settle()
    assert machine.get(at)["changed"] == 3
    assert machine.get("/counts")["all"] == 0
    assert machine.ask("POST", f"{at}/undo").json()["state"] == "undoing"
    settle()
    assert machine.get("/counts")["all"] == 3
    for bad in ({"deed": "label", "to": "0" * 16}, {"deed": "snooze"}, {"deed": "assign"}):
        answer = machine.ask("POST", "/bulk", bad | {"conversations": ids})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), bad
    assert machine.ask("POST", "/bulk", {"deed": "delete", "conversations": ids}).status_code == 422


def test_conversations_are_joined_and_parted(stocked: list[Conversation], machine: Machine, cast: Cast) -> None:
    first, second, third = (one.public_id for one in stocked)
    assert machine.ask("POST", f"/conversations/{first}/merge", {"other": second}).json()["id"] == first
    assert machine.ask("GET", f"/conversations/{second}").status_code == 404
    assert len(machine.get(f"/conversations/{first}/messages")["items"]) == 2
    assert machine.ask("POST", f"/conversations/{third}/unmerge", {"other": second}).status_code == 404
    assert machine.ask("POST", f"/conversations/{first}/unmerge", {"other": second}).status_code == 200
    assert machine.get(f"/conversations/{second}")["id"] == second
    assert machine.ask("POST", f"/conversations/{first}/merge", {"other": first}).json()["code"] == "changed"
    alone = Message.objects.of(cast.brand).get(conversation=stocked[2])
    assert machine.ask("POST", f"/messages/{alone.public_id}/split").json()["code"] == "changed"


def test_notes_are_left_read_and_taken_away(stocked: list[Conversation], machine: Machine, cast: Cast) -> None:
    at = f"/conversations/{stocked[0].public_id}/notes"
    made = machine.ask("POST", at, {"text": "À suivre, @Bob"}, key="n1")
    assert made.status_code == 201
    assert machine.ask("POST", at, {"text": "À suivre, @Bob"}, key="n1").json()["id"] == made.json()["id"]
    assert machine.ask("POST", at, {"text": "Autre"}, key="n1").json()["code"] == "key_reused"
    assert [one["text"] for one in machine.get(at)["items"]] == ["À suivre, @Bob"]
    assert "Alice" not in str(machine.get(at))
    assert machine.ask("DELETE", f"{at}/{made.json()['id']}").json() == {"changed": True}
    assert Note.objects.of(cast.brand).count() == 0


def test_an_interval_is_read_again_and_a_message_moderated(
    stocked: list[Conversation], machine: Machine, cast: Cast
) -> None:
    at = f"/channels/{cast.channel.public_id}/backfill"
    assert machine.ask("POST", at, {"start": "2026-03-01T10:00:00Z", "end": "2026-03-02T10:00:00Z"}).json() == {
        "changed": True
    }
    assert BlindSpot.objects.of(cast.brand).filter(until_at__isnull=False).count() == 1
    for start, end in (("2026-03-02", "2026-03-01"), ("2026-03-01", "2126-03-01"), ("2025-01-01", "2026-01-01")):
        body = {"start": f"{start}T10:00:00Z", "end": f"{end}T10:00:00Z"}
        assert machine.ask("POST", at, body).json()["code"] == "invalid", body
    assert machine.ask("POST", at, {"start": "2026-03-01T10:00:00", "end": "x"}).status_code == 422
    message = Message.objects.of(cast.brand)[0].public_id
    assert machine.ask("POST", f"/messages/{message}/moderate", {"deed": "hide"}).json() == {"changed": False}
    assert machine.ask("POST", f"/messages/{message}/moderate", {"deed": "eat"}).status_code == 422
