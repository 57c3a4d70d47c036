"""The corpora: large and varied enough, labelled within the vocabulary, and no message made from another."""

from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from nestor.config.places import CORPORA
from nestor.triage.rules.contract import Flag
from nestor.triage.rules.normalise import folded_text
from nestor.triage.training.corpus import DEV_SECTORS, Labelled, read_rows, read_sentences
from nestor.vocabulary import Lane, Language, MessageKind, Tone

LEAST = {Language.FR: (5000, 300), Language.EN: (3000, 170)}
LANGUAGES = list(LEAST)
ALIKE, ALIKE_ACROSS = 0.75, 0.6  # share of common words and word pairs, within all and between train and dev


@cache
def rows(language: Language) -> list[Labelled]:
    return list(read_rows(CORPORA, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_enough_of_every_lane(language: Language) -> None:
    total, each = LEAST[language]
    lanes = Counter(row.lane for row in rows(language))
    assert len(rows(language)) >= total
    assert {lane: lanes[lane] for lane in Lane if lanes[lane] < each} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_hard_cases_sectors_and_kinds(language: Language) -> None:
    written = rows(language)
    assert sum(row.is_hard for row in written) >= 0.4 * len(written)
    assert len({row.sector for row in written}) >= 15
    assert {row.message.kind for row in written} == set(MessageKind)
    assert {row.tone for row in written} == set(Tone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sectors_held_back_are_a_fair_share(language: Language) -> None:
    held = [row for row in rows(language) if row.is_dev]
    assert {row.sector for row in held} == DEV_SECTORS
    assert 0.15 <= len(held) / len(rows(language)) <= 0.35
    assert {row.lane for row in held} == set(Lane)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_make_sense(language: Language) -> None:
    known = {str(flag) for flag in Flag} | {str(lane) for lane in Lane}
    for row in rows(language):
        assert row.message.text.strip() == row.message.text
        assert row.also <= known, row.id
        assert (row.harm_level or 0) in range(4)
        assert bool(row.harm_kinds) == bool(row.harm_level), row.id
        assert row.urgency in range(4)
        if row.lane in {Lane.ABUSE, Lane.THREAT}:
            assert row.harm_level, row.id
        assert not row.message.text.isspace()


def test_ids_are_unique() -> None:
    ids = [row.id for language in LANGUAGES for row in rows(language)]
    assert [name for name, times in Counter(ids).items() if times > 1] == []


def shingles(text: str) -> set[str]:
    words = folded_text(text).split()
    return set(words) | {f"{one} {two}" for one, two in pairwise(words)}


def alike(written: list[Labelled]) -> list[tuple[float, Labelled, Labelled]]:
    """Return pairs of texts of four words and more with the share of words and word pairs they have in common."""
    texts = [(row, shingles(row.message.text)) for row in written if len(row.message.text.split()) >= 4]
    names = {name: number for number, name in enumerate(sorted(set().union(*(found for _, found in texts))))}
    table = np.zeros((len(texts), len(names)), dtype=np.float32)
    for number, (_, found) in enumerate(texts):
        table[number, [names[name] for name in found]] = 1
    common = table @ table.T
    sizes = table.sum(axis=1)
    share = np.triu(common / (sizes[:, None] + sizes[None, :] - common), 1)
    return [(float(share[a, b]), texts[a][0], texts[b][0]) for a, b in np.argwhere(share > ALIKE_ACROSS)]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_made_from_another(language: Language) -> None:
    pairs = alike(rows(language))
    assert [(one.id, two.id) for share, one, two in pairs if share > ALIKE] == []
    assert [(one.id, two.id) for _, one, two in pairs if one.is_dev != two.is_dev] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_stands_twice(language: Language) -> None:
    texts = Counter(folded_text(row.message.text) for row in rows(language) if len(row.message.text) > 12)
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.slow
def test_no_opening_is_a_template() -> None:
    for language in LANGUAGES:
        openings = Counter(" ".join(folded_text(row.message.text).split()[:4]) for row in rows(language))
        most = openings.most_common(1)[0][1]
        assert most <= 0.02 * len(rows(language))


def test_other_languages_are_there() -> None:
    spoken = Counter(language for language, _ in read_sentences(CORPORA))
    assert min(spoken[language] for language in Language if language not in LANGUAGES) >= 15
