"""What a model gets right on messages it never saw: figures for the card, the bench and the tests."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from nestor.triage.rules.contract import MessageText, Reader, Reading
from nestor.triage.training.corpus import Labelled
from nestor.triage.training.public import forum_messages, spoken_sentences, tweets_with_tone
from nestor.vocabulary import Lane, Language

Figures = dict[str, float]
_GRAVE = frozenset({Lane.THREAT, Lane.ALERT})
_BINS = 10


def macro_f1(true: Sequence[str], said: Sequence[str]) -> float:
    """Return the mean F1 over the labels that occur in `true`, between 0 and 1."""
    scores = []
    for label in sorted(set(true)):
        hits = sum(one == two == label for one, two in zip(true, said, strict=True))
        scores.append(2 * hits / (sum(one == label for one in true) + sum(two == label for two in said)))
    return float(np.mean(scores)) if scores else 0.0


def share(flags: Iterable[bool]) -> float:
    """Return the share that is true; 0 of nothing."""
    listed = list(flags)
    return sum(listed) / len(listed) if listed else 0.0


def calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float:
    """Return the expected calibration error over ten equal bins of confidence."""
    confidence, correct = np.array(sure), np.array(right, dtype=float)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(float(confidence[bins == number].mean() - correct[bins == number].mean())) * float((bins == number).mean())
        for number in range(_BINS)
        if (bins == number).any()
    ]
    return sum(gaps)


def lane_figures(reader: Reader, rows: Sequence[Labelled]) -> Figures:
    """Return how well lanes, suspicion, doubt and harm are read on labelled messages."""
    pairs = list(zip(rows, reader.read_many([row.message for row in rows]), strict=True))
    grave = [(row, reading) for row, reading in pairs if row.lane in _GRAVE]
    other = [(row, reading) for row, reading in pairs if row.lane not in _GRAVE]
    hurt = [(row, reading) for row, reading in pairs if (row.harm_level or 0) >= 1]
    calm = [(row, reading) for row, reading in pairs if (row.harm_level or 0) == 0]
    decided = [(row, reading) for row, reading in pairs if not reading.unsure]
    hard = [pair for pair in pairs if pair[0].is_hard]
    plain = [pair for pair in pairs if not pair[0].is_hard]
    split = {"macro-F1 plain": _lanes_f1(plain), "macro-F1 hard": _lanes_f1(hard)} if hard else {}
    return {
        "messages": len(pairs),
        "macro-F1": _lanes_f1(pairs),
        **split,
        "unsure": share(reading.unsure for _, reading in pairs),
        "decided and right": share(row.lane is reading.lane for row, reading in decided),
        "threat or alert suspected": share(reading.suspected for _, reading in grave),
        "others suspected": share(reading.suspected for _, reading in other),
        "harm seen": share(reading.harm_level > 0 for _, reading in hurt),
        "harm wrongly seen": share(reading.harm_level > 0 for _, reading in calm),
        "tone macro-F1": _tones_f1(pairs),
        "calibration error": calibration_error(
            [max(reading.lanes.values()) for _, reading in pairs], [row.lane is reading.lane for row, reading in pairs]
        ),
    }


def f1_by_lane(reader: Reader, rows: Sequence[Labelled]) -> Figures:
    """Return the F1 of each lane."""
    readings = reader.read_many([row.message for row in rows])
    pairs = [(row.lane, reading.lane) for row, reading in zip(rows, readings, strict=True)]
    return {
        str(lane): 2
        * sum(true is said is lane for true, said in pairs)
        / max(1, sum(true is lane for true, _ in pairs) + sum(said is lane for _, said in pairs))
        for lane in Lane
    }


def _lanes_f1(pairs: Sequence[tuple[Labelled, Reading]]) -> float:
    return macro_f1([str(row.lane) for row, _ in pairs], [str(reading.lane) for _, reading in pairs])


def _tones_f1(pairs: Sequence[tuple[Labelled, Reading]]) -> float:
    toned = [(row.tone, reading.tone) for row, reading in pairs if row.tone is not None]
    return macro_f1([str(true) for true, _ in toned], [str(said) for _, said in toned])


def public_figures(reader: Reader, folder: Path) -> Figures:
    """Return tone on xlm-t val, harm on French forum messages, language on sentences and their first three words."""
    figures: Figures = {}
    tweets = list(tweets_with_tone(folder, "val"))
    for language in sorted({row.language for row in tweets}):
        pairs = _read([row for row in tweets if row.language is language], reader)
        figures[f"tone {language} (xlm-t val)"] = _tones_f1(pairs)
    if tweets:
        figures["language, tweets (xlm-t val)"] = share(
            r.language is row.language for row, r in _read_bare(tweets, reader)
        )
    forum = _read(list(forum_messages(folder)), reader)
    if forum:
        figures["harm, French forum (accuracy)"] = share(
            (r.harm_level > 0) == (row.harm_level == 1) for row, r in forum
        )
    known = [pair for pair in spoken_sentences(folder, dev=True) if pair[0] is not Language.UNKNOWN]
    if known:
        figures["language, sentences"] = _languages(reader, known, str)
        figures["language, first three words"] = _languages(reader, known, lambda text: " ".join(text.split()[:3]))
    return figures


def _read(rows: Sequence[Labelled], reader: Reader) -> list[tuple[Labelled, Reading]]:
    hinted = [MessageText(row.message.text, language=row.language) for row in rows]
    return list(zip(rows, reader.read_many(hinted), strict=True))


def _read_bare(rows: Sequence[Labelled], reader: Reader) -> list[tuple[Labelled, Reading]]:
    return list(zip(rows, reader.read_many([row.message for row in rows]), strict=True))


def _languages(reader: Reader, known: Sequence[tuple[Language, str]], cut: Callable[[str], str]) -> float:
    readings = reader.read_many([MessageText(cut(text)) for _, text in known])
    return share(reading.language is language for (language, _), reading in zip(known, readings, strict=True))
