"""Connecting to the practice network: what settings are refused, what is measured, what an answer must look like."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.networks.contract import Connector, Network, Reason, Refused
from nestor.networks.practice import PRACTICE
from nestor.networks.practice.inbound import as_batch
from nestor.networks.practice.server.feeds import as_cursor, as_seq
from nestor.networks.practice.server.pictures import photograph, portrait
from nestor.networks.practice.server.places import DEFAULT_MANNERS, as_stored, changed, from_stored, length
from nestor.networks.practice.server.society import No
from nestor.networks.practice.server.store import as_moment, as_text
from nestor.vocabulary import MessageKind

SETTINGS = {"url": "http://127.0.0.1:8010", "place": "square", "allow_private": "1"}
SECRETS = {"token": "practice_x"}
ITEM: dict[str, Any] = {
    "id": "sq-1",
    "place": "square",
    "kind": "mention",
    "thread": "sq-1",
    "author": {"id": "sq-u1", "handle": "@dan", "name": "Dan", "url": "", "avatar_url": ""},
    "mine": False,
    "mark": "",
    "subject": "",
    "text": "Salut",
    "html": "",
    "language": "fr",
    "in_reply_to": "",
    "published_at": "2026-11-20T09:00:00.000000Z",
    "edited_at": "",
    "url": "http://127.0.0.1/p/sq-1",
    "public": True,
    "state": "",
    "post": None,
    "images": [],
}
BATCH: dict[str, Any] = {"items": [ITEM], "gone": [], "cursor": "abc", "more": False}


def test_it_keeps_the_protocols() -> None:
    assert isinstance(PRACTICE, Network)
    connector = PRACTICE.open(SETTINGS, SECRETS)
    assert isinstance(connector, Connector)
    assert PRACTICE.begin(SETTINGS, "", "") == ""
    assert PRACTICE.complete(SETTINGS, {}) == {}
    connector.close()


@pytest.mark.parametrize(
    ("settings", "secrets", "reason"),
    [
        ({"place": "moon"}, {}, Reason.INVALID),
        ({"place": ""}, {}, Reason.INVALID),
        ({"url": ""}, {}, Reason.UNSAFE),
        ({"url": "http://10.0.0.1/"}, {}, Reason.UNSAFE),
        ({"url": "http://evil.example/"}, {}, Reason.UNSAFE),
        ({"url": "http://127.0.0.1.evil.example/"}, {}, Reason.UNSAFE),
        ({"url": "http://evil.example@127.0.0.1/"}, {}, Reason.INVALID),
        ({"url": "http://[::1"}, {}, Reason.INVALID),
        ({"url": "file://localhost/etc/passwd"}, {}, Reason.UNSAFE),
        ({"allow_private": ""}, {}, Reason.UNSAFE),
        ({}, {"token": ""}, Reason.INVALID),
        ({}, {"token": "a\r\nX-Evil: 1"}, Reason.INVALID),
        ({}, {"token": "é"}, Reason.INVALID),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    settings: dict[str, str], secrets: dict[str, str], reason: Reason
) -> None:
    with pytest.raises(Refused) as caught:
        PRACTICE.open({**SETTINGS, **settings}, {**SECRETS, **secrets})
    assert caught.value.reason is reason
    assert not any(secret in str(caught.value) for secret in secrets.values() if secret)


def test_lengths_are_measured_without_the_network() -> None:
    connector = PRACTICE.open(SETTINGS, SECRETS)
    family = "👩‍👩‍👧‍👦"
    assert connector.measure(family * 3, MessageKind.MENTION) == 3
    page = PRACTICE.open({**SETTINGS, "place": "page"}, SECRETS)
    assert page.measure(family, MessageKind.COMMENT) == len(family)
    for opened in (connector, page):
        opened.close()


@given(st.text())
def test_both_sides_measure_alike(text: str) -> None:
    for place, unit in (("square", "graphemes"), ("page", "characters")):
        connector = PRACTICE.open({**SETTINGS, "place": place}, SECRETS)
        assert connector.measure(text, MessageKind.MENTION) == length(text, unit)
        connector.close()


def test_a_batch_is_read_with_its_raw_form() -> None:
    batch = as_batch(BATCH)
    (arrival,) = batch.arrivals
    assert (arrival.text, arrival.published_at) == ("Salut", datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert json.loads(arrival.payload) == ITEM


@pytest.mark.parametrize("name", sorted(ITEM.keys() - {"place", "language"}))
@pytest.mark.parametrize("value", [None, 3, [], {}, "\x00nonsense"])
def test_an_item_of_another_form_is_malformed_or_read(name: str, value: object) -> None:
    try:
        batch = as_batch({**BATCH, "items": [{**ITEM, name: value}]})
    except Refused as trouble:
        assert trouble.reason is Reason.MALFORMED  # noqa: PT017 — either outcome is right, nothing else
    else:
        assert batch.arrivals[0].published_at.utcoffset() is not None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_nonsense_is_never_a_batch(content: object) -> None:
    with pytest.raises(Refused) as caught:
        as_batch(content)
    assert caught.value.reason is Reason.MALFORMED


# -- the network's own small parts


@given(st.integers(min_value=1, max_value=10**15))
def test_a_cursor_is_read_back(seq: int) -> None:
    assert as_seq(as_cursor(seq)) == seq


@given(st.text(min_size=1))
def test_no_other_text_is_a_cursor(text: str) -> None:
    try:
        seq = as_seq(text)
    except No as no:
        assert no.status == 422  # noqa: PT017 — either outcome is right, nothing else
    else:
        assert as_seq(as_cursor(seq)) == seq


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_read_back_to_the_microsecond(moment: datetime) -> None:
    assert as_moment(as_text(moment)) == moment


def test_manners_are_kept_and_changed() -> None:
    for manners in DEFAULT_MANNERS.values():
        assert from_stored(json.loads(json.dumps(as_stored(manners)))) == manners
        assert changed(manners, as_stored(manners)) == manners
    forgetful = changed(DEFAULT_MANNERS["square"], {"honours_marks": False})
    assert "honours_marks" not in forgetful.abilities
    assert "honours_marks" in changed(forgetful, {"honours_marks": True}).abilities


@given(st.text())
def test_any_description_can_be_drawn(description: str) -> None:
    for drawn in (photograph(description), portrait(description)):
        assert drawn.startswith(b"<svg")
        assert b"<script" not in drawn
