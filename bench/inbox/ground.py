"""A desk to measure: a home, a database made for it, its settings, and the programs that run in it."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg

from nestor.vocabulary import new_public_id

ROOT = Path(__file__).resolve().parents[2]
_READY = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk with that many messages on that kind of database."""

    database: str
    messages: int
    home: Path
    name: str  # of its PostgreSQL database

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings a program needs to be in this desk."""
        url = f"sqlite:///{self.home}/bench.sqlite3" if self.database == "sqlite" else f"postgresql:///{self.name}"
        return {
            **os.environ,
            "NESTOR_HOME": str(self.home),
            "NESTOR_DATABASE": url,
            "NESTOR_CARRIER": "local",
            "NESTOR_PRIVATE_NETWORKS": "1",
            "NESTOR_LOG_LEVEL": "ERROR",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }

    def start(self, *command: str, is_heard: bool = True) -> "subprocess.Popen[str]":
        """Start a Python program of the bench in this desk, with pipes."""
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if is_heard else subprocess.DEVNULL,
            text=True,
        )

    def ask(self, *command: str) -> Any:
        """Run a program of the bench to its end; return the JSON of its last line."""
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def a_desk(database: str, messages: int) -> Iterator[Desk]:
    """Make a desk full of messages; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="nestor-bench-") as home:
        desk = Desk(database, messages, Path(home), f"nestor_bench_{new_public_id()}")
        if database == "postgresql":
            _administer(f'CREATE DATABASE "{desk.name}"')
        try:
            desk.ask("-m", "bench.inbox.stock", str(messages))
            yield desk
        finally:
            if database == "postgresql":
                _administer(f'DROP DATABASE IF EXISTS "{desk.name}" WITH (FORCE)')


def _administer(statement: str) -> None:
    with psycopg.connect("postgresql:///postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def served(desk: Desk) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Serve a desk as `nestor serve` does; yield its port and its supervisor."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "nestor", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=desk.environment, stdout=subprocess.DEVNULL) as supervisor:
        try:
            _wait_for(port)
            yield port, supervisor
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(60)


def _wait_for(port: int) -> None:
    for _turn in range(1200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if connection.recv(len(_READY)) == _READY:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the desk does not answer")


def tell(pipe: IO[str] | None, line: str) -> None:
    """Write a line to a program."""
    assert pipe is not None  # it was started with a pipe
    pipe.write(f"{line}\n")
    pipe.flush()


def heard(pipe: IO[str] | None) -> Any:
    """Return the JSON of the next line a program says."""
    assert pipe is not None  # it was started with a pipe
    line = pipe.readline()
    if not line:
        raise RuntimeError("a program of the bench ended before its time")
    return json.loads(line)


def tree_of(pid: int) -> Sequence[int]:
    """Return a process and all that it started."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text(encoding="ascii").split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def memory_of(pid: int) -> float:
    """Return what a process and all that it started hold, in MB; what several share counts once (PSS, Linux)."""
    held = 0
    for one in tree_of(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:  # it ended meanwhile
            continue
        held += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return held / 1024
