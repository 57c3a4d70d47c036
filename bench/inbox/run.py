"""`nestor bench inbox`: what the desk costs at a million messages, against bare peers in the same run."""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.inbox.ground import Desk, a_desk, heard, memory_of, served, tell
from bench.inbox.load import Asked, ask
from tests.services_here import why_missing

SMALL = 10_000
ROUNDS = 12
MIX = {  # of a hundred pages
    "inbox": 10,
    "rows": 20,
    "today": 4,
    "conversation": 36,
    "member": 6,
    "members": 2,
    "search rare": 6,
    "search common": 5,
    "search phrase": 4,
    "search prefix": 3,
    "search filtered": 4,
}
LOAD_FOR = 60.0  # seconds
INTAKE = 20_000  # messages
STREAMS = 300
RATE = 50  # messages a second
KEPT_IN = Path("var") / "bench"

Row = tuple[str, str, str]  # database, measure, figure


def pages_of(desks: Iterable[Desk]) -> dict[int, dict[str, Any]]:
    """Return, by number of messages, the median cost of the inbox and the bare view, in turns between the desks."""
    running = {desk.messages: desk.start("-m", "bench.inbox.pages") for desk in desks}
    costs: dict[int, list[dict[str, list[float]]]] = {messages: [] for messages in running}
    found: dict[int, dict[str, Any]] = {}
    for _round in range(ROUNDS + 1):
        for messages, child in running.items():
            tell(child.stdin, "round")
            costs[messages].append(heard(child.stdout))
    for messages, child in running.items():
        rounds = costs[messages][1:]  # the first fills caches
        found[messages] = {
            f"{page} {unit}": statistics.median(one[page][place] for one in rounds)
            for page in ("inbox", "bare")
            for place, unit in enumerate(("cpu", "wall"))
        }
        for wanted in ("queries", "visit"):
            tell(child.stdin, wanted)
            found[messages][wanted] = heard(child.stdout)
        child.communicate()
    return found


def mix_of(visit: dict[str, Any]) -> list[Asked]:
    """Return the pages the clients ask for, each with its share."""
    return [Asked(kind, paths, MIX[kind], headers) for kind, (paths, headers) in visit["pages"].items()]


def watched(desk: Desk, port: int, visit: dict[str, Any], supervisor: int, minutes: float) -> dict[str, Any]:
    """Let messages arrive before hundreds of open pages while the clients go on; return what came of it."""
    mix, held = mix_of(visit), [memory_of(supervisor)]
    streams = desk.start("-m", "bench.inbox.streams", str(port), visit["cookie"], str(STREAMS))
    heard(streams.stdout)
    many = int(minutes * 60 * RATE)
    arrivals = desk.start("-m", "bench.inbox.arrivals", str(many), str(RATE))
    begun, during = time.monotonic(), ask(port, visit["cookie"], mix, min(LOAD_FOR, minutes * 60))
    while arrivals.poll() is None:
        time.sleep(10)
        held.append(memory_of(supervisor))
        print(f"{time.monotonic() - begun:.0f} s, {held[-1]:.0f} MB", file=sys.stderr, flush=True)
    late = heard(arrivals.stdout)
    told = json.loads(streams.communicate()[0].splitlines()[-1])
    return {"during": during.table(), "bad": dict(during.bad), "memory": held, "arrivals": late, "streams": told}


def measure(database: str, messages: int, minutes: float) -> dict[str, Any]:
    """Measure one kind of database."""
    with ExitStack() as stack:
        small, large = (stack.enter_context(a_desk(database, count)) for count in (SMALL, messages))
        pages = pages_of((small, large))
        visit = pages[messages]["visit"]
        found: dict[str, Any] = {"pages": {count: {**one, "visit": None} for count, one in pages.items()}}
        port, supervisor = stack.enter_context(served(large))
        ask(port, visit["cookie"], mix_of(visit), 10.0)
        load = ask(port, visit["cookie"], mix_of(visit), LOAD_FOR)
        found |= {"load": load.table(), "rate": round(load.rate, 1), "bad": dict(load.bad)}
        if minutes:
            found["watched"] = watched(large, port, visit, supervisor.pid, minutes)
        stack.close()
    return found | intake_of(database)


