"""What the network would refuse: nothing to say, too much, too late, too long a subject or a description."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nestor.guard.rules.contract import BrandSettings, Family, Finding, Level, Outgoing, Rule
from nestor.guard.rules.proof import Proof
from nestor.networks.contract import Limits
from nestor.networks.measure import count

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164\u2800\u200e\u200f"


def find_beyond_limits(outgoing: Outgoing, proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield what the connector's own limits refuse, with both figures."""
    if not proof.text.strip().strip(_INVISIBLE).strip() and not outgoing.image_alts:
        yield Finding("empty_text", LIMITS.id, Family.LIMITS, Level.STOP)
    limits = outgoing.limits
    if limits is None:
        return
    length = outgoing.length
    if limits.text is not None:
        length = count(proof.text, limits.unit, limits.link_length) if length is None else length
        if length > limits.text:
            yield _beyond("too_long", length, limits.text, limits)
    size = count(proof.text, "bytes")
    if limits.text_bytes is not None and size > limits.text_bytes:
        yield _beyond("too_many_bytes", size, limits.text_bytes, limits)
    if limits.subject is not None and len(outgoing.subject) > limits.subject:
        yield _beyond("subject_too_long", len(outgoing.subject), limits.subject, limits)
    longest = max(map(len, outgoing.image_alts), default=0)
    if limits.alt is not None and longest > limits.alt:
        yield _beyond("description_too_long", longest, limits.alt, limits)
    if len(outgoing.image_alts) > limits.images:
        yield _beyond("too_many_images", len(outgoing.image_alts), limits.images, limits)


def find_unwanted_files(outgoing: Outgoing, _proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield that the network takes no such file here: nobody can consent to what cannot be sent."""
    limits = outgoing.limits
    if limits is None:
        return
    if set(outgoing.media_types) - set(limits.media_types):
        yield Finding("file_type", FILES.id, Family.LIMITS, Level.ABSOLUTE)
    largest = max(outgoing.file_sizes, default=0)
    if limits.file_bytes is not None and largest > limits.file_bytes:
        yield Finding("file_too_big", FILES.id, Family.LIMITS, Level.ABSOLUTE)


def find_undescribed(outgoing: Outgoing, _proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield that a picture says nothing to who cannot see it."""
    count = sum(not alt.strip() for alt in outgoing.image_alts)
    if count:
        yield Finding("undescribed", DESCRIBED.id, Family.LIMITS, Level.WARN, params={"n": str(count)})


def find_closed_window(outgoing: Outgoing, _proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield that the network takes no answer any more: its window, counted from their last message, is over."""
    within = outgoing.limits.reply_within if outgoing.limits is not None else None
    if within is None or outgoing.heard_at is None or outgoing.now is None:
        return
    if outgoing.now - outgoing.heard_at > within:
        hours = str(round(within / timedelta(hours=1)))
        yield Finding("window_closed", WINDOW.id, Family.LIMITS, Level.ABSOLUTE, params={"hours": hours})


def _beyond(code: str, found: int, most: int, limits: Limits) -> Finding:
    params = {"found": str(found), "most": str(most), "over": str(found - most), "unit": limits.unit}
    return Finding(
        code, LIMITS.id, Family.LIMITS, Level.STOP, params=params, source=f"{limits.source} ({limits.as_of})"
    )


_SMALL = Limits(text=10, unit="graphemes", source="test", as_of="2026-11-20", text_bytes=40, subject=5, images=1, alt=4)
_PNG = replace(_SMALL, media_types=("image/png",), file_bytes=10)
_WINDOW = replace(_SMALL, text=1000, text_bytes=None, reply_within=timedelta(hours=24))
_THEN = datetime(2026, 11, 20, 12, tzinfo=UTC)

LIMITS = Rule(
    "network_limits",
    Family.LIMITS,
    Level.STOP,
    find_beyond_limits,
    can_be_waived=False,
    reads_every_part=False,
    fires=(
        "",
        " \n\t ",
        "\u200b\u200b",
        Outgoing("Onze signes.", limits=_SMALL),
        Outgoing("court", limits=_SMALL, length=11),
        Outgoing("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", limits=_SMALL),
        Outgoing("court", limits=_SMALL, subject="Bonjour"),
        Outgoing("court", limits=_SMALL, image_alts=("Un train",)),
        Outgoing("court", limits=_SMALL, image_alts=("a", "b")),
        Outgoing("court", limits=replace(_SMALL, images=0), image_alts=("a",)),
    ),
    spares=(
        "Bonjour.",
        Outgoing("Dix signes", limits=_SMALL),
        Outgoing("", image_alts=("Un train en gare",)),
    ),
)

FILES = Rule(
    "network_files",
    Family.LIMITS,
    Level.ABSOLUTE,
    find_unwanted_files,
    can_be_waived=False,
    reads_every_part=False,
    fires=(
        Outgoing("court", limits=_SMALL, image_alts=("a",), media_types=("image/gif",), file_sizes=(9,)),
        Outgoing("court", limits=_PNG, image_alts=("a",), media_types=("image/gif",), file_sizes=(9,)),
        Outgoing("court", limits=_PNG, image_alts=("a",), media_types=("image/png",), file_sizes=(11,)),
    ),
    spares=(
        "Bonjour.",
        Outgoing("court", limits=_PNG, image_alts=("a",), media_types=("image/png",), file_sizes=(10,)),
    ),
)

DESCRIBED = Rule(
    "picture_described",
    Family.LIMITS,
    Level.WARN,
    find_undescribed,
    reads_every_part=False,
    fires=(Outgoing("Bonjour.", image_alts=("",)), Outgoing("Bonjour.", image_alts=("Un train", " "))),
    spares=("Bonjour.", Outgoing("Bonjour.", image_alts=("Un train en gare",))),
)

WINDOW = Rule(
    "network_window",
    Family.LIMITS,
    Level.ABSOLUTE,
    find_closed_window,
    can_be_waived=False,
    reads_every_part=False,
    fires=(Outgoing("Bonjour.", limits=_WINDOW, heard_at=_THEN, now=_THEN + timedelta(hours=25)),),
    spares=(
        "Bonjour.",
        Outgoing("Bonjour.", limits=_SMALL, heard_at=_THEN, now=_THEN + timedelta(hours=25)),
        Outgoing("Bonjour.", limits=_WINDOW, heard_at=_THEN, now=_THEN + timedelta(hours=23)),
    ),
)
