"""What WordPress, its visitors and whoever fills in the form may hand over: nothing odd leaves the connector."""

import html
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import nestor.networks.wordpress
from nestor.networks.contract import Network, NetworkTrouble, Reason, Refused
from nestor.networks.http import Response
from nestor.networks.plain_text import as_html, plain_text
from nestor.networks.registry import ALLOW_PRIVATE
from nestor.networks.wordpress import WORDPRESS
from nestor.networks.wordpress.comments import NotAComment, as_arrival, read_comment
from nestor.networks.wordpress.connect import explain
from nestor.networks.wordpress.inbound import Cursor
from nestor.networks.wordpress.limits import measure, written
from nestor.vocabulary import MessageKind

PLUGIN = Path(nestor.networks.wordpress.__file__).parent
ROW: dict[str, Any] = {
    "id": 7,
    "post": 3,
    "parent": 0,
    "author": 0,
    "author_name": "Ana",
    "author_email": "ana@visitors.example",
    "author_url": "",
    "author_user_agent": "Visitor/1.0",
    "date": "2026-11-20T11:00:00",
    "date_gmt": "2026-11-20T10:00:00",
    "content": {"rendered": "<p>Bonjour</p>", "raw": "Bonjour"},
    "link": "https://gazette.example/p/#comment-7",
    "status": "hold",
    "type": "comment",
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(ROW)), ANYTHING)
def test_a_row_with_anything_in_it_is_a_comment_or_is_said_not_to_be(name: str, value: object) -> None:
    try:
        comment = read_comment({**ROW, name: value})
    except NotAComment:
        return
    arrival = as_arrival(comment, me=2, site="gazette.example", thread=7)
    assert arrival.published_at.tzinfo is not None
    assert arrival.url.startswith(("http://", "https://")) or arrival.url == ""
    assert json.loads(arrival.payload)["id"] == comment.id


@given(ANYTHING)
def test_what_is_no_row_is_said_not_to_be(value: object) -> None:
    with pytest.raises(NotAComment):
        read_comment(value)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "ftp://x.example", "http://[", "x" * 3_000]
)
def test_only_web_addresses_are_kept(url: str) -> None:
    arrival = as_arrival(read_comment({**ROW, "author_url": url, "link": url}), me=2, site="gazette.example", thread=7)
    assert (arrival.url, arrival.author.url) == ("", "")


def test_a_name_is_words_not_markup() -> None:
    row = {**ROW, "author_name": "<b>Ana</b> &amp; <script>alert(1)</script>Sam"}
    assert as_arrival(read_comment(row), me=2, site="gazette.example", thread=7).author.name == "Ana & Sam"


@given(st.text(max_size=200))
def test_every_text_comes_back_as_it_was_written(text: str) -> None:
    stored = written(text)
    assert "<" not in stored
    assert "\\" not in stored
    assert not re.search(r"&(?!amp;|lt;|gt;|#0(35|92);)", stored)
    shown = html.unescape(stored)
    kept = "".join(
        letter
        for letter in text.replace("\r\n", "\n").replace("\r", "\n")
        if letter in "\n\t" or (letter >= " " and letter != "\x7f")
    )
    assert shown == kept.strip()


@given(st.text(max_size=100))
def test_plain_text_undoes_escaping(text: str) -> None:
    folded = " ".join(text.replace("\x00", "").split())
    assert " ".join(plain_text(as_html(text.replace("\x00", ""))).split()) == folded or "\x0c" in text or "\r" in text


