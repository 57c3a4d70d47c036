"""X's own conformance suite for counting and for finding links; skipped loudly where its files are absent."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from nestor.networks.links import find_links
from nestor.networks.measure import count

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("NESTOR_TEST_DATA", ROOT.parent / "shared" / "data")) / "twitter-text"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"X'S CONFORMANCE SUITE IS ABSENT: no {FOLDER}; counting is checked by our own cases only",
)
COUNTERS = ("WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest")


def cases(file: str, *groups: str) -> list[Any]:
    path = FOLDER / file
    tests = yaml.safe_load(path.read_text(encoding="utf-8"))["tests"] if path.is_file() else {}
    return [pytest.param(case, id=case["description"][:60]) for group in groups for case in tests.get(group, ())]


@pytest.mark.parametrize("case", cases("validate.yml", *COUNTERS))
def test_weighted_length(case: dict[str, Any]) -> None:
    assert count(case["text"], "weighted") == case["expected"]["weightedLength"]


@pytest.mark.parametrize("case", cases("extract.yml", "urls", "tco_urls_with_params"))
def test_links_are_found(case: dict[str, Any]) -> None:
    assert [case["text"][link.start : link.end] for link in find_links(case["text"])] == case["expected"]


@pytest.mark.parametrize("case", cases("extract.yml", "urls_with_indices", "urls_with_directional_markers"))
def test_links_are_found_where_they_stand(case: dict[str, Any]) -> None:
    found = [
        {"url": case["text"][link.start : link.end], "indices": [link.start, link.end]}
        for link in find_links(case["text"])
    ]
    assert found == case["expected"]
