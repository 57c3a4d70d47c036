"""What `./nestor test` runs: the checks, then the tests, in one run or, with `--all`, in several.

    ./nestor test                  checks, then everything that needs nothing but Python, on SQLite
    ./nestor test --all            also on PostgreSQL, with real services, a browser and the long crash runs
    ./nestor test --no-lint …      without the checks; whatever is not an option of this file goes to pytest

The last line adds up all runs, the way pytest closes one. The exit code is 0 only if all passed and something ran.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAILED, INTERRUPTED, NOTHING_RAN = 1, 130, 5
BIN = Path(sys.executable).parent
CHECKS = (
    ("ruff check", ("ruff", "check", "--output-format=concise", ".")),
    ("ruff format", ("ruff", "format", "--check", "--output-format=concise", ".")),
    ("mypy", ("mypy", "--no-error-summary")),
    ("mypy of the launcher", ("mypy", "--no-error-summary", "--strict", "--config-file=", "nestor")),
    ("import-linter", ("lint-imports", "--no-cache")),
)


@dataclass(frozen=True, slots=True)
class Suite:
    """One run of pytest: what it is, its options, its database."""

    name: str
    options: tuple[str, ...] = ()
    database: str = "sqlite"


QUICK = Suite("Python only, SQLite")
FULL = (
    QUICK,
    Suite("what uses the database, PostgreSQL", ("--only-database",), "postgresql"),
    Suite("services, browser, long runs, SQLite", ("--only-heavy",)),
    Suite(
        "long runs that use the database, PostgreSQL",
        ("--only-heavy", "--only-database", "-m", "not screens"),
        "postgresql",
    ),
)


def check() -> list[str]:
    """Run the static checks, all of them; return the names of those that failed."""
    failed = []
    for name, (program, *arguments) in CHECKS:
        begun = time.monotonic()
        ran = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        print(f"{name}: {'FAILED' if ran.returncode else 'ok'} ({time.monotonic() - begun:.0f} s)", flush=True)
        if ran.returncode:
            print(ran.stdout + ran.stderr, flush=True)
            failed.append(name)
    return failed


def run(suite: Suite, arguments: Sequence[str], part: str) -> tuple[int, Counter[str]]:
    """Run one suite, the only one or one part of several; return pytest's exit code and how many tests ended how."""
    print(f"\n{part}{suite.name}", flush=True)
    with tempfile.TemporaryDirectory(prefix="nestor-run-") as folder:
        tally = Path(folder) / "tally.json"
        environment = {**os.environ, "NESTOR_TEST_DATABASE": suite.database, "NESTOR_TEST_TALLY": str(tally)}
        if part:
            environment["NESTOR_TEST_PART"] = part
        given = [*suite.options, *arguments]
        if not any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments):
            given = ["-n", "2", "--dist", "worksteal", *given]
        code = subprocess.run(
            [sys.executable, "-m", "pytest", *given], cwd=ROOT, env=environment, check=False
        ).returncode
        counts = json.loads(tally.read_text(encoding="utf-8")) if tally.exists() else {}
    return code, Counter(counts)


def closing_line(total: Counter[str], seconds: float) -> str:
    """Return pytest's closing line for several runs: `==== 3 failed, 100 passed in 12.30s ====`."""
    order = ("failed", "errors", "passed", "skipped", "xfailed", "xpassed")
    parts = [f"{total[name]} {name}" for name in order if total[name]]
    return f" {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


def verdict(failed_checks: list[str], codes: list[int], total: Counter[str]) -> int:
    """Return the exit code of the whole: a run that found no test is nothing, all of them finding none is a failure."""
    if failed_checks or set(codes) - {0, NOTHING_RAN}:
        return FAILED
    return 0 if total["passed"] else NOTHING_RAN


def main(arguments: list[str]) -> int:
    """Run checks and suites; print what each found, and the sum last."""
    begun = time.monotonic()
    own = {"--all", "--no-lint"} & set(arguments)
    given = [argument for argument in arguments if argument not in own]
    failed_checks = [] if "--no-lint" in own else check()
    codes, total = [], Counter[str]()
    suites = FULL if "--all" in own else (QUICK,)
    for number, suite in enumerate(suites, 1):
        code, counts = run(suite, given, f"[{number}/{len(suites)}] " if len(suites) > 1 else "")
        codes.append(code)
        total += counts
    if failed_checks:
        print(f"\nChecks that failed: {', '.join(failed_checks)}")
        total["errors"] += len(failed_checks)
    print(f"\n{closing_line(total, time.monotonic() - begun)}", flush=True)
    return verdict(failed_checks, codes, total)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
