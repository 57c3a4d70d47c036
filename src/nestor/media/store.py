"""The shelf: bytes under the desk's home, by brand and by SHA-256. Knows no tables.

A row that names bytes is written after them, while the shelf is held together with others; bytes are taken away while
it is held alone. So nothing is taken away that somebody is just naming, whatever dies in between; what a dead upload
left has no row and goes with the next round.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from django.conf import settings

SMALL = ".small"
PART = ".part"


class FileLost(Exception):
    """Bytes that a row names are not there, or not the same any more."""


def _home() -> Path:
    return Path(settings.NESTOR_FILES)


def path_of(brand_id: int, digest: str, *, is_small: bool = False) -> Path:
    """Return where bytes stand; `digest` is one of ours, 64 hexadecimal figures."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise FileLost
    return _home() / str(brand_id) / digest[:2] / (digest + (SMALL if is_small else ""))


@contextmanager
def held(*, alone: bool = False) -> Iterator[None]:
    """Hold the shelf: shared by all who add, or alone to take away. Given back by the kernel when a process dies."""
    home = _home()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(home / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def put(brand_id: int, content: bytes, small: bytes) -> str:
    """Put bytes and their small picture on the shelf, whole or not at all; return their SHA-256. Hold it meanwhile."""
    digest = hashlib.sha256(content).hexdigest()
    for is_small, what in ((True, small), (False, content)):
        _write(path_of(brand_id, digest, is_small=is_small), what)
    return digest


def _write(place: Path, content: bytes) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = place.with_name(f"{place.name}.{token_hex(8)}{PART}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return place


def read(brand_id: int, digest: str, *, is_small: bool = False) -> bytes:
    """Return bytes; raise `FileLost` where they are gone or changed."""
    try:
        content = path_of(brand_id, digest, is_small=is_small).read_bytes()
    except OSError:
        raise FileLost from None
    if not is_small and hashlib.sha256(content).hexdigest() != digest:
        raise FileLost
    return content


def remove(brand_id: int, digest: str) -> None:
    """Take bytes off the shelf; gone already is fine. Hold it alone meanwhile."""
    for is_small in (False, True):
        path_of(brand_id, digest, is_small=is_small).unlink(missing_ok=True)


def stored() -> Iterator[tuple[int, set[str]]]:
    """Yield every brand's folder by the brand's id, with the digests that stand there, a few hundred at a time."""
    for folder in sorted(_home().glob("*/*")):
        if not folder.parent.name.isdigit() or not folder.is_dir():
            continue
        found = {one.name.partition(".")[0] for one in folder.iterdir() if not one.name.endswith(PART)}
        if found:
            yield int(folder.parent.name), found


def remove_parts() -> int:
    """Take away what a killed writer left half-written; return how much. Hold the shelf alone meanwhile."""
    count = 0
    for part in _home().glob(f"*/*/*{PART}"):
        with suppress(FileNotFoundError):
            part.unlink()
            count += 1
    return count


def can_be_written() -> bool:
    """Return whether something can be put on the shelf, as an upload does."""
    try:
        with held():
            _write(_home() / f"probe.{token_hex(8)}", b"probe").unlink()
    except OSError:
        return False
    return True


def has_parts() -> bool:
    """Return whether anything half-written stands there, by somebody alive or dead."""
    return any(True for _ in _home().glob(f"*/*/*{PART}"))
