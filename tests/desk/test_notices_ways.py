"""Browsers and telephones: real servers get what leaves; only a browser's own key opens it; nothing goes astray."""

import base64
import json
import socket
from collections.abc import Iterator
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from nestor.networks.contract import Refused
from nestor.notices.actions import tell
from nestor.notices.actions.choosing import TooMany, add_browser, add_phone, reseal_addresses, try_address
from nestor.notices.actions.rota import set_policy
from nestor.notices.models import Address, Sending
from nestor.notices.reads import STILL
from nestor.notices.rules import Occasion
from nestor.notices.ways import phone, push
from nestor.notices.ways.ping import NotPossible, Ping
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast
from tests.desk.conftest import Settle
from tests.desk.post import Doorbell, doorbell

ABOUT = "0123456789abcdef"
PING = Ping("Something waits", "", "/notices/", "ref-1")


@pytest.fixture(autouse=True)
def _still_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no conversation behind what these tests tell of: nothing says that it is over."""
    monkeypatch.delitem(STILL, Occasion.ESCALATED)


class Browser:
    """A browser's half of Web Push: its keys, and what it reads."""

    def __init__(self, endpoint: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"0123456789abcdef"
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription: dict[str, Any] = {
            "endpoint": endpoint,
            "keys": {"p256dh": text(point), "auth": text(self._auth)},
        }

    def opens(self, body: bytes) -> Any:
        """Return what it reads in a call's body."""
        return json.loads(http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"))


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def bell(settings: Any) -> Iterator[Doorbell]:
    settings.NESTOR_PRIVATE_NETWORKS = True
    with doorbell() as running:
        yield running


def sent(cast: Cast, way: str) -> list[tuple[str, str]]:
    return list(Sending.objects.of(cast.brand).filter(way=way).order_by("pk").values_list("state", "reason"))


def open_to(cast: Cast, bell: Doorbell, *more: str) -> None:
    assert set_policy(cast.alice, ["push", "phone"], ["json://127.0.0.1", *more], 10, NOON)


def test_a_browser_gets_a_sentence_only_it_can_read(cast: Cast, bell: Doorbell, settle: Settle) -> None:
    browser = Browser(f"{bell.url}/push/abc?x=1")
    add_browser(cast.bob.user, browser.subscription, "Firefox", NOON)
    tell(cast.brand.pk, Occasion.MENTIONED, ABOUT, NOON, to=[cast.bob.user.pk], lane="press")
    settle()
    settle()
    ((path, headers, body),) = bell.calls
    read = browser.opens(body)
    assert (path, headers["Content-Encoding"]) == ("/push/abc?x=1", "aes128gcm")
    assert set(read) == {"title", "body", "path", "tag"}
    assert read["title"] == "Ligne Verte: You are named in a note."
    assert read["path"].startswith("/notices/")
    assert sent(cast, "push") == [("sent", "")]
    assert headers["Authorization"].endswith(f",k={push.public_key()}")
    assert Vapid02.verify(headers["Authorization"])


def test_a_browser_that_is_gone_is_forgotten(cast: Cast, bell: Doorbell, settle: Settle) -> None:
    bell.status = 410
    add_browser(cast.bob.user, Browser(f"{bell.url}/gone").subscription, "Firefox", NOON)
    tell(cast.brand.pk, Occasion.MENTIONED, ABOUT, NOON, to=[cast.bob.user.pk])
    settle()
    assert sent(cast, "push") == [("failed", "gone")]
    assert not Address.objects.exists()
    assert "no longer takes notices" in as_(cast.bob).get("/notices/").content.decode()


@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, ("waiting", "limited")), (500, ("unconfirmed", "outage")), (403, ("failed", "forbidden"))],
)
def test_what_a_push_service_answers_is_shown(
    cast: Cast, bell: Doorbell, settle: Settle, status: int, expected: tuple[str, str]
) -> None:
    bell.status = status
    add_browser(cast.bob.user, Browser(f"{bell.url}/x").subscription, "Firefox", NOON)
    tell(cast.brand.pk, Occasion.MENTIONED, ABOUT, NOON, to=[cast.bob.user.pk])
    settle()
    settle()
    assert (sent(cast, "push"), len(bell.calls)) == ([expected], 1)


def test_the_same_browser_is_kept_once_and_a_dozen_is_enough(cast: Cast) -> None:
    browser = Browser("https://fcm.googleapis.com/send/1")
    first = add_browser(cast.bob.user, browser.subscription, "Firefox", NOON)
    assert add_browser(cast.bob.user, browser.subscription, "Again", NOON).pk == first.pk
    for number in range(11):
        add_browser(cast.bob.user, Browser(f"https://fcm.googleapis.com/send/x{number}").subscription, "", NOON)
    with pytest.raises(TooMany):
        add_browser(cast.bob.user, Browser("https://fcm.googleapis.com/send/y").subscription, "", NOON)


def test_where_somebody_is_reached_is_sealed(cast: Cast) -> None:
    add_browser(cast.bob.user, Browser("https://fcm.googleapis.com/send/planted").subscription, "Firefox", NOON)
    row = Address.objects.get()
    assert "planted" not in f"{row.sealed}{row.digest}{row.name}"
    before = row.sealed
    assert reseal_addresses() == 1
    row.refresh_from_db()
    assert row.sealed != before


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"endpoint": 5},
        {"endpoint": "https://x.test"},
        {"endpoint": "https://x.test", "keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"endpoint": "file:///etc/passwd", "keys": {"p256dh": "x", "auth": "y"}},
        {"endpoint": "https://" + "x" * 5000, "keys": {}},
        {"endpoint": "https://x.test", "keys": {"p256dh": "é" * 20, "auth": "\ud800"}},
    ],
)
def test_a_senseless_browser_is_refused(cast: Cast, given: dict[str, Any]) -> None:
    answer = as_(cast.bob).post("/me/reached/browser", {"subscription": given, "name": "x"}, "application/json")
    assert answer.status_code == 400
    assert not Address.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '"x"'])
