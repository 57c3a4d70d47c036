"""JSON Lines: one object a line. Pure but for reading the file."""

import json
from collections.abc import Iterator
from io import BufferedReader, TextIOBase
from typing import Any

from nestor.inbox.formats.contract import BadRow, GoodRow, Manner, Memory, Row, Wrong
from nestor.inbox.formats.lines import has_bad_bytes, numbered, open_text
from nestor.inbox.formats.rows import arrival_of

ALIASES = {"date": "published_at", "created_at": "published_at", "time": "published_at", "message": "text"}


def parse(file: BufferedReader, manner: Manner) -> Iterator[Row]:
    """Yield each line's message, or what is wrong with the line; empty lines are none."""
    with open_text(file, manner.encoding, "utf-8", "\n") as text:
        yield from _rows(text, manner)


def _rows(text: TextIOBase, manner: Manner) -> Iterator[Row]:
    memory = Memory()
    for number, line in numbered(text):
        if line is not None and not line.strip("\ufeff \t\r\n"):
            continue
        try:
            yield GoodRow(number, arrival_of(_fields(line, manner), manner, memory))
        except Wrong as wrong:
            yield BadRow(number, wrong.code, wrong.params)


def _fields(line: str | None, manner: Manner) -> dict[str, Any]:
    if line is None:
        raise Wrong("line_too_long")
    if has_bad_bytes(line):
        raise Wrong("not_text")
    try:
        found = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Wrong("not_json") from error
    if not isinstance(found, dict):
        raise Wrong("not_an_object")
    for ours, theirs in manner.columns.items():
        if theirs in found:
            found[ours] = found[theirs]
    for theirs, ours in ALIASES.items():
        if ours not in found and theirs in found:
            found[ours] = found[theirs]
    return found
