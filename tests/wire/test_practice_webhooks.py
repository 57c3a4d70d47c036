"""Webhooks of the practice network: told in order, again until taken; doubled, shuffled, dropped, garbled on demand."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from nestor.networks.contract import Connector, Reason, Refused
from nestor.networks.practice.admin import Admin, Mode, PracticeServer
from nestor.networks.practice.bench import IMPATIENT
from nestor.networks.practice.server.hooks import RETRIES_AFTER
from tests.wire.practice_desk import Desk, OpenDesk, eventually

SECRET = "hush-hush"


@dataclass
class Receiver:
    """Where calls arrive; refuses the first `refusals` of them."""

    url: str = ""
    refusals: int = 0
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def opened(self, connector: Connector) -> list[str]:
        """Return the texts the calls brought, in the order they came."""
        batches = [connector.open_webhook(headers, body, datetime.now(UTC)) for headers, body in self.calls]
        return [arrival.text for batch in batches for arrival in batch.arrivals]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received = Receiver()

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.refusals -= 1
            if received.refusals < 0:
                received.calls.append((dict(self.headers.items()), body))
            self.send_response(503 if received.refusals >= 0 else 204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        received.url = f"http://127.0.0.1:{listening.server_address[1]}/hook?channel=1"
        yield received
        listening.shutdown()
        thread.join()


@pytest.fixture
def alice(admin: Admin, desk: OpenDesk, receiver: Receiver) -> Iterator[Desk]:
    hooked = desk("square")
    admin.hook(hooked.account.account_id, receiver.url, SECRET)
    yield hooked
    admin.hook(hooked.account.account_id, "")


@pytest.fixture
def connector(server: PracticeServer, alice: Desk) -> Iterator[Connector]:
    where = {"url": server.url, "place": "square", "allow_private": "1"}
    with closing(IMPATIENT.open(where, {"token": alice.account.token, "webhook_secret": SECRET})) as opened:
        yield opened


def test_every_change_is_told_in_order(admin: Admin, alice: Desk, receiver: Receiver, connector: Connector) -> None:
    asked = alice.hear("un")
    alice.hear("deux")
    admin.rewrite(asked, "un, corrigé")
    admin.remove(asked)
    assert eventually(lambda: len(receiver.calls) == 4)
    assert receiver.opened(connector) == ["un", "deux", "un, corrigé"]
    last = connector.open_webhook(*receiver.calls[-1], datetime.now(UTC))
    assert [gone.network_id for gone in last.vanished] == [asked]
    assert last.cursor == ""


def test_our_own_words_are_told_as_ours(alice: Desk, receiver: Receiver, connector: Connector) -> None:
    parcel = alice.parcel(alice.hear("une question"))
    alice.connector.send(parcel)
    assert eventually(lambda: len(receiver.calls) == 2)
    (echo,) = connector.open_webhook(*receiver.calls[1], datetime.now(UTC)).arrivals
    assert (echo.is_ours, echo.mark) == (True, parcel.mark)


def test_a_call_that_is_refused_is_made_again(alice: Desk, receiver: Receiver, connector: Connector) -> None:
    receiver.refusals = 1
    alice.hear("tôt ou tard")
    assert eventually(lambda: receiver.opened(connector) == ["tôt ou tard"])
    assert RETRIES_AFTER[0] <= 1


def test_a_duplicate_brings_the_same_twice(admin: Admin, alice: Desk, receiver: Receiver, connector: Connector) -> None:
    with admin.broken(Mode.DUPLICATE_WEBHOOK, account_id=alice.account.account_id):
        alice.hear("deux fois")
    assert eventually(lambda: len(receiver.calls) == 2)
    first, second = receiver.calls
    assert first[1] == second[1]
    assert receiver.opened(connector) == ["deux fois", "deux fois"]


def test_what_is_shuffled_all_arrives(admin: Admin, alice: Desk, receiver: Receiver, connector: Connector) -> None:
    texts = [f"message {number}" for number in range(8)]
    with admin.broken(Mode.SHUFFLE_WEBHOOKS, account_id=alice.account.account_id, seconds=1.5):
        for text in texts:
            alice.hear(text)
    assert eventually(lambda: len(receiver.calls) == len(texts))
    assert sorted(receiver.opened(connector)) == texts
    assert receiver.opened(connector) != texts


def test_what_is_dropped_is_in_the_feed(admin: Admin, alice: Desk, receiver: Receiver) -> None:
    with admin.broken(Mode.DROP_WEBHOOK, account_id=alice.account.account_id):
        alice.hear("jamais annoncé")
    alice.hear("annoncé")
    assert eventually(lambda: len(receiver.calls) == 1)
    assert "jamais annoncé".encode() not in receiver.calls[0][1]
    assert [arrival.text for arrival in alice.connector.fetch("").arrivals] == ["jamais annoncé", "annoncé"]


def test_what_is_garbled_or_skewed_is_refused(
    admin: Admin, alice: Desk, receiver: Receiver, connector: Connector
) -> None:
    with admin.broken(Mode.GARBLE_WEBHOOK, account_id=alice.account.account_id):
        alice.hear("gribouillis")
        assert eventually(lambda: len(receiver.calls) == 1)
    with admin.broken(Mode.SKEW, account_id=alice.account.account_id, seconds=-900):
        alice.hear("trop vieux")
        assert eventually(lambda: len(receiver.calls) == 2)
    for headers, body in receiver.calls:
        with pytest.raises(Refused) as caught:
            connector.open_webhook(headers, body, datetime.now(UTC))
        assert caught.value.reason is Reason.FORGED


def test_without_a_secret_every_call_is_forged(alice: Desk, receiver: Receiver) -> None:
    alice.hear("un")
    assert eventually(lambda: len(receiver.calls) == 1)
    with pytest.raises(Refused) as caught:
        alice.connector.open_webhook(*receiver.calls[0], datetime.now(UTC))
    assert caught.value.reason is Reason.FORGED


def test_the_window_is_five_minutes_both_ways(alice: Desk, receiver: Receiver, connector: Connector) -> None:
    alice.hear("un")
    assert eventually(lambda: len(receiver.calls) == 1)
    headers, body = receiver.calls[0]
    told_at = datetime.fromtimestamp(int(headers["X-Practice-Timestamp"]), UTC)
    for seconds, is_open in ((-301, False), (-300, True), (300, True), (301, False)):
        try:
            has_opened = bool(connector.open_webhook(headers, body, told_at + timedelta(seconds=seconds)).arrivals)
        except Refused:
            has_opened = False
        assert has_opened is is_open


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://127.0.0.1/", "http://evil.example/", "ftp://127.0.0.1/", "//127.0.0.1", "x"]
)
def test_calls_stay_on_this_machine(admin: Admin, alice: Desk, url: str) -> None:
    with pytest.raises(Refused):
        admin.hook(alice.account.account_id, url)


def test_places_without_webhooks_call_nobody(admin: Admin, desk: OpenDesk, receiver: Receiver) -> None:
    page = desk("page")
    admin.hook(page.account.account_id, receiver.url, SECRET)
    page.hear("sans appel")
    assert [event for event in admin.events() if event["account_id"] == page.account.account_id] == []
