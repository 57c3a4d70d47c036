"""What the door refuses: huge answers, bombs, addresses inside the house, and credentials that would travel."""

import base64
import gzip
import time
import traceback
import tracemalloc
import zlib
from functools import partial

import httpx
import pytest

from nestor.networks.contract import NetworkTrouble, Reason, Refused, TryLater, Uncertain
from nestor.networks.http import AnswerTooLarge, HttpSession, _redirected
from tests.wire.misbehaving import Call, Misbehaving, in_turn

SECRET = "open-sesame-4711"
METADATA = "http://169.254.169.254/latest/meta-data/"


def session(server: Misbehaving, **options: object) -> HttpSession:
    settings = {"allow_private": True, "read_for": 1.0, "total_for": 4.0, "pause": lambda _seconds: None}
    return HttpSession(server.url, **{**settings, **options})  # type: ignore[arg-type]


def test_a_huge_body_is_cut_off() -> None:
    def pour(call: Call) -> None:
        call.say(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(1_000):
            call.say(b"x" * 100_000)

    with Misbehaving(pour) as server:
        with pytest.raises(AnswerTooLarge):
            session(server, max_bytes=1_000_000).request("GET", "/")
        assert len(server.calls) == 1, "asking again would bring the same"
        with pytest.raises(Uncertain) as caught:
            session(server, max_bytes=1_000_000).request("POST", "/", json={})
    assert caught.value.reason is Reason.MALFORMED


def test_a_gzip_bomb_is_not_inflated() -> None:
    bomb = gzip.compress(b"\0" * 100_000_000)
    with Misbehaving(lambda call: call.answer(200, bomb, Content_Encoding="gzip")) as server:
        tracemalloc.start()
        with pytest.raises(AnswerTooLarge):
            session(server, max_bytes=1_000_000).request("GET", "/")
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(b"hello"), "gzip"), (zlib.compress(b"hello"), "deflate"), (b"hello", "identity"), (b"hello", "")],
)
def test_compressed_answers_are_read(body: bytes, encoding: str) -> None:
    with Misbehaving(lambda call: call.answer(200, body, Content_Encoding=encoding)) as server:
        assert session(server).request("GET", "/").body == b"hello"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(b"hello")[:-9], "gzip"), (b"no gzip at all", "gzip"), (b"hello", "br"), (b"hello", "gzip, gzip")],
)
def test_what_cannot_be_inflated_is_malformed(body: bytes, encoding: str) -> None:
    with Misbehaving(lambda call: call.answer(200, body, Content_Encoding=encoding)) as server:
        with pytest.raises(Refused) as read:
            session(server).request("GET", "/")
        with pytest.raises(Uncertain) as written:
            session(server).request("POST", "/", json={})
    assert read.value.reason is written.value.reason is Reason.MALFORMED


def test_endless_headers_are_cut_off() -> None:
    def pour(call: Call) -> None:
        call.say(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            call.say(b"X-%d: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" % number)

    with Misbehaving(pour) as server, pytest.raises(TryLater):
        session(server).request("GET", "/")


def test_no_call_outlives_its_total_time_however_bytes_drip() -> None:
    def drip(call: Call) -> None:
        call.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        call.drip(b"a", every=0.05)

    with Misbehaving(drip) as server:
        began = time.monotonic()
        with pytest.raises(TryLater):
            session(server, total_for=0.5).request("GET", "/")
    assert time.monotonic() - began < 2


def test_a_taker_who_stops_reading_is_left() -> None:
    with Misbehaving(lambda call: call.hang(), reads_request=False) as server:
        began = time.monotonic()
        with pytest.raises(Uncertain):
            session(server, total_for=0.5).request("POST", "/", content=b"x" * 50_000_000)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]"]
)
def test_an_address_inside_the_house_is_refused_unless_allowed(host: str) -> None:
    with Misbehaving(lambda call: call.answer(200)) as server:
        for method in ("GET", "POST"):
            with pytest.raises(Refused) as caught:
                HttpSession(f"http://{host}:{server.port}").request(method, "/")
            assert caught.value.reason is Reason.UNSAFE
        assert server.calls == []


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "[fe80::1]", "100.100.100.200"])
def test_metadata_and_their_like_are_refused_even_where_private_is_allowed(host: str) -> None:
    with pytest.raises(Refused) as caught:
        HttpSession(f"http://{host}", allow_private=True).request("GET", "/latest/meta-data/")
    assert caught.value.reason is Reason.UNSAFE


@pytest.mark.parametrize("target", [METADATA, "http://[::ffff:169.254.169.254]/", "file:///etc/passwd", "gopher://x/"])
def test_a_read_is_not_redirected_to_what_the_desk_does_not_call(target: str) -> None:
    with Misbehaving(lambda call: call.answer(302, b"", Location=target)) as server:
        with pytest.raises(Refused) as caught:
            session(server).request("GET", "/")
        assert len(server.calls) == 1
    assert caught.value.reason is Reason.UNSAFE


def redirect(call: Call, target: str) -> None:
    call.answer(302, b"", Location=target)


def test_private_is_allowed_for_the_connected_host_alone() -> None:
    with Misbehaving(lambda call: call.answer(200, b"inside")) as inside:
        for target in (inside.url, f"http://localhost:{inside.port}"):
            with Misbehaving(partial(redirect, target=target)) as server:
                with pytest.raises(Refused) as caught:
                    session(server).request("GET", "/")
                assert caught.value.reason is Reason.UNSAFE
        assert inside.calls == []


