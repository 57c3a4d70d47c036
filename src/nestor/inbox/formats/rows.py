"""One row of JSON Lines or of a table, as fields with names, becomes an arrival or says what is wrong with it. Pure."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from nestor.inbox.formats.contract import AttachmentKind, Manner, Memory, Wrong
from nestor.inbox.formats.dates import moment
from nestor.inbox.rules import MOST_SUBJECT, MOST_TEXT, storable
from nestor.networks.contract import Arrival, Attachment, Author, HangsOn
from nestor.networks.plain_text import plain_text
from nestor.vocabulary import MessageKind

MOST_ID, MOST_NAME, MOST_URL, MOST_HTML = 300, 300, 2000, 1_000_000
MOST_ATTACHMENTS = 50
MOST_LONG_ID = 4000  # of an id as the file has it
KINDS: tuple[AttachmentKind, ...] = ("image", "video", "audio", "file")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]+")  # also what turns a line around


def arrival_of(fields: Mapping[str, Any], manner: Manner, memory: Memory) -> Arrival:
    """Return the arrival that named fields describe (docs/import.md has the names); raise `Wrong`."""
    html = text_in(fields, "html", MOST_HTML)
    text = text_in(fields, "text", MOST_TEXT) or (storable(plain_text(html)) if html else "")
    subject = line_in(fields, "subject", MOST_SUBJECT)
    attachments = _attachments(fields.get("attachments"))
    if not text.strip() and not subject and not attachments:
        raise Wrong("text_missing")
    at = _when(fields, manner)
    author = _author(fields)
    given = id_in(fields, "id")
    network_id = given or _print_of(fields, (text, subject, author.network_id if author else ""), memory)
    if author is None:
        author = Author(f"unknown:{network_id}"[:MOST_ID], "")
    in_reply_to = id_in(fields, "in_reply_to")
    is_public = truth_in(fields, "is_public")
    return Arrival(
        network_id=network_id,
        kind=_kind(fields, manner),
        thread_id=memory.join(network_id, in_reply_to, id_in(fields, "thread_id")),
        author=author,
        text=text,
        published_at=at,
        html=html,
        subject=subject,
        edited_at=moment(fields["edited_at"], manner) if fields.get("edited_at") else None,
        is_ours=is_own(author, manner) or bool(truth_in(fields, "is_ours")),
        in_reply_to=in_reply_to,
        hangs_on=_hangs_on(fields, manner),
        url=address_in(fields, "url"),
        is_public=True if is_public is None else is_public,
        attachments=attachments,
    )


def is_own(author: Author, manner: Manner) -> bool:
    """Return whether the author is the brand itself."""
    return bool(manner.own) and not manner.own.isdisjoint({author.handle.lower(), author.network_id.lower()} - {""})


def text_in(fields: Mapping[str, Any], name: str, most: int) -> str:
    """Return a text of several lines, storable; raise `Wrong` when the field holds something else."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Wrong("wrong_type", field=name)
    return storable(value, most)


def line_in(fields: Mapping[str, Any], name: str, most: int = MOST_NAME) -> str:
    """Return a text of one line without anything invisible that could rearrange it."""
    return one_line(text_in(fields, name, most * 4), most)


def one_line(text: str, most: int = MOST_NAME) -> str:
    """Return the text as one clean line of bounded length."""
    return " ".join(_UNSEEN.sub(" ", storable(text, most * 4)).split())[:most]


def id_in(fields: Mapping[str, Any], name: str) -> str:
    """Return an id: a text or a whole number; one too long for the database is replaced by its print."""
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Wrong("wrong_type", field=name)
    if isinstance(value, int) and abs(value) >= 10**40:
        raise Wrong("wrong_type", field=name)
    return short_id(str(value))


def short_id(text: str) -> str:
    """Return the text as an id that fits."""
    found = one_line(text, MOST_LONG_ID)
    return found if len(found) <= MOST_ID else "sha256:" + _digest(text)


