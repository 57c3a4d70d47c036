"""Files as people have them become arrivals; whatever else is in a file is reported by its line and stops nothing."""

import io
import json
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nestor.inbox.formats import FORMATS, BadRow, GoodRow, Manner, Unreadable, guess_format
from nestor.inbox.formats.contract import MOST_LINE, Memory, Wrong
from nestor.inbox.formats.dates import moment
from nestor.inbox.formats.rows import MOST_ID
from nestor.inbox.rules import MOST_TEXT
from nestor.networks.contract import Arrival
from nestor.vocabulary import MessageKind

NOW = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
PARIS = Manner(zone="Europe/Paris", now=NOW)
UNDATED = Manner(zone="Europe/Paris", now=NOW, undated=NOW)


def rows(kind: str, content: str | bytes, manner: Manner = PARIS) -> list[GoodRow | BadRow]:
    return list(FORMATS[kind](as_file(content), manner))


def as_file(content: str | bytes) -> io.BufferedReader:
    raw = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return io.BufferedReader(raw, 65_536)


def good(kind: str, content: str | bytes, manner: Manner = PARIS) -> list[Arrival]:
    return [row.arrival for row in rows(kind, content, manner) if isinstance(row, GoodRow)]


def bad(kind: str, content: str | bytes, manner: Manner = PARIS) -> list[tuple[int, str]]:
    return [(row.line, row.code) for row in rows(kind, content, manner) if isinstance(row, BadRow)]


def line(**fields: Any) -> str:
    return json.dumps({"text": "Bonjour", "published_at": "2026-03-01T10:00:00+01:00", **fields}) + "\n"


