"""One share of `nestor bench deliveries`, in a process and database of its own; prints what it counted, as JSON."""

import json
import os
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
django.setup()

from django.conf import settings  # noqa: E402  settings come from the environment the parent made

from nestor.config.prepare import prepare  # noqa: E402
from tests.crash.carriers import Workshop  # noqa: E402
from tests.crash.deliveries import Theatre, plans  # noqa: E402
from tests.crash.stage import SharedClock, open_server, set_stage  # noqa: E402


def tell(verdict: str, count: int = 1, **more: object) -> None:
    """Print one line for the parent."""
    print(json.dumps({"verdict": verdict, "count": count, **more}), flush=True)


def senders(kills: int, seed: int, folder: Path) -> None:
    """Kill the sender alone, at a line of its own code, in every failure of the network."""
    clock = SharedClock()
    with open_server(folder) as server:
        theatre = Theatre(set_stage(server, clock), clock)
        for plan in plans(kills, seed):
            fate = theatre.play(plan)
            tell(fate.verdict, mode=str(plan.mode or "good day"), seed=plan.seed)


def workers(kills: int, seed: int, folder: Path) -> None:
    """Kill whole workers of the chosen carrier."""
    clock = SharedClock()
    with open_server(folder) as server:
        workshop = Workshop(set_stage(server, clock), clock, seed)
        workshop.kill_many(kills)
        sins = workshop.sins()
        tell("well", kills if not sins else 0)
        for name, count in sins.items():
            tell(name, count)


def main() -> None:
    """Run one share: `deliveries_run.py senders|workers KILLS SEED`."""
    what, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    prepare()
    settings.NESTOR_UNDO_FOR = 0
    with tempfile.TemporaryDirectory(prefix="nestor-witness-") as folder:
        (senders if what == "senders" else workers)(kills, seed, Path(folder))


if __name__ == "__main__":
    main()
