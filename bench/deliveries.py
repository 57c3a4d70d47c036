"""`nestor bench deliveries`: thousands of deaths of senders and workers, and what became of what they were sending.

Half of the kills on SQLite and, where a server answers, half on PostgreSQL; one in ten kills a whole worker, on the
`local` carrier and, where a broker answers, on `rabbitmq`. What is not there is said, never passed over in silence.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg

from nestor.vocabulary import new_public_id
from tests.services_here import RABBITMQ, why_missing

ROOT = Path(__file__).resolve().parent.parent
SHARE = 250  # kills of one process
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


def play(share: Share, heard: Counter[tuple[str, str]], lock: threading.Lock) -> None:
    """Run one slice in a database made for it."""
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
            _listen(share, environment, heard, lock)
        finally:
            if share.database == "postgresql":
                _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _listen(share: Share, environment: dict[str, str], heard: Counter[tuple[str, str]], lock: threading.Lock) -> None:
    command = [sys.executable, "-m", "bench.deliveries_run", share.what, str(share.kills), str(share.seed)]
    label = f"{share.what}, {share.database}" + (f", {share.carrier}" if share.what == "workers" else "")
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        for line in child.stdout or ():
            told = json.loads(line)
            with lock:
                heard[label, told["verdict"]] += told["count"]
            if told["verdict"] not in ("well", "asked"):
                print(f"{label}: {told}", flush=True)
    if child.returncode:
        with lock:
            heard[label, "broken off"] += 1


def _administer(statement: str) -> None:
    with psycopg.connect("postgresql:///postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


def main(kills: int, seed: int, processes: int) -> int:
    """Play everything, print the table, return 1 if anything was lost, doubled or broken off."""
    for service in ("postgresql", "rabbitmq"):
        if why := why_missing(service):
            print(f"without {service}: {why}", flush=True)
    heard: Counter[tuple[str, str]] = Counter()
    lock, begun = threading.Lock(), time.monotonic()
    with ThreadPoolExecutor(processes) as pool:
        waiting = [pool.submit(play, share, heard, lock) for share in shares(kills, seed)]
        while not all(one.done() for one in waiting):
            time.sleep(10)
            print(f"{sum(heard.values())} of {kills}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        for one in waiting:
            one.result()
    verdicts = Counter[str]()
    for (label, verdict), count in sorted(heard.items()):
        print(f"{label:32} {verdict:32} {count:>7}")
        verdicts[verdict] += count
    good = verdicts.pop("well", 0) + verdicts.pop("asked", 0)
    print(
        f"{good} of {kills} kills changed nothing; sent twice {verdicts['twice'] + verdicts['sent twice']}, "
        f"lost {verdicts['lost']}, shown as sent and not there {verdicts['shown as sent and not there']}"
    )
    return 1 if +verdicts else 0
