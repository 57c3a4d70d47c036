"""The doors of the practice network: pages, pictures, tokens, and what it does with nonsense."""

import http.client
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.networks.contract import Deed, NetworkTrouble, Reason, Refused
from nestor.networks.http import HttpSession
from nestor.networks.practice.admin import PracticeServer
from nestor.networks.practice.server.wire import LONGEST_BODY
from tests.wire.practice_desk import OpenDesk


def get(server: PracticeServer, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    return ask(server, "GET", path, headers=headers)


def ask(
    server: PracticeServer, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, named, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def test_pictures_and_pages_are_served_and_harmless(server: PracticeServer, desk: OpenDesk) -> None:
    alice = desk("square")
    evil = "</text><script>alert(1)</script>"
    asked = alice.hear(evil, images=[evil, "Un train"], name=evil)
    arrival = alice.connector.fetch("").arrivals[0]
    paths = [attachment.url for attachment in arrival.attachments]
    paths += [arrival.url, arrival.author.avatar_url]
    for url in paths:
        status, headers, body = get(server, url.removeprefix(server.url))
        assert status == 200
        assert "<script" not in body
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert arrival.network_id == asked
    assert all(attachment.alt == "" for attachment in arrival.attachments)


def test_what_is_hidden_has_no_page(server: PracticeServer, desk: OpenDesk) -> None:
    alice = desk("page")
    asked = alice.hear("Vu de tous")
    assert get(server, f"/p/{asked}")[0] == 200
    alice.connector.act(Deed.HIDE, asked)
    assert get(server, f"/p/{asked}")[0] == 404


def test_what_is_private_has_no_page(server: PracticeServer, desk: OpenDesk) -> None:
    alice = desk("private")
    status, _headers, body = get(server, f"/p/{alice.hear('Entre nous')}")
    assert status == 403
    assert "Entre nous" not in body


# -- doors


def test_only_this_machine_is_answered(server: PracticeServer) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:80@evil.example"):
        assert get(server, "/", Host=host)[0] == 421
    assert get(server, "/", Host=f"localhost:{server.port}")[0] == 200


@pytest.mark.parametrize("path", ["/admin/say", "/admin/accounts", "/admin/fail", "/admin/witness"])
def test_the_stage_is_closed_without_its_token(server: PracticeServer, path: str) -> None:
    for headers in ({}, {"X-Practice-Admin": ""}, {"X-Practice-Admin": "é"}, {"Authorization": "Bearer x"}):
        assert ask(server, "POST", path, b"{}", headers)[0] == 401


@pytest.mark.parametrize("token", ["", "x", "practice_", "é", "x" * 10_000, "' OR 1=1 --"])
def test_a_wrong_token_opens_nothing(server: PracticeServer, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    status, _headers, body = ask(server, "GET", "/v1/me", headers=headers)
    assert (status, json.loads(body)["error"]) == (401, "sign_in")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("PUT", "/v1/me"),
        ("POST", "/"),
        ("GET", "/p/../../etc"),
        ("GET", "/media/sq-1-99999.svg"),
    ],
)
def test_addresses_nobody_knows_are_said_to_be_unknown(server: PracticeServer, method: str, path: str) -> None:
    assert ask(server, method, path)[0] in {404, 405}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    "text",
    "in_reply_to",
    "kind",
    "subject",
    "language",
    "deed",
    "mode",
    "place",
    "count",
    "chance",
    "settings",
    "after",
    "id",
    "ahead_seconds",
    "images",
    "changes",
    "seed",
)
ROUTES = (
    *(("POST", f"/v1/{path}") for path in ("messages", "messages/sq-1/deeds", "messages/%00")),
    *(("PATCH", "/v1/messages/sq-1"), ("DELETE", "/v1/messages/sq-1")),
    *(("POST", f"/admin/{act}") for act in ("join", "issue", "say", "rewrite", "items", "manners", "fail", "hook")),
    *(("POST", f"/admin/{act}") for act in ("genuine-call", "witness", "replay", "mend", "revoke", "remove")),
)


@settings(max_examples=80, deadline=None)
@given(
    route=st.sampled_from(ROUTES),
    body=st.dictionaries(st.sampled_from(FIELDS), JSON).map(json.dumps).map(str.encode) | st.binary(max_size=200),
)
def test_nonsense_is_refused_and_leaves_nothing(nonsense: "Nonsense", route: tuple[str, str], body: bytes) -> None:
    method, path = route
    before = len(nonsense.server.admin.items())
    status, _headers, answer = ask(nonsense.server, method, path, body, nonsense.headers)
    assert status in {200, 204} or (400 <= status < 500 and json.loads(answer)["error"])
    assert len(nonsense.server.admin.items()) == before or status < 400
    nonsense.server.admin.mend()


class Nonsense:
    """Both keys to a network, in one hand."""

    def __init__(self, server: PracticeServer, token: str, admin: str) -> None:
        self.server = server
        self.headers = {"Authorization": f"Bearer {token}", "X-Practice-Admin": admin}


@pytest.fixture(scope="module")
def nonsense(running: PracticeServer) -> Nonsense:
    running.admin.mend()
    running.admin.change_manners("square", calls_per_minute=100_000)
    account = running.admin.desk_account("square", "nonsense", handle="@nonsense")
    session: HttpSession = running.admin._session
    return Nonsense(running, account.token, session._headers["X-Practice-Admin"])


def test_a_body_beyond_all_measure_is_refused(nonsense: Nonsense) -> None:
    status, _headers, body = ask(nonsense.server, "POST", "/v1/messages", b"x" * (LONGEST_BODY + 1), nonsense.headers)
    assert (status, json.loads(body)["error"]) == (413, "too_long")


@pytest.mark.parametrize("text", ["\ud800", "a" * 301, "", " \n\t", "\u200b" * 301])
def test_text_that_cannot_be_is_refused(desk: OpenDesk, text: str) -> None:
    alice = desk("square")
    asked = alice.hear()
    with pytest.raises(Refused):
        alice.answer(asked, text)


@pytest.mark.parametrize("network_id", ["", "..", "sq-1/../../admin/say", "☃", "sq-1?x=1", "%2e%2e", "sq-99999999"])
def test_ids_that_never_were_are_gone(desk: OpenDesk, network_id: str) -> None:
    alice = desk("square")
    alice.connector.delete(network_id)
    for call in (lambda: alice.connector.metrics(network_id), lambda: alice.connector.edit(network_id, "x")):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.reason is Reason.GONE


def test_a_parcel_with_odd_marks_is_sent_or_refused(desk: OpenDesk) -> None:
    alice = desk("square")
    asked = alice.hear()
    outcomes = []
    for mark in ("", "a" * 5000, "é☃", "a\nb: c"):
        try:
            outcomes.append(bool(alice.connector.send(replace(alice.parcel(asked), mark=mark)).network_id))
        except NetworkTrouble as trouble:
            outcomes.append(trouble.reason in {Reason.INVALID, Reason.OUTAGE})
    assert all(outcomes)
