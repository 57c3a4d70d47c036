"""Keys that live outside the database: Django's signing key and the keys that encrypt secrets."""

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import overload

from cryptography.fernet import Fernet


def signing_key(home: Path) -> str:
    """Return Django's signing key, made on first use."""
    return _read_or_make(home / "keys" / "signing.key", lambda: secrets.token_urlsafe(48))


def secret_keys(home: Path) -> list[str]:
    """Return the Fernet keys, newest first: the first encrypts, all decrypt."""
    text = _read_or_make(home / "keys" / "secrets.keys", lambda: Fernet.generate_key().decode())
    return _lines(text)


def add_secret_key(home: Path) -> None:
    """Put a new key in front; the old ones still decrypt until everything is encrypted anew."""
    path = home / "keys" / "secrets.keys"
    lines = [Fernet.generate_key().decode(), *secret_keys(home)]
    _write(path.with_suffix(".new"), "\n".join(lines))
    path.with_suffix(".new").replace(path)


def drop_old_secret_keys(home: Path) -> None:
    """Keep only the newest key; call it once nothing is encrypted with the others."""
    path = home / "keys" / "secrets.keys"
    _write(path.with_suffix(".new"), secret_keys(home)[0])
    path.with_suffix(".new").replace(path)


class KeyFile(Sequence[str]):
    """The keys as the file has them now, newest first: a process that runs while keys are rotated goes on reading."""

    def __init__(self, home: Path) -> None:
        self._path = home / "keys" / "secrets.keys"
        self._keys = secret_keys(home)
        self._seen = self._look()

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:  # a file that went away takes nothing with it until this process ends
            return None
        return status.st_mtime_ns, status.st_ino

    def _now(self) -> list[str]:
        seen = self._look()
        if seen is not None and seen != self._seen:
            self._keys, self._seen = _lines(self._path.read_text(encoding="ascii")), seen
        return self._keys

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self._now()[index]

    def __len__(self) -> int:
        return len(self._now())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _read_or_make(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        _write(fresh, make())
        try:
            os.link(fresh, path)  # two processes starting together agree on one key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
