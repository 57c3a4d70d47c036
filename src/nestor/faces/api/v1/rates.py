"""How often a token may call: counted for all processes of this machine in one small file each, locked while it is."""

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

WINDOW = 60.0  # seconds
_SHAPE = struct.Struct("<dq")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests a token may still make, and in how many seconds it starts anew."""

    most: int
    left: int
    anew_in: int
    is_over: bool = False

    def headers(self) -> dict[str, str]:
        """Return the headers that say so (draft-ietf-httpapi-ratelimit-headers), and Retry-After where it is over."""
        said = {
            "RateLimit-Policy": f'"token";q={self.most};w={WINDOW:.0f}',
            "RateLimit": f'"token";r={self.left};t={self.anew_in}',
        }
        return said | ({"Retry-After": str(self.anew_in)} if self.is_over else {})


def counted(folder: Path, name: str, most: int, now: float) -> Rate:
    """Count one request under this name (ours, safe in a path) at that time (seconds since 1970)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        known = os.pread(handle, _SHAPE.size, 0)
        began, count = _SHAPE.unpack(known) if len(known) == _SHAPE.size else (now, 0)
        if not began <= now < began + WINDOW:
            began, count = now, 0
        anew_in = max(1, round(began + WINDOW - now))
        if count >= most:
            return Rate(most, 0, anew_in, is_over=True)
        os.pwrite(handle, _SHAPE.pack(began, count + 1), 0)
        return Rate(most, most - count - 1, anew_in)
    finally:
        os.close(handle)  # and with it the lock