@given(st.text(alphabet="<>/!-=\"' abpscript&;#x0\n", max_size=300))
def test_plain_text_never_fails_and_leaves_no_script(text: str) -> None:
    assert "\r" not in plain_text(text)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<a href='https://x.example/'>here</a>", "here (https://x.example/)"),
        ("<a href='https://x.example/'>https://x.example/</a>", "https://x.example/"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("<img src=x alt='a cat' onerror=alert(1)>!", "a cat!"),
        ("<script>alert(1)</script><style>b{}</style>words", "words"),
        ("&lt;b&gt; &amp;amp; &#128646;", "<b> &amp; 🚆"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("un<b>bro</b>ken", "unbroken"),
    ],
)
def test_plain_text_is_what_a_reader_sees(markup: str, words: str) -> None:
    assert plain_text(markup) == words


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "<![CDATA[", "&", "</", "<b>", "<!a", "<a href='", "&#", "<img alt='"]
)
def test_plain_text_is_quick_on_hostile_input(piece: str) -> None:
    began = time.process_time()
    plain_text(piece * (60_000 // len(piece)))
    assert time.process_time() - began < 2


@given(st.text())
def test_a_cursor_that_is_not_ours_starts_anew(text: str) -> None:
    found = Cursor.read(text)
    assert found is None or found.floor >= 0


@given(ANYTHING, ANYTHING, ANYTHING)
def test_a_cursor_with_anything_in_it_is_read_or_left(floor: object, at: object, known: object) -> None:
    found = Cursor.read(json.dumps({"v": 1, "floor": floor, "at": at, "known": known}))
    assert found is None or (found.floor >= 0 and found.at >= 0)


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor(5, 3, {6: "h123456", 9: "a654321"})
    assert Cursor.read(cursor.written()) == cursor


@given(st.integers(min_value=400, max_value=599), st.binary(max_size=200))
def test_any_error_body_has_a_meaning_or_none(status: int, body: bytes) -> None:
    found = explain(Response(status, {}, body))
    assert found is None or isinstance(found, NetworkTrouble)


def test_an_error_code_never_carries_words() -> None:
    body = json.dumps({"code": "a sentence somebody wrote", "message": "private"}).encode()
    assert explain(Response(400, {}, body)) is None


@pytest.mark.parametrize(
    ("settings", "secrets"),
    [
        ({}, {}),
        ({"url": "https://gazette.example"}, {"application_password": "x"}),
        ({"url": "https://gazette.example", "user": "desk"}, {}),
        ({"url": "https://gazette.example", "user": "desk"}, {"application_password": "  "}),
        ({"url": "http://gazette.example", "user": "desk"}, {"application_password": "x"}),
        ({"url": "gazette.example", "user": "desk"}, {"application_password": "x"}),
        ({"url": "file:///etc/passwd", "user": "desk"}, {"application_password": "x"}),
        ({"url": "https://desk:x@gazette.example", "user": "desk"}, {"application_password": "x"}),
        ({"url": "https://gazette.example", "user": "de:sk"}, {"application_password": "x"}),
        ({"url": "https://gazette.example", "user": "de\nsk"}, {"application_password": "x"}),
    ],
)
def test_settings_without_sense_are_refused_before_any_call(settings: dict[str, str], secrets: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        WORDPRESS.open(settings, secrets)
    assert caught.value.reason in (Reason.INVALID, Reason.UNSAFE)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://127.0.0.1:9", ""),
        ("https://localhost:9", ""),
        ("https://169.254.169.254", ""),
        ("http://169.254.169.254", "1"),
    ],
)
def test_a_private_address_is_called_only_where_the_operator_allows_it(url: str, allowed: str) -> None:
    settings = {"url": url, "user": "desk", ALLOW_PRIVATE: allowed}
    connector = WORDPRESS.open(settings, {"application_password": "x"})
    with pytest.raises(Refused) as caught:
        connector.who_am_i()
    assert caught.value.reason is Reason.UNSAFE


def test_length_is_what_the_database_column_counts() -> None:
    connector = WORDPRESS.open({"url": "https://gazette.example", "user": "desk"}, {"application_password": "x"})
    limits = connector.limits(MessageKind.COMMENT)
    assert (limits.text, limits.unit, limits.as_of) == (65_525, "bytes", "2026-11-20")
    for text, length in (
        ("", 0),
        ("é", 2),
        ("a & b", 9),
        ("<>", 8),
        ("\\", 6),
        ("🚆", 4),
        ("  x\r\n", 1),
        ("\ud800", 1),
    ):
        assert measure(text) == connector.measure(text, MessageKind.COMMENT) == length


def test_it_is_a_network() -> None:
    network: Network = WORDPRESS
    assert isinstance(network, Network)
    assert WORDPRESS.begin({}, "https://desk.example", "s") == ""
    assert WORDPRESS.complete({}, {}) == {}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_and_warning_has_words(language: str) -> None:
    with (PLUGIN / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        words = {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}
    source = (PLUGIN / "connect.py").read_text(encoding="utf-8")
    said = source.partition("said = {")[2].partition("}")[0]
    expected = {f"wordpress.{field.name}" for field in WORDPRESS.fields}
    expected |= {f"{name}.help" for name in expected}
    expected |= {f"wordpress.warning.{code}" for code in re.findall(r'"([a-z_]+)": ', said)}
    assert words.keys() == expected
    assert all(words.values())
    if language == "fr":
        assert not [text for text in words.values() if re.search(r"[^\u00a0\u202f][:;!?](\s|$)|'", text)]
