"""The model card: what it learned from, under which licences, what it gets right and what it does not."""

from pathlib import Path

from nestor.triage.rules.model import CARD_NAME
from nestor.triage.rules.reader import FULL_SETS, OwnReader
from nestor.triage.training.community import community_rows
from nestor.triage.training.corpus import DEV_SECTORS, Labelled, read_rows
from nestor.triage.training.make import Sources
from nestor.triage.training.measure import Figures, f1_by_lane, lane_figures, public_figures
from nestor.triage.training.public import SOURCES

INTRODUCTION = """\
Linear heads over hashed n-grams (words 1-2, characters 2-5 inside words) and listed expressions: one set for French,
one for English, a smaller one for other languages. Written by `nestor train`; the same sources give the same bytes."""
NOT_LEARNED = """\
None of the public sets' text is in this project. HateCheck, the community of the demo and the held-back sectors never
teach."""
WEAKNESSES = """\
- One hand wrote the corpora, and the held-back sectors too: figures on them flatter. The community figures below were
  measured on messages others wrote for the demo, most of them in the middle of a conversation, and are the honest ones.
- A message is read by itself: an answer such as "17 h 52. Still nothing." is not understood as the journalist it is.
- Many English messages take up situations of the French ones.
- Irony without a marker, veiled threats and polite complaints are often missed; long narrative mails lean to complaint.
- Harm levels 2 and 3, kinds of harm and urgency were learned from our own corpora alone, which are small.
- Languages other than French and English: language, tone and harm only; their lane is a guess, always marked unsure.
- Public sets carry their annotators' habits: reclaimed words and dialects can be read as harm."""


def _table(columns: dict[str, Figures]) -> str:
    names = list(dict.fromkeys(name for figures in columns.values() for name in figures))
    head = ["| |", *(f" {column} |" for column in columns)]
    lines = ["".join(head), "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = [_shown(figures.get(name)) for figures in columns.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return str(int(value)) if value > 1 else f"{value:.3f}"


def _by_language(rows: list[Labelled]) -> dict[str, list[Labelled]]:
    return {str(language): [row for row in rows if row.language is language] for language in FULL_SETS}


def _learned_from(sources: Sources) -> str:
    rows = {language: list(read_rows(sources.corpora, language)) for language in FULL_SETS}
    lines = ["| what | licence | citation |", "|---|---|---|"]
    for language, listed in rows.items():
        taught = sum(not row.is_dev for row in listed)
        lines.append(f"| our corpora, {language}: {taught} of {len(listed)} messages | CC0 | this project |")
    if sources.public:
        present = [row for row in SOURCES if (sources.public / row[0]).is_dir()]
        lines += [f"| {name}: {what} | {licence} | {cited} |" for name, what, licence, cited in present]
    return "\n".join(lines)


def write_card(folder: Path, sources: Sources, version: str) -> None:
    """Measure the model in a folder and write its card beside it."""
    reader = OwnReader.load(folder)
    held_back = {
        f"{language}": [row for row in read_rows(sources.corpora, language) if row.is_dev] for language in FULL_SETS
    }
    community = _by_language(list(community_rows(sources.corpora)))
    sectors = {name: lane_figures(reader, rows) for name, rows in held_back.items()}
    others = {name: lane_figures(reader, rows) for name, rows in community.items() if rows}
    lanes = {name: f1_by_lane(reader, rows) for name, rows in held_back.items()}
    parts = [
        f"# Card of the model {version}\n\n{INTRODUCTION}",
        f"## Learned from\n\n{_learned_from(sources)}\n\n{NOT_LEARNED}",
        f"## Figures on held-back sectors ({', '.join(sorted(DEV_SECTORS))})\n\n{_table(sectors)}",
        f"### F1 per lane, held-back sectors\n\n{_table(lanes)}",
    ]
    if others:
        # The stories grow; the figures are those of the day the model was made.
        parts.append("## Figures on the demo's community (others wrote it; the harder test)\n\n" + _table(others))
    if sources.public:
        parts.append("## Figures on public dev sets\n\n" + _table({"": public_figures(reader, sources.public)}))
    parts.append("## Known weaknesses\n\n" + WEAKNESSES)
    (folder / CARD_NAME).write_text("\n\n".join(parts) + "\n", encoding="utf-8")
