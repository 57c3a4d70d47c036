"""Disguises and hostile text: insults are seen through, nothing crashes, and time grows with the text and no faster."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.guard.rules.catalogue import RULES
from nestor.guard.rules.contract import LONGEST_TEXT, BrandSettings, Outgoing, Verdict, check, verdict

NOTHING = BrandSettings()
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
MARKS = "\u0300\u0301\u0327\u0336\u20e3"
LOOKALIKES = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х"}
LEET = {"a": "@4", "e": "3", "i": "1", "o": "0", "s": "$5"}
INSULTS = ("connard", "salope", "abruti", "enculé", "asshole", "bastards", "dickhead", "moron")
LENGTH = LONGEST_TEXT // 4
SECONDS = 3.0  # for that many characters on a busy machine; the quadratic work once found here took 13


def stops(text: str) -> bool:
    findings = check(Outgoing(text), RULES, NOTHING)
    assert not [finding for finding in findings if finding.id == "guard_failed"]
    return any(finding.id in {"insult", "crude_word"} for finding in findings)


@given(st.sampled_from(INSULTS), st.lists(st.sampled_from(ZERO_WIDTH + MARKS), min_size=7, max_size=7))
def test_hidden_characters_inside_an_insult_hide_nothing(insult: str, hidden: list[str]) -> None:
    assert stops("Bonjour " + "".join(a + b for a, b in zip(insult, hidden, strict=False)) + insult[len(hidden) :])


@given(st.sampled_from(INSULTS), st.data())
def test_look_alikes_and_digits_inside_an_insult_hide_nothing(insult: str, data: st.DataObject) -> None:
    turned = data.draw(st.sets(st.integers(1, len(insult) - 2), max_size=2))
    table = data.draw(st.sampled_from([LOOKALIKES, LEET]))
    spelled = "".join(
        data.draw(st.sampled_from(table[letter])) if place in turned and letter in table else letter
        for place, letter in enumerate(insult)
    )
    assert stops(f"Quel {spelled}, vraiment")


@given(st.sampled_from(INSULTS), st.sampled_from([" ", ".", "-", "_", " . ", "🖕", "/"]))
def test_letters_set_apart_hide_nothing(insult: str, between: str) -> None:
    assert stops("Quel " + between.join(insult))


@given(st.sampled_from(INSULTS), st.integers(3, 12), st.integers(0, 4))
def test_letters_drawn_out_hide_nothing(insult: str, times: int, place: int) -> None:
    assert stops(f"{insult[:place]}{insult[place] * times}{insult[place + 1 :]} !".upper())


@pytest.mark.parametrize("text", ["𝐜𝐨𝐧𝐧𝐚𝐫𝐝", "ⓒⓞⓝⓝⓐⓡⓓ", "ｃｏｎｎａｒｄ", "c\u202eonnard", "cõñńàrď"])
def test_other_shapes_of_letters_hide_nothing(text: str) -> None:
    assert stops(text)


ANYTHING = st.text(st.characters(codec=None), max_size=300)


@settings(max_examples=300, deadline=None)
@given(ANYTHING, ANYTHING)
def test_no_text_breaks_a_rule(text: str, other: str) -> None:
    outgoing = Outgoing(text, subject=other, image_alts=(other,), earlier_answers=(other, text), own_numbers=(other,))
    for finding in check(outgoing, RULES, NOTHING):
        assert finding.id != "guard_failed"
        part = {"text": text, "subject": other, "alt0": other}[finding.where]
        assert all(0 <= start < end <= len(part) for start, end in finding.spans)
        assert all(0 <= one.start < one.end <= len(part) for one in finding.fix or ())


PIECES = (
    *("a", " ", "con ", "va te ", "f* ", "c o n ", "1", "06 ", "0 6 1 2 ", "FR76 ", "@", "a@b.c ", "a.", "http://"),
    *("https://a.com/( ", "é\u0301\u0302", "\u200b", "\u202e", "«", "“a", '"a" ', "[", "{{", "…", "-a", "4111 "),
    *("vous etes ", "you are so ", "pas content ", "merci de ne ", "MAJUSCULES ", "𝐜", "аa ", "!", "n\n", "t es un "),
    *("espece de ", "tu ", "stop your ", "\ud800", "même un ", "111111111 ", "a-", "a . ", "я", "x@y ", "a%", "é"),
)


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_text_is_read_in_time_that_grows_no_faster_than_it(piece: str) -> None:
    text = (piece * LENGTH)[:LENGTH]
    started = time.process_time()
    check(Outgoing(text), RULES, NOTHING)
    assert time.process_time() - started < SECONDS


def test_a_megabyte_is_stopped_at_once() -> None:
    started = time.process_time()
    assert verdict(check(Outgoing("connard " * 131_072), RULES, NOTHING)) is Verdict.STOP
    assert time.process_time() - started < 1
