"""Lists as files: CSV in which no cell is a formula, and JSON Lines."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from django.http import Http404, HttpResponseBase, StreamingHttpResponse

KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what makes a spreadsheet compute (OWASP, CSV injection)

Row_co = TypeVar("Row_co", covariant=True)


class Page(Protocol[Row_co]):
    """A page of a list: its rows, and what asks for the next one, "" at the end."""

    @property
    def rows(self) -> Sequence[Row_co]:
        """Return the rows of this page."""

    @property
    def after(self) -> str:
        """Return what asks for the next page."""


def paged(read: "Callable[[str], Page[Row_co]]") -> Iterator[Row_co]:
    """Yield the rows of a list to its end, a page at a time."""
    after = ""
    while True:
        page = read(after)
        yield from page.rows
        after = page.after
        if not after:
            return


def download(form: str, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> HttpResponseBase:
    """Return rows as a file to download, written while they are read; raise `Http404` for a form there is not."""
    if form not in KINDS:
        raise Http404
    written = _as_csv(columns, rows) if form == "csv" else _as_jsonl(columns, rows)
    answer = StreamingHttpResponse(written, content_type=KINDS[form])
    answer["Content-Disposition"] = f'attachment; filename="nestor-{name}.{form}"'
    return answer


def _as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + _line(columns)  # a byte order mark: spreadsheets then read UTF-8
    for row in rows:
        yield _line([_cell(row.get(column)) for column in columns])


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return harmless(", ".join(map(str, value)))
    return harmless(value) if isinstance(value, str) else str(_plain(value) if value is not None else "")


def harmless(text: str) -> str:
    """Return text that a spreadsheet shows instead of computing it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _as_jsonl(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps({name: _plain(row.get(name)) for name in columns}, ensure_ascii=False) + "\n"


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