def test_json_lines_say_everything_an_arrival_can() -> None:
    author = {"id": "7", "handle": "@dan", "name": "Dan", "url": "https://net.example/dan"}
    hangs_on = {"id": "p1", "title": "Horaires", "url": "https://net.example/p1"}
    pictures = [{"kind": "image", "url": "https://net.example/1.png", "alt": "Un quai"}]
    (one,) = good(
        "jsonl",
        line(id="m1", kind="comment", author=author, hangs_on=hangs_on, attachments=pictures, thread_id="t", url="x"),
    )
    assert one.network_id == "m1"
    assert one.kind is MessageKind.COMMENT
    assert one.author.handle == "@dan"
    assert one.published_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert one.hangs_on is not None
    assert one.hangs_on.title == "Horaires"
    assert one.attachments[0].alt == "Un quai"
    assert one.thread_id == "t"
    assert one.url == ""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "not_json"),
        ("[1]", "not_an_object"),
        ('"Bonjour"', "not_an_object"),
        ("[" * 100_000, "not_json"),
        ('{"text": "a"}', "date_missing"),
        ('{"published_at": "2026-03-01"}', "text_missing"),
        (line(text=5), "wrong_type"),
        (line(text=["a"]), "wrong_type"),
        (line(id=1.5), "wrong_type"),
        (line(id=True), "wrong_type"),
        (line(id=10**50), "wrong_type"),
        (line(author=5), "wrong_type"),
        (line(attachments="a"), "wrong_type"),
        (line(hangs_on={"title": "a"}), "wrong_type"),
        (line(is_public="perhaps"), "wrong_type"),
        (line(kind="shout"), "kind_unknown"),
        (line(published_at="soon"), "date_unreadable"),
        (line(published_at={}), "date_unreadable"),
        (line(published_at="2031-01-01"), "date_in_future"),
        (line(published_at="1850-01-01"), "date_too_early"),
        ('{"text": "a", "published_at": NaN}', "date_unreadable"),
        (b'{"text": "\xff", "published_at": "2026-03-01"}', "not_text"),
    ],
)
def test_a_bad_line_is_named_and_the_others_go_on(content: str | bytes, code: str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    file = line(id="before").encode() + raw.rstrip(b"\n") + b"\n\n" + line(id="after").encode()
    assert bad("jsonl", file) == [(2, code)]
    assert [one.network_id for one in good("jsonl", file)] == ["before", "after"]


def test_a_line_longer_than_any_message_is_skipped() -> None:
    file = line(id="a") + '{"text": "' + "x" * (MOST_LINE * 2 + 17) + '"}\n' + line(id="b")
    assert bad("jsonl", file) == [(2, "line_too_long")]
    assert len(good("jsonl", file)) == 2


def test_a_row_without_an_id_has_the_same_one_each_time() -> None:
    first, again = good("jsonl", line()), good("jsonl", line())
    other = good("jsonl", line(text="Bonsoir"))
    assert first[0].network_id == again[0].network_id != other[0].network_id
    assert first[0].author.network_id.startswith("unknown:")


def test_the_same_words_of_nobody_named_are_two_messages() -> None:
    twice = good("jsonl", line() + line())
    assert len({one.network_id for one in twice}) == 2
    assert [one.network_id for one in twice] == [one.network_id for one in good("jsonl", line() + line())]
    assert len({one.network_id for one in good("jsonl", line(author="Dan") * 2)}) == 1


class Endless(io.RawIOBase):
    """A file that never ends."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        text = (line() * 100).encode()[: len(buffer)]
        buffer[: len(text)] = text
        return len(text)


def test_a_file_is_read_as_it_is_needed() -> None:
    found = FORMATS["jsonl"](io.BufferedReader(Endless()), PARIS)
    assert len(list(islice(found, 1000))) == 1000


def test_nobody_named_is_not_one_person() -> None:
    one, other = good("jsonl", line() + line(text="Bonsoir"))
    assert one.author.network_id != other.author.network_id


def test_a_reply_joins_the_thread_of_what_it_answers() -> None:
    found = good("jsonl", line(id="a") + line(id="b", in_reply_to="a") + line(id="c", in_reply_to="b"))
    assert [one.thread_id for one in found] == ["a", "a", "a"]


def test_threads_are_forgotten_rather_than_fill_the_memory() -> None:
    memory = Memory(most=1)
    memory.join("a", "", "t")
    memory.join("b", "")
    assert [memory.times("x"), memory.times("x"), memory.times("y"), memory.times("x")] == [1, 2, 1, 1]
    assert memory.join("c", "a") == "a"


def test_the_brand_s_own_messages_are_ours() -> None:
    manner = Manner(zone="UTC", now=NOW, own=frozenset({"@ligne"}))
    ours, theirs = good("jsonl", line(author={"handle": "@Ligne"}) + line(author={"handle": "@dan"}), manner)
    assert ours.is_ours
    assert not theirs.is_ours


def test_names_cannot_rearrange_a_line() -> None:
    (one,) = good("jsonl", line(author={"handle": "@e\u202eve\x00\x1b[2J"}, subject="a\nb"))
    assert one.author.handle == "@e ve� [2J"
    assert one.subject == "a b"


SEMICOLONS = '\ufeffDate;Auteur;Message\r\n01/02/2026 14:05;Dan;"Bonjour ;\r\nà demain"\r\n02/02/2026;;Merci\r\n'


def test_a_spreadsheet_saved_in_france() -> None:
    first, second = good("csv", SEMICOLONS)
    assert first.text == "Bonjour ;\r\nà demain"
    assert first.author.name == "Dan"
    assert first.published_at == datetime(2026, 2, 1, 13, 5, tzinfo=UTC)
    assert second.text == "Merci"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_tables_in_the_encodings_spreadsheets_write(encoding: str) -> None:
    content = "text,date\nÀ bientôt,2026-02-01\n".encode(encoding)
    assert good("csv", content)[0].text == "À bientôt"


def test_columns_can_be_named() -> None:
    manner = Manner(zone="UTC", now=NOW, columns={"text": "Contenu", "id": "Réf", "published_at": "Le"})
    (one,) = good("csv", "Réf\tLe\tContenu\ttext\n9\t2026-02-01\tBonjour\tautre\n", manner)
    assert (one.network_id, one.text) == ("9", "Bonjour")


def test_a_column_that_is_not_there_stops_before_anything_is_read() -> None:
    with pytest.raises(Unreadable, match="column_missing"):
        rows("csv", "text,date\na,2026-02-01\n", Manner(zone="UTC", now=NOW, columns={"id": "no"}))
    with pytest.raises(Unreadable, match="no_text_column"):
        rows("csv", "x,y\na,b\n")
    with pytest.raises(Unreadable, match="empty"):
        rows("csv", "")


def test_the_order_of_day_and_month_is_never_guessed() -> None:
    assert bad("csv", "text,date\na,02/14/2026\n") == [(2, "date_unreadable")]
    american = Manner(zone="UTC", now=NOW, day_first=False)
    (one,) = good("csv", "text,date\na,02/14/2026 3:05 PM\n", american)
    assert one.published_at == datetime(2026, 2, 14, 15, 5, tzinfo=UTC)


def test_a_quote_never_closed_swallows_nothing() -> None:
    file = 'id,text,date\n1,a,2026-02-01\n2,"b,2026-02-01\n3,c,2026-02-01\n4,"d, e",2026-02-01\n'
    assert bad("csv", file) == [(3, "quotes")]
    assert [one.network_id for one in good("csv", file)] == ["1", "3", "4"]


def test_rows_with_cells_missing_are_bad() -> None:
    assert bad("csv", "id,text,date\n1,a\n\n2,b,2026-02-01,x\n") == [(2, "columns"), (4, "columns")]


def test_tabs_mean_that_a_quote_is_a_quote() -> None:
    (one,) = good("csv", 'text\tdate\n"Merci" qu\'il dit\t2026-02-01\n')
    assert one.text == '"Merci" qu\'il dit'


def test_broken_quotes_on_every_line_do_not_cost_more_than_the_file() -> None:
    file = "id,text,date\n" + 'a","b\n' * 20_000
    found = rows("csv", file)
    assert found
    assert not [row for row in found if isinstance(row, GoodRow)]


def test_bytes_that_are_no_text_spoil_one_row_only() -> None:
    file = b"text,date\n" + b"a,2026-02-01\n" * 6000 + b"\xff\xfe,2026-02-01\nb,2026-02-01\n"
    found = rows("csv", file)
    assert [row.code for row in found if isinstance(row, BadRow)] == ["not_text"]
    assert len(found) == 6002


@pytest.mark.parametrize(
    "said",
    [
        "2026-02-01T12:00:00Z",
        "2026-02-01 12:00:00 UTC",
        "2026-02-01T13:00:00+01:00",
        "2026-02-01 13:00",
        "Sun, 01 Feb 2026 12:00:00 GMT",
        "Sun, 1 Feb 2026 13:00:00 +0100",
        "Sun Feb 01 12:00:00 +0000 2026",
        "01/02/2026 13:00",
        "1.2.2026, 13:00",
        "01-02-26 13h00",
        "01/02/2026 à 13:00:00",
        "1/2/2026 1:00 pm",
        1769947200,
        1769947200000,
        "1769947200",
        1769947200.0,
    ],
)
def test_one_moment_written_in_many_ways(said: object) -> None:
    assert moment(said, PARIS) == datetime(2026, 2, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "said", ["", " ", "hier", "31/02/2026", "13:00", "2026", True, None, [], 1e300, "9" * 50, "0x10"]
)
def test_what_is_no_moment(said: object) -> None:
    with pytest.raises(Wrong):
        moment(said, PARIS)


def test_formats_are_told_by_their_beginning_then_by_their_name() -> None:
    assert guess_format("a.txt", b'{"text": 1}') == "jsonl"
    assert guess_format("a", b"From dan@x.example Sun Feb  1 12:00:00 2026\n") == "mbox"
    assert guess_format("a", b'<?xml version="1.0"?><rss>') == "wordpress"
    assert guess_format("a.CSV", b"text,date") == "csv"
    assert guess_format("a.tsv", b"") == "csv"
    assert guess_format("a.pdf", b"%PDF") is None


HOSTILE = "<script>alert(1)</script>\u202e\x00\ud800".encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("kind", sorted(FORMATS))
@given(st.binary(max_size=400))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe\x00")
@example(HOSTILE)
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_a_parser(kind: str, content: bytes) -> None:
    expect_sound(kind, content)


@given(st.lists(st.text(max_size=40), min_size=2, max_size=8), st.sampled_from([",", ";", "\t"]))
@settings(max_examples=150, deadline=None)
def test_no_cells_break_a_table(cells: list[str], delimiter: str) -> None:
    body = (delimiter.join(cells) + "\n").encode("utf-8", "surrogatepass")
    expect_sound("csv", f"text{delimiter}date\n".encode() + body * 3)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "url", "kind"]), inner),
    max_leaves=6,
)
NAMES = (
    "id text published_at author thread_id in_reply_to kind url subject html is_public edited_at hangs_on attachments"
)


@given(st.dictionaries(st.sampled_from(NAMES.split()), VALUES))
@settings(max_examples=300, deadline=None)
def test_no_object_breaks_json_lines(fields: dict[str, Any]) -> None:
    expect_sound("jsonl", json.dumps({"text": "a", **fields}).encode())


def expect_sound(kind: str, content: bytes) -> None:
    """Parse; whatever is good can be stored by both databases, whatever is not has a line and a code."""
    try:
        found = rows(kind, content, UNDATED)
    except Unreadable:
        found = []
    for row in found:
        assert row.line >= 1
        if isinstance(row, BadRow):
            assert row.code.isascii()
        else:
            check_storable(row.arrival)


def check_storable(one: Arrival) -> None:
    assert 0 < len(one.network_id) <= MOST_ID
    assert 0 < len(one.thread_id) <= MOST_ID
    assert 0 < len(one.author.network_id) <= MOST_ID
    assert len(one.text) <= MOST_TEXT
    assert one.published_at.utcoffset() is not None
    for text in (one.text, one.html, one.subject, one.url, one.network_id, one.author.name, one.author.handle):
        assert "\x00" not in text
        text.encode()


@pytest.mark.parametrize("number", [-6.776804060974081e16, 6.8e16, 1e308, -1e308, 2**70, float("inf"), float("nan")])
def test_a_moment_no_clock_can_show_is_named(number: float) -> None:
    (row,) = rows("jsonl", json.dumps({"text": "a", "date": number}).encode(), UNDATED)
    assert isinstance(row, BadRow)
    assert row.code.startswith("date_") or row.code == "json"
