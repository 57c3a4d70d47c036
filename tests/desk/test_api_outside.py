"""What a machine says of people outside, of accounts nobody reads, and of answers the desk could not see."""

from datetime import timedelta
from typing import Any

import pytest

from nestor.brands.models import OwnAccount
from nestor.inbox.actions import ask_backfill, take_in
from nestor.inbox.models import Conversation, Cursor
from nestor.people.actions import give_role
from nestor.people.models import Member
from nestor.people.rules import Scope
from nestor.publisher.models import Delivery
from nestor.routing.models import ElsewhereAnswer, Route
from nestor.vocabulary import Role
from tests.desk.answering import ANSWER, QUESTION
from tests.desk.cast import EVE, NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.machine import Machine, secret_of


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


@pytest.fixture
def asked(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION), said("Merci beaucoup !", 2, by=EVE)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get(thread_id="t1")
    return found


def members(cast: Cast) -> dict[str, str]:
    return dict(Member.objects.of(cast.brand).values_list("name", "public_id"))


def test_two_members_are_joined_and_parted(cast: Cast, asked: Conversation, machine: Machine) -> None:
    ids = members(cast)
    at, body = f"/members/{ids['Dan']}", {"other": ids[EVE.name]}
    joined = machine.ask("POST", f"{at}/join", body, key="j1").json()
    assert (joined["id"], len(joined["identities"])) == (ids["Dan"], 2)
    assert machine.ask("POST", f"{at}/join", body).json()["code"] == "changed"
    assert [one["id"] for one in machine.get("/members", joined="true")["items"]] == [ids["Dan"]]
    parted = machine.ask("POST", f"{at}/part", body).json()
    assert len(parted["identities"]) == 1
    again = machine.ask("POST", f"{at}/part", body)
    assert (again.status_code, again.json()["code"]) == (409, "changed")
    assert machine.ask("POST", f"{at}/join", {"other": "0" * 16}).status_code == 404
    assert machine.ask("POST", f"{at}/join", {"other": ids["Dan"]}).json()["code"] == "changed"
    assert Machine(secret_of(cast.chloe)).ask("POST", f"{at}/join", body).status_code == 404


def test_members_are_narrowed_as_on_their_page(cast: Cast, asked: Conversation, machine: Machine) -> None:
    def names(**query: Any) -> list[str]:
        return [one["name"] for one in machine.get("/members", **query)["items"]]

    assert names(q="dan") == ["Dan"]
    assert set(names(network="practice")) == {"Dan", EVE.name}
    assert names(network="mastodon") == names(since="2126-01-01") == names(label="0" * 16) == []
    for bad in ({"network": "a b"}, {"since": "tomorrow"}, {"label": "x"}, {"q": "x" * 401}):
        assert machine.ask("GET", "/members", **bad).status_code == 422, bad


def test_an_answer_given_elsewhere_stops_the_clock(cast: Cast, asked: Conversation, machine: Machine) -> None:
    at = f"/conversations/{asked.public_id}/elsewhere"
    body = {"place": "phone", "detail": "Rappelé à 14 h"}
    made = machine.ask("POST", at, body, key="e1")
    assert (made.status_code, made.json()["place"]) == (201, "phone")
    assert machine.ask("POST", at, body, key="e1").json() == made.json()
    assert machine.ask("POST", at, body).json()["code"] == "changed"
    assert machine.get(at)["items"] == [made.json()]
    assert machine.get(f"/conversations/{asked.public_id}")["answered_elsewhere"] is True
    assert Route.objects.of(cast.brand).get(conversation=asked).clock_stopped_at is not None
    assert machine.ask("DELETE", f"{at}/{made.json()['id']}").json() == {"changed": True}
    assert machine.ask("DELETE", f"{at}/{made.json()['id']}").status_code == 404
    assert ElsewhereAnswer.objects.of(cast.brand).count() == 0
    for bad in ({"place": "moon"}, {"place": "phone", "detail": "x" * 201}, {}):
        assert machine.ask("POST", at, bad).status_code == 422, bad


