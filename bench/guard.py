"""`nestor bench guard`: what the guard stops and lets pass, and what a draft costs against its two libraries alone.

Quality on our own held third, on a folder of lines in the command's format (`expect`: stop, warn or ok), and on two
public sets as witnesses; cost as a ratio in one run, so that the machine does not matter.
"""

import csv
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import phonenumbers
from stdnum import iban, luhn
from stdnum.fr import nir

from nestor.faces.cli.guard_lines import asked_in, judged
from nestor.guard.rules.catalogue import RULES
from nestor.guard.rules.contract import BrandSettings, Outgoing, Verdict, check, verdict

OWN = Path(__file__).resolve().parent.parent / "corpora" / "guard"
ROUNDS = 5
_DIGITS = re.compile(r"\d[\d .\-]{11,40}\d")
Row = dict[str, Any]


def main(data: Path | None = None) -> None:
    """Print the figures; `data` is a folder of JSON Lines in the command's format, or the folder of public sets."""
    print("Our own corpora, held third (nobody tunes on it; written by the rules' author, so read it as a ceiling)")
    report(row for row in _rows(OWN) if row["held"])
    for path in sorted(data.glob("*.jsonl")) if data else ():
        print(f"\n{path.name}")
        report(_rows_of(path))
    if data is not None:
        _care(data / "outgoing" / "care_dialogs.jsonl")
        _talk(data / "nlp" / "toxifrench" / "subset_jigsaw_en_fr.tsv")
    print()
    _cost([row["text"] for row in _rows(OWN)])


def _rows(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.glob("*.jsonl")):
        yield from _rows_of(path)


def _rows_of(path: Path) -> Iterator[Row]:
    with path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def report(rows: Iterable[Row]) -> None:
    """Print per expectation and trait how many lines got what they should."""
    right: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    for row in rows:
        expected = row.get("expect") or row.get("expected") or row.get("verdict")
        if expected not in {"stop", "warn", "ok"}:
            continue
        given = judged(asked_in(json.dumps(row).encode()), BrandSettings())["verdict"]
        name = " ".join(filter(None, (expected, row.get("trait"))))
        all_of[name] += 1
        right[name] += {"stop": given == "stop", "warn": given != "ok", "ok": given != "stop"}[expected]
        if expected == "ok":
            all_of["ok, not even warned"] += 1
            right["ok, not even warned"] += given == "ok"
    for name in sorted(all_of):
        print(f"  {name:24} {right[name]:5} of {all_of[name]:5}  {right[name] / all_of[name]:7.1%}")


def _stops(text: str) -> bool:
    return verdict(check(Outgoing(text), RULES, BrandSettings())) in (Verdict.STOP, Verdict.ABSOLUTE)


def _care(path: Path) -> None:
    """Real answers of brands, public: none should be stopped."""
    if not path.is_file():
        print(f"\nSKIPPED: no {path}")
        return
    said = [turn["text"] for row in _rows_of(path) for turn in row["turns"] if turn["role"] == "agent"]
    print(f"\nReal answers of brands, wrongly stopped: {sum(map(_stops, said))} of {len(said)}")


def _talk(path: Path) -> None:
    """Insults on a talk page, labelled by others, and their translation: a witness, not a target."""
    if not path.is_file():
        print(f"\nSKIPPED: no {path}")
        return
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["insult"] == "1"]
    for language, column in (("English", "original_text"), ("French", "content")):
        share = sum(_stops(row[column]) for row in rows) / len(rows)
        print(f"Insults on talk pages, {language}, stopped: {share:.1%} of {len(rows)}")


def _libraries_alone(text: str) -> int:
    """Search what the two libraries find without any of our own rules."""
    found = sum(1 for _ in phonenumbers.PhoneNumberMatcher(text, "FR"))
    for candidate in _DIGITS.findall(text):
        found += iban.is_valid(candidate) + luhn.is_valid(candidate.replace(" ", "")) + nir.is_valid(candidate)
    return found


def _seconds(work: Callable[[str], object], texts: list[str]) -> float:
    started = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - started


def _cost(texts: list[str]) -> None:
    """Compare all rules with the libraries alone, turn by turn, on every line and on those with long numbers."""
    for name, chosen in (
        ("all lines", texts),
        ("lines with a long number", [text for text in texts if _DIGITS.search(text)]),
    ):
        drafts, alone = [], []
        for _ in range(ROUNDS):
            drafts.append(_seconds(lambda text: check(Outgoing(text), RULES, BrandSettings()), chosen))
            alone.append(_seconds(_libraries_alone, chosen))
        each = 1000 / len(chosen)
        ratio = statistics.median(one / other for one, other in zip(drafts, alone, strict=True))
        print(
            f"A draft, {name} ({len(chosen)}): {statistics.median(drafts) * each:.2f} ms for all rules,"
            f" {statistics.median(alone) * each:.3f} ms for the two libraries alone: {ratio:.1f} times"
        )
