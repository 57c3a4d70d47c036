"""What may be stored and shown of what arrives."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.inbox import rules
from nestor.networks.contract import Arrival, Attachment, Author, HangsOn
from nestor.vocabulary import MessageKind
from nestor.work.rules import storable_name

NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)
texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=400)  # lone surrogates included


@given(texts, st.integers(0, 300))
def test_whatever_is_stored_can_be_stored(text: str, most: int) -> None:
    kept = rules.storable(text, most)
    assert len(kept) <= most
    assert "\x00" not in kept
    assert kept.encode().decode() == kept


@given(texts)
def test_a_name_is_stored_whole_or_by_its_digest(name: str) -> None:
    kept = storable_name(name * 3, 300)
    assert len(kept) <= 300
    assert storable_name(name * 3, 300) == kept
    kept.encode()


def test_two_long_names_stay_two() -> None:
    one, other = storable_name("a" * 400 + "1"), storable_name("a" * 400 + "2")
    assert one != other
    assert len(one) == len(other) == 300


def test_everything_of_an_arrival_is_made_storable() -> None:
    bad = "\x00\ud800é" * 3000
    arrival = Arrival(
        network_id=bad,
        kind=MessageKind.MAIL,
        thread_id="",
        author=Author(bad, bad, bad, bad),
        text=bad,
        subject=bad,
        html=bad,
        url=bad,
        mark=bad,
        in_reply_to=bad,
        payload=bad,
        published_at=datetime(9999, 12, 31, 23, tzinfo=UTC),
        edited_at=datetime(1, 1, 1, tzinfo=UTC),
        hangs_on=HangsOn(bad, bad, bad, bad, datetime(1, 1, 1, tzinfo=UTC)),
        attachments=(Attachment("image", bad, bad, bad),),
    )
    tidy = rules.tidy(arrival, NOON)
    assert (tidy.published_at, tidy.edited_at) == (NOON, rules.EARLIEST)
    assert tidy.thread_id == tidy.network_id
    found = [tidy.network_id, tidy.in_reply_to, tidy.author.network_id, tidy.text, tidy.subject, tidy.url, tidy.payload]
    for text in [*found, rules.neutral_html(tidy.html)]:
        assert "\x00" not in text
        text.encode()
    assert tidy.hangs_on is not None
    assert len(tidy.hangs_on.title) == rules.MOST_SUBJECT
    assert len(tidy.attachments[0].url) == rules.MOST_ADDRESS


@pytest.mark.parametrize(
    ("ahead", "kept"), [(timedelta(0), True), (timedelta(hours=23), True), (timedelta(days=2), False)]
)
def test_nobody_stays_on_top_by_a_time_to_come(ahead: timedelta, kept: bool) -> None:
    assert rules.plausible(NOON + ahead, NOON) == (NOON + ahead if kept else NOON)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' jAvAsCrIpT:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<iframe src='https://example.test'></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
        "<p style='background:url(https://example.test/track.png)'>x</p>",
        "<form action='https://example.test'><input name=p></form>",
        "<link rel=stylesheet href=https://example.test/x.css>",
        "<<script>script>alert(1)<</script>/script>",
        "<p onclick=alert(1)>x</p>",
        "<base href='https://example.test/'>",
        "<!--<img src=x onerror=alert(1)>-->",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "\x00<scr\x00ipt>alert(1)</script>",
    ],
)
def test_html_cannot_act(html: str) -> None:
    shown = rules.neutral_html(html).lower()
    for bad in ("<script", "<img", "<iframe", "<svg", "<form", "<link", "<base", "style=", "<math", "<input"):
        assert bad not in shown
    assert "javascript:" not in shown.replace("&", "<").split("<a")[-1].partition(">")[0]
    assert 'href="data:' not in shown


@given(texts)
def test_any_text_as_html_keeps_only_known_tags(text: str) -> None:
    once = rules.neutral_html(text)
    assert rules.neutral_html(once) == once


def test_links_are_kept_without_their_power() -> None:
    shown = rules.neutral_html('<a href="https://example.test" target=_blank onclick="x()">ici</a>')
    assert shown == '<a href="https://example.test" rel="noopener noreferrer nofollow ugc">ici</a>'


@given(texts)
def test_an_excerpt_is_one_short_line(text: str) -> None:
    line = rules.excerpt_of(text)
    assert len(line) <= rules.EXCERPT
    assert line == " ".join(line.split())


@pytest.mark.parametrize(
    ("read_before", "poll_every", "asleep"),
    [(None, 60, False), (60, 60, False), (299, 10, False), (301, 10, True), (400, 90, False), (451, 90, True)],
)
def test_whether_the_desk_slept(read_before: int | None, poll_every: int, asleep: bool) -> None:
    read_at = None if read_before is None else NOON - timedelta(seconds=read_before)
    slept = rules.was_asleep
    assert slept(read_at, NOON, timedelta(seconds=poll_every)) is asleep


def test_reading_again_waits_longer_each_time_but_not_for_ever() -> None:
    waits = [rules.next_poll_for(failures, timedelta(seconds=10)) for failures in range(40)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=10)
    assert waits[-1] == timedelta(minutes=5)
    assert rules.next_poll_for(9, timedelta(minutes=15)) == timedelta(minutes=15)


def test_late_arrivals_are_late_since_the_channel_was_connected() -> None:
    long_ago = NOON - timedelta(days=30)
    assert rules.is_late_arrival(NOON, NOON + timedelta(minutes=11), since=long_ago)
    assert not rules.is_late_arrival(NOON, NOON + timedelta(minutes=9), since=long_ago)
    assert not rules.is_late_arrival(NOON, NOON + timedelta(days=9), since=NOON + timedelta(days=8))


def test_the_same_words_in_other_lines() -> None:
    assert rules.same_words("Bonjour,\r\n\r\nmerci. ", "Bonjour, merci.")
    assert not rules.same_words("Bonjour", "Bonsoir")
