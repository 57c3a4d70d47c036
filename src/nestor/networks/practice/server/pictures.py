"""Pictures the practice network really serves: visitors' are drawn from their description, those sent are stored."""

import base64
import binascii
import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from nestor.networks.practice.server.places import Manners
from nestor.networks.practice.server.society import No
from nestor.networks.practice.server.store import Store
from nestor.networks.practice.server.wire import Fields

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    '<rect width="100%" height="100%" fill="hsl({hue} 35% 88%)"/>{inside}</svg>'
)
_LINE = (
    '<text x="{x}" y="{y}" font-family="sans-serif" font-size="{size}" fill="hsl({hue} 45% 22%)"{anchor}>{text}</text>'
)


def photograph(description: str) -> bytes:
    """Return an SVG of 480 × 320 that shows what the picture would show, in words."""
    hue = _hue(description)
    lines = textwrap.wrap(_drawable(description), 38)[:10]
    inside = "".join(
        _LINE.format(x=28, y=56 + 27 * number, size=20, hue=hue, anchor="", text=escape(line))
        for number, line in enumerate(lines)
    )
    return _SVG.format(width=480, height=320, hue=hue, inside=inside).encode()


def portrait(name: str) -> bytes:
    """Return an SVG of 96 × 96 with the initials of a name."""
    hue = _hue(name)
    initials = "".join(word[0] for word in _drawable(name).split()[:2]).upper() or "?"
    anchor = ' text-anchor="middle"'
    inside = _LINE.format(x=48, y=61, size=38, hue=hue, anchor=anchor, text=escape(initials))
    return _SVG.format(width=96, height=96, hue=hue, inside=inside).encode()


def _hue(text: str) -> int:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] * 360 // 256


def _drawable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that came with a message."""

    media_type: str
    alt: str
    content: bytes


def pictures_in(fields: Fields, manners: Manners) -> tuple[Picture, ...]:
    """Return the pictures of a request; raise `No` for what this place does not take."""
    found = tuple(_picture(entry, manners) for entry in fields.entries("pictures"))
    if len(found) > manners.images:
        raise No(422, "invalid", f"pictures: at most {manners.images}")
    return found


def _picture(entry: Fields, manners: Manners) -> Picture:
    media_type, alt = entry.text("type"), entry.text("alt", "")
    try:
        content = base64.b64decode(entry.text("content"), validate=True)
    except (binascii.Error, ValueError):
        raise No(422, "invalid", "pictures: not base64") from None
    if media_type not in manners.media_types or _told_by(content) != media_type:
        raise No(422, "invalid", "pictures: this place does not take that type")
    if manners.file_bytes is not None and len(content) > manners.file_bytes:
        raise No(422, "too_long", f"pictures: at most {manners.file_bytes} bytes each")
    if manners.alt is not None and len(alt) > manners.alt:
        raise No(422, "too_long", f"pictures: a description has at most {manners.alt} characters")
    return Picture(media_type, alt, content)


def _told_by(content: bytes) -> str:
    """Return what a picture is by its first bytes, "" for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    beginnings = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
    return next((kind for beginning, kind in beginnings.items() if content.startswith(beginning)), "")


def as_stored(pictures: Sequence[Picture]) -> tuple[dict[str, str], ...]:
    """Return what the message itself remembers of its pictures."""
    return tuple({"alt": one.alt, "type": one.media_type} for one in pictures)


def keep(store: Store, item_id: str, pictures: Sequence[Picture]) -> None:
    """Store the pictures of a message. Joins the caller's transaction."""
    for place, one in enumerate(pictures):
        store.run("INSERT INTO picture VALUES (?, ?, ?, ?)", item_id, place, one.media_type, one.content)


def stored(store: Store, item_id: str, place: int) -> tuple[bytes, str] | None:
    """Return a picture that came with a message, and its type."""
    row = store.one("SELECT content, media_type FROM picture WHERE item_id = ? AND place = ?", item_id, place)
    return (bytes(row["content"]), str(row["media_type"])) if row else None
