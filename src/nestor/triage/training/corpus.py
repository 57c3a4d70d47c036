"""The messages we wrote: reading them, and which sectors are held back to measure with."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nestor.triage.rules.contract import Flag, MessageText
from nestor.vocabulary import Harm, Lane, Language, MessageKind, Tone

DEV_SECTORS = frozenset({"telecom", "museum", "airline", "party"})
_ASKING_LANES = frozenset({Lane.QUESTION, Lane.PRESS, Lane.LEAD})


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message with what a good community manager would say of it; None or empty where nobody said."""

    id: str
    message: MessageText
    language: Language
    sector: str = ""
    lane: Lane | None = None
    tone: Tone | None = None
    harm_level: int | None = None
    harm_kinds: frozenset[Harm] | None = None
    urgency: int | None = None
    also: frozenset[str] = field(default=frozenset())
    is_hard: bool = False

    @property
    def is_dev(self) -> bool:
        """Whether the message belongs to a sector that is never trained on."""
        return self.sector in DEV_SECTORS

    @property
    def asks(self) -> bool:
        """Whether the message asks something of us."""
        return self.lane in _ASKING_LANES or Flag.ASKS in self.also or "question" in self.also


def labelled(row: dict[str, Any]) -> Labelled:
    """Return one corpus row; KeyError or ValueError when it is not one."""
    harm = row["harm"]
    return Labelled(
        id=row["id"],
        message=MessageText(row["text"], MessageKind(row["kind"])),
        language=Language(row["lang"]),
        sector=row["sector"],
        lane=Lane(row["lane"]),
        tone=Tone(row["tone"]),
        harm_level=int(harm["level"]),
        harm_kinds=frozenset(Harm(kind) for kind in harm["kinds"]),
        urgency=int(row["urgency"]),
        also=frozenset(row["also"]),
        is_hard=bool(row["hard"]),
    )


def read_rows(folder: Path, language: Language) -> Iterator[Labelled]:
    """Yield every message written in one language, files and lines in a fixed order."""
    for path in sorted((folder / "triage" / language).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield labelled(json.loads(line))


def read_sentences(folder: Path) -> Iterator[tuple[Language, str]]:
    """Yield the sentences written to tell languages apart, one `code<TAB>sentence` a line."""
    text = (folder / "triage" / "languages.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        code, _, sentence = line.partition("\t")
        yield Language(code), sentence
