"""WordPress as it was once recorded: what its answers mean to the desk, where no WordPress can run."""

from datetime import UTC, datetime

import pytest

from nestor.networks.contract import Ability, Absent, Deed, Found, Parcel, Reason, Refused, Unknown
from nestor.networks.registry import ALLOW_PRIVATE
from nestor.networks.wordpress import WORDPRESS, WordPressConnector
from nestor.vocabulary import MessageKind
from tests.wire.replay import replayed

ATTEMPTED = datetime(2026, 11, 20, tzinfo=UTC)
LATER = datetime(2026, 11, 21, tzinfo=UTC)


def connect(url: str, webhook_secret: str = "") -> WordPressConnector:
    secrets = {"application_password": "abcd efgh ijkl", "webhook_secret": webhook_secret}
    return WORDPRESS.open({"url": url, "user": "desk", ALLOW_PRIVATE: "1"}, secrets)


def parcel(number: int, mark: str = "0123456789abcdef") -> Parcel:
    return Parcel(mark=mark, text="Bonjour Ana & merci <3", in_reply_to=str(number), attempted_at=ATTEMPTED)


def test_comments_take_no_files() -> None:
    """So nothing is offered at the desk, and nothing can be enclosed."""
    with replayed("reading") as (url, _replay):
        limits = [connect(url).limits(kind) for kind in MessageKind]
    assert {(one.images, one.media_types) for one in limits} == {(0, ())}


def test_a_first_read_and_what_changed_after_it() -> None:
    with replayed("reading") as (url, replay):
        connector = connect(url)
        account = connector.who_am_i()
        first = connector.fetch("")
        second = connector.fetch(first.cursor)
        asked = replay.asked
    place = url.removeprefix("http://")
    assert (account.network_id, account.handle, account.warnings) == (f"user:2@{place}", "desk", ())
    assert first.arrivals[2].author.network_id == account.network_id
    texts = [arrival.text for arrival in first.arrivals]
    assert texts == [
        "Bonjour, le train de nuit ? 🚆",
        "Great news!",
        "Thank you, Sam.",
        "+1",
        "Oops",
        "Imported",
    ]
    ana, sam, ours, nameless, _oops, imported = first.arrivals
    assert (ana.state, sam.state, ours.is_ours, ana.is_ours) == ("hold", "approved", True, False)
    assert sam.author.url == "https://sam.example/"
    assert ours.thread_id == nameless.thread_id == sam.network_id
    assert nameless.author.network_id == f"guest:comment-{nameless.network_id}@{place}"
    assert ana.hangs_on is not None
    assert (ana.hangs_on.title, ana.hangs_on.text) == ("Night trains & sleepers", "They run again from May.")
    assert imported.published_at.year > 2000
    assert imported.published_at > _oops.published_at
    assert "visitors.example" not in str(first)
    found = {arrival.network_id: arrival for arrival in second.arrivals}
    assert found.keys() == {ana.network_id, nameless.network_id}
    assert found[ana.network_id].text == "Bonjour, le train de nuit part à quelle heure ?"
    assert found[ana.network_id].state == "approved"
    assert found[ana.network_id].edited_at is not None
    assert found[nameless.network_id].state == "spam"
    assert [gone.network_id for gone in second.vanished] == [_oops.network_id]
    assert not any("author_ip" in line for line in asked), "no address of a machine is ever asked for"


def test_an_answer_sent_found_and_sent_again() -> None:
    with replayed("answering") as (url, replay):
        connector = connect(url)
        receipt = connector.send(parcel(2))
        sighting = connector.find(parcel(2), LATER)
        assert connector.send(parcel(2)) == receipt
        with pytest.raises(Refused) as caught:
            connector.send(parcel(2, "fedcba9876543210"))
        assert isinstance(connector.find(parcel(2, "fedcba9876543210"), LATER), Absent)
        assert isinstance(connector.find(parcel(2, "fedcba9876543210"), ATTEMPTED), Unknown)
        bodies = replay.bodies
    assert isinstance(sighting, Found)
    assert sighting.receipt == receipt
    assert caught.value.reason is Reason.DUPLICATE
    assert [body["content"] for body in bodies] == ["Bonjour Ana &amp; merci &lt;3"] * 2
    assert "nestor-mark/0123456789abcdef" in bodies[0]["author_user_agent"]


def test_moderation_asks_for_what_was_meant() -> None:
    with replayed("moderating") as (url, replay):
        connector = connect(url)
        for deed in (Deed.APPROVE, Deed.HOLD, Deed.SPAM, Deed.TRASH, Deed.UNHIDE):
            connector.act(deed, "2")
        assert [body["status"] for body in replay.bodies] == ["approved", "hold", "spam", "trash", "untrash"]
        assert {body["author_user_agent"] for body in replay.bodies} == {"Visitor/1.0"}
        connector.act(Deed.APPROVE, "2")
        receipt = connector.send(parcel(2))
        assert connector.edit(receipt.network_id, "Bonjour Ana").network_id == receipt.network_id
        connector.delete(receipt.network_id)
        connector.delete(receipt.network_id)
        asked = replay.asked
    assert sum(line.startswith("DELETE") for line in asked) == 1


def test_refusals_have_reasons() -> None:
    with replayed("refusing") as (url, _replay):
        with pytest.raises(Refused) as signed_out:
            connect(url).who_am_i()
        connector = connect(url)
        reasons = []
        for number in (2, 3, 4):
            with pytest.raises(Refused) as caught:
                connector.send(parcel(number))
            reasons.append(caught.value.reason)
    assert signed_out.value.reason is Reason.SIGN_IN
    assert reasons == [Reason.GONE, Reason.CLOSED, Reason.GONE]


def test_a_site_with_plain_addresses_and_the_plugin() -> None:
    with replayed("plain") as (url, replay):
        connector = connect(url, webhook_secret="a secret of the suite")
        assert connector.who_am_i().warnings == ()
        assert {Ability.WEBHOOK, Ability.HONOURS_MARKS} <= connector.can()
        assert connector.fetch("").arrivals == ()
        assert replay.asked[0].startswith("GET /wp-json/")
        assert all(line.startswith("GET /?rest_route=") for line in replay.asked[1:])
