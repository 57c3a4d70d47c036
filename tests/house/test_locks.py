"""Locks: everything asked for is pinned with its fingerprints, and nothing names where it came from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.house.source import ROOT, files

LOCKS = ("uv", "build", "base", "dev")
HOSTS = [
    re.escape(".".join(parts))
    for parts in (
        ("py" + "pi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npm" + "js", "org"),
        ("npm" + "js", "com"),
        ("crates", "io"),
        ("ruby" + "gems", "org"),
        ("deb" + "ian", "org/debian"),
        ("unp" + "kg", "com"),
        ("jsde" + "livr", "net"),
    )
]


def asked_for(lock: str) -> list[Requirement]:
    lines = (ROOT / "requirements" / f"{lock}.in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in map(str.strip, lines) if line and not line.startswith(("#", "-"))]


def locked(lock: str) -> dict[str, tuple[str, int]]:
    """Return version and number of fingerprints by name."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    found = {}
    for entry in entries:
        if pinned := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", entry.strip()):
            found[plain(pinned[1])] = (pinned[2], entry.count("--hash=sha256:"))
    return found


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_asked_for_is_pinned(lock: str) -> None:
    pinned = locked(lock)
    missing = [str(wish) for wish in asked_for(lock) if plain(wish.name) not in pinned]
    assert not missing
    wrong = [
        str(wish)
        for wish in asked_for(lock)
        if not wish.specifier.contains(pinned[plain(wish.name)][0], prereleases=True)
    ]
    assert not wrong


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_pinned_has_fingerprints(lock: str) -> None:
    pinned = locked(lock)
    assert pinned
    assert [name for name, (_, fingerprints) in pinned.items() if not fingerprints] == []


def test_tests_run_on_what_is_served() -> None:
    served, tested = locked("base"), locked("dev")
    assert {name: version for name, (version, _) in served.items()} == {
        name: tested[name][0] if name in tested else "missing" for name in served
    }


def test_the_builder_is_the_one_that_is_locked() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    pinned = locked("build")
    assert [
        name for name in wanted if not Requirement(name).specifier.contains(pinned[plain(Requirement(name).name)][0])
    ] == []


def test_no_registry_is_named() -> None:
    pattern = re.compile("|".join(HOSTS).encode(), re.IGNORECASE)
    naming = [name for name in files() if pattern.search(Path(ROOT / name).read_bytes())]
    assert naming == []