def address_in(fields: Mapping[str, Any], name: str) -> str:
    """Return a web address; anything else than http and https is left out, since somebody might follow it."""
    return web_address(line_in(fields, name, MOST_URL + 1))


def web_address(text: str) -> str:
    """Return the address if it is one of the web and not too long, else ""."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc and len(text) <= MOST_URL else ""


def truth_in(fields: Mapping[str, Any], name: str) -> bool | None:
    """Return yes or no as JSON or a spreadsheet says it, None where nothing is said."""
    value = fields.get(name)
    if value is None or isinstance(value, bool):
        return value
    said = value.strip().lower() if isinstance(value, str) else str(value)
    if said in ("", "null"):
        return None
    if said in ("1", "true", "yes", "oui", "vrai", "x"):
        return True
    if said in ("0", "false", "no", "non", "faux"):
        return False
    raise Wrong("wrong_type", field=name)


def _when(fields: Mapping[str, Any], manner: Manner) -> datetime:
    value = fields.get("published_at")
    if value is None or value == "":
        if manner.undated is None:
            raise Wrong("date_missing")
        return manner.undated
    return moment(value, manner)


def _kind(fields: Mapping[str, Any], manner: Manner) -> MessageKind:
    value = line_in(fields, "kind").lower()
    if not value:
        return manner.kind_or(MessageKind.MENTION)
    try:
        return MessageKind(value)
    except ValueError as error:
        raise Wrong("kind_unknown") from error


def _author(fields: Mapping[str, Any]) -> Author | None:
    """Return who wrote it, from `author` (a name, or an object) and the columns beside it; None for nobody named."""
    value = fields.get("author")
    inner: Mapping[str, Any] = value if isinstance(value, dict) else {"name": value}
    name = line_in(inner, "name")
    handle = line_in(inner, "handle") or line_in(fields, "author_handle")
    own_id = id_in(inner, "id") or id_in(fields, "author_id")
    address = address_in(inner, "url") or address_in(fields, "author_url")
    key = own_id or handle.lower() or (f"name:{name}" if name else "")
    return Author(short_id(key), handle or name, name, address) if key else None


def _hangs_on(fields: Mapping[str, Any], manner: Manner) -> HangsOn | None:
    value = fields.get("hangs_on")
    if value is None or value == "":
        return None
    inner = value if isinstance(value, dict) else {"id": value}
    network_id = id_in(inner, "id")
    if not network_id:
        raise Wrong("wrong_type", field="hangs_on")
    return HangsOn(
        network_id,
        title=line_in(inner, "title", MOST_SUBJECT),
        text=text_in(inner, "text", MOST_TEXT),
        url=address_in(inner, "url"),
        published_at=moment(inner["published_at"], manner) if inner.get("published_at") else None,
        is_ours=truth_in(inner, "is_ours") is not False,
    )


def _attachments(value: object) -> tuple[Attachment, ...]:
    if value is None or value == "":
        return ()
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Wrong("wrong_type", field="attachments")
    return tuple(
        Attachment(
            attachment_kind(line_in(one, "kind")),
            address_in(one, "url"),
            text_in(one, "alt", 5000),
            line_in(one, "media_type", 100),
        )
        for one in value[:MOST_ATTACHMENTS]
    )


def attachment_kind(said: str) -> AttachmentKind:
    """Return what kind of file it is; what nobody knows is a file."""
    return next((kind for kind in KINDS if kind == said), "file")


def _print_of(fields: Mapping[str, Any], said: tuple[str, str, str], memory: Memory) -> str:
    """Return an id made of the content, the same each time the same row is imported.

    Where nobody is named or no time is given, two people may have said the same: the second is another message.
    """
    date = str(fields.get("published_at") or "")
    content = _digest("\x1f".join((*said, date, line_in(fields, "url"))))[:40]
    is_vague = not date or not said[2]
    times = memory.times(content) if is_vague else 1
    return f"row:{content}" if times == 1 else f"row:{content}:{times}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