def test_a_read_follows_its_own_host_with_its_credentials() -> None:
    moved = [lambda call: call.answer(301, b"", Location="/there?x=1"), lambda call: call.answer(200, b"here")]
    with in_turn(*moved) as server:
        answer = session(server, auth=("desk", SECRET)).request("GET", "/")
        assert answer.body == b"here"
        assert answer.url.endswith("/there?x=1")
        assert server.calls[1].request.startswith(b"GET /there?x=1 ")
        assert server.calls[1].header("Authorization").startswith("Basic ")


def test_credentials_stay_at_home() -> None:
    request = httpx.Request("GET", "https://desk.example/a", headers={"X-Token": SECRET, "Accept": "text/html"})
    followed = _redirected(request, "https://elsewhere.example/b")
    assert SECRET not in str(followed.headers.raw)
    assert dict(followed.headers) == {"host": "elsewhere.example", "accept": "text/html"}
    with pytest.raises(Refused):
        _redirected(request, "http://desk.example/b")


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "Proxy-Authorization"])
def test_who_is_signed_in_is_told_where_the_address_has_moved(name: str) -> None:
    request = httpx.Request("GET", "https://desk.example/a", headers={name: SECRET})
    with pytest.raises(Refused, match=r"connect again with https://www\.desk\.example") as caught:
        _redirected(request, "https://www.desk.example/a?token=1")
    assert caught.value.reason is Reason.INVALID


def test_circles_end() -> None:
    with Misbehaving(lambda call: call.answer(302, b"", Location="/again")) as server:
        with pytest.raises(Refused) as caught:
            session(server).request("GET", "/")
        assert len(server.calls) == 6
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("status", "kind"), [(301, Refused), (307, Refused), (308, Refused), (302, Uncertain), (303, Uncertain)]
)
def test_a_write_is_never_redirected(status: int, kind: type[NetworkTrouble]) -> None:
    with Misbehaving(lambda call: call.answer(status, b"", Location="/there")) as server:
        with pytest.raises(NetworkTrouble) as caught:
            session(server).request("POST", "/", json={})
        assert len(server.calls) == 1
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "base",
    [
        "",
        "desk.example",
        "ftp://desk.example",
        "file:///etc/passwd",
        "https://",
        "https://user:pw@desk.example",
        "https://desk.example/?a=1",
        "https://desk.example/#x",
        "https://[",
        "https://a b.example",
        "https://desk.example:99999",
        "https://a\x00b.example",
        "https://" + "a" * 70_000,
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused_at_once(base: str) -> None:
    with pytest.raises(Refused) as caught:
        HttpSession(base)
    assert caught.value.reason in (Reason.INVALID, Reason.UNSAFE)


def test_a_path_cannot_lead_to_another_host() -> None:
    with Misbehaving(lambda call: call.answer(200)) as server:
        calls = session(server)
        for path in (f"http://localhost:{server.port}/", "https://elsewhere.example/", METADATA):
            with pytest.raises(Refused) as caught:
                calls.request("GET", path)
            assert caught.value.reason is Reason.UNSAFE
        assert server.calls == []
        for path in ("//elsewhere.example/x", "@elsewhere.example/x", "\\elsewhere.example"):
            calls.request("GET", path)
        assert calls.request("GET", f"{server.url}/whole").status == 200
        assert len(server.calls) == 4


def test_what_cannot_be_written_never_leaves() -> None:
    with Misbehaving(lambda call: call.answer(200)) as server:
        for headers in ({"X-A": "b\r\nX-Evil: 1"}, {"X-A": "\u0000"}, {"X A": "b"}, {"X-A": "é\u20ac"}):
            with pytest.raises(Refused) as caught:
                session(server).request("POST", "/", json={}, headers=headers)
            assert caught.value.reason is Reason.INVALID
        with pytest.raises(Refused):
            session(server).request("POST", "/", json={"x": object()})
        with pytest.raises(Refused):
            session(server).request("POST", "/", json={"x": "\ud800"})
        with pytest.raises(Refused):
            session(server).request("POST", "/\x00")
    assert [call.request for call in server.calls if call.request] == []


def test_credentials_do_not_travel_unencrypted_but_inside_the_house() -> None:
    for options in (
        {"auth": ("desk", SECRET)},
        {"headers": {"authorization": SECRET}},
        {"headers": {"COOKIE": SECRET}},
    ):
        with pytest.raises(Refused) as caught:
            HttpSession("http://desk.example", **options)
        assert caught.value.reason is Reason.UNSAFE
    for auth in (("de:sk", "pw"), ("desk", "p\nw"), ("desk\x00", "pw")):
        with pytest.raises(Refused):
            HttpSession("https://desk.example", auth=auth)


def test_secrets_and_bodies_show_nowhere() -> None:
    def no(call: Call) -> None:
        call.answer(403, SECRET.encode(), Set_Cookie=SECRET)

    def yes(call: Call) -> None:
        call.answer(200, SECRET.encode(), Set_Cookie=SECRET)

    with in_turn(no, lambda _call: None, yes) as server:
        calls = session(server, auth=("desk", SECRET), headers={"X-Token": SECRET})
        shown = repr(calls)
        for _ in range(2):
            try:
                calls.request("POST", "/", json={"text": SECRET}, params={"token": SECRET})
            except NetworkTrouble as trouble:
                shown += "".join(traceback.format_exception(trouble)) + repr(trouble)
        shown += repr(calls.request("POST", "/", json={}))
    assert "forbidden" in shown
    assert "outage" in shown
    assert SECRET not in shown
    assert base64.b64encode(f"desk:{SECRET}".encode()).decode() not in shown
