"""The one door to translators: each is asked in a process of its own, which is ended when it takes too long.

Such a process is handed nothing of the desk's: no environment, no connection to the database, no memory. It runs as
the same user, so that files are as open to it as to any package that is installed.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from nestor.triage.rules.translation import most_answer, sensible
from nestor.triage.translators.contract import CannotTranslate, Described, Why

WITHIN = 15.0  # seconds; pages give a fragment twenty
DESCRIBE_WITHIN = 10.0
AT_ONCE = BoundedSemaphore(2)  # of a web worker's six threads: the others go on serving pages
OWN_SETTINGS = "NESTOR_TRANSLATOR_"
COMPILED = ("-X", f"pycache_prefix={sys.pycache_prefix}") if sys.pycache_prefix else ()
COMMAND = (sys.executable, "-I", *COMPILED, "-m", "nestor.triage.translators.child")

log = logging.getLogger("nestor.triage")


def describe(key: str) -> Described:
    """Return what an installed translator says of itself; raise `CannotTranslate`."""
    said = _ask({"do": "describe", "key": key, "host": ""}, DESCRIBE_WITHIN)
    return Described(key, str(said["name"]), str(said["host"]))


def translate(chosen: Described, text: str, source: str, target: str) -> str:
    """Return the text in language `target`; raise `CannotTranslate`. Nothing is kept, here or there."""
    asked = {"do": "translate", "key": chosen.key, "host": chosen.host, "text": text, "source": source}
    if not AT_ONCE.acquire(blocking=False):
        raise CannotTranslate(Why.BUSY)
    try:
        said = _ask(asked | {"target": target, "most": most_answer(text) + 1}, WITHIN)
    finally:
        AT_ONCE.release()
    found = sensible(said.get("text"), text)
    if not found:
        raise CannotTranslate(Why.BROKEN, "an answer that is none")
    return found


def _ask(asked: Mapping[str, Any], within: float) -> dict[str, Any]:
    """Ask the process; return what it says, raise `CannotTranslate` where it has nothing to say."""
    path = [entry for entry in sys.path if Path(entry).is_absolute()]  # what is installed for the desk is for it too
    question = json.dumps({**asked, "path": path}).encode()
    try:
        done = subprocess.run(
            COMMAND,
            input=question,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=within,
            check=False,
            env=_environment(),
        )
        said = dict(json.loads(done.stdout))
        outcome = str(said.get("outcome"))
        why = None if outcome in ("known", "translated") else Why(outcome)
    except subprocess.TimeoutExpired:
        said, why = {}, Why.TOO_LATE
    except (ValueError, TypeError):  # it ended without an answer
        said, why = {}, Why.BROKEN
    if why is not None:
        detail = str(said.get("detail", ""))[:300]
        log.warning("translator %s: %s %s", asked["key"], why.value, detail if asked["do"] == "describe" else "")
        raise CannotTranslate(why, detail)
    return said


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name.startswith(OWN_SETTINGS)}
    return own | {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": os.environ.get("HOME", "/")}
