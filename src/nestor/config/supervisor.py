"""The supervisor of `nestor serve`: starts the parts of the desk, starts again what died, and stops them together.

It imports neither Django nor a server, so that it stays small and nothing the parts do can take it down.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

GRACE = 10.0  # seconds a part has to finish what it began
LONGEST_WAIT = 30.0  # seconds before a part that keeps dying is started again
STEADY_AFTER = 60.0  # seconds after which a part counts as well
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Part:
    """One child process. `pass_fds` are sockets it inherits."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    pass_fds: Sequence[int] = ()
    is_silent: bool = False  # its standard output is for programs
    is_later: bool = False  # started once the others answer, so that somebody sees a page sooner
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    deaths: int = 0
    start_again_at: float = 0.0


class Supervisor:
    """Runs parts until told to stop. `say` gets one line for whatever a person should know."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str, str], None]) -> None:
        self._parts = list(parts)
        self._say = say
        self._is_stopping = False

    def run(self, when_started: Callable[[], None] = lambda: None) -> int:
        """Start everything, then watch; return 0 after an orderly stop, 1 if a part never came up."""
        before = {one: signal.signal(one, self._stop) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            for part in self._parts:
                if not part.is_later:
                    self._start(part)
            when_started()
            while not self._is_stopping:
                self._watch()
                time.sleep(0.1)
        finally:
            self._end_all()
            for one, handler in before.items():
                signal.signal(one, handler)
        return 0

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self._is_stopping = True

    def _start(self, part: Part) -> None:
        part.process = subprocess.Popen(
            part.command,
            env={**os.environ, **part.environment},
            pass_fds=tuple(part.pass_fds),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if part.is_silent else None,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  no thread runs in the supervisor
        )
        part.started_at, part.start_again_at = time.monotonic(), 0.0

    def _watch(self) -> None:
        now = time.monotonic()
        for part in self._parts:
            if part.process is not None and part.process.poll() is not None:
                if now - part.started_at > STEADY_AFTER:
                    part.deaths = 0
                part.deaths += 1
                part.start_again_at = now + min(LONGEST_WAIT, 0.2 * 2**part.deaths)
                self._say(part.name, f"exit {part.process.returncode}")
                part.process = None
            elif part.process is None and now >= part.start_again_at:
                self._start(part)

    def _end_all(self) -> None:
        """Stop parts in the reverse of their order: pages first, so that nobody asks for what is going away."""
        alive = [part.process for part in reversed(self._parts) if part.process is not None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in alive:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _die_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed, so that no orphan keeps the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgrp()  # Ctrl+C in the terminal reaches the supervisor alone, which then stops the parts in order


def listen(host: str, port: int) -> socket.socket:
    """Return the one listening socket that all page workers share; raise `OSError` when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(256)
    except OSError:
        listening.close()
        raise
    listening.set_inheritable(True)
    return listening


def page_workers(listening: socket.socket, count: int) -> list[Part]:
    """Return the parts that serve pages and live events on this socket."""
    fd = listening.fileno()
    command = [sys.executable, "-m", "uvicorn", "nestor.config.asgi:application", "--fd", str(fd)]
    command += [
        "--http",
        "httptools",
        "--ws",
        "none",
        "--no-access-log",
        "--log-level",
        "warning",
        "--no-server-header",
    ]
    command += ["--timeout-graceful-shutdown", "3", "--no-proxy-headers", "--lifespan", "off"]
    return [Part(f"pages-{number}", command, pass_fds=(fd,), is_later=number > 1) for number in range(1, count + 1)]


def worker(threads: int) -> Part:
    """Return the part that does the background work."""
    return Part("work", [sys.executable, "-m", "nestor", "work", "--threads", str(threads)], is_later=True)


def answers(host: str, port: int, path: str, within: float) -> bool:
    """Return whether the desk answers on that path before the time is over."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((host, port), timeout=2) as connection:
                connection.settimeout(10)
                connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
                if connection.recv(12).endswith(b" 200"):
                    return True
        except OSError:
            pass
        time.sleep(0.05)
    return False
