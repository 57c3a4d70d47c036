"""Where the links are in a text, as X finds them: with `https://`, or bare where the end is a top-level domain.

Source: X's developer documentation "Counting characters" and the conformance suite beside it, read 2026-11-20.
Every scan is linear in the text: runs never overlap and no pattern backtracks over them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nestor.networks.tlds import TOP_LEVEL

LONGEST_LABEL = 63  # of a host name, in its ASCII form (RFC 1035)
LONGEST_LINK = 4096
LONGEST_SHORT_SLUG = 40  # of t.co

_MARKS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # directional
_BROKEN = "\ufffe\ufeff\uffff"
_PUNCTUATION = r"!'#%&()*+,\\/:;<=>?@\[\]^`{|}~$\"" + "＠＃"
_HOST_CHARACTER = rf"[^\s{_PUNCTUATION}{_MARKS}{_BROKEN}\u2000-\u200b\u2028-\u202f\u3000\x00-\x20\x7f]"
_ACCENTED = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
    "\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289"
)
_PLAIN = rf"A-Za-z0-9{_ACCENTED}"

_START = re.compile(
    rf"(?<![A-Za-z0-9@＠$#＃{_BROKEN}])(?P<scheme>https?://)"
    rf"|(?<![{_PLAIN}@＠$#＃{_BROKEN}._/-])(?P<bare>[{_PLAIN}][{_PLAIN}_-]*+\.[{_PLAIN}._-]*+)",
    re.IGNORECASE,
)
_HOST_RUN = re.compile(rf"{_HOST_CHARACTER}++")
_BARE_RUN = re.compile(rf"[{_PLAIN}._-]++")
_PORT = re.compile(r":[0-9]++")
_IN_PATH = rf"[{_PLAIN}\u0400-\u04ff!*';:=+,.$/%#\[\]\-–_~@|&]"
_PATH = re.compile(rf"/(?:{_IN_PATH}|\((?:{_IN_PATH}++|{_IN_PATH}*+\({_IN_PATH}++\){_IN_PATH}*+)\))*+")
_PATH_END = re.compile(rf"[{_PLAIN}\u0400-\u04ff=_#/+\-)]")
_QUERY = re.compile(r"\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*+")
_QUERY_END = re.compile(r"[a-zA-Z0-9\-_&=#/]")
_SHORT = re.compile(r"https?://t\.co/([a-zA-Z0-9]++)", re.IGNORECASE)
_ASCII_TOP = re.compile(r"xn--[-0-9a-z]++|[a-z0-9]++", re.IGNORECASE)
_AFTER_TOP = re.compile(r"[0-9A-Za-z@+-]")
_LONGEST_TOP = max(map(len, TOP_LEVEL))


@dataclass(frozen=True, slots=True)
class Link:
    """A link at [start, end) of the text; `host` is lower case, without the port."""

    start: int
    end: int
    host: str
    has_scheme: bool


def find_links(text: str) -> tuple[Link, ...]:
    """Return the links in the order of the text; none overlap."""
    return tuple(_links(text))


def _links(text: str) -> Iterator[Link]:
    at = 0
    while (start := _START.search(text, at)) is not None:
        has_scheme = start["scheme"] is not None
        begins = start.end() if has_scheme else start.start()
        host_end = _host_end(text, begins, has_scheme=has_scheme)
        end = _link_end(text, start.start(), host_end) if host_end else 0
        at = end or start.end()
        if 0 < end - start.start() <= LONGEST_LINK:
            yield Link(start.start(), end, text[begins:host_end].lower(), has_scheme)


def _host_end(text: str, begins: int, *, has_scheme: bool) -> int:
    """Return where the host that begins here ends, the furthest top-level domain that closes it; 0 for none."""
    run = _HOST_RUN.match(text, begins) if has_scheme else _BARE_RUN.match(text, begins)
    found = 0
    label_at = begins
    while run is not None and (dot := text.find(".", label_at, run.end())) >= 0:
        label = text[label_at:dot]
        if not _is_label(label):
            break
        if "_" not in label:
            found = _top_end(text, dot + 1) or found
        label_at = dot + 1
    return found


def _is_label(label: str) -> bool:
    if not label or label[0] in "-_" or label[-1] in "-_" or len(label) > LONGEST_LABEL:
        return False
    if label.isascii():
        return True
    return not label.lower().startswith("xn--") and len(label.encode("punycode")) + len("xn--") <= LONGEST_LABEL


def _top_end(text: str, at: int) -> int:
    """Return where the top-level domain at this place ends, 0 when there is none."""
    plain = _ASCII_TOP.match(text, at)
    if plain is not None:
        name = plain[0].lower()
        known = name in TOP_LEVEL or name.startswith("xn--")
        return plain.end() if known and not _AFTER_TOP.match(text, plain.end()) else 0
    for length in range(min(_LONGEST_TOP, len(text) - at), 1, -1):
        if text[at : at + length] in TOP_LEVEL and not _AFTER_TOP.match(text, at + length):
            return at + length
    return 0


def _link_end(text: str, start: int, host_end: int) -> int:
    """Return where the link ends, port, path and query included; 0 when X would not make it a link."""
    short = _SHORT.match(text, start)
    if short is not None:
        return _trimmed(text, short.end(), _QUERY, _QUERY_END) if len(short[1]) <= LONGEST_SHORT_SLUG else 0
    port = _PORT.match(text, host_end)
    after_path = _trimmed(text, port.end() if port else host_end, _PATH, _PATH_END)
    return _trimmed(text, after_path, _QUERY, _QUERY_END)


def _trimmed(text: str, at: int, part: re.Pattern[str], ending: re.Pattern[str]) -> int:
    """Return where the part that may begin here ends, without the punctuation that closes a sentence."""
    found = part.match(text, at)
    if found is None:
        return at
    end = found.end()
    while end > at + 1 and not ending.match(text, end - 1):
        end -= 1
    return end
