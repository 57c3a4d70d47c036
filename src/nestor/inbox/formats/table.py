"""Tables: comma, semicolon or tab between columns, quotes around what contains them. Pure but for reading the file."""

import csv
from collections import deque
from collections.abc import Iterator
from io import BufferedReader
from typing import Self

from nestor.inbox.formats.contract import MOST_LINE, BadRow, GoodRow, Manner, Memory, Row, Unreadable, Wrong
from nestor.inbox.formats.lines import has_bad_bytes, numbered, open_text
from nestor.inbox.formats.rows import arrival_of

DELIMITERS = ",;\t|"
MERCY = 4 * MOST_LINE  # characters read a second time, in the whole file, after quotes that were never closed
MOST_COLUMNS = 500
NAMES = {  # what we call a column, and what files call it
    "text": "text message content comment body tweet review texte contenu commentaire avis",
    "published_at": "published_at date created_at datetime time timestamp published posted_at date_gmt publié_le",
    "author": "author name author_name from user auteur nom",
    "author_handle": "author_handle handle username screen_name pseudo",
    "author_id": "author_id user_id",
    "author_url": "author_url",
    "id": "id message_id comment_id tweet_id msg_id identifiant",
    "thread_id": "thread_id thread conversation_id conversation",
    "in_reply_to": "in_reply_to parent_id parent reply_to in_reply_to_id",
    "subject": "subject title sujet objet titre",
    "kind": "kind",
    "url": "url link permalink lien",
    "hangs_on": "hangs_on post_id post",
    "is_public": "is_public public",
    "is_ours": "is_ours",
    "edited_at": "edited_at",
    "html": "html",
}
csv.field_size_limit(MOST_LINE + 1)  # the module's own limit, the same for everybody, is shorter than a long mail


def parse(file: BufferedReader, manner: Manner) -> Iterator[Row]:
    """Yield each row's message, or what is wrong with it. Raise `Unreadable` where no column can be the text."""
    with open_text(file, manner.encoding, "cp1252", "") as text:
        yield from _rows(_Lines(numbered(text)), manner)


def _rows(source: "_Lines", manner: Manner) -> Iterator[Row]:
    delimiter, header = _header(source, manner)
    places = _places(header, manner)
    memory = Memory()
    while (start := source.begin()) is not None:
        try:
            cells = _cells(source, delimiter, len(header))
            if cells:
                fields = {name: cells[place] for name, place in places.items() if cells[place] != ""}
                yield GoodRow(start, arrival_of(fields, manner, memory))
        except Wrong as wrong:
            yield BadRow(start, wrong.code, wrong.params)


class _Lines:
    """Physical lines that a broken row can give back, so that it does not swallow those after it."""

    def __init__(self, lines: Iterator[tuple[int, str | None]]) -> None:
        self._lines = lines
        self._again: deque[tuple[int, str | None]] = deque()
        self._taken: list[tuple[int, str | None]] = []
        self._length = 0
        self._mercy = MERCY

    def begin(self) -> int | None:
        """Begin a row; return its line number, None at the end of the file."""
        self._taken.clear()
        self._length = 0
        if not self._again and (line := next(self._lines, None)) is not None:
            self._again.append(line)
        return self._again[0][0] if self._again else None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        number, line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append((number, line))
        self._length += len(line or "")
        if line is None or self._length > MOST_LINE:
            raise Wrong("line_too_long")
        return line

    def first(self) -> str:
        """Return the row's first line."""
        return self._taken[0][1] or ""

    def give_back(self) -> None:
        """Give back all lines of the row but its first, as long as there is mercy left."""
        rest = self._taken[1:]
        self._mercy -= self._length if rest else 0
        if self._mercy >= 0:
            self._again.extendleft(reversed(rest))


def _header(source: _Lines, manner: Manner) -> tuple[str, list[str]]:
    """Return the delimiter that makes most sense of the first line, and its columns in our spelling."""
    if source.begin() is None:
        raise Unreadable("empty")
    try:
        first = next(source).lstrip("\ufeff")
    except Wrong as wrong:
        raise Unreadable(wrong.code) from wrong
    wanted = {_spelt(name) for name in manner.columns.values()} | {
        one for all_ in NAMES.values() for one in all_.split()
    }

    def sense(delimiter: str) -> tuple[int, int]:
        names = _split(first, delimiter)
        return len(wanted & set(names)), len(names)

    delimiter = max(DELIMITERS, key=sense)
    names = _split(first, delimiter)
    if len(names) > MOST_COLUMNS:
        raise Unreadable("too_many_columns", most=MOST_COLUMNS)
    return delimiter, names


def _split(line: str, delimiter: str) -> list[str]:
    return [_spelt(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]


def _spelt(name: str) -> str:
    return "_".join(name.strip().lower().split())


def _places(header: list[str], manner: Manner) -> dict[str, int]:
    """Return in which column each of our names is; raise `Unreadable` where one asked for, or the text, is in none."""
    places: dict[str, int] = {}
    for ours, theirs in NAMES.items():
        found = next((header.index(name) for name in theirs.split() if name in header), None)
        if found is not None and found not in places.values():
            places[ours] = found
    for ours, named in manner.columns.items():
        if _spelt(named) not in header:
            raise Unreadable("column_missing", column=named)
        place = header.index(_spelt(named))
        places = {name: at for name, at in places.items() if at != place} | {ours: place}
    if "text" not in places and "html" not in places:
        raise Unreadable("no_text_column")
    return places


def _cells(source: _Lines, delimiter: str, count: int) -> list[str]:
    """Return the cells of the row at hand, [] for an empty line; raise `Wrong`, and give back what follows its line."""
    try:
        cells = next(csv.reader(source, delimiter=delimiter, strict=True), [])
        if cells and len(cells) != count:
            raise Wrong("columns", found=len(cells), expected=count)
    except csv.Error as error:
        source.give_back()
        # Files with tabs are often written without quoting anything: a quote is then a quote.
        plain = source.first().rstrip("\r\n").split(delimiter)
        if delimiter != "\t" or len(plain) != count:
            raise Wrong("quotes") from error
        cells = plain
    except Wrong:
        source.give_back()
        raise
    if any(has_bad_bytes(cell) for cell in cells):
        raise Wrong("not_text")
    return cells
