"""The API at its edges: what does not fit, what is too much, what is no address, how often, at what cost."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nestor.faces.api.v1.api import api
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks import contract as network
from nestor.routing.rules import bulk
from nestor.work.models import JournalEntry
from tests.desk.answering import QUESTION
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.machine import ROOT, Machine, secret_of
from tests.house.test_forbidden import PERSON

DESCRIPTION = api.get_openapi_schema()


@pytest.fixture
def asked(cast: Cast, settle: Settle) -> Conversation:
    """A question, read and routed."""
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


@pytest.mark.parametrize(
    ("path", "query", "at"),
    [
        ("/conversations", "lane=nonsense", "lane/0"),
        ("/conversations", "limit=0", "limit"),
        ("/conversations", "limit=many", "limit"),
        ("/conversations", "since=5", "since"),
        ("/conversations", "whose=alice", "whose"),
        ("/conversations", "after=nonsense", "after"),
        ("/conversations", "after=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHwx", "after"),
        ("/search", "", "q"),
        ("/members", "after=%00", "after"),
        ("/journal", "after=x", "after"),
    ],
)
def test_what_does_not_fit_is_named(machine: Machine, path: str, query: str, at: str) -> None:
    answer = machine.ask("GET", f"{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    errors = answer.json()["errors"]
    assert [one["at"] for one in errors] == [at]
    assert errors[0]["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'{"to": 5}', b'{"to": null, "more": 1}', b'{"to": "x"}', b"[" * 9999]
)
def test_a_bad_body_changes_nothing(cast: Cast, asked: Conversation, machine: Machine, body: bytes) -> None:
    answer = machine.ask("POST", f"/conversations/{asked.public_id}/hand-over", body)
    assert answer.status_code in (400, 422), answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert JournalEntry.objects.filter(verb="hand_over").count() == 0


def test_a_mistyped_filter_is_refused_not_passed_over(cast: Cast) -> None:
    machine = Machine(secret_of(cast.alice))
    refused = machine.ask("GET", "/conversations", lnae="question", limit=1)
    assert refused.status_code == 422
    assert [(one["in"], one["at"], one["code"]) for one in refused.json()["errors"]] == [
        ("query", "lnae", "extra_forbidden")
    ]
    assert machine.ask("GET", "/token", x="1").status_code == 422
    assert machine.ask("POST", "/labels?limit=1", {"name": "x"}).status_code == 422
    assert machine.get("/labels")["items"] == []
    assert machine.ask("GET", "/first-steps", since="0.5").status_code == 422


def test_what_is_no_address_or_no_method_is_said_as_a_problem(machine: Machine, asked: Conversation) -> None:
    for path in ("/nothing", "/conversations/short", f"/conversations/{asked.public_id}/", "/conversations/%00"):
        answer = machine.ask("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    answer = machine.ask("PATCH", f"/conversations/{asked.public_id}")
    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "method", "GET")
    big = machine.ask("POST", f"/conversations/{asked.public_id}/check", b'{"text": "' + b"a" * 3_000_000 + b'"}')
    assert (big.status_code, big.json()["code"]) == (413, "too_big")


def test_nobody_calls_too_often(cast: Cast, settings: Any, asked: Conversation) -> None:
    settings.NESTOR_API_RATE = 3
    machine, other = Machine(secret_of(cast.alice)), Machine(secret_of(cast.alice))
    answers = [machine.ask("GET", "/token") for _turn in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert answers[0].headers["RateLimit"].startswith('"token";r=2;t=')
    assert answers[0].headers["RateLimit-Policy"] == '"token";q=3;w=60'
    assert 1 <= int(answers[4].headers["Retry-After"]) <= 60
    assert answers[4].json()["code"] == "too_many"
    assert other.ask("GET", "/token").status_code == 200


def test_how_many_queries_a_call_costs(cast: Cast, asked: Conversation, machine: Machine) -> None:
    machine.get("/token")
    message = Message.objects.of(cast.brand).get(conversation=asked)
    for path, most in (
        ("/token", 2),
        ("/conversations", 6),
        (f"/conversations/{asked.public_id}", 9),
        (f"/conversations/{asked.public_id}/messages", 9),
        (f"/messages/{message.public_id}", 12),
        ("/search?q=gare", 10),
        ("/members", 9),
        ("/journal", 9),
    ):
        with CaptureQueriesContext(connection) as queries:
            machine.get(path)
        assert len(queries) <= most, (path, len(queries))


def test_no_operation_is_about_a_person_of_the_team() -> None:
    for path, operations in DESCRIPTION["paths"].items():
        assert not PERSON.search(path.replace("/", " ").replace("hand-over", "").replace("{", " "))
        for operation in operations.values():
            assert not [one["name"] for one in operation.get("parameters", []) if PERSON.search(one["name"])]


def test_of_two_things_with_one_name_none_is_lost() -> None:
    deeds = {
        path: operations["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for path, operations in DESCRIPTION["paths"].items()
        if path.endswith(("/moderate", "/bulk"))
    }
    schemas = DESCRIPTION["components"]["schemas"]
    moderated, begun = (schemas[deeds[path]]["properties"]["deed"] for path in sorted(deeds, reverse=True))
    assert set(moderated["enum"]) == {one.value for one in network.Deed}
    assert set(schemas[begun["$ref"].rpartition("/")[2]]["enum"]) == {one.value for one in bulk.Deed}


def test_the_description_is_there_for_everybody() -> None:
    answer = Client().get(f"{ROOT}/openapi.json")
    assert (answer.status_code, answer.json()["info"]["title"]) == (200, "Nestor")
