"""Mailboxes of the Unix kind (mbox): mails one after the other. Pure but for reading the file.

The library's own `mailbox` scans the whole file first and gives no line numbers; mails themselves are read by `email`.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from io import BufferedReader

from nestor.inbox.formats.contract import MOST_LINE, BadRow, GoodRow, Manner, Memory, Row, Unreadable, Wrong
from nestor.inbox.formats.dates import moment
from nestor.inbox.formats.rows import (
    MOST_ATTACHMENTS,
    MOST_HTML,
    MOST_ID,
    attachment_kind,
    is_own,
    one_line,
    short_id,
)
from nestor.inbox.rules import MOST_SUBJECT, MOST_TEXT, storable
from nestor.networks.contract import Arrival, Attachment, Author
from nestor.networks.plain_text import plain_text
from nestor.vocabulary import MessageKind

PIECE = 65_536
MOST_HEADER = 4000  # characters of one header that are looked at
MOST_PARTS = 200
_OPENS = re.compile(rb"From \S.*\d:\d\d")
_ID = re.compile(r"<([^<>\s]{1,900})>")


def opens_mail(line: bytes) -> bool:
    """Return whether a line separates mails: `From `, an address, a time."""
    return _OPENS.match(line[:400]) is not None


def parse(file: BufferedReader, manner: Manner) -> Iterator[Row]:
    """Yield each mail's message, or what is wrong with the mail, at the line of its separator."""
    memory, count = Memory(), 0
    for number, separator, raw in _mails(file):
        count += 1
        try:
            yield GoodRow(number, _arrival(raw, separator, manner, memory))
        except Wrong as wrong:
            yield BadRow(number, wrong.code, wrong.params)
        except Exception:  # noqa: BLE001  `email` raises whatever comes to it on hostile mails; one never stops the rest
            yield BadRow(number, "mail_broken")
    if not count:
        raise Unreadable("no_mail")


def _mails(file: BufferedReader) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield line number, separator and content; of a mail too long its beginning, where the words are."""
    number, start, separator, is_blank_before, is_line_start = 0, 0, b"", True, True
    kept: list[bytes] = []
    length = 0
    while piece := file.readline(PIECE):
        number += is_line_start
        if is_line_start and is_blank_before and opens_mail(piece):
            if start:
                yield start, separator, b"".join(kept)
            start, separator, kept, length = number, piece, [], 0
        elif start and length < MOST_LINE:
            kept.append(piece)
            length += len(piece)
        is_blank_before = is_line_start and not piece.strip(b"\r\n")
        is_line_start = piece.endswith(b"\n")
    if start:
        yield start, separator, b"".join(kept)


def _arrival(raw: bytes, separator: bytes, manner: Manner, memory: Memory) -> Arrival:
    mail = BytesParser(policy=compat32).parsebytes(raw)
    text, html, attachments = _content(mail)
    subject = _header(mail, "subject", MOST_SUBJECT)
    text = text or (storable(plain_text(html)) if html else "")
    if not text.strip() and not subject and not attachments:
        raise Wrong("text_missing")
    author = _author(mail)
    network_id = _id_of(_header(mail, "message-id")) or "mail:" + hashlib.sha256(raw).hexdigest()[:40]
    answered = _ids(_header(mail, "in-reply-to", MOST_HEADER))
    references = _ids(_header(mail, "references", MOST_HEADER))
    in_reply_to = (answered or references or [""])[-1]
    return Arrival(
        network_id=network_id,
        kind=manner.kind_or(MessageKind.MAIL),
        thread_id=memory.join(network_id, in_reply_to, references[0] if references else ""),
        author=author or Author(f"unknown:{network_id}"[:MOST_ID], ""),
        text=text,
        published_at=_when(mail, separator, manner),
        html=html,
        subject=subject,
        is_ours=author is not None and is_own(author, manner),
        in_reply_to=in_reply_to,
        is_public=False,
        attachments=attachments,
    )


def _when(mail: "Message[str, str]", separator: bytes, manner: Manner) -> datetime:
    """Return when it was sent: its own header, else the separator's time, else what undated rows get."""
    delivered = separator.decode("ascii", "replace").split(maxsplit=2)
    for said in (_header(mail, "date", 100), delivered[2].strip() if len(delivered) == 3 else ""):
        try:
            return moment(said, manner)
        except Wrong:
            continue
    if manner.undated is None:
        raise Wrong("date_missing")
    return manner.undated


def _header(mail: "Message[str, str]", name: str, most: int = MOST_ID) -> str:
    """Return a header in plain words, whatever it claims to be encoded in."""
    value = mail.get(name)
    if value is None:
        return ""
    folded = str(value)[:MOST_HEADER]
    try:
        parts = decode_header(folded)
    except (HeaderParseError, ValueError):
        return one_line(folded, most)
    return one_line("".join(_words(part, charset) for part, charset in parts), most)


def _words(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    return _decoded(part, charset or "utf-8")


def _decoded(content: bytes, charset: str) -> str:
    """Return bytes as words: as they claim, else as UTF-8, else as what most old programs wrote."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, ValueError, UnicodeError):
            continue
    return content.decode("cp1252", "replace")


def _author(mail: "Message[str, str]") -> Author | None:
    name, address = parseaddr(_header(mail, "from", MOST_HEADER)[:1000])
    address = one_line(address).lower()
    if not address and not name:
        return None
    return Author(short_id(address or f"name:{name}"), address, one_line(name) or address)


def _ids(text: str) -> list[str]:
    return [short_id(one) for one in _ID.findall(text)]


def _id_of(text: str) -> str:
    return (_ids(text) or [short_id(text)])[0]


def _content(mail: "Message[str, str]") -> tuple[str, str, tuple[Attachment, ...]]:
    """Return the plain words, the HTML beside them and the names of what was attached."""
    text, html = "", ""
    attachments: list[Attachment] = []
    for number, part in enumerate(mail.walk()):
        if number > MOST_PARTS:
            break
        if part.is_multipart():
            continue
        media_type = part.get_content_type()
        name = part.get_filename() or ""
        if part.get_content_disposition() == "attachment" or name or not media_type.startswith(("text/", "multipart/")):
            kind = attachment_kind(media_type.partition("/")[0])
            attachments.append(Attachment(kind, "", one_line(name), one_line(media_type, 100)))
        elif media_type == "text/html":
            html = html or storable(_body(part), MOST_HTML)
        elif not text:
            text = storable(_body(part), MOST_TEXT)
    return text, html, tuple(attachments[:MOST_ATTACHMENTS])


def _body(part: "Message[str, str]") -> str:
    content = part.get_payload(decode=True)
    words = _decoded(content if isinstance(content, bytes) else b"", str(part.get_content_charset() or "utf-8"))
    return words.replace("\r\n", "\n").strip()
