"""The wheel: it builds, carries everything the desk needs, and works from wherever it is put."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.source import ROOT, files

pytestmark = pytest.mark.slow
LEFT_OUT = ("/payloads/", "/test_")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout and unpack it, as installing would."""
    built, target = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("unpacked")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    zipfile.ZipFile(next(built.glob("*.whl"))).extractall(target)
    return target


def test_everything_is_in_it(unpacked: Path) -> None:
    wanted = {name.removeprefix("src/") for name in files() if name.startswith("src/nestor/")}
    wanted |= {f"nestor/{name}" for name in files() if name.startswith(("corpora/", "locale/"))}
    wanted |= {"nestor/docs/user-guide.md", "nestor/docs/fr/guide.md"}
    wanted = {name for name in wanted if not any(part in name for part in LEFT_OUT)}
    there = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert len(wanted) > 100
    assert sorted(wanted - there) == []


def test_translations_are_compiled(unpacked: Path) -> None:
    sources = list(unpacked.rglob("*.po"))
    assert sources
    assert [str(path) for path in sources if not path.with_suffix(".mo").is_file()] == []


def test_no_test_is_in_it(unpacked: Path) -> None:
    assert [str(path) for path in unpacked.rglob("test_*")] == []
    assert not (unpacked / "tests").exists()


def test_its_metadata_is_the_project(unpacked: Path) -> None:
    info = next(unpacked.glob("nestor_desk-*.dist-info"))
    metadata = (info / "METADATA").read_text(encoding="utf-8")
    assert "Name: nestor-desk" in metadata
    assert "License-Expression: MIT" in metadata
    assert "Requires-Dist: django<5.3,>=5.2" in metadata.lower().replace("requires-dist", "Requires-Dist")
    entries = (info / "entry_points.txt").read_text(encoding="utf-8")
    assert "nestor = nestor.faces.cli:main" in entries
    assert "[nestor.networks]" in entries
    assert (info / "licenses" / "LICENSE").is_file()


def test_it_works_where_it_is_put(unpacked: Path, tmp_path: Path) -> None:
    """Its own files are found inside it, not in the checkout it came from."""
    look = "import nestor.config.places as p; print(p.PACKAGE, p.LOCALE, p.CORPORA)"
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "LANGUAGE": "fr"}
    shown = subprocess.run(
        [sys.executable, "-c", look], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert [str(unpacked / part) for part in ("nestor", "nestor/locale", "nestor/corpora")] == shown.stdout.split()
    said = subprocess.run(
        [sys.executable, "-c", "from nestor.faces.cli import main; main()", "--help"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Fait tourner le bureau" in said.stdout
