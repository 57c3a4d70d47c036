"""The optional plugin calls at once, signed; what it says is only that a comment is worth reading again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from nestor.networks.contract import Ability, Reason, Refused, TryLater
from nestor.networks.wordpress import WordPressConnector
from nestor.networks.wordpress.inbound import sign
from tests.services.wordpress.conftest import Connect
from tests.services.wordpress.door import Call, Door
from tests.services.wordpress.proxy import Proxy, until
from tests.services.wordpress.site import Site

pytestmark = pytest.mark.service("wordpress", "mariadb")
SECRET = "between the two of us, 32 letters"


@pytest.fixture
def door(site: Site) -> Iterator[Door]:
    with Door() as server:
        site.install_plugin(server.url, SECRET)
        yield server
        site.remove_plugin()


def next_call(door: Door) -> Call:
    assert until(lambda: bool(door.calls)), "the site did not call"
    return door.calls.pop(0)


def forged(connector: WordPressConnector, headers: dict[str, str], body: bytes, at: datetime) -> bool:
    with pytest.raises(Refused) as caught:
        connector.open_webhook(headers, body, at)
    return caught.value.reason is Reason.FORGED


def test_every_change_is_told_at_once_and_names_nothing_but_the_comment(
    site: Site, door: Door, connect: Connect
) -> None:
    connector = connect(webhook_secret=SECRET)
    assert Ability.WEBHOOK in connector.can()
    number = site.visitor_comment(site.post(), "Ana", "A very private remark")
    headers, body, at = next_call(door)
    assert b"private" not in body
    assert b"Ana" not in body
    (arrival,) = connector.open_webhook(headers, body, at).arrivals
    assert (arrival.network_id, arrival.text, arrival.state) == (str(number), "A very private remark", "hold")

    site.witness("rewrite", id=number, text="Changed")
    (arrival,) = connector.open_webhook(*next_call(door)).arrivals
    assert (arrival.text, arrival.state) == ("Changed", "hold")
    for change, state in (("approve", "approved"), ("spam", "spam"), ("trash", "trash")):
        site.witness("state", id=number, to=change)
        (arrival,) = connector.open_webhook(*next_call(door)).arrivals
        assert (arrival.text, arrival.state) == ("Changed", state)
        assert door.calls == [], "one change, one call"

    site.witness("remove", id=number)
    batch = connector.open_webhook(*next_call(door))
    assert batch.arrivals == ()
    assert [vanished.network_id for vanished in batch.vanished] == [str(number)]
    assert batch.cursor == ""


def test_a_call_late_repeated_or_out_of_order_tells_the_truth_of_now(site: Site, door: Door, connect: Connect) -> None:
    connector = connect(webhook_secret=SECRET)
    number = site.visitor_comment(site.post(), "Ana", "First words")
    first = next_call(door)
    site.witness("rewrite", id=number, text="Second words")
    second = next_call(door)
    for call in (second, first, first):
        (arrival,) = connector.open_webhook(*call).arrivals
        assert arrival.text == "Second words"
    assert first[1] != second[1], "no two calls have the same body, so a desk may drop repeats"


def test_a_forged_call_is_refused(site: Site, door: Door, connect: Connect) -> None:
    number = site.visitor_comment(site.post(), "Ana", "A remark")
    headers, body, at = next_call(door)
    connector = connect(webhook_secret=SECRET)
    lower = {name.lower(): value for name, value in headers.items()}
    assert connector.open_webhook(lower, body, at).arrivals
    assert forged(connector, headers, body + b" ", at)
    assert forged(connector, headers, body.replace(str(number).encode(), b"1"), at)
    assert forged(connector, headers, body, at + timedelta(minutes=6))
    assert forged(connector, headers, body, at - timedelta(minutes=6))
    assert forged(connect(webhook_secret="another"), headers, body, at)
    assert forged(connect(), headers, body, at), "no secret, no webhook"
    for name in ("x-nestor-signature", "x-nestor-time"):
        assert forged(connector, {key: value for key, value in lower.items() if key != name}, body, at)
        for odd in ("", "sha256=", "sha1=00", "é", "٣", "1" * 400, "-1", "1.5", "\x00"):
            assert forged(connector, {**lower, name: odd}, body, at)
    assert forged(connector, {}, b"", at)


def test_a_signed_call_that_names_no_comment_is_malformed(site: Site, connect: Connect) -> None:
    connector, at = connect(webhook_secret=SECRET), datetime.now(UTC)
    time = str(int(at.timestamp()))
    bodies = (b"", b"[]", b"{}", b"\xff", b'{"comment": "1"}', b'{"comment": true}', b'{"comment": -1}', b"[" * 9_000)
    for body in (*bodies, b'{"comment": 1e400}', b'{"comment": %d}' % 2**70, b'{"comment": null}'):
        with pytest.raises(Refused) as caught:
            connector.open_webhook({"X-Nestor-Time": time, "X-Nestor-Signature": sign(SECRET, time, body)}, body, at)
        assert caught.value.reason is Reason.MALFORMED


def test_a_call_whose_comment_cannot_be_read_now_is_for_later(site: Site, door: Door, connect: Connect) -> None:
    site.visitor_comment(site.post(), "Ana", "A remark")
    call = next_call(door)
    with Proxy(site.url) as proxy:
        connector = connect(url=proxy.url, webhook_secret=SECRET, total_for=2.0)
        proxy.pause()
        with pytest.raises(TryLater):
            connector.open_webhook(*call)


def test_a_desk_that_does_not_answer_keeps_no_visitor_waiting(site: Site, door: Door) -> None:
    site.install_plugin("http://127.0.0.1:9/nobody", SECRET)
    began = datetime.now(UTC)
    assert site.visitor_comment(site.post(), "Ana", "A remark")
    assert datetime.now(UTC) - began < timedelta(seconds=3)
