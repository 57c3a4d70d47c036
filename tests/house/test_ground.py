"""The ground the suite stands on: nothing leaves this machine, and what is left out is said."""

import os
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from nestor.config.keys import KeyFile
from tests import ground
from tests.house.source import ROOT
from tests.run import FAILED, NOTHING_RAN, closing_line, verdict

COMPILED = {name: os.environ[name] for name in ("PYTHONPYCACHEPREFIX",) if name in os.environ}  # else: seconds a run
MARKED = """
import pytest

def test_plain():
    assert True

@pytest.mark.slow
def test_slow():
    assert True

@pytest.mark.service("rabbitmq")
def test_rabbit():
    assert True
"""


@pytest.mark.parametrize("host", ["example.com", "localhost.example", "192.0.2.1", "10.0.0.1", "2001:db8::1"])
def test_no_test_leaves_this_machine(host: str) -> None:
    with pytest.raises(OSError, match="no test may"):
        socket.create_connection((host, 80), timeout=1)


def test_this_machine_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=1).close()
        with server.accept()[0] as connection:
            assert connection.recv(1) == b""


def pytest_on(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a small suite in a folder of its own, with this suite's plugins and without Django."""
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.ground", "tests.services_here", "tests.tally"]\n')
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: x\n    service(name): x\n    screens: x\n")
    (folder / "tests_here.py").write_text(MARKED)
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    given = ["-o", "python_files=tests_here.py", *arguments, str(folder)]
    return subprocess.run(
        [*command, *given],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", **COMPILED, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    shown = pytest_on(tmp_path)
    assert "1 passed" in shown.stdout
    assert "2 left out by choice" in shown.stdout


def test_a_missing_service_is_skipped_loudly(tmp_path: Path) -> None:
    shown = pytest_on(tmp_path, "--all", NESTOR_TEST_RABBITMQ="amqp://guest:guest@127.0.0.1:1")
    assert shown.returncode == 0
    assert "1 skipped: needs rabbitmq: no answer" in shown.stdout
    assert "2 passed" in shown.stdout


def test_a_missing_service_that_is_required_fails(tmp_path: Path) -> None:
    away = {"NESTOR_TEST_RABBITMQ": "amqp://guest:guest@127.0.0.1:1", "NESTOR_REQUIRE": "rabbitmq"}
    shown = pytest_on(tmp_path, "--all", **away)
    assert shown.returncode == 1
    assert "rabbitmq is required and not here" in shown.stdout


def test_a_required_service_nobody_knows_is_refused(tmp_path: Path) -> None:
    assert "unknown service redis" in pytest_on(tmp_path, NESTOR_REQUIRE="redis").stderr


def test_several_runs_are_added_up() -> None:
    total = Counter(passed=10, failed=1) + Counter(passed=5, skipped=2)
    assert closing_line(total, 3.456) == " 1 failed, 15 passed, 2 skipped in 3.46s ".center(80, "=")


@pytest.mark.parametrize(
    ("checks", "codes", "passed", "expected"),
    [
        ([], [0, 0], 5, 0),
        ([], [0, NOTHING_RAN], 5, 0),
        ([], [NOTHING_RAN], 0, NOTHING_RAN),
        ([], [0, 1], 5, FAILED),
        ([], [0, 2], 5, FAILED),
        ([], [0, -9], 5, FAILED),
        (["mypy"], [0], 5, FAILED),
    ],
)
def test_one_failure_fails_everything(checks: list[str], codes: list[int], passed: int, expected: int) -> None:
    assert verdict(checks, codes, Counter(passed=passed)) == expected


def test_a_test_and_its_programs_share_home_and_keys() -> None:
    assert os.environ["NESTOR_HOME"] == str(ground.HOME)
    assert list(settings.NESTOR_SECRET_KEYS) == list(KeyFile(ground.HOME))
    assert settings.NESTOR_FILES.is_relative_to(ground.HOME)
