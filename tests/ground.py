"""The ground of the suite: its own home and database, no internet, and which tests run.

`NESTOR_TEST_DATABASE` is `sqlite` (default) or `postgresql`; `NESTOR_TEST_POSTGRESQL` is the address of a server on
which databases may be made (default: this machine's socket, as the current user).
"""

import atexit
import fcntl
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import cast
from urllib.parse import quote

import django
import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection

from nestor.config.catalogues import compile_stale

POSTGRESQL = os.environ.get("NESTOR_TEST_POSTGRESQL", "postgresql:///postgres")
DATABASE = os.environ.get("NESTOR_TEST_DATABASE", "sqlite")
KEPT = ("NESTOR_REQUIRE", "NESTOR_TEST_")
HEAVY = ("service", "screens", "slow")
hypothesis.settings.register_profile("desk", deadline=None)  # no test times anything: machines are busy
hypothesis.settings.load_profile("desk")


def _lay() -> Path:
    """Give this process an empty home, whatever the developer's shell says, before Django reads its settings."""
    for name in [name for name in os.environ if name.startswith("NESTOR_") and not name.startswith(KEPT)]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="nestor-test-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ.setdefault("NESTOR_TEST_RUN", str(os.getpid()))  # inherited by xdist's workers
    os.environ.setdefault("NESTOR_TEST_COMMON", str(home))  # what they share
    os.environ["NESTOR_HOME"] = str(home)
    os.environ["NESTOR_DATABASE"] = POSTGRESQL if DATABASE == "postgresql" else f"sqlite:///{home / 'unused.sqlite3'}"
    os.environ["LANGUAGE"] = "en"
    os.environ.setdefault("PYTHONHASHSEED", "0")  # xdist's workers must walk a set in the same order
    os.environ["DJANGO_SETTINGS_MODULE"] = "nestor.config.settings"
    return home


if DATABASE not in ("sqlite", "postgresql"):
    raise pytest.UsageError("NESTOR_TEST_DATABASE must be sqlite or postgresql")
HOME = _lay()
if "no:django" not in sys.argv:
    django.setup()  # before any conftest of a folder is read: those import models
    ScryptPasswordHasher.work_factor = 2**8  # a password costs 0.2 s on purpose; the suite makes hundreds


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("nestor")
    group.addoption("--all", action="store_true", help="also run what needs services, a browser or more time")
    group.addoption("--only-heavy", action="store_true", help="run nothing but what --all adds")
    group.addoption("--only-database", action="store_true", help="run nothing but what uses the database")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the test database: a file of its own on SQLite, so that threads and child processes share it.

    `-p no:django` leaves Django out, for tests of rules and networks, which know nothing of it.
    """
    sys.addaudithook(_refuse_internet)
    if not hasattr(config, "workerinput"):
        compile_stale()
    if not config.pluginmanager.has_plugin("django"):
        return
    test = _test_database()
    if DATABASE == "sqlite":
        test["NAME"] = str(HOME / "test.sqlite3")
    else:
        test["NAME"] = f"test_nestor_{os.environ['NESTOR_TEST_RUN']}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let each worker read Django's settings itself, once it has a home of its own.

    A worker that inherits the name of the settings has them read before this file is: with this process's home, hence
    with other keys and another shelf than the programs its tests start.
    """
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def _test_database() -> dict[str, object]:
    return cast("dict[str, object]", settings.DATABASES["default"].setdefault("TEST", {}))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Before pytest-django makes the test database: on SQLite it finds one that is migrated already."""
    if DATABASE == "sqlite":
        _copy_migrated(Path(str(_test_database()["NAME"])))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite it is a file of this process's home, which goes with it."""
    return DATABASE == "sqlite"


def _copy_migrated(wanted: Path) -> None:
    """Migrate once for all workers of a run, whoever comes first, and copy: migrating takes ten seconds."""
    common = Path(os.environ["NESTOR_TEST_COMMON"]) / "migrated.sqlite3"
    with common.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not common.exists():
            half = common.with_suffix(".half")
            command = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
            subprocess.run(command, env={**os.environ, "NESTOR_DATABASE": f"sqlite:///{half}"}, check=True)
            half.rename(common)
    shutil.copyfile(common, wanted)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their length: what they hold may differ from one process of xdist to the next, and reads badly."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for: naming a file, a test or `-m` asks for it."""
    named = bool(config.option.markexpr) or any("::" in arg or arg.endswith(".py") for arg in config.args)
    keep: list[pytest.Item] = []
    drop: list[pytest.Item] = []
    for item in items:
        heavy = any(item.get_closest_marker(name) for name in HEAVY)
        wanted = heavy or not config.option.only_heavy
        if heavy and not (config.option.all or config.option.only_heavy or named):
            wanted = False
        if config.option.only_database and not _uses_database(item):
            wanted = False
        (keep if wanted else drop).append(item)
    if drop:
        config.hook.pytest_deselected(items=drop)
    items[:] = sorted(keep, key=_turn)


def _turn(item: pytest.Item) -> int:
    """Return who goes first: the killed, who wait more than they work; and last those with a browser.

    A browser leaves its event loop running in its worker, and Django refuses the database beside one.
    """
    return (item.get_closest_marker("crash") is None) + 2 * (item.get_closest_marker("screens") is not None)


def _uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db")) or not fixtures.isdisjoint({"db", "transactional_db"})


def _refuse_internet(event: str, arguments: tuple[object, ...]) -> None:
    """Behave like a machine without a network: only loopback and Unix sockets answer."""
    if event == "socket.getaddrinfo" and not (_is_loopback(arguments[0]) or _is_address(arguments[0])):
        raise socket.gaierror(socket.EAI_NONAME, "no test may look up a name on the internet")
    if event == "socket.connect" and isinstance(arguments[1], tuple) and not _is_loopback(arguments[1][0]):
        raise OSError(f"no test may leave this machine: {arguments[1][0]!r}")


def _is_loopback(host: object) -> bool:
    text = _text(host)
    if _is_address(host):
        address = ipaddress.ip_address(text)
        return address.is_loopback or address.is_unspecified
    return text == "localhost" or text.endswith(".localhost")


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(_text(host))
    except ValueError:
        return False
    return True


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "localhost")


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:
    """Environment for a child process that works on the same home and test database as this test."""
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}" if DATABASE == "sqlite" else POSTGRESQL.rsplit("/", 1)[0] + "/" + quote(name)
    return {**os.environ, "NESTOR_HOME": str(HOME), "NESTOR_DATABASE": url}
