"""What a page costs: CPU of the inbox against the bare view, in one process and in turns; queries of every page."""

import json
import os
import statistics
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
os.environ["NESTOR_HOSTS"] = "testserver"
django.setup()

from django.conf import settings  # noqa: E402  settings come from the environment the parent made
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from bench.inbox import bare  # noqa: E402
from nestor.inbox.models import Conversation  # noqa: E402
from nestor.people.models import User  # noqa: E402

ROUNDS = 12
EACH = 8


def client() -> Client:
    """Return somebody who is signed in."""
    found = Client()
    found.force_login(User.objects.get(email="alice@nestor.example"))
    return found


def cpu_of(asker: Client, path: str, **headers: str) -> float:
    """Return the CPU milliseconds of one page, over a few."""
    begun = time.process_time()
    for _turn in range(EACH):
        answer = asker.get(path, headers=headers)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return (time.process_time() - begun) / EACH * 1000


def measure() -> dict[str, Any]:
    """Return CPU of both pages (median of rounds, in turns) and queries of each page."""
    ours = client()
    found: dict[str, list[float]] = {"inbox": [], "bare": []}
    peer = override_settings(ROOT_URLCONF="bench.inbox.bare", MIDDLEWARE=bare.MIDDLEWARE)
    for _round in range(ROUNDS):
        found["inbox"].append(cpu_of(ours, "/inbox/"))
        with peer:
            plain = client()
            found["bare"].append(cpu_of(plain, "/bare/"))
    return {
        "cpu_ms": {name: round(statistics.median(values[1:]), 2) for name, values in found.items()},
        "queries": queries(ours),
        "database": connection.vendor,
        "debug": settings.DEBUG,
    }


def queries(asker: Client) -> dict[str, int]:
    """Return how many queries each page asks."""
    rows = Conversation.objects.across_brands("a bench: there is one brand").order_by("-last_at")
    one = rows.values_list("public_id", flat=True)[0]
    paths = {
        "inbox": ("/inbox/", {}),
        "rows": ("/inbox/rows", {}),
        "search": ("/inbox/rows?q=remboursement", {}),
        "conversation": (f"/inbox/{one}/", {"X-Nestor": "fragment"}),
        "today": ("/", {}),
    }
    found = {}
    for name, (path, headers) in paths.items():
        asker.get(path, headers=headers)
        with CaptureQueriesContext(connection) as seen:
            asker.get(path, headers=headers)
        found[name] = len(seen)
    return found


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