def intake_of(database: str) -> dict[str, Any]:
    """Return what one process takes in, reads and routes, before a desk that has seen some."""
    with a_desk(database, SMALL) as desk:
        return {"intake": desk.ask("-m", "bench.inbox.arrivals", str(INTAKE), "0")}


def rows_of(database: str, found: dict[str, Any], messages: int) -> Iterable[Row]:
    """Yield the lines of the table."""
    large, small = found["pages"][messages], found["pages"][SMALL]
    ratio = large["inbox cpu"] / large["bare cpu"]
    yield database, "CPU of the inbox / of the bare view", f"{ratio:.2f} ({large['inbox cpu']:.1f} ms)"
    for unit in ("cpu", "wall"):
        growth = large[f"inbox {unit}"] / small[f"inbox {unit}"]
        yield database, f"inbox at {messages:,} / at {SMALL:,}, {unit}", f"{growth:.2f}"
    for kind, count in large["queries"].items():
        yield database, f"queries: {kind}", str(count)
    for kind, line in found["load"].items():
        yield database, f"16 clients: {kind}", as_times(line)
    yield database, "16 clients: pages a second, not a page", f"{found['rate']}, {sum(found['bad'].values())}"
    intake = found["intake"]
    yield database, "intake with readings", f"{intake['wall']} a second ({intake['cpu']} per second of processor)"
    yield database, "of which read", f"{intake['read']} of {intake['messages']}"
    if "watched" in found:
        yield from watched_rows(database, found)


def watched_rows(database: str, found: dict[str, Any]) -> Iterable[Row]:
    """Yield the lines about open streams and memory."""
    watched = found["watched"]
    told, held = watched["streams"], watched["memory"]
    yield database, f"{told['streams']} streams: events, missed", f"{told['events']}, {told['missed']}"
    yield database, "told to look again", str(told["told to look again"])
    ratio = watched["during"]["all"]["p95"] / found["load"]["all"]["p95"]
    yield database, "16 clients meanwhile: all", f"{as_times(watched['during']['all'])}, p95 × {ratio:.2f}"
    quarter = max(1, len(held) // 4)
    first, last = (statistics.mean(part) for part in (held[:quarter], held[-quarter:]))
    yield database, "memory of all processes, MB", f"most {max(held):.0f}, first quarter {first:.0f}, last {last:.0f}"


def as_times(line: dict[str, float]) -> str:
    """Return percentiles as they are read."""
    return f"{line['p50']:.0f} / {line['p95']:.0f} / {line['p99']:.0f} ms ({line['pages']} pages)"


def main(messages: int, minutes: float) -> int:
    """Measure on every database that is here, print the table, keep the run."""
    run: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "messages": messages}
    run["cores"], run["load before"] = os.cpu_count(), os.getloadavg()
    table: list[Row] = []
    for database in ("sqlite", "postgresql"):
        if database != "sqlite" and (why := why_missing(database)):
            print(f"without {database}: {why}", flush=True)
            continue
        run[database] = measure(database, messages, minutes)
        fresh = list(rows_of(database, run[database], messages))
        for row in fresh:
            print("{:11} {:44} {}".format(*row), flush=True)
        table += fresh
    run["load after"], run["table"] = os.getloadavg(), table
    load = ", ".join(f"{one:.1f}" for one in (*run["load before"][:1], *run["load after"][:1]))
    print(f"{run['cores']} cores; load before and after: {load}")
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    kept = KEPT_IN / f"inbox-{run['at'].replace(':', '')}.json"
    kept.write_text(json.dumps(run, indent=1), encoding="utf-8")
    print(f"kept as {kept}")
    return 0
