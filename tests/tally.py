"""What a run says at its end: what did not run and why, and, for `tests/run.py`, how many tests ended how."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

LEFT_OUT = pytest.StashKey[int]()
ENDINGS = {"failed": "failed", "error": "errors", "passed": "passed", "skipped": "skipped"}


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = 0


@pytest.hookimpl(trylast=True)
def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    if items:
        items[0].config.stash[LEFT_OUT] += len(items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that started this one, under xdist, how many tests were left out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what a worker of xdist told: every worker leaves out the same tests."""
    told = getattr(node, "workeroutput", {}).get("left_out", 0)
    node.config.stash[LEFT_OUT] = max(node.config.stash[LEFT_OUT], told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say last what did not run, so that nobody takes half a run for a whole one."""
    if path := os.environ.get("NESTOR_TEST_TALLY"):
        counts = {
            ENDINGS.get(key, key): len(terminalreporter.getreports(key)) for key in (*ENDINGS, "xfailed", "xpassed")
        }
        Path(path).write_text(json.dumps(counts), encoding="utf-8")
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple)
    )
    is_part = "NESTOR_TEST_PART" in os.environ  # of several runs that leave nothing out between them
    left_out = 0 if is_part else config.stash[LEFT_OUT]
    if not reasons and not left_out:
        return
    terminalreporter.section("not run")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} skipped: {reason}", yellow=True)
    if left_out:
        terminalreporter.write_line(f"{left_out} left out by choice; `./nestor test --all` runs everything")
