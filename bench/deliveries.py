"""`nestor bench deliveries`: thousands of deaths of senders and workers, and what became of what they were sending.

Half of the kills on SQLite and, where a server answers, half on PostgreSQL; one in ten kills a whole worker, on the
`local` carrier and, where a broker answers, on `rabbitmq`. What is not there is said, never passed over in silence.
Ctrl+C ends the slices, removes their databases and prints what was measured so far.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from nestor.vocabulary import new_public_id
from tests.services_here import RABBITMQ, why_missing

ROOT = Path(__file__).resolve().parent.parent
SHARE = 250  # kills of one process
LOOK_EVERY = 10.0  # seconds
TIDY_WITHIN = 20.0
SINS = ("twice", "lost", "shown as sent and not there", "shown as not sent and there")


@dataclass(frozen=True, slots=True)
class Share:
    """A slice of the work: what is killed, how often, on what."""

    what: str
    kills: int
    seed: int
    database: str
    carrier: str


def shares(kills: int, seed: int) -> Iterator[Share]:
    """Yield slices that together make up that many kills."""
    databases = ["sqlite"] if why_missing("postgresql") else ["sqlite", "postgresql"]
    carriers = ["local"] if why_missing("rabbitmq") else ["local", "rabbitmq"]
    turns = itertools.cycle(itertools.product(databases, carriers))
    for_workers = kills // 10
    left, number = kills - for_workers, 0
    while left > 0:
        database, _ = next(turns)
        yield Share("senders", min(SHARE, left), seed * 1000 + number, database, "local")
        left, number = left - SHARE, number + 1
    parts = len(databases) * len(carriers)
    for database, carrier in itertools.product(databases, carriers):
        yield Share("workers", for_workers // parts, seed * 1000 + number, database, carrier)
        number += 1


class Ear:
    """What all slices have told so far, and whether they are to stop."""

    def __init__(self) -> None:
        self.heard: Counter[tuple[str, str]] = Counter()
        self.is_stopped = False
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen[str]] = set()

    def note(self, label: str, verdict: str, count: int) -> None:
        """Count what a slice told."""
        with self._lock:
            self.heard[label, verdict] += count

    @contextmanager
    def child(self, command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
        """Run a slice's process, in a session of its own: Ctrl+C reaches it through `stop` alone."""
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as child:
            with self._lock:
                self._children.add(child)
                if self.is_stopped:
                    child.send_signal(signal.SIGINT)
            try:
                yield child
            finally:
                with self._lock:
                    self._children.discard(child)

    def stop(self) -> None:
        """End every slice: first so that it can tidy up, then for good."""
        with self._lock:
            self.is_stopped = True
            children = list(self._children)
        for child in children:
            child.send_signal(signal.SIGINT)
        end = time.monotonic() + TIDY_WITHIN
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, end - time.monotonic()))
            with suppress(ProcessLookupError):  # a sender that was frozen does not hear, and outlives who froze it
                os.killpg(child.pid, signal.SIGKILL)


def play(share: Share, ear: Ear) -> None:
    """Run one slice in a database made for it."""
    if ear.is_stopped:
        return
    with tempfile.TemporaryDirectory(prefix="nestor-bench-") as home:
        name = f"nestor_bench_{new_public_id()}"
        url = f"sqlite:///{home}/bench.sqlite3" if share.database == "sqlite" else f"postgresql:///{name}"
        if share.database == "postgresql":
            _administer(f'CREATE DATABASE "{name}"')
        environment = {
            **os.environ,
            "NESTOR_HOME": home,
            "NESTOR_DATABASE": url,
            "NESTOR_CARRIER": share.carrier,
            "NESTOR_RABBITMQ": RABBITMQ,
            "NESTOR_RABBITMQ_QUEUE": name,
            "NESTOR_PRIVATE_NETWORKS": "1",
            "NESTOR_LOG_LEVEL": "ERROR",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        try:
            _listen(share, environment, ear)
        finally:
            if share.database == "postgresql":
                _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _listen(share: Share, environment: dict[str, str], ear: Ear) -> None:
    command = [sys.executable, "-m", "bench.deliveries_run", share.what, str(share.kills), str(share.seed)]
    label = f"{share.what}, {share.database}" + (f", {share.carrier}" if share.what == "workers" else "")
    with ear.child(command, environment) as child:
        for line in child.stdout or ():
            if not line.endswith("\n"):
                break  # it ended in the midst of a word
            told = json.loads(line)
            ear.note(label, told["verdict"], told["count"])
            if told["verdict"] not in ("well", "asked"):
                print(f"{label}: {told}", flush=True)
    if child.returncode and not ear.is_stopped:
        ear.note(label, "broken off", 1)


def _administer(statement: str) -> None:
    with psycopg.connect("postgresql:///postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


def main(kills: int, seed: int, processes: int) -> int:
    """Play everything, print the table, return 1 if anything was lost, doubled or broken off.

    Raise `KeyboardInterrupt` again once what was measured until then is printed.
    """
    for service in ("postgresql", "rabbitmq"):
        if why := why_missing(service):
            print(f"without {service}: {why}", flush=True)
    ear, begun = Ear(), time.monotonic()
    with ThreadPoolExecutor(processes) as pool:
        waiting = [pool.submit(play, share, ear) for share in shares(kills, seed)]
        try:
            while not all(one.done() for one in waiting):
                time.sleep(LOOK_EVERY)
                said = f"{ear.heard.total()} of {kills}, {time.monotonic() - begun:.0f} s"
                print(said, file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            print("stopping", file=sys.stderr, flush=True)
            ear.stop()
            pool.shutdown(cancel_futures=True)
            sum_up(ear.heard, ear.heard.total())
            print(
                f"stopped: {kills - ear.heard.total()} of {kills} kills were not played, or not counted yet", flush=True
            )
            raise
        for one in waiting:
            one.result()
    return 1 if sum_up(ear.heard, kills) else 0


def sum_up(heard: Counter[tuple[str, str]], kills: int) -> int:
    """Print the table; return how much was lost, doubled or broken off."""
    verdicts = Counter[str]()
    for (label, verdict), count in sorted(heard.items()):
        print(f"{label:32} {verdict:32} {count:>7}")
        verdicts[verdict] += count
    good = verdicts.pop("well", 0) + verdicts.pop("asked", 0)
    print(
        f"{good} of {kills} kills changed nothing; sent twice {verdicts['twice'] + verdicts['sent twice']}, "
        f"lost {verdicts['lost']}, shown as sent and not there {verdicts['shown as sent and not there']}",
        flush=True,
    )
    return verdicts.total()
