"""Services that tests need: a test marked `service("rabbitmq")` is skipped where there is none, and says so at the end.

`NESTOR_REQUIRE=postgresql,rabbitmq,…` turns such a skip into a failure: that is how the full run knows it was full.
"""

import functools
import os
import shutil
from pathlib import Path

import pika
import psycopg
import pytest

from tests.ground import POSTGRESQL

RABBITMQ = os.environ.get("NESTOR_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672")


class Missing(Exception):
    """A service is not here; the text says what was looked for."""


def _program(*names: str) -> str:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    raise Missing(f"no program {' or '.join(names)}")


def _postgresql() -> None:
    try:
        psycopg.connect(POSTGRESQL, connect_timeout=3).close()
    except psycopg.Error as error:
        raise Missing("no answer at NESTOR_TEST_POSTGRESQL") from error


def _rabbitmq() -> None:
    try:
        pika.BlockingConnection(pika.URLParameters(f"{RABBITMQ}?socket_timeout=3&connection_attempts=1")).close()
    except (pika.exceptions.AMQPError, OSError) as error:
        raise Missing("no answer at NESTOR_TEST_RABBITMQ") from error


def _mariadb() -> None:
    _program("mariadbd", "mysqld")


def _wordpress() -> None:
    _program("php")
    if not Path("/usr/share/wordpress/wp-load.php").is_file():
        raise Missing("no /usr/share/wordpress/wp-load.php")


def chromium_path() -> str:
    """Return the path of Chromium; raises Missing."""
    return _program("chromium", "chromium-browser", "google-chrome")


PROBES = {
    "postgresql": _postgresql,
    "rabbitmq": _rabbitmq,
    "mariadb": _mariadb,
    "wordpress": _wordpress,
    "chromium": chromium_path,
}


@functools.cache
def why_missing(name: str) -> str:
    """Return why the service cannot be used, or nothing where it can."""
    try:
        PROBES[name]()
    except Missing as error:
        return str(error)
    return ""


def required() -> set[str]:
    """Return the services whose absence is a failure."""
    names = {part.strip() for part in os.environ.get("NESTOR_REQUIRE", "").split(",") if part.strip()}
    if unknown := names - set(PROBES):
        raise pytest.UsageError(f"NESTOR_REQUIRE: unknown service {', '.join(sorted(unknown))}")
    return names


def pytest_configure(config: pytest.Config) -> None:
    required()


def pytest_runtest_setup(item: pytest.Item) -> None:
    needed = {str(argument) for marker in item.iter_markers("service") for argument in marker.args}
    if item.get_closest_marker("screens"):
        needed.add("chromium")
    for name in sorted(needed):
        if not (why := why_missing(name)):
            continue
        if name in required():
            pytest.fail(f"{name} is required and not here: {why}", pytrace=False)
        pytest.skip(f"needs {name}: {why}")
