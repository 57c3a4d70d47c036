"""Who looks at a conversation now, and who is writing: in memory, for some seconds, never stored and never counted.

Every process of pages of this machine tells the others by a datagram on a socket of its own under `NESTOR_HOME/run`. A
desk on several machines sees each machine's people: presence is a courtesy, not a lock.
"""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FORGOTTEN_AFTER = 25.0  # seconds without a sign; pages give one every ten
MOST = 2000  # signs remembered at once
DATAGRAM = 4096  # bytes


@dataclass(frozen=True, slots=True)
class Sign:
    """One page's sign: somebody of the team is at a conversation. `is_gone` takes it back."""

    brand_id: int
    conversation: str
    person: str  # public id
    name: str
    is_writing: bool = False
    is_gone: bool = False
    is_sealed: bool = False


class Presence:
    """What this process knows of who is where. `told` is called with each sign that changes something."""

    def __init__(self, folder: Path, told: Callable[[Sign], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._told, self._clock = folder, told, clock
        self._signs: dict[tuple[int, str, str], tuple[Sign, float]] = {}
        self._lock = threading.Lock()
        self._own: socket.socket | None = None

    def open(self) -> None:
        """Begin to hear the other processes; twice is once. Without a folder for sockets this process is alone."""
        with self._lock:
            if self._own is not None:
                return
            own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._own = own
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"presence-{os.getpid()}.sock"
            path.unlink(missing_ok=True)
            own.bind(str(path))
            threading.Thread(target=self._listen, args=(own,), daemon=True, name="presence").start()

    def close(self) -> None:
        """Hear no more, and leave no socket behind."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None:
            with contextlib.suppress(OSError):
                (self._folder / f"presence-{os.getpid()}.sock").unlink(missing_ok=True)
            own.close()

    def give(self, sign: Sign) -> None:
        """Take a sign from one of our own pages, and pass it to the other processes."""
        self.take(sign)
        words = {name: getattr(sign, name) for name in Sign.__slots__}
        body = json.dumps(words).encode()[:DATAGRAM]
        for path in self._folder.glob("presence-*.sock"):
            if path.name == f"presence-{os.getpid()}.sock":
                continue
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.setblocking(False)
                try:
                    out.sendto(body, str(path))
                except ConnectionRefusedError:  # its process is gone
                    path.unlink(missing_ok=True)

    def take(self, sign: Sign) -> None:
        """Remember a sign, and say so where it changes what somebody sees."""
        key, now = (sign.brand_id, sign.conversation, sign.person), self._clock()
        with self._lock:
            before = self._signs.get(key)
            was = before[0] if before is not None and now - before[1] < FORGOTTEN_AFTER else None
            if sign.is_gone:
                self._signs.pop(key, None)
            else:
                self._signs[key] = (sign, now)
            if len(self._signs) > MOST:
                kept = ((one, at) for one, at in self._signs.items() if now - at[1] < FORGOTTEN_AFTER)
                self._signs = dict(list(kept)[-MOST:])
        if (was is None and not sign.is_gone) or (was is not None and (sign.is_gone or was != sign)):
            self._told(sign)

    def others(self, brand_id: int, conversation: str, person: str) -> list[Sign]:
        """Return who else is at a conversation, those who write first."""
        now = self._clock()
        with self._lock:
            found = [
                sign
                for (brand, place, _), (sign, at) in self._signs.items()
                if (brand, place) == (brand_id, conversation) and now - at < FORGOTTEN_AFTER and sign.person != person
            ]
        return sorted(found, key=lambda sign: (not sign.is_writing, sign.name))

    def _listen(self, own: socket.socket) -> None:
        while True:
            try:
                body = own.recv(DATAGRAM)
            except OSError:  # closed
                return
            with contextlib.suppress(ValueError, TypeError):
                self.take(Sign(**json.loads(body)))
