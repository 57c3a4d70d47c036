"""Folding: what people use to hide or to shout comes out as plain words, and every letter knows where it came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.triage.rules.features import Hasher, char_grams, phrases, word_grams
from nestor.triage.rules.lexicon import CUES_FOLDER, Lexicon, read_cues
from nestor.triage.rules.normalise import LINK, MAIL_ADDRESS, MENTION, fold, folded_text

ANY_TEXT = st.text(st.characters(), max_size=200)  # lone surrogates included


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("C0NN4RD", "connard"),
        ("c o n n a r d", "connard"),
        ("d.é.g.a.g.e vite", "degage vite"),
        ("Merciiiiii", "merci"),
        ("раypal", "paypal"),
        ("𝓗𝓮𝓵𝓵𝓸 ｗｏｒｌｄ", "hello world"),
        ("z̸̡a̷l̶g̴o", "zalgo"),
        ("in\u200bsulte", "insulte"),
        ("\u202eabc", "abc"),
        ("Cœur ŒUVRE", "coeur oeuvre"),
        ("p*tain f***", "p*tain f*"),
        ("18h30", "00h00"),
        ("😂😂😂 👍🏽", "😂 😂 👍"),
        ("مرحبا بكم", "مرحبا بكم"),
        ("", ""),
        ("\x00\x07", ""),
        ("\ud800", ""),
    ],
)
def test_disguises_are_folded(written: str, read: str) -> None:
    assert folded_text(written) == read


def test_addresses_are_masked() -> None:
    folded = folded_text("écris à jean@mail.test ou https://x.test/?a=b @bob_x")
    assert folded == f"ecris a {chr(MAIL_ADDRESS)} ou {chr(LINK)} {chr(MENTION)}"


def test_a_whole_text_in_another_alphabet_is_left_alone() -> None:
    assert folded_text("привет") == "привет"


def test_letters_set_apart_are_joined_within_one_text_only() -> None:
    folded = fold(["a b", "c d e", "m e r c i"])
    assert folded.owners.tolist() == [0, 0, 1, 1, 1, 2]


@given(st.lists(ANY_TEXT, max_size=6))
def test_every_place_points_into_its_own_text(texts: list[str]) -> None:
    folded = fold(texts)
    for start, end, owner in zip(folded.starts, folded.ends, folded.owners, strict=True):
        places = folded.places[start:end]
        assert (places >= 0).all()
        assert (places < len(texts[owner])).all()
        assert list(places) == sorted(places)


@given(st.lists(ANY_TEXT, min_size=1, max_size=6))
def test_a_batch_folds_each_text_as_if_alone(texts: list[str]) -> None:
    together = fold(texts)
    for number, text in enumerate(texts):
        alone = fold([text])
        mine = together.owners == number
        words = [
            together.codes[start:end].tolist()
            for start, end in zip(together.starts[mine], together.ends[mine], strict=True)
        ]
        assert words == [alone.codes[start:end].tolist() for start, end in zip(alone.starts, alone.ends, strict=True)]


@given(st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_n_grams_of_one_text_do_not_depend_on_its_neighbours(texts: list[str]) -> None:
    together = Hasher(fold(texts))
    alone = Hasher(fold(texts[-1:]))
    for family in (word_grams, char_grams):
        found = family(together, 16)
        mine = found.owners == len(texts) - 1
        assert found.buckets[mine].tolist() == family(alone, 16).buckets.tolist()


def test_phrases_stay_inside_one_text() -> None:
    hasher = Hasher(fold(["an be", "ca do ex"]))
    assert {length: begins.tolist() for length, _, begins in phrases(hasher)} == {
        1: [0, 1, 2, 3, 4],
        2: [0, 2, 3],
        3: [2],
        4: [],
        5: [],
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_listed_expression_is_found(language: str) -> None:
    lexicon = Lexicon.load(language)
    for name, cues in read_cues(CUES_FOLDER, language).items():
        hits = lexicon.find(Hasher(fold(cues)))
        mine = hits.owners[hits.classes == lexicon.classes.index(name)]
        assert set(mine.tolist()) == set(range(len(cues)))


def test_both_languages_have_the_same_classes() -> None:
    assert Lexicon.load("fr").classes == Lexicon.load("en").classes


def test_an_expression_longer_than_five_words_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 5 words"):
        Lexicon({"long": ["one two three four five six"]})
