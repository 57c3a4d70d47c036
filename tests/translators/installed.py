"""Puts translators where installed packages are: the word book, and odd ones that do what a test says."""

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

WORDBOOK = Path(__file__).parent / "site"
Install = Callable[..., None]
PLUGIN = """
from nestor.triage.translators.contract import CannotTranslate, Why
{before}
class Odd:
    contract, key, name, host = 1, "odd", "Odd one", {host!r}
    def translate(self, text, source, target):
        {body}
ODD = Odd()
"""


def installer(folder: Path) -> Install:
    """Return what installs, in this folder, a translator `odd` whose translating is `body`."""
    moments = count(1_000_000_000)

    def put(body: str, *, host: str = "", before: str = "", source: str = PLUGIN) -> None:
        code = source.format(body=body, host=host, before=before)
        (folder / "odd.py").write_text(code, encoding="utf-8")
        os.utime(folder / "odd.py", (0, next(moments)))  # never the compiled form of the one before
        entry_point(folder, "odd", "odd = odd:ODD")

    return put


def entry_point(folder: Path, package: str, line: str) -> None:
    """Say, as an installed package does, that it offers a translator."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[nestor.translators]\n{line}\n", encoding="utf-8")


@pytest.fixture
def wordbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """The word book is installed."""
    monkeypatch.syspath_prepend(str(WORDBOOK))


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a translator `odd` that does what `body` says."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return installer(tmp_path)
