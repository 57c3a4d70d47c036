"""What a file is by its bytes, how it is called, and what may be taken. Pure."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from nestor.networks.contract import Limits
from nestor.work.rules import storable

MOST_NAME = 100
MOST_ALT = 1500
HEAD = 16  # bytes that tell a format


class Format(StrEnum):
    """What the desk takes. Nothing else is ever opened."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"


MEDIA_TYPES = {one: f"image/{one.value}" for one in Format}
ENDINGS = {Format.JPEG: "jpg"} | {one: one.value for one in Format if one is not Format.JPEG}
_BEGINNINGS = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
)


class BadFile(ValueError):
    """A file that is not taken: a code why, with figures where there are any."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def told_by(head: bytes) -> Format | None:
    """Return what a file is by its first bytes, whatever it is called; None for what the desk does not take."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format.WEBP
    return next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)


@dataclass(frozen=True, slots=True)
class Taken:
    """What may be attached in one place. `alt` is how long a description may be, `each` how many files at most.

    `most_bytes` is what somebody may hand over; a picture is made to fit into `fits`, what may go on from here.
    """

    each: int
    formats: frozenset[Format]
    most_bytes: int
    most_pixels: int  # of all its frames together
    fits: int
    alt: int = MOST_ALT

    @property
    def accept(self) -> str:
        """Return the media types, as a form's field asks for them."""
        return ",".join(MEDIA_TYPES[one] for one in Format if one in self.formats)


def narrowed(taken: Taken, limits: Limits | None) -> Taken | None:
    """Return what may go out where a network has these limits; None where it takes no file, or nobody knows."""
    if limits is None:
        return None
    formats = frozenset(one for one in taken.formats if MEDIA_TYPES[one] in limits.media_types)
    each = min(taken.each, limits.images)
    if not formats or each < 1:
        return None
    fits = taken.fits if limits.file_bytes is None else min(taken.fits, limits.file_bytes)
    alt = taken.alt if limits.alt is None else min(taken.alt, limits.alt)
    return replace(taken, each=each, formats=formats, fits=fits, alt=alt)


def checked_format(content: bytes, taken: Taken) -> Format:
    """Return what a file is; raise `BadFile` for what is empty, too big or of another kind than what is taken."""
    if not content:
        raise BadFile("empty")
    if len(content) > taken.most_bytes:
        raise BadFile("too_big", found=megabytes(len(content)), most=megabytes(taken.most_bytes))
    kind = told_by(content[:HEAD])
    if kind is None or kind not in taken.formats:
        raise BadFile("type", taken=names_of(taken.formats))
    return kind


def names_of(formats: Collection[Format]) -> str:
    """Return the names of formats, as people write them."""
    return ", ".join(one.value.upper() if one is not Format.WEBP else "WebP" for one in Format if one in formats)


def megabytes(count: int) -> str:
    """Return a size as a figure in megabytes, rounded up to a tenth."""
    tenths = -(-count // 100_000)
    return f"{tenths // 10}.{tenths % 10}"


def name_of(given: str, kind: Format) -> str:
    """Return how a file is called: nothing of folders, nothing unseen, the ending its bytes deserve."""
    stem = seen_name(given).rpartition(".")
    kept = (stem[0] or stem[2]).strip(". ")[:MOST_NAME].strip(". ")
    return f"{kept or 'file'}.{ENDINGS[kind]}"


def seen_name(given: str) -> str:
    """Return a file's name as it may stand in a sentence: nothing of folders, one line, nothing unseen."""
    last = storable(given, 4000).replace("\\", "/").rpartition("/")[2]
    return " ".join("".join(one if unicodedata.category(one)[0] not in "CZ" else " " for one in last).split())


def alt_of(given: str) -> str:
    """Return a description as it is kept: one line, at most `MOST_ALT` characters."""
    return " ".join(storable(given, 4 * MOST_ALT).split())[:MOST_ALT]
