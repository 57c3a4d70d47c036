"""Writes of files: keep what was checked, describe it, let it go. Only what was drawn anew is ever kept."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F

from nestor.media import reads, store
from nestor.media.models import File
from nestor.media.pictures import Picture, redrawn
from nestor.media.rules import (
    MEDIA_TYPES,
    MOST_NAME,
    BadFile,
    Format,
    Taken,
    alt_of,
    checked_format,
    name_of,
    seen_name,
)
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.work.actions import claim_key, keep_result

MOST_HANDED = 40  # files of one person that wait for what they are for


class FilesGone(Exception):
    """A file that was handed over is gone, attached already, or somebody else's."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file as somebody hands it over, before anything is believed of it."""

    name: str
    content: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept."""

    name: str
    alt: str
    kind: Format
    picture: Picture


@dataclass(frozen=True, slots=True)
class Turned:
    """A file that was not taken: its name, a code why, figures."""

    name: str
    code: str
    params: tuple[tuple[str, str], ...] = ()


def check_file(given: Given, taken: Taken) -> Checked:
    """Return a file drawn anew; raise `BadFile`. Takes as long as drawing does: call it outside of transactions."""
    kind = checked_format(given.content, taken)
    picture = redrawn(given.content, kind, taken.most_pixels, taken.fits)
    return Checked(name_of(given.name, kind), alt_of(given.alt), kind, picture)


def check_files(given: Iterable[Given], taken: Taken) -> tuple[list[Checked], list[Turned]]:
    """Return what may be kept, and what is not taken with the reason; at most `taken.each` are looked at."""
    kept: list[Checked] = []
    turned: list[Turned] = []
    for one in given:
        try:
            if len(kept) >= taken.each:
                raise BadFile("too_many", most=str(taken.each))
            kept.append(check_file(one, taken))
        except BadFile as no:
            turned.append(Turned(seen_name(one.name)[:MOST_NAME], no.code, tuple(no.params.items())))
    return kept, turned


def digest_of(checked: Checked) -> str:
    """Return what tells a checked file from any other: its bytes, name and description."""
    about = hashlib.sha256(checked.picture.content)
    about.update(f"\n{checked.name}\n{checked.alt}".encode())
    return about.hexdigest()


def keep_file(seat: Seat, checked: Checked, now: datetime) -> File:
    """Keep a file. Hold the shelf (`store.held`) around the transaction this joins."""
    picture = checked.picture
    file: File = File.objects.create(
        brand=seat.brand,
        uploader=seat.user,
        name=checked.name,
        alt=checked.alt,
        media_type=MEDIA_TYPES[checked.kind],
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        digest=store.put(seat.brand.pk, picture.content, picture.small),
        made_at=now,
    )
    return file


def hand_over(seat: Seat, checked: Checked, now: datetime, *, key: str = "") -> File | None:
    """Keep a file for something that is still to be written; the same key gives the same file.

    None where this person has handed over `MOST_HANDED` that are not attached yet. Raise `KeyReused` for another file.
    """
    with store.held(), transaction.atomic():
        User.objects.filter(pk=seat.user.pk).update(is_active=F("is_active"))  # one at a time: they are counted
        mine = File.objects.of(seat.brand).filter(uploader=seat.user)
        row = None
        if key:
            row, _ = claim_key(seat.brand.pk, f"file:{seat.user.pk}", key, digest_of(checked), now)
            if row.result is not None:
                known: File | None = mine.filter(public_id=row.result["file"]).first()
                return known
        if reads.unheld(mine)[:MOST_HANDED].count() >= MOST_HANDED:
            transaction.set_rollback(True)
            return None
        file = keep_file(seat, checked, now)
        if row is not None:
            keep_result(row, {"file": file.public_id})
        return file


def claim_handed(seat: Seat, public_ids: Sequence[str]) -> list[File]:
    """Return files this person handed over, held until the caller's transaction ends; raise `FilesGone`."""
    wanted = list(dict.fromkeys(public_ids))
    if not wanted:
        return []
    mine = File.objects.of(seat.brand).filter(uploader=seat.user, public_id__in=wanted)
    mine.update(uploader=seat.user)  # whoever else claims them waits, and finds them attached
    found = {file.public_id: file for file in reads.unheld(mine)}
    if len(found) != len(wanted):
        raise FilesGone
    return [found[one] for one in wanted]


def copy_file(file: File, now: datetime) -> File:
    """Keep the same bytes once more, for another purpose. Joins the caller's transaction; `file` is held by a row."""
    kept = ("brand_id", "uploader_id", "name", "alt", "media_type", "size", "width", "height", "digest")
    fresh: File = File.objects.create(**{name: getattr(file, name) for name in kept}, made_at=now)
    return fresh


def describe_file(file: File, alt: str) -> bool:
    """Say what a file shows; False when it is gone."""
    return File.objects.of(file.brand_id).filter(pk=file.pk).update(alt=alt_of(alt)) == 1


def let_go(brand_id: int, file_ids: Iterable[int]) -> int:
    """Drop, of these files, those that no row points at any more, and their bytes; return how many.

    Joins the caller's transaction; bytes go once it is committed.
    """
    rows = File.objects.of(brand_id).filter(pk__in=list(file_ids))
    going = list(reads.unheld(rows).values_list("pk", "digest"))
    if not going:
        return 0
    count: int = File.objects.of(brand_id).filter(pk__in=[pk for pk, _ in going]).delete()[0]
    transaction.on_commit(partial(drop_bytes, brand_id, sorted({digest for _, digest in going})))
    return count


def drop_loose(file_id: int) -> int:
    """Drop a file that nothing points at. One that was attached this very moment stays."""
    brand_id = File.objects.across_brands("upkeep of one row by its id").filter(pk=file_id).values_list("brand_id")
    found = brand_id.first()
    if found is None:
        return 0
    try:
        with transaction.atomic():
            return let_go(found[0], [file_id])
    except IntegrityError:  # the database saw somebody attach it
        return 0


def drop_bytes(brand_id: int, digests: Iterable[str]) -> int:
    """Take bytes off the shelf that no row names; return how many were none. Waits for uploads that are under way."""
    count = 0
    with store.held(alone=True):
        for digest in digests:
            if not File.objects.of(brand_id).filter(digest=digest).exists():
                store.remove(brand_id, digest)
                count += 1
    return count


def drop_strays() -> int:
    """Take everything off the shelf that no row names: what a killed upload or a brand that is gone left."""
    count = sum(drop_bytes(brand_id, [digest]) for brand_id, digest in reads.strays())
    with store.held(alone=True):
        return count + store.remove_parts()
