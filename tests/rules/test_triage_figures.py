"""What the shipped model must not fall below, on sectors it never saw and on what others wrote for the demo.

Floors stand a little under what was measured; they are there to catch a model that got worse, not to promise anything.
"""

from functools import cache

import pytest

from nestor.config.places import CORPORA
from nestor.triage.rules.reader import OwnReader
from nestor.triage.training.community import community_rows
from nestor.triage.training.corpus import read_rows
from nestor.triage.training.measure import Figures, calibration_error, lane_figures, macro_f1
from nestor.vocabulary import Language

LEAST = {
    Language.FR: {"macro-F1": 0.68, "macro-F1 plain": 0.78, "threat or alert suspected": 0.73, "harm seen": 0.63},
    Language.EN: {"macro-F1": 0.60, "macro-F1 plain": 0.70, "threat or alert suspected": 0.65, "harm seen": 0.57},
}
MOST = {"unsure": 0.32, "others suspected": 0.075, "harm wrongly seen": 0.09}
LEAST_ON_OTHERS = {Language.FR: 0.40, Language.EN: 0.34}


@cache
def figures(language: Language) -> Figures:
    return lane_figures(OwnReader.load(), [row for row in read_rows(CORPORA, language) if row.is_dev])


@pytest.mark.parametrize("language", list(LEAST))
def test_sectors_never_seen(language: Language) -> None:
    found = figures(language)
    assert {name: found[name] for name, least in LEAST[language].items() if found[name] < least} == {}
    assert {name: found[name] for name, most in MOST.items() if found[name] > most} == {}


@pytest.mark.parametrize("language", list(LEAST))
def test_what_is_decided_is_righter_than_all(language: Language) -> None:
    found = figures(language)
    assert found["decided and right"] > found["macro-F1"]


@pytest.mark.slow
@pytest.mark.parametrize("language", list(LEAST_ON_OTHERS))
def test_what_others_wrote(language: Language) -> None:
    rows = [row for row in community_rows(CORPORA) if row.language is language]
    assert len(rows) >= 200
    assert lane_figures(OwnReader.load(), rows)["macro-F1"] >= LEAST_ON_OTHERS[language]


def test_macro_f1_is_the_mean_over_labels() -> None:
    assert macro_f1(["a", "a", "b"], ["a", "a", "b"]) == 1
    assert macro_f1(["a", "b"], ["a", "a"]) == pytest.approx((2 / 3 + 0) / 2)


def test_calibration_error_is_the_gap_between_sure_and_right() -> None:
    assert calibration_error([0.95, 0.95], [True, True]) == pytest.approx(0.05)
    assert calibration_error([0.95, 0.95], [False, False]) == pytest.approx(0.95)
