"""How well the guard does on lines nobody tuned on: the third marked `held` in `corpora/guard`.

Lines marked `spent` were held once and have been looked at; they are no longer measured on.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from nestor.guard.rules.catalogue import RULES
from nestor.guard.rules.contract import BrandSettings, Outgoing, Verdict, check, verdict

FOLDER = Path(__file__).parents[2] / "corpora" / "guard"
Row = dict[str, Any]


def rows_of(*names: str) -> list[Row]:
    return [json.loads(line) for name in names for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


def verdict_on(row: Row) -> Verdict:
    findings = check(Outgoing(row["text"]), RULES, BrandSettings())
    assert "guard_failed" not in {finding.id for finding in findings}, row["id"]
    return verdict(findings)


def is_stopped(row: Row) -> bool:
    return verdict_on(row) in (Verdict.STOP, Verdict.ABSOLUTE)


def test_the_corpora_are_large_enough_and_well_formed() -> None:
    rude, clean = rows_of("stop-fr", "stop-en", "warn-fr", "warn-en"), rows_of("clean-fr", "clean-en")
    everything = rude + clean
    assert len({row["id"] for row in everything}) == len(everything)
    assert len({row["text"] for row in everything}) == len(everything)
    assert len(rows_of("stop-fr", "warn-fr")) >= 100
    assert len(rows_of("stop-en", "warn-en")) >= 50
    assert sum(row.get("trait") in {"disguised", "contempt"} for row in rude) * 3 >= len(rude)
    assert len(clean) >= 400


def test_a_third_is_held_by_the_hash_of_the_id() -> None:
    for row in rows_of("stop-fr", "stop-en", "warn-fr", "warn-en", "clean-fr", "clean-en"):
        is_drawn = int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 3 == 0
        assert row["held"] == (is_drawn and not row.get("spent", False)), row["id"]


@pytest.mark.parametrize(
    ("trait", "least"), [("plain", 0.95), ("disguised", 0.75), ("contempt", 0.75), ("not_rude", 0.88)]
)
def test_held_lines_are_stopped(trait: str, least: float, capsys: pytest.CaptureFixture[str]) -> None:
    held = [row for row in rows_of("stop-fr", "stop-en") if row["held"] and row["trait"] == trait]
    share = sum(map(is_stopped, held)) / len(held)
    with capsys.disabled():
        print(f"\nguard, held lines stopped, {trait}: {share:.1%} of {len(held)}")
    assert share >= least


def test_held_lines_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    held = [row for row in rows_of("warn-fr", "warn-en") if row["held"]]
    share = sum(verdict_on(row) is not Verdict.OK for row in held) / len(held)
    with capsys.disabled():
        print(f"\nguard, held lines warned of: {share:.1%} of {len(held)}")
    assert share >= 0.75


def test_clean_held_lines_are_not_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    held = [row for row in rows_of("clean-fr", "clean-en") if row["held"]]
    wrong = sum(map(is_stopped, held))
    with capsys.disabled():
        print(
            f"\nguard, clean held lines wrongly stopped: {wrong} of {len(held)} (too few to tell 3 per 1,000 from 30)"
        )
    assert wrong * 1000 <= 3 * len(held)


def test_no_clean_line_is_stopped() -> None:
    assert [row["id"] for row in rows_of("clean-fr", "clean-en") if not row["held"] and is_stopped(row)] == []
