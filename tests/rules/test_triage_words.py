"""Words remembered: the quick way of reading says exactly what the plain way does, and forgets without harm."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.triage.rules.cautions import cautions
from nestor.triage.rules.contract import MessageText
from nestor.triage.rules.features import Hasher
from nestor.triage.rules.gates import gates_of, lowered
from nestor.triage.rules.language import language_grams
from nestor.triage.rules.lexicon import Lexicon
from nestor.triage.rules.model import MODEL_FOLDER, Weights, load_weights, read_description, scores_of, see
from nestor.triage.rules.normalise import fold
from nestor.triage.rules.told import add_up, common, shares_of, tell
from nestor.triage.rules.words import Heads, WordBook, cut

LETTERS = "abcdno \n\t,.!?'-_@*01457$|œßéàç" + "ÉN😂👍🏽\u200b\u0301\u202f\xa0аеоㅋم\ud800\ue000"
WRITTEN = st.text(st.sampled_from(LETTERS), max_size=120)
SAID = st.lists(
    st.sampled_from(
        "je vais te tuer tous merci Merci pour rien avant 18 h d'ici demain mdr 😂 c o n n a r d 06 12 34 56 78 rue "
        "des Lilas @nestor https://nestor.example/lol I'm going to kill myself all sorted ok SUPER @x,y b0uffon c.o.n "
        "veux plus vivre İSTANBUL ſuicide œ ça remarche boucle à midi thanks but no".split(" ")
    ),
    max_size=25,
).map(" ".join)
TEXTS = st.lists(st.one_of(WRITTEN, SAID, st.text(max_size=60)), min_size=1, max_size=6)


@cache
def parts() -> tuple[Weights, dict[str, Heads]]:
    described = read_description(MODEL_FOLDER)
    sets = {
        name: Heads(load_weights(MODEL_FOLDER, name, described["sets"][name]), Lexicon.load(name))
        for name in ("fr", "en")
    }
    return load_weights(MODEL_FOLDER, "language", described["language"]), sets


@cache
def book() -> WordBook:
    return WordBook(*parts())


def check(texts: Sequence[str], by: WordBook) -> None:
    language, sets = parts()
    messages = [MessageText(text) for text in texts]
    told = tell(by, texts)
    shared = common(told, messages)
    folded = fold(texts)
    grams = language_grams(Hasher(folded, accented=True), language.bits)
    plain = language.added(grams.buckets, grams.owners, len(texts))
    assert np.array_equal(shared.spelling.sums, plain)
    for name, heads in sets.items():
        added = add_up(told, shared, name, heads)
        seen = see(messages, folded, heads.lexicon, heads.weights.bits)
        assert np.array_equal(added.counted, seen.counted)
        assert np.allclose(added.scores, scores_of(heads.weights, seen), atol=1e-4)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_remembered_words_weigh_what_they_weigh(texts: list[str]) -> None:
    check(texts, book())
    check(texts, book())


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_a_full_page_is_turned_without_harm(texts: list[str]) -> None:
    by = WordBook(*parts(), size=12)
    for text in texts:
        check([text], by)
    check(texts, by)


def test_a_batch_that_fits_in_no_page_is_read_all_the_same() -> None:
    by = WordBook(*parts(), size=8)
    check(["un deux trois quatre cinq six sept huit neuf dix onze douze treize"], by)
    assert sum(len(pieces) for pieces in tell(by, ["un deux"]).pieces) == 2


@given(TEXTS)
@settings(max_examples=80, deadline=None)
def test_shares_of_words_never_exceed_what_there_is(texts: list[str]) -> None:
    _, sets = parts()
    told = tell(book(), texts)
    added = add_up(told, common(told, [MessageText(text) for text in texts]), "fr", sets["fr"])
    heads = np.zeros(len(texts), dtype=np.int64)
    shares = np.bincount(told.owners, weights=shares_of(added, heads), minlength=len(texts))
    weights, classes = added.heads.weights, added.cued.shape[1]
    rest = added.counted[:, classes:] @ weights.signals[classes:, 0] + weights.bias[0]
    assert shares + rest == pytest.approx(added.scores[:, 0], abs=1e-3)


@given(st.one_of(WRITTEN, SAID))
@settings(max_examples=300, deadline=None)
def test_a_shut_gate_hides_no_rule(text: str) -> None:
    opened = 0
    for piece in cut(text):
        opened |= gates_of(piece)
    assert cautions(MessageText(text), 1, opened) == cautions(MessageText(text), 1)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("JE VAIS TE TUER", "menace"),
        ("je veux me ſuicider", "danger_to_oneself"),
        ("Je boucle ce soir à MİNUİT", None),
        ("Merci BEAUCOUP", "closer"),
        ("LOL", "laughs"),
    ],
)
def test_capitals_hide_nothing(text: str, rule: str | None) -> None:
    found = {span.code for span in cautions(MessageText(text), 0)}
    assert rule is None or f"rule:{rule}" in found


@given(st.text())
def test_small_letters_lie_where_the_capitals_lay(text: str) -> None:
    assert len(lowered(text)) == len(text)


def test_a_number_a_name_and_a_link_are_learned_once() -> None:
    by = WordBook(*parts())
    tell(by, ["commande 1234567 de @dupond sur https://nestor.example/a"])
    page = tell(by, ["commande 7654321 de @durand sur https://nestor.example/b?c=d"]).page
    assert len(page.known) == 6
    assert "1234567" not in page.pieces
    assert "@dupond" not in page.pieces
