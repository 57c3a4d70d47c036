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
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAILED, INTERRUPTED, NOTHING_RAN = 1, 130, 5
BIN = Path(sys.executable).parent
BRIEF_CHECKS = (
    ("ruff check", ("ruff", "check", "--output-format=concise", ".")),
    ("ruff format", ("ruff", "format", "--check", "--output-format=concise", ".")),
)
LONG_CHECKS = (  # beside the first tests: mypy keeps one core busy for half a minute
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
    workers: int = 2  # of two cores; more where many tests wait: for a network that hangs, for a lease to lapse


QUICK = Suite("Python only, SQLite", workers=4)
FULL = (
    QUICK,
    Suite("what uses the database, PostgreSQL", ("--only-database",), "postgresql", workers=3),
    Suite("services, browser, long runs, SQLite", ("--only-heavy",)),
    Suite(
        "long runs that use the database, PostgreSQL",
        ("--only-heavy", "--only-database", "-m", "not screens"),
        "postgresql",
    ),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """How a static check ended; `said` is empty if all is well."""

    name: str
    seconds: float
    said: str


def check(checks: Iterable[tuple[str, Sequence[str]]]) -> list[Checked]:
    """Run static checks, all of them, whatever they find."""
    done = []
    for name, (program, *arguments) in checks:
        begun = time.monotonic()
        ran = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        said = (ran.stdout + ran.stderr or "It says nothing.") if ran.returncode else ""
        done.append(Checked(name, time.monotonic() - begun, said))
    return done


def tell(done: Iterable[Checked]) -> list[str]:
    """Print what static checks found; return the names of those that failed."""
    failed = []
    for one in done:
        print(f"{one.name}: {'FAILED' if one.said else 'ok'} ({one.seconds:.0f} s)", flush=True)
        if one.said:
            print(one.said, flush=True)
            failed.append(one.name)
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
            given = ["-n", str(suite.workers), "--dist", "worksteal", *given]
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
    brief, long = ((), ()) if "--no-lint" in own else (BRIEF_CHECKS, LONG_CHECKS)
    failed_checks = tell(check(brief))
    codes, total = [], Counter[str]()
    suites = FULL if "--all" in own else (QUICK,)
    with ThreadPoolExecutor(1) as beside:
        checking = beside.submit(check, long)
        for number, suite in enumerate(suites, 1):
            code, counts = run(suite, given, f"[{number}/{len(suites)}] " if len(suites) > 1 else "")
            codes.append(code)
            total += counts
            if number == 1:
                failed_checks += tell(checking.result())
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