def test_what_is_no_json_is_refused(cast: Cast, body: str) -> None:
    assert as_(cast.bob).post("/me/reached/browser", body, "application/json").status_code == 400


@pytest.mark.parametrize("endpoint", ["https://10.0.0.1/x", "https://evil.test/x", "http://169.254.169.254/latest"])
def test_the_desk_calls_no_push_service_it_does_not_know(cast: Cast, settings: Any, endpoint: str) -> None:
    settings.NESTOR_PRIVATE_NETWORKS = False
    address = add_browser(cast.bob.user, Browser(endpoint).subscription, "Firefox", NOON)
    with pytest.raises(NotPossible):
        try_address(cast.bob, address, NOON)


def test_a_service_chosen_that_leads_indoors_is_refused(cast: Cast, settings: Any) -> None:
    settings.NESTOR_PRIVATE_NETWORKS = False
    assert set_policy(cast.alice, ["push"], ["push://localhost"], 10, NOON)
    address = add_browser(cast.bob.user, Browser("https://localhost:1/x").subscription, "Firefox", NOON)
    with pytest.raises(Refused):
        try_address(cast.bob, address, NOON)
    address.refresh_from_db()
    assert address.trouble == "unsafe"


def test_a_telephone_gets_a_neutral_sentence(cast: Cast, bell: Doorbell, settle: Settle) -> None:
    open_to(cast, bell)
    add_phone(cast.bob, f"json://{bell.host}/ring", "Astreinte", NOON)
    tell(cast.brand.pk, Occasion.ESCALATED, ABOUT, NOON, to=[cast.bob.user.pk])
    settle()
    settle()
    ((path, _headers, _body),) = bell.calls
    assert path == "/ring"
    assert bell.json()["title"] == "Ligne Verte: Nobody has answered yet: it comes to you."
    assert sent(cast, "phone") == [("sent", "")]


@pytest.mark.parametrize(("status", "expected"), [(403, ("failed", "invalid")), (500, ("unconfirmed", "outage"))])
def test_what_a_telephone_service_answers_is_shown(
    cast: Cast, bell: Doorbell, settle: Settle, status: int, expected: tuple[str, str]
) -> None:
    open_to(cast, bell)
    add_phone(cast.bob, f"json://{bell.host}/ring", "Astreinte", NOON)
    bell.status = status
    tell(cast.brand.pk, Occasion.ESCALATED, ABOUT, NOON, to=[cast.bob.user.pk])
    settle()
    settle()
    assert (sent(cast, "phone"), len(bell.calls)) == ([expected], 1)


def test_a_service_that_is_away_is_tried_again(cast: Cast, bell: Doorbell, settle: Settle) -> None:
    open_to(cast, bell)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        add_phone(cast.bob, f"json://127.0.0.1:{taken.getsockname()[1]}/", "Astreinte", NOON)
        tell(cast.brand.pk, Occasion.ESCALATED, ABOUT, NOON, to=[cast.bob.user.pk])
        settle()
    assert sent(cast, "phone") == [("waiting", "unreachable")]


@pytest.mark.parametrize("address", ["tgram://123456789:abcdefg_hijklmnop/12315544/", "jsons://evil.test/", "ntfy://t"])
def test_a_service_the_head_did_not_choose_is_not_added(cast: Cast, bell: Doorbell, address: str) -> None:
    open_to(cast, bell)
    with pytest.raises(NotPossible):
        add_phone(cast.bob, address, "x", NOON)
    assert not Address.objects.exists()


@pytest.mark.parametrize(
    "address", ["", "nonsense", "json://", "foo://bar", "x" * 2000, "json://h/\n", "file:///etc/passwd"]
)
def test_a_senseless_telephone_is_refused(cast: Cast, bell: Doorbell, address: str) -> None:
    open_to(cast, bell)
    with pytest.raises((ValueError, NotPossible)):
        add_phone(cast.bob, address, "x", NOON)


def test_apprise_is_kept_from_where_the_desk_does_not_call(cast: Cast, bell: Doorbell) -> None:
    with pytest.raises(Refused) as refused:
        phone.send(f"json://{bell.host}/", PING, ["json://127.0.0.1"], allow_private=False)
    assert (refused.value.reason, bell.calls) == ("unsafe", [])
    with pytest.raises(Refused):
        phone.send("json://169.254.169.254/", PING, ["json://169.254.169.254"], allow_private=True)


def test_a_redirect_to_another_host_is_not_followed(cast: Cast, bell: Doorbell) -> None:
    bell.status, bell.location = 302, f"http://localhost:{bell.url.rpartition(':')[2]}/elsewhere"
    with pytest.raises(Refused):
        phone.send(f"json://{bell.host}/", PING, ["json://127.0.0.1"], allow_private=True)
    assert [path for path, _headers, _body in bell.calls] == ["/"]


def test_certificates_are_checked_beyond_ones_own_house(cast: Cast) -> None:
    with pytest.raises(Refused):
        phone.send("jsons://example.test/?verify=no", PING, ["jsons://example.test"], allow_private=False)
