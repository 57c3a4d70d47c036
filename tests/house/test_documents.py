"""Documents that lead somewhere: every link inside the project has a target, and both languages have the same pages."""

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PAIRS = (
    ("README.md", "LISEZMOI.md"),
    ("docs/user-guide.md", "docs/fr/guide.md"),
    ("docs/operator-guide.md", "docs/fr/guide-exploitation.md"),
    ("docs/api.md", "docs/fr/api.md"),
)
FRENCH = [french for _, french in PAIRS]


def test_links_lead_somewhere() -> None:
    broken = []
    for name in files():
        if not name.endswith(".md") or name.startswith("corpora/"):
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in LINK.findall(text):
            path, _, heading = target.partition("#")
            if ":" in path or is_there(ROOT / name, path, heading):
                continue
            broken.append(f"{name}: {target}")
    assert broken == []


def is_there(page: Path, path: str, heading: str) -> bool:
    target = page.parent / path if path else page
    if not heading:
        return target.exists()
    titles = re.findall(r"^#+ +(.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if target.is_file() else []
    return heading in {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize(("english", "french"), PAIRS)
def test_both_languages_have_the_same_sections(english: str, french: str) -> None:
    here, there = (
        re.findall(r"^#+ ", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE) for name in (english, french)
    )
    assert here == there


@pytest.mark.parametrize("name", FRENCH)
def test_french_is_set_as_french_is(name: str) -> None:
    """No-break spaces before ; : ! ? and inside « », and typographic apostrophes, outside code."""
    text = re.sub(
        r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL
    )
    wrong = [line for line in text.splitlines() if re.search(r"\w'\w| [;!?»]|« |[a-zà-ÿ)»][;!?]|[a-zà-ÿ)»*] :", line)]
    assert wrong == []
