"""Text files line by line, however long a line or wrong its bytes. Pure but for reading the file."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader

from nestor.inbox.formats.contract import MOST_LINE, Unreadable

HEAD = 65_536  # bytes that a guess is made from
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of bytes that are no text


@contextmanager
def open_text(file: BufferedReader, encoding: str, fallback: str, newline: str) -> Iterator[io.TextIOWrapper]:
    """Give the file as text: its own byte order mark, else what is asked for, else UTF-8 or the fallback.

    The file itself stays open: it is whoever opened it who closes it.
    """
    head = file.peek(HEAD)[:HEAD]
    chosen = next((name for bom, name in _BOMS if head.startswith(bom)), "") or encoding
    if not chosen:
        chosen = "utf-8" if _is_utf8(head) else fallback
    try:
        is_text = codecs.lookup(chosen)._is_text_encoding  # noqa: SLF001  the only way to tell `hex` from a charset
    except (LookupError, ValueError) as error:
        raise Unreadable("encoding_unknown") from error
    if not is_text:
        raise Unreadable("encoding_unknown")
    text = io.TextIOWrapper(file, encoding=chosen, errors=_errors(chosen), newline=newline)
    try:
        yield text
    finally:
        text.detach()


def _errors(encoding: str) -> str:
    """Bytes that are no text are kept recognisable where the encoding allows it, else replaced."""
    return "surrogateescape" if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii") else "replace"


def _is_utf8(head: bytes) -> bool:
    """Return whether it is UTF-8; a character cut in two at the end is."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def has_bad_bytes(text: str) -> bool:
    """Return whether the text was made of bytes that are none in the file's encoding."""
    return _NOT_UTF8.search(text) is not None


def numbered(file: io.TextIOBase, most: int = MOST_LINE) -> Iterator[tuple[int, str | None]]:
    """Yield lines with their numbers from 1, ends included; None for one too long to be held."""
    number = 0
    try:
        while piece := file.readline(most):
            number += 1
            if len(piece) < most or piece.endswith("\n"):
                yield number, piece
                continue
            while piece and not piece.endswith(("\n", "\r")):
                piece = file.readline(most)
            yield number, None
    except UnicodeError as error:  # UTF-16 that ends in the middle of a character
        raise Unreadable("encoding_broken", line=number + 1) from error
