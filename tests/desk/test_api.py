"""The API: whose token may what, what another brand's learns (nothing), what is sealed (never there), what is said."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nestor.composer.reads import draft_of
from nestor.faces.api.v1.api import api
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks.contract import Author
from nestor.people.actions import end_role, give_role, make_token, revoke_token
from nestor.people.models import AccessToken, Member, User
from nestor.people.rules import Scope
from nestor.publisher.models import Delivery
from nestor.routing.actions import take_conversation
from nestor.routing.models import Route
from nestor.triage.actions import correct_reading
from nestor.triage.models import Reading
from nestor.vocabulary import Lane, Role
from nestor.work.models import JournalEntry
from tests.desk.answering import ANSWER, QUESTION, REPLY
from tests.desk.cast import EVE, NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.everything import everything_of
from tests.desk.machine import ROOT, Machine, secret_of
from tests.desk.pictures import picture

ALERT = "Je suis salarié chez vous et je signale une fraude aux marchés publics, j’ai peur des représailles."
DESCRIPTION = api.get_openapi_schema()


@pytest.fixture
def asked(cast: Cast, settle: Settle) -> Conversation:
    """A question, and somebody else's remark, read and routed."""
    take_in(cast.channel, batch(said(QUESTION), said("Merci beaucoup !", 2, by=EVE, minutes=-5)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get(thread_id="t1")
    return found


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


@pytest.fixture
def stranger(cast: Cast) -> Machine:
    return Machine(secret_of(cast.chloe))


def sealed_one(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(ALERT, 9, by=Author("secret-1", "@temoin", "Témoin Caché"))), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get(thread_id="t9")
    correct_reading(cast.alice, Message.objects.of(cast.brand).get(conversation=found), Lane.ALERT, NOON)
    settle()
    assert Route.objects.of(cast.brand).get(conversation=found).is_sealed
    return found


def test_who_brings_no_token_is_told_how(asked: Conversation) -> None:
    answer = Client().get(f"{ROOT}/conversations", headers={"accept-language": "fr"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Language"] == "fr"
    said_ = answer.json()
    assert (said_["code"], said_["status"], said_["title"]) == (
        "unknown_caller",
        401,
        "Le bureau ne vous connaît pas.",
    )
    client = Client()
    client.force_login(User.objects.get(name="Alice"))
    assert client.get(f"{ROOT}/conversations").status_code == 401  # a browser's session opens nothing here


@pytest.mark.parametrize("secret", ["", "x", "nestor_", "nestor_" + "a" * 43, "é", "a" * 10_000])
def test_a_wrong_secret_opens_nothing(cast: Cast, secret: str) -> None:
    assert Machine(secret.encode().decode("latin-1")).ask("GET", "/token").status_code == 401


def test_a_token_lasts_until_its_day_and_no_longer_than_its_maker(cast: Cast) -> None:
    now = timezone.now()
    secret = secret_of(cast.sam, now=now - timedelta(days=8), days=7)
    assert Machine(secret).ask("GET", "/token").status_code == 401
    machine = Machine(secret_of(cast.sam, now=now))
    assert machine.get("/token")["brand"] == "ligne-verte"
    row = AccessToken.objects.of(cast.brand).latest("made_at")
    assert row.last_used_on == timezone.now().date()
    assert row.digest not in secret
    end_role(cast.brand, cast.sam.user, now, actor_id=None)
    assert machine.ask("GET", "/token").status_code == 401
    other = Machine(secret_of(cast.alice))
    row = AccessToken.objects.of(cast.brand).filter(owner=cast.alice.user).get()
    assert not revoke_token(cast.chloe, row, now)
    assert revoke_token(cast.alice, row, now)
    assert not revoke_token(cast.alice, row, now)
    assert other.ask("GET", "/token").status_code == 401


def test_who_may_make_a_token(cast: Cast) -> None:
    assert make_token(cast.bob, "x", [Scope.READ], 30, NOON) is None
    assert make_token(cast.alice, "  ", [Scope.READ], 30, NOON) is None
    assert make_token(cast.alice, "x", [], 30, NOON) is None
    assert make_token(cast.alice, "x", [Scope.READ], 31, NOON) is None
    assert AccessToken.objects.of(cast.brand).count() == 0


PATHS = [
    (path, method, next(iter(operation["security"])) if operation.get("security") else None)
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
]


def form() -> dict[str, Any]:
    return {"file": SimpleUploadedFile("gare.png", picture("PNG")), "alt": "La gare"}


BODIES: dict[str, Any] = {
    "files": form,
    "{file}": {"alt": "x"},
    "hand-over": {"to": None},
    "snooze": {"until": "2126-01-01T10:00:00Z"},
    "reading": {"lane": "press"},
    "hold": {"reason": "x"},
    "lift": {"reason": "x"},
    "check": {"text": "Bonjour"},
    "draft": {"text": "Bonjour"},
    "answers": {"text": "Bonjour"},
    "second-readings": {"text": "Bonjour"},
    "labels": {"name": "x"},
    "backfill": {"start": "2026-03-01T10:00:00Z", "end": "2026-03-02T10:00:00Z"},
    "moderate": {"deed": "hide", "rule": "1"},
    "merge": {"other": "0" * 16},
    "unmerge": {"other": "0" * 16},
    "notes": {"text": "x"},
    "{reply}": REPLY,
    "{label}": {"name": "x"},
    "{view}": {"name": "x"},
    "join": {"other": "0" * 16},
    "part": {"other": "0" * 16},
    "elsewhere": {"place": "phone"},
    "declare-sent": {"url": ""},
    "unused": {"reason": "x"},
    "forwards": {"name": "x", "email": "x@mairie.example", "question": "x", "language": "fr"},
    "role": {"role": "viewer"},
    "reconnect": {"settings": {}, "secrets": {}},
    "read-again": {"from_at": "2026-03-01T10:00:00Z"},
    "translation": {"language": "en"},
    "webhooks": {"name": "x", "url": "https://told.example/", "kinds": ["ChannelHeld"]},
}


def filled(path: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, path
    return path.removeprefix(ROOT)


def test_a_token_of_another_brand_finds_nothing_anywhere(
    cast: Cast, settle: Settle, asked: Conversation, stranger: Machine
) -> None:
    names = everything_of(cast, asked)
    before = JournalEntry.objects.filter(brand_id=cast.brand.pk).count()
    walked = 0
    for path, method, _ in PATHS:
        where = filled(path, names)
        if where == path.removeprefix(ROOT):
            continue
        answer = stranger.ask(method.upper(), where, BODIES.get(path.rpartition("/")[2]), key=f"k{walked}")
        assert answer.status_code == 404, (method, path, answer.content)
        assert answer.json()["code"] == "not_found"
        walked += 1
    assert walked > 25
    assert JournalEntry.objects.filter(brand_id=cast.brand.pk).count() == before
    for path in ("/conversations?state=any", "/search?q=gare", "/members", "/labels", "/journal?limit=100"):
        text = json.dumps(stranger.get(path))
        assert all(name not in text for name in names.values()), path
    for name, value in (("channel", names["channel"]), ("label", names["label"]), ("member", names["member"])):
        assert stranger.get("/conversations", **{name: value, "state": "any"})["items"] == []


def test_a_scope_missing_is_named_and_a_role_too_small_is_too(cast: Cast, asked: Conversation) -> None:
    reader = Machine(secret_of(cast.alice, [Scope.READ]))
    refused = reader.ask("POST", f"/conversations/{asked.public_id}/take")
    assert (refused.status_code, refused.json()["code"], refused.json()["scope"]) == (403, "scope", "organise")
    assert reader.ask("GET", "/journal").status_code == 403
    assert reader.ask("POST", "/conversations/0000000000000000/take").status_code == 403  # the same, whatever is there
    machine = Machine(secret_of(cast.sam))
    assert machine.ask("POST", f"/conversations/{asked.public_id}/take").status_code == 200
    give_role(cast.brand, cast.sam.user, Role.VIEWER, NOON, actor_id=None)
    refused = machine.ask("POST", f"/conversations/{asked.public_id}/resolve")
    assert (refused.status_code, refused.json()["code"]) == (403, "role")


def test_the_inbox_as_a_machine_reads_it(cast: Cast, asked: Conversation, machine: Machine) -> None:
    page = machine.get("/conversations", limit=1)
    assert (len(page["items"]), bool(page["next"])) == (1, True)
    rest = machine.get("/conversations", limit=1, after=page["next"])
    assert rest["next"] is None
    assert {page["items"][0]["id"], rest["items"][0]["id"]} == {
        one.public_id for one in Conversation.objects.of(cast.brand)
    }
    found = machine.get(f"/conversations/{asked.public_id}")
    assert (found["lane"], found["channel"], found["who"]) == ("question", cast.channel.public_id, "Dan")
    assert [one["id"] for one in machine.get("/conversations", lane=["question", "press"])["items"]] == [
        asked.public_id
    ]
    assert machine.get("/conversations", whose="me")["items"] == []
    hit = machine.get("/search", q="gare")["items"][0]
    assert (hit["id"], hit["hit"]["marks"] != []) == (asked.public_id, True)
    messages = machine.get(f"/conversations/{asked.public_id}/messages")["items"]
    assert [(one["text"], one["reading"]["lane"]) for one in messages] == [(QUESTION, "question")]
    assert machine.get(f"/messages/{messages[0]['id']}")["text"] == QUESTION
    assert machine.get(f"/messages/{messages[0]['id']}/reading")["lane"] == "question"
    member = machine.get(f"/members/{found['member']}")
    assert (member["name"], member["identities"][0]["handle"]) == ("Dan", "@dan")
    with_dan = machine.get(f"/members/{found['member']}/conversations")["items"]
    assert [one["id"] for one in with_dan] == [asked.public_id]
    assert [one["id"] for one in machine.get("/channels")["items"]] == [cast.channel.public_id]
    assert "secret-ours" not in json.dumps(machine.get("/channels"))
    assert {one["name"] for one in machine.get("/team")["items"]} == {"Alice", "Bob", "Sam", "Vera"}


def test_a_thread_is_read_page_by_page(cast: Cast, settle: Settle, machine: Machine) -> None:
    take_in(cast.channel, batch(*(said(f"Message {n} ?", n, thread_id="long", minutes=n // 3) for n in range(9))), NOON)
    settle()
    found = Conversation.objects.of(cast.brand).get(thread_id="long")
    seen, after = [], ""
    while True:
        page = machine.get(f"/conversations/{found.public_id}/messages", limit=2, after=after)
        seen += [one["text"] for one in page["items"]]
        after = page["next"] or ""
        if not after:
            break
    assert seen == [f"Message {n} ?" for n in range(9)]


def test_deeds_of_a_machine_are_those_of_a_page(cast: Cast, asked: Conversation, machine: Machine) -> None:
    at = f"/conversations/{asked.public_id}"
    taken = machine.ask("POST", f"{at}/take").json()
    assert (taken["changed"], taken["conversation"]["is_mine"]) == (True, True)
    assert machine.ask("POST", f"{at}/take").json()["changed"] is False
    given = machine.ask("POST", f"{at}/hand-over", {"to": cast.bob.user.public_id}).json()
    assert given["conversation"]["assignee"] == "Bob"
    assert machine.ask("POST", f"{at}/hand-over", {"to": cast.chloe.user.public_id}).status_code == 404
    later = (timezone.now() + timedelta(hours=2)).isoformat()
    assert machine.ask("POST", f"{at}/snooze", {"until": later}).json()["conversation"]["snoozed_until"]
    assert machine.ask("POST", f"{at}/wake").json()["conversation"]["snoozed_until"] is None
    label = machine.ask("POST", "/labels", {"name": "Été"}).json()
    assert machine.ask("PUT", f"{at}/labels/{label['id']}").json()["conversation"]["labels"] == [label]
    assert machine.get("/conversations", label=label["id"])["items"][0]["id"] == asked.public_id
    assert machine.ask("DELETE", f"{at}/labels/{label['id']}").json()["conversation"]["labels"] == []
    assert machine.ask("DELETE", f"/labels/{label['id']}").json() == {"changed": True}
    assert machine.ask("POST", f"{at}/resolve").json()["conversation"]["is_open"] is False
    assert machine.ask("POST", f"{at}/reopen").json()["conversation"]["is_open"] is True
    message = Message.objects.of(cast.brand).get(conversation=asked).public_id
    corrected = machine.ask("PUT", f"/messages/{message}/reading", {"lane": "press"}).json()
    assert (corrected["lane"], corrected["is_corrected"]) == ("press", True)
    held = machine.ask("POST", f"/channels/{cast.channel.public_id}/hold", {"reason": "Grève"}).json()
    assert held["hold_reason"] == "Grève"
    lifted = machine.ask("POST", f"/channels/{cast.channel.public_id}/lift", {"reason": "Finie"}).json()
    assert lifted["held_at"] is None
    lines = machine.get("/journal", limit=100)["items"]
    assert {"take_conversation", "hand_over", "resolve_conversation", "hold_channel"} <= {one["verb"] for one in lines}
    assert all("Alice" not in json.dumps(one) and str(cast.alice.user.pk) not in json.dumps(one) for one in lines)


def test_a_key_does_a_thing_once(cast: Cast, asked: Conversation, machine: Machine) -> None:
    at = f"/conversations/{asked.public_id}"
    first = machine.ask("POST", f"{at}/take", key="one").json()
    take_conversation(cast.bob, asked, timezone.now())
    again = machine.ask("POST", f"{at}/take", key="one").json()
    assert (first["changed"], again["changed"], again["conversation"]["assignee"]) == (True, True, "Bob")
    assert machine.ask("POST", f"{at}/resolve", key="one").json()["code"] == "key_reused"
    assert machine.ask("POST", f"{at}/take", key="x" * 61).status_code == 422
    assert JournalEntry.objects.filter(verb="take_conversation").count() == 2


def test_an_answer_goes_through_the_guard_and_out_once(cast: Cast, asked: Conversation, machine: Machine) -> None:
    at = f"/conversations/{asked.public_id}/answers"
    assert machine.ask("POST", at, {"text": ANSWER}).json()["code"] == "key_missing"
    insult = machine.ask("POST", at, {"text": "Vous êtes un connard."}, key="a")
    assert (insult.status_code, insult.json()["code"]) == (422, "objection")
    assert insult.json()["findings"][0]["says"] == "This insults the person who reads it."
    assert machine.ask("POST", at, {"text": " \n "}, key="e").json()["code"] == "objection"
    assert Delivery.objects.of(cast.brand).count() == 0
    sent = machine.ask("POST", at, {"text": ANSWER}, key="b")
    assert (sent.status_code, sent.json()["state"]) == (202, "waiting")
    assert machine.ask("POST", at, {"text": ANSWER}, key="b").json()["id"] == sent.json()["id"]
    assert machine.ask("POST", at, {"text": ANSWER + "!"}, key="b").json()["code"] == "key_reused"
    assert Delivery.objects.of(cast.brand).count() == 1
    assert [one["id"] for one in machine.get(f"/conversations/{asked.public_id}/deliveries")["items"]] == [
        sent.json()["id"]
    ]
    delivery = f"/deliveries/{sent.json()['id']}"
    assert machine.ask("POST", f"{delivery}/give-up").json()["code"] == "changed"
    assert machine.ask("POST", f"{delivery}/take-back").json()["state"] == "cancelled"
    assert machine.get(f"/conversations/{asked.public_id}/draft")["text"] == ANSWER


def test_a_text_is_checked_kept_as_a_draft_and_put_away(cast: Cast, asked: Conversation, machine: Machine) -> None:
    at = f"/conversations/{asked.public_id}"
    checked = machine.ask("POST", f"{at}/check", {"text": "Vous êtes un connard."}).json()
    assert (checked["may_go"], checked["findings"][0]["level"]) == (False, "stop")
    assert machine.ask("POST", f"{at}/check", {"text": ANSWER}).json()["may_go"] is True
    assert machine.ask("PUT", f"{at}/draft", {"text": "Bonjour Dan"}).json()["text"] == "Bonjour Dan"
    asked_for = machine.ask("POST", f"{at}/second-readings", {"text": "Vous êtes un connard."})
    assert (asked_for.status_code, asked_for.json()["state"]) == (201, "asked")
    assert machine.ask("POST", f"{at}/second-readings", {"text": ANSWER}).json()["code"] == "objection"
    assert machine.ask("DELETE", f"{at}/draft").json() == {"changed": True}
    assert draft_of(cast.alice, asked) is None


def test_what_is_sealed_is_nowhere(cast: Cast, settle: Settle, asked: Conversation, machine: Machine) -> None:
    sealed = sealed_one(cast, settle)
    message = Message.objects.of(cast.brand).get(conversation=sealed).public_id
    member = Member.objects.of(cast.brand).get(name="Témoin Caché").public_id
    names = {"conversation": sealed.public_id, "message": message, "member": member}
    for path, method, _ in PATHS:
        has_other = any(
            f"{{{name}}}" in path for name in ("delivery", "label", "note", "reply", "elsewhere", "forward", "file")
        )
        if any(f"{{{name}}}" in path for name in names) and not has_other:
            where = filled(path, names)
            answer = machine.ask(method.upper(), where, BODIES.get(path.rpartition("/")[2]), key="k")
            assert answer.status_code == 404, (method, path)
    for path in ("/conversations?state=any", "/search?q=fraude", "/members", "/journal?limit=100"):
        text = json.dumps(machine.get(path), ensure_ascii=False)
        for hint in (*names.values(), "Témoin", "fraude", '"alert"'):
            assert hint not in text, (path, hint)
    assert machine.get("/search", q="fraude")["items"] == []


def test_corrected_to_an_alert_it_is_gone_at_once(cast: Cast, asked: Conversation, machine: Machine) -> None:
    message = Message.objects.of(cast.brand).get(conversation=asked).public_id
    assert machine.ask("PUT", f"/messages/{message}/reading", {"lane": "alert"}).status_code == 404
    assert Reading.objects.of(cast.brand).get(message__public_id=message).lane == "alert"
    assert machine.ask("GET", f"/messages/{message}").status_code == 404
