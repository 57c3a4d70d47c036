"""What an outcome on the wire means for the desk: surely not done, surely refused, or nobody knows."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import pytest

from nestor.networks import http
from nestor.networks.contract import NetworkTrouble, Reason, Refused, TryLater, Uncertain
from nestor.networks.http import HttpSession, Response
from tests.wire.misbehaving import Call, Misbehaving, Script, in_turn

BRIEF = {"read_for": 0.3, "total_for": 0.6}  # where silence is what is tried; a busy machine is silent for longer


def session(server: Misbehaving, **options: object) -> HttpSession:
    waits: list[float] = []
    settings = {"allow_private": True, "connect_for": 20.0, "read_for": 20.0, "total_for": 60.0, "pause": waits.append}
    return HttpSession(server.url, **{**settings, **options})  # type: ignore[arg-type]


def trouble(method: str, script: Script, **options: object) -> NetworkTrouble:
    with Misbehaving(script) as server, pytest.raises(NetworkTrouble) as caught:
        session(server, **options).request(method, "/thing", json={"text": "x"} if method == "POST" else None)
    return caught.value


def close_at_once(call: Call) -> None:
    return None


def close_mid_body(call: Call) -> None:
    call.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"half")


def hang(call: Call) -> None:
    call.hang()


def drip_head(call: Call) -> None:
    call.say(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    call.drip(b"a", every=0.05)


def drip_body(call: Call) -> None:
    call.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    call.drip(b"a", every=0.05)


def no_http(call: Call) -> None:
    call.say(b"220 mail.example ESMTP\r\n\r\n")


@pytest.mark.parametrize("script", [close_at_once, close_mid_body, hang, drip_head, drip_body, no_http])
def test_whatever_breaks_after_a_write_left_is_uncertain(script: Script) -> None:
    with Misbehaving(script) as server:
        with pytest.raises(Uncertain):
            session(server, **BRIEF).request("POST", "/thing", json={"text": "x"})
        assert len(server.calls) == 1, "a write goes out once"


@pytest.mark.parametrize("script", [close_at_once, close_mid_body, hang, drip_head, drip_body, no_http])
def test_whatever_breaks_a_read_is_for_later(script: Script) -> None:
    found = trouble("GET", script, **BRIEF)
    assert isinstance(found, TryLater)
    assert found.reason is Reason.UNREACHABLE


def test_a_refused_connection_is_surely_not_done() -> None:
    with Misbehaving(close_at_once) as server:
        gone = session(server)
    for method in ("GET", "POST"):
        with pytest.raises(TryLater) as caught:
            gone.request(method, "/thing")
        assert caught.value.reason is Reason.UNREACHABLE


def test_a_name_that_does_not_resolve_is_surely_not_done() -> None:
    with pytest.raises(TryLater) as caught:
        HttpSession("https://desk.invalid", pause=lambda _seconds: None).request("POST", "/", json={})
    assert caught.value.reason is Reason.UNREACHABLE


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, Refused, Reason.INVALID),
        (401, Refused, Reason.SIGN_IN),
        (403, Refused, Reason.FORBIDDEN),
        (404, Refused, Reason.GONE),
        (409, Refused, Reason.DUPLICATE),
        (410, Refused, Reason.GONE),
        (413, Refused, Reason.TOO_LONG),
        (422, Refused, Reason.INVALID),
        (429, TryLater, Reason.LIMITED),
        (500, Uncertain, Reason.OUTAGE),
        (501, Refused, Reason.INVALID),
        (502, Uncertain, Reason.OUTAGE),
        (503, Uncertain, Reason.OUTAGE),
        (504, Uncertain, Reason.OUTAGE),
    ],
)
def test_a_status_after_a_write(status: int, kind: type[NetworkTrouble], reason: Reason) -> None:
    found = trouble("POST", lambda call: call.answer(status, b"{}"))
    assert type(found) is kind
    assert found.reason is reason


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_an_outage_of_a_read_is_for_later(status: int) -> None:
    found = trouble("GET", lambda call: call.answer(status))
    assert isinstance(found, TryLater)
    assert found.reason is Reason.OUTAGE


def test_a_promise_to_be_back_says_when_and_that_nothing_was_done() -> None:
    found = trouble("POST", lambda call: call.answer(503, b"", Retry_After="90"))
    assert isinstance(found, TryLater)
    assert found.after == timedelta(seconds=90)


def test_a_cache_in_between_cannot_promise_that_nothing_was_done() -> None:
    found = trouble("POST", lambda call: call.answer(503, b"", Retry_After="5", X_Varnish="7"))
    assert isinstance(found, Uncertain)


def test_retry_after_may_be_a_date_and_is_bounded() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    found = trouble("POST", lambda call: call.answer(429, b"", Retry_After=date))
    assert isinstance(found, TryLater)
    assert timedelta(seconds=90) < found.after <= timedelta(seconds=100)
    for text, after in (("99999999999", 86_400), ("-5", 60), ("soon", 60), ("0", 1), ("9" * 400, 86_400)):
        found = trouble("POST", partial(_limited, text=text))
        assert isinstance(found, TryLater)
        assert found.after == timedelta(seconds=after)


def _limited(call: Call, text: str) -> None:
    call.answer(429, b"", Retry_After=text)


def test_reads_are_repeated_and_wait_as_asked() -> None:
    waits: list[float] = []
    limited = partial(_limited, text="2")
    with in_turn(close_at_once, limited, lambda call: call.answer(200, b'{"a": 1}')) as server:
        answer = session(server, pause=waits.append).request("GET", "/thing")
        assert answer.json() == {"a": 1}
        assert len(server.calls) == 3
    assert 0.4 <= waits[0] <= 0.8
    assert waits[1] == 2.0


def test_a_read_does_not_wait_beyond_its_total_time() -> None:
    waits: list[float] = []
    with in_turn(partial(_limited, text="600")) as server:
        with pytest.raises(TryLater) as caught:
            session(server, pause=waits.append).request("GET", "/thing")
        assert len(server.calls) == 1
    assert waits == []
    assert caught.value.after == timedelta(minutes=10)


def test_repeats_are_bounded_and_a_clear_no_is_not_repeated() -> None:
    with in_turn(lambda call: call.answer(500)) as server:
        with pytest.raises(TryLater):
            session(server).request("GET", "/thing")
        assert len(server.calls) == 3
    with in_turn(lambda call: call.answer(404)) as server:
        with pytest.raises(Refused):
            session(server).request("GET", "/thing")
        assert len(server.calls) == 1


def test_what_is_said_to_be_idempotent_is_repeated_yet_stays_uncertain() -> None:
    with in_turn(close_at_once) as server:
        with pytest.raises(Uncertain):
            session(server).request("PUT", "/thing", json={}, idempotent=True)
        assert len(server.calls) == 3
    with in_turn(close_at_once) as server:
        with pytest.raises(TryLater):
            session(server).request("GET", "/thing", idempotent=False)
        assert len(server.calls) == 1


def test_what_cannot_be_parsed_is_malformed_and_after_a_write_uncertain() -> None:
    with Misbehaving(lambda call: call.answer(200, b"<html>")) as server:
        with pytest.raises(Refused) as read:
            session(server).request("GET", "/thing").json()
        with pytest.raises(Uncertain) as written:
            session(server).request("POST", "/thing", json={}).json()
    assert read.value.reason is written.value.reason is Reason.MALFORMED


def test_deeply_nested_json_is_malformed() -> None:
    with Misbehaving(lambda call: call.answer(200, b"[" * 200_000)) as server, pytest.raises(Refused) as caught:
        session(server).request("GET", "/thing").json()
    assert caught.value.reason is Reason.MALFORMED


def test_a_network_may_explain_its_own_errors() -> None:
    def explain(answer: Response) -> NetworkTrouble | None:
        return Refused(Reason.CLOSED) if b"closed" in answer.body else None

    closed = trouble("POST", lambda call: call.answer(403, b"closed"), explain=explain)
    assert closed.reason is Reason.CLOSED
    other = trouble("POST", lambda call: call.answer(403, b"other"), explain=explain)
    assert other.reason is Reason.FORBIDDEN


def test_a_clear_no_stays_one_when_its_body_breaks() -> None:
    def broken_no(call: Call) -> None:
        call.say(b"HTTP/1.1 403 No\r\nContent-Length: 1000\r\n\r\nhalf")

    assert trouble("POST", broken_no).reason is Reason.FORBIDDEN


def test_a_write_whose_time_is_over_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime.now(UTC)
    with in_turn(lambda call: call.answer(200)) as server:
        calls = session(server)
        assert calls.request("POST", "/", json={}, not_after=began + timedelta(hours=1)).status == 200
        # The machine slept between the decision to send and the first byte.
        monkeypatch.setattr(http, "wall_clock", lambda: began + timedelta(hours=2))
        with pytest.raises(TryLater) as caught:
            calls.request("POST", "/", json={}, not_after=began + timedelta(hours=1))
        assert calls.request("POST", "/", json={}).status == 200, "the next one is not held up by it"
    assert caught.value.reason is Reason.UNREACHABLE
    assert sum(bool(call.request) for call in server.calls) == 2
