"""Public sets a user may have in a folder: only their labels teach, none of their text enters the project."""

import csv
from collections.abc import Iterator
from pathlib import Path

from nestor.triage.rules.contract import MessageText
from nestor.triage.training.corpus import Labelled
from nestor.vocabulary import Harm, Language, MessageKind, Tone

_TWEETS = {
    "french": Language.FR,
    "english": Language.EN,
    "spanish": Language.ES,
    "german": Language.DE,
    "italian": Language.IT,
    "portuguese": Language.PT,
    "arabic": Language.AR,
}
_TONES = (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)
_OTHER_TONGUES = (
    "ca",
    "cs",
    "da",
    "el",
    "eu",
    "fa",
    "he",
    "hi",
    "hu",
    "ja",
    "ko",
    "pl",
    "ro",
    "ru",
    "sv",
    "tr",
    "uk",
    "zh",
)
_DEV_FROM = 700
SOURCES = (
    (
        "xlm-t",
        "tweets with a tone, 8 languages, train only",
        "Apache-2.0",
        "Barbieri et al., LREC 2022, cardiffnlp/xlm-t",
    ),
    (
        "mlma",
        "tweets with hostility, fr, en, ar",
        "MIT",
        "Ousidhoum et al., EMNLP 2019, HKUST-KnowComp/MLMA_hate_speech",
    ),
    ("toxifrench", "Jigsaw comments in French, balanced subsets", "MIT", "Delaval et al., 2025, AxelDlv00/ToxiFrench"),
    ("edos", "sexism, English, split train only", "CC0", "Kirk et al., SemEval 2023, rewire-online/edos"),
    ("davidson", "offensive language, English", "MIT", "Davidson et al., ICWSM 2017"),
    ("lid_lingua", "sentences by language, first 700 of each", "Apache-2.0", "pemistahl/lingua"),
)


def _tsv(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines, delimiter="\t")


def _harm(name: str, text: str, language: Language, *, level: int, kinds: frozenset[Harm] | None = None) -> Labelled:
    return Labelled(name, MessageText(text, MessageKind.MENTION), language, harm_level=level, harm_kinds=kinds)


def tweets_with_tone(folder: Path, part: str) -> Iterator[Labelled]:
    """Yield the `train` or `val` part of xlm-t."""
    for name, language in _TWEETS.items():
        texts = folder / "xlm-t" / name / f"{part}_text.txt"
        if not texts.is_file():
            continue
        labels = texts.with_name(f"{part}_labels.txt").read_text(encoding="utf-8").split()
        lines = texts.read_text(encoding="utf-8").split("\n")
        for number, (text, label) in enumerate(zip(lines, labels, strict=False)):
            tone = _TONES[int(label)]
            yield Labelled(f"xlm-t-{name}-{number}", MessageText(text), language, tone=tone)


def _mlma(folder: Path) -> Iterator[Labelled]:
    for language in (Language.FR, Language.EN, Language.AR):
        for row in _tsv(folder / "mlma" / f"{language}.tsv"):
            said = (row["sentiment"] or "").strip()
            if said != "fearful":
                yield _harm("mlma", row["tweet"], language, level=int(said != "normal"))


def _jigsaw(folder: Path) -> Iterator[Labelled]:
    for row in _tsv(folder / "toxifrench" / "jigsaw_bilingual_balanced.tsv"):
        yield _harm("jigsaw", row["content"], Language.FR, level=int(float(row["label"])))
    for row in _tsv(folder / "toxifrench" / "subset_jigsaw_en_fr.tsv"):
        level = int(any(row[key] == "1" for key in ("toxic", "insult", "threat", "identity_hate")))
        yield _harm("jigsaw", row["content"], Language.FR, level=level)
        yield _harm("jigsaw", row["original_text"], Language.EN, level=level)


def _english(folder: Path) -> Iterator[Labelled]:
    for row in _tsv(folder / "edos" / "edos.tsv"):
        if row["split"] == "train":
            yield _harm("edos", row["text"], Language.EN, level=int(row["label_sexist"] == "sexist"))
    for row in _tsv(folder / "davidson" / "labeled.tsv"):
        yield _harm("davidson", row["tweet"], Language.EN, level=int(row["class_0hate_1off_2neither"] != "2"))


def teaching_rows(folder: Path) -> list[Labelled]:
    """Return every row of the public sets that may teach, in a fixed order; sets that are absent are left out."""
    return [*tweets_with_tone(folder, "train"), *_mlma(folder), *_jigsaw(folder), *_english(folder)]


def forum_messages(folder: Path) -> Iterator[Labelled]:
    """Yield the doubly annotated French forum messages, to measure with."""
    for row in _tsv(folder / "toxifrench" / "agreement500.tsv"):
        if (row["annotator1"] or "") in {"0.0", "1.0"}:
            yield _harm("toxifrench", row["content"], Language.FR, level=int(float(row["annotator1"])))


def spoken_sentences(folder: Path, *, dev: bool = False) -> Iterator[tuple[Language, str]]:
    """Yield sentences with their language: the first 700 of each file to teach, the rest to measure with."""
    for path in sorted((folder / "lid_lingua" / "sentences").glob("*.txt")):
        known = path.stem in set(Language)
        if not known and path.stem not in _OTHER_TONGUES:
            continue
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        language = Language(path.stem) if known else Language.UNKNOWN
        for line in lines[_DEV_FROM:] if dev else lines[:_DEV_FROM]:
            yield language, line
