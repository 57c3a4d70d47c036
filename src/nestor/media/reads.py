"""What may be attached, what is kept, and what nobody needs any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from nestor.brands.models import Channel
from nestor.brands.reads import limits_of
from nestor.brands.scoping import BrandQuerySet
from nestor.media import store
from nestor.media.models import File
from nestor.media.rules import Format, Taken, narrowed

LOOSE_FOR = timedelta(hours=1)  # how long a file may be on its way to what it is for


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as a screen shows it."""

    public_id: str
    name: str
    alt: str
    media_type: str


def file_row(file: File) -> FileRow:
    """Return a file as a screen or a machine is shown it."""
    return FileRow(file.public_id, file.name, file.alt, file.media_type)


def taken_here() -> Taken:
    """Return what this installation takes, whatever it is for."""
    return Taken(
        each=settings.NESTOR_FILES_EACH,
        formats=frozenset(Format(one) for one in settings.NESTOR_FILE_TYPES),
        most_bytes=settings.NESTOR_FILE_SIZE * 1_000_000,
        most_pixels=settings.NESTOR_FILE_PIXELS * 1_000_000,
        fits=settings.NESTOR_FILE_SIZE * 1_000_000,
    )


def taken_by(channel: Channel, kind: str) -> Taken | None:
    """Return what an answer of this kind may carry on this channel; None where its network takes no file."""
    return narrowed(taken_here(), limits_of(channel, kind))


def bytes_of(file: File) -> bytes:
    """Return a file's bytes; raise `store.FileLost`."""
    return store.read(file.brand_id, file.digest)


def small_of(file: File) -> bytes:
    """Return the small picture of a file; raise `store.FileLost`."""
    return store.read(file.brand_id, file.digest, is_small=True)


def is_there(file: File) -> bool:
    """Return whether a file's bytes stand on the shelf."""
    return store.path_of(file.brand_id, file.digest).is_file()


def unheld(rows: BrandQuerySet) -> BrandQuerySet:
    """Keep the files that no row of any table points at."""
    for relation in File._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.auto_created:
            rows = rows.filter(~Exists(_pointing(relation)))
    return rows


def _pointing(relation: Any) -> BrandQuerySet:
    holder = relation.related_model.objects.across_brands("whatever points at a file keeps it")
    found: BrandQuerySet = holder.filter(**{relation.field.name: OuterRef("pk")})
    return found


def loose_files(now: datetime, most: int) -> Iterable[int]:
    """Return files that nothing points at and that had time enough to be attached, oldest first."""
    rows = File.objects.across_brands("upkeep of the installation").filter(made_at__lte=now - LOOSE_FOR)
    return list(unheld(rows).order_by("made_at", "id").values_list("pk", flat=True)[:most])


def strays() -> Iterable[tuple[int, str]]:
    """Yield bytes on the shelf that no row names: the brand's id and the digest."""
    for brand_id, digests in store.stored():
        rows = File.objects.of(brand_id).filter(digest__in=digests)
        for digest in sorted(digests - set(rows.values_list("digest", flat=True))):
            yield brand_id, digest


def has_strays(_now: datetime, _most: int) -> list[int]:
    """Return one row to look at while anything stands on the shelf that no row names."""
    return [0] if store.has_parts() or next(iter(strays()), None) is not None else []
