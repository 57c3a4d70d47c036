"""Reading JSON Lines that may be anything: bad lines are known by number and code, and never stop the rest."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

LONGEST_LINE = 16 * 1024 * 1024  # bytes


class BadLine(Exception):
    """A line that cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def numbered_lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield numbers from 1 and lines that hold something; None for one longer than LONGEST_LINE."""
    number = 0
    while raw := source.readline(LONGEST_LINE):
        number += 1
        is_cut = len(raw) == LONGEST_LINE and not raw.endswith(b"\n")
        while is_cut and (rest := source.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            continue
        if is_cut or raw.strip():
            yield number, None if is_cut else raw


def object_in(raw: bytes | None) -> dict[str, Any]:
    """Return the JSON object of one line; BadLine when it holds something else."""
    if raw is None:
        raise BadLine("too_long")
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadLine("not_utf8") from None
    except (ValueError, RecursionError):
        raise BadLine("not_json") from None
    if not isinstance(row, dict):
        raise BadLine("not_an_object")
    return row


def as_line(row: dict[str, Any]) -> bytes:
    """Return one JSON line in UTF-8; a lone surrogate keeps its escape, which is the same string in JSON."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace")