def test_an_unconfirmed_answer_is_declared_sent(cast: Cast, asked: Conversation, machine: Machine) -> None:
    sent = machine.ask("POST", f"/conversations/{asked.public_id}/answers", {"text": ANSWER}, key="k").json()
    at = f"/deliveries/{sent['id']}/declare-sent"
    assert machine.ask("POST", at, {"url": "https://reseau.example/1"}).json()["code"] == "changed"  # it waits still
    Delivery.objects.of(cast.brand).update(state="unconfirmed")
    for bad in ("javascript:alert(1)", "https://", "https://a b", "https://a.example/\n"):
        assert machine.ask("POST", at, {"url": bad}).status_code == 422, bad
    done = machine.ask("POST", at, {"url": "https://reseau.example/1"}).json()
    assert (done["state"], done["url"]) == ("sent", "https://reseau.example/1")


def test_labels_and_views_get_other_names(cast: Cast, machine: Machine) -> None:
    first, second = (machine.ask("POST", "/labels", {"name": name}).json() for name in ("Été", "Hiver"))
    changed = machine.ask("PUT", f"/labels/{first['id']}", {"name": "Printemps", "tint": 3}).json()
    assert changed == {"id": first["id"], "name": "Printemps", "tint": 3}
    taken = machine.ask("PUT", f"/labels/{second['id']}", {"name": "PRINTEMPS"})
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (422, "label")
    assert machine.ask("PUT", f"/labels/{second['id']}", {"name": "x", "tint": 8}).status_code == 422
    assert [one["name"] for one in machine.get("/labels")["items"]] == ["Hiver", "Printemps"]
    view = machine.ask("POST", "/views", {"name": "Urgent", "is_shared": True}).json()
    assert machine.ask("PUT", f"/views/{view['id']}", {"name": "À voir"}).json()["name"] == "À voir"
    assert machine.ask("PUT", f"/views/{view['id']}", {"name": " "}).json()["code"] == "invalid"


def test_accounts_nobody_reads_are_named_and_settled(cast: Cast, machine: Machine) -> None:
    body = {"network": "mastodon", "handle": "@ligneverte"}
    made = machine.ask("POST", "/accounts", body, key="a1")
    assert (made.status_code, made.json()["is_blind"], made.json()["name"]) == (201, True, "Mastodon")
    assert machine.ask("POST", "/accounts", body, key="a1").json() == made.json()
    assert machine.ask("POST", "/accounts", body).json()["errors"][0]["code"] == "account"
    assert machine.ask("POST", "/accounts", body | {"network": "minitel"}).json()["errors"][0]["code"] == "network"
    at = f"/accounts/{made.json()['id']}"
    assert machine.ask("POST", f"{at}/unused", {"reason": "Fermé"}).json() == {"changed": True}
    assert machine.get("/accounts")["items"][0]["unused_reason"] == "Fermé"
    assert machine.ask("POST", f"{at}/used").json() == {"changed": True}
    assert machine.ask("POST", f"{at}/used").json() == {"changed": False}
    assert machine.ask("DELETE", at).json() == {"changed": True}
    assert OwnAccount.objects.of(cast.brand).count() == 0


def test_who_may_not_connect_names_no_account(cast: Cast) -> None:
    machine = Machine(secret_of(cast.sam, [Scope.CHANNELS]))
    give_role(cast.brand, cast.sam.user, Role.AGENT, NOON, actor_id=None)
    refused = machine.ask("POST", "/accounts", {"network": "mastodon", "handle": "@x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role")


def test_a_channel_is_read_at_once_and_says_what_it_missed(cast: Cast, machine: Machine) -> None:
    at = f"/channels/{cast.channel.public_id}"
    ask_backfill(cast.channel, NOON - timedelta(hours=2), NOON, NOON, actor_id=None)
    (spot,) = machine.get(f"{at}/blind-spots")["items"]
    assert (spot["from_at"], spot["closed_at"]) == ("2026-03-03T09:00:00Z", None)
    is_read = Cursor.objects.of(cast.brand).filter(channel=cast.channel).exists()
    assert machine.ask("POST", f"{at}/read").json() == {"changed": is_read}
    assert Machine(secret_of(cast.chloe)).ask("POST", f"{at}/read").status_code == 404
