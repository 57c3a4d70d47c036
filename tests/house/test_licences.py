"""What others wrote is kept with their licence."""

import re
from pathlib import Path

from tests.house.source import ROOT, files

NOTICE = re.compile(rb"licen[sc]e|copyright|SPDX", re.IGNORECASE)
FOREIGN = (".min.js", ".min.css", ".woff", ".woff2", ".ttf", ".otf")


def test_what_others_wrote_carries_its_licence() -> None:
    bare = [name for name in files() if is_foreign(name) and not has_licence(ROOT / name)]
    assert bare == []


def is_foreign(name: str) -> bool:
    return name.endswith(FOREIGN) or "vendor" in Path(name).parts[:-1]


def has_licence(path: Path) -> bool:
    """Return whether the file says so itself, or stands beside its licence."""
    beside = [near for near in path.parent.iterdir() if near.name.upper().startswith(("LICENSE", "LICENCE", "COPYING"))]
    return bool(beside) or bool(NOTICE.search(path.read_bytes()[:4000]))


def test_our_own_licence_is_there() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License")
    assert "Nestor contributors" in text
