"""What a page costs: CPU of the inbox against the bare view, in one process and in turns; queries of every page.

A program that answers: `round` on its input gets the CPU and wall milliseconds of both pages, `queries` how many
statements each page asks, `visit` a session and addresses for the clients.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
os.environ["NESTOR_HOSTS"] = "testserver"
django.setup()

from django.conf import settings  # noqa: E402  settings come from the environment the parent made
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from bench.inbox import bare  # noqa: E402
from nestor.inbox.models import Conversation, Message  # noqa: E402
from nestor.people.models import Member, User  # noqa: E402

EACH = 8
VISITED = 1500  # conversations the clients open
_FRAGMENT = {"X-Nestor": "fragment"}
_BENCH = "a bench: there is one brand"


def client() -> Client:
    """Return somebody who is signed in."""
    found = Client()
    found.force_login(User.objects.get(email="alice@nestor.example"))
    return found


@contextmanager
def bare_desk() -> Iterator[Client]:
    """Serve the bare view instead of the desk."""
    with override_settings(ROOT_URLCONF="bench.inbox.bare", MIDDLEWARE=bare.MIDDLEWARE):
        yield client()


def cost_of(asker: Client, path: str) -> tuple[float, float]:
    """Return CPU and wall milliseconds of one page, over a few."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _turn in range(EACH):
        answer = asker.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return (time.process_time() - cpu) / EACH * 1000, (time.perf_counter() - wall) / EACH * 1000


def one_round() -> dict[str, tuple[float, float]]:
    """Return what the inbox and the bare view cost just now."""
    found = {"inbox": cost_of(client(), "/inbox/")}
    with bare_desk() as asker:
        found["bare"] = cost_of(asker, "/bare/")
    return found


def queries() -> dict[str, int]:
    """Return how many queries each page asks."""
    asker, found = client(), {}
    for kind, (paths, headers) in pages().items():
        asker.get(paths[0], headers=headers)
        with CaptureQueriesContext(connection) as seen:
            answer = asker.get(paths[0], headers=headers)
        if answer.status_code != 200:
            raise SystemExit(f"{paths[0]}: {answer.status_code}")
        found[kind] = len(seen)
    return found


def words() -> dict[str, list[str]]:
    """Return searches of each kind, taken from what is stored."""
    luck = random.Random(11)
    rows = Message.objects.across_brands(_BENCH).order_by("-published_at")
    said = [text for text in rows.values_list("text", flat=True)[:400] if "CMD-" in text]
    orders = [text.rsplit("CMD-", 1)[1][:7] for text in said]
    common = ["merci", "bonjour", "service", "train", "please", "thanks", "client", "prix"]
    phrases = ['"s’il vous plaît"', '"service client"', '"thank you"', '"à quelle heure"', '"pas normal"']
    return {
        "search rare": luck.sample(orders, 60),
        "search common": common,
        "search phrase": phrases,
        "search prefix": ["rembours*", "annul*", "horair*", "deliver*", "abonn*"],
    }


def pages() -> dict[str, tuple[list[str], dict[str, str]]]:
    """Return the pages the clients ask for, by kind: addresses and headers."""
    rows = Conversation.objects.across_brands(_BENCH).order_by("-last_at")
    names = list(rows.values_list("public_id", flat=True)[: VISITED * 4 : 4])
    members = list(Member.objects.across_brands(_BENCH).order_by("pk").values_list("public_id", flat=True)[:VISITED])
    found: dict[str, tuple[list[str], dict[str, str]]] = {
        "inbox": (["/inbox/"], {}),
        "rows": (["/inbox/rows?lane=complaint", "/inbox/rows?lane=question", "/inbox/rows?whose=nobody"], {}),
        "today": (["/"], {}),
        "conversation": ([f"/inbox/{name}/" for name in names], _FRAGMENT),
        "members": (["/members/", "/members/?q=personne+12", "/members/?q=personne+1*"], {}),
        "member": ([f"/members/{name}/" for name in members], {}),
    }
    for kind, asked in words().items():
        found[kind] = ([f"/inbox/rows?state=any&q={quote(one)}" for one in asked], {})
    found["search filtered"] = (
        [f"/inbox/rows?state=any&lane=complaint&tone=negative&q={quote(one)}" for one in ("retard", "late", "merci")],
        {},
    )
    return found


def visit() -> dict[str, Any]:
    """Return the cookie of a session and the pages to visit."""
    asker = client()
    cookie = asker.cookies[settings.SESSION_COOKIE_NAME].value
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "pages": pages()}


def main() -> None:
    """Answer until the input ends."""
    known: dict[str, Callable[[], Any]] = {"round": one_round, "queries": queries, "visit": visit}
    for line in sys.stdin:
        print(json.dumps(known[line.strip()]()), flush=True)


if __name__ == "__main__":
    main()
