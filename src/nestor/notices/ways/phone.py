"""Notices by whatever Apprise reaches: gateways of text messages, telephones, chats.

Apprise calls out by itself, with dozens of plug-ins, so that it runs in a process of its own whose every connection
is judged by the same rule as those of the networks (`child`), and which is ended when it takes too long.
"""

import json
import subprocess
import sys
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from nestor.networks.contract import NetworkTrouble, Reason, Refused, TryLater, Uncertain
from nestor.notices.rules.reach import Why
from nestor.notices.ways.ping import NotPossible, Ping

WITHIN = 25.0  # seconds
AFTER = timedelta(minutes=1)
# Where this process keeps compiled Python, the other finds it too: without, each notice compiles Apprise for seconds.
COMPILED = ("-X", f"pycache_prefix={sys.pycache_prefix}") if sys.pycache_prefix else ()
COMMAND = (sys.executable, "-I", *COMPILED, "-m", "nestor.notices.ways.child")


def schema_of(address: str, chosen: Collection[str]) -> str:
    """Return the service an address belongs to; raise `ValueError` for what Apprise does not know, `NotPossible`."""
    answer = _ask({"do": "look", "address": address, "chosen": sorted(chosen)})
    if answer.get("outcome") == "not_chosen":
        raise NotPossible(Why.NOT_CHOSEN)
    if answer.get("outcome") != "known":
        raise ValueError("not an address of Apprise")
    return str(answer["schema"])


def send(address: str, ping: Ping, chosen: Collection[str], *, allow_private: bool) -> None:
    """Have Apprise send; return once the service accepted it."""
    asked = {
        "do": "send",
        "address": address,
        "chosen": sorted(chosen),
        "title": ping.title,
        "body": ping.body or ping.title,
        "allow_private": allow_private,
    }
    outcome = str(_ask(asked).get("outcome"))
    if outcome == "not_chosen":
        raise NotPossible(Why.NOT_CHOSEN)
    if outcome != "sent":
        raise _trouble(outcome)


def _trouble(outcome: str) -> NetworkTrouble:
    """Return what the process said as the contract says it; nothing left where no connection stood."""
    if outcome == "unsafe":
        return Refused(Reason.UNSAFE, "an address the desk refuses to call")
    if outcome == "unknown":
        return Refused(Reason.INVALID, "not an address of Apprise")
    if outcome == "unreachable":
        return TryLater(Reason.UNREACHABLE, AFTER, "no connection")
    if outcome == "refused":
        return Refused(Reason.INVALID, "the service refused it")
    return Uncertain(Reason.OUTAGE, "nobody knows whether it left")


def _ask(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask the process; what takes too long is ended, and nobody knows what became of it."""
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}  # neither proxies nor anybody's secrets
    try:
        done = subprocess.run(
            COMMAND, input=json.dumps(asked).encode(), capture_output=True, timeout=WITHIN, check=False, env=environment
        )
        return dict(json.loads(done.stdout or b"{}"))
    except (subprocess.TimeoutExpired, ValueError):
        return {}
