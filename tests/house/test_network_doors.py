"""Networks are called through `nestor.networks.http` alone: no other module opens a client connection."""

import ast
from collections.abc import Iterator
from pathlib import Path

import nestor.networks

NETWORKS = Path(nestor.networks.__file__).parent
THE_DOOR = {"http.py", "dial.py"}
CLIENTS = (
    "aiohttp",
    "ftplib",
    "http.client",
    "httpcore",
    "httpx",
    "imaplib",
    "poplib",
    "pycurl",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc",
)


def imported(source: str) -> Iterator[str]:
    """Yield every module a source imports, wherever in it, by name or through `import_module` and its like."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (str(part.value) for part in node.args if isinstance(part, ast.Constant))


def clients_in(source: str) -> list[str]:
    return [
        name for name in imported(source) if name in CLIENTS or name.startswith(tuple(f"{one}." for one in CLIENTS))
    ]


def test_no_other_module_opens_a_client_connection() -> None:
    looked_at, found = 0, []
    for path in sorted(NETWORKS.rglob("*.py")):
        name = path.relative_to(NETWORKS).as_posix()
        looked_at += 1
        if name not in THE_DOOR and not path.name.startswith("test_"):
            found += [f"{name} imports {client}" for client in clients_in(path.read_text(encoding="utf-8"))]
    assert looked_at > 5
    assert found == []


def test_the_search_sees_every_way_of_importing() -> None:
    for source in (
        "import httpx",
        "import urllib.request as u",
        "from urllib import request",
        "from urllib.request import urlopen",
        "def f():\n    import socket",
        "import importlib\nimportlib.import_module('requests')",
        "__import__('http.client')",
        "from http import client",
    ):
        assert clients_in(source), source
    for source in ("from urllib.parse import urlsplit", "from http import HTTPStatus", "import http.server"):
        assert not clients_in(source), source
