"""Sites that contradict themselves: reading ends, says why, and nothing but a NetworkTrouble comes out."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from nestor.networks.contract import NetworkTrouble, Parcel, Reason, Refused, TryLater, Uncertain
from nestor.networks.registry import ALLOW_PRIVATE
from nestor.networks.wordpress import WORDPRESS, WordPressConnector
from tests.wire.misbehaving import Call, Misbehaving
from tests.wire.test_wordpress_input import ROW

ODD_VALUES: tuple[Any, ...] = (None, [], {}, 1e300, "x" * 9, 2**70)
ME = {"id": 2, "slug": "desk", "name": "Desk", "link": "https://gazette.example/author/desk/", "capabilities": {}}
Answer = Callable[[str, dict[str, str]], tuple[int, Any, str]]
"""Given path and query: status, body, total."""


@contextmanager
def odd_site(answer: Answer) -> Iterator[tuple[WordPressConnector, Misbehaving]]:
    def serve(call: Call) -> None:
        parts = urlsplit(call.request.split(b" ")[1].decode())
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = query.get("rest_route", parts.path.removeprefix("/wp-json"))
        status, body, total = (200, ME, "") if path.endswith("users/me") else answer(path, query)
        headers = {"Content_Type": "application/json", **({"X_WP_Total": total} if total else {})}
        call.answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), **headers)

    with Misbehaving(serve) as server:
        settings = {"url": server.url, "user": "desk", ALLOW_PRIVATE: "1"}
        connector = WORDPRESS.open(settings, {"application_password": "x"}, pause=lambda _seconds: None)
        yield connector, server
        connector.close()


def rows_from(first: int, count: int) -> list[dict[str, Any]]:
    return [{**ROW, "id": first + n} for n in range(count)]


@pytest.mark.parametrize("total", ["9999999999", "1000000"])
def test_a_list_that_promises_more_than_it_gives_ends(total: str) -> None:
    with odd_site(lambda _path, _query: (200, [], total)) as (connector, server):
        with pytest.raises(Refused) as caught:
            connector.fetch("")
        assert len(server.calls) < 400
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("total", ["", "-1", "many", "9" * 5_000, "1e3", "\xb2"])
def test_a_list_that_does_not_say_how_long_it_is_is_malformed(total: str) -> None:
    with odd_site(lambda _path, _query: (200, [], total)) as (connector, _server), pytest.raises(Refused) as caught:
        connector.fetch("")
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.slow
def test_a_list_that_is_always_the_same_ends() -> None:
    with odd_site(lambda _path, _query: (200, rows_from(1, 100), "100000")) as (connector, server):
        cursor, batches = "", 0
        try:
            while batches < 5:
                batch = connector.fetch(cursor)
                assert len(batch.arrivals) <= 100
                cursor, batches = batch.cursor, batches + 1
        except Refused as trouble:
            expect_malformed(trouble)
        assert len(server.calls) < 2_000


def expect_malformed(trouble: NetworkTrouble) -> None:
    assert trouble.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{}", b'"text"', b"[1]", b"[null]", b"[{}]", b"[[]]", b"\xff\xfe", b"[" * 100_000]
    + [json.dumps([{**ROW, name: value}]).encode() for name in ROW for value in ODD_VALUES],
)
def test_whatever_a_list_holds_it_is_read_or_malformed(body: bytes) -> None:
    with odd_site(lambda _path, _query: (200, body, "1")) as (connector, _server):
        try:
            batch = connector.fetch_back(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
        except Refused as trouble:
            expect_malformed(trouble)
        else:
            assert len(batch.arrivals) <= 1


def test_parents_in_a_circle_make_one_thread_each() -> None:
    circle = [{**ROW, "id": 1, "parent": 2}, {**ROW, "id": 2, "parent": 1}, {**ROW, "id": 3, "parent": 3}]
    with odd_site(lambda _path, _query: (200, circle, "3")) as (connector, _server):
        batch = connector.fetch_back(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [arrival.network_id for arrival in batch.arrivals] == ["1", "2", "3"]
    assert all(arrival.thread_id for arrival in batch.arrivals)


@pytest.mark.parametrize(
    ("told", "hour"),
    [
        ({"timezone_string": "", "gmt_offset": 5.5}, "04:30"),
        ({"timezone_string": "", "gmt_offset": -3}, "13:00"),
        ({"timezone_string": "Europe/Paris", "gmt_offset": 1}, "09:00"),
        ({"timezone_string": "", "gmt_offset": 0}, "10:00"),
    ],
)
def test_a_comment_without_utc_time_gets_it_from_the_sites_zone(told: dict[str, object], hour: str) -> None:
    row = {**ROW, "date": "2026-11-20T10:00:00", "date_gmt": "-0001-11-30T00:00:00"}

    def answer(path: str, _query: dict[str, str]) -> tuple[int, Any, str]:
        return (200, told, "") if path == "/" else (200, [row], "1")

    with odd_site(answer) as (connector, _server):
        batch = connector.fetch_back(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert f"{batch.arrivals[0].published_at:%H:%M}" == hour


@pytest.mark.parametrize(
    "told",
    [{}, [], {"timezone_string": "Nowhere/At_All"}, {"timezone_string": "../../etc"}, {"timezone_string": 5}]
    + [{"timezone_string": "", "gmt_offset": offset} for offset in ("x", None, 99, 1e300)],
)
def test_a_zone_without_sense_is_malformed(told: object) -> None:
    row = {**ROW, "date_gmt": "-0001-11-30T00:00:00"}

    def answer(path: str, _query: dict[str, str]) -> tuple[int, Any, str]:
        return (200, told, "") if path == "/" else (200, [row], "1")

    with odd_site(answer) as (connector, _server), pytest.raises(Refused) as caught:
        connector.fetch_back(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    expect_malformed(caught.value)


def test_nonsense_before_sending_is_for_later_and_after_sending_uncertain() -> None:
    parcel = Parcel(mark="0123456789abcdef", text="Bonjour", in_reply_to="7")
    with odd_site(lambda _path, _query: (200, {"strange": 1}, "")) as (connector, _server), pytest.raises(TryLater):
        connector.send(parcel)

    def answers_writes_with_nonsense(path: str, _query: dict[str, str]) -> tuple[int, Any, str]:
        return (200, ROW, "") if path.endswith("/7") else (201, {"strange": 1}, "")

    with odd_site(answers_writes_with_nonsense) as (connector, _server), pytest.raises(Uncertain):
        connector.send(parcel)
