"""Files of past messages as arrivals: one pure generator per format. Nothing here knows a database or a sentence."""

from collections.abc import Callable, Iterator
from io import BufferedReader

from nestor.inbox.formats import jsonl, mailbox, table, wordpress
from nestor.inbox.formats.contract import BadRow, GoodRow, Manner, Unreadable

__all__ = ["FORMATS", "BadRow", "GoodRow", "Manner", "Unreadable", "guess_format"]

Parser = Callable[[BufferedReader, Manner], Iterator[GoodRow | BadRow]]
FORMATS: dict[str, Parser] = {
    "jsonl": jsonl.parse,
    "csv": table.parse,
    "mbox": mailbox.parse,
    "wordpress": wordpress.parse,
}
_ENDINGS = {
    "csv": "csv",
    "tsv": "csv",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "mbox": "mbox",
    "wxr": "wordpress",
    "xml": "wordpress",
}
HEAD = 4096  # bytes that are enough to tell one format from another


def guess_format(name: str, head: bytes) -> str | None:
    """Return the format of a file by how it begins, then by how its name ends; None where neither tells."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return "jsonl"
    if mailbox.opens_mail(start.splitlines()[0] if start else b""):
        return "mbox"
    if start.startswith((b"<?xml", b"<rss", b"<!--")) and b"<rss" in start:
        return "wordpress"
    return _ENDINGS.get(name.lower().rpartition(".")[2])
