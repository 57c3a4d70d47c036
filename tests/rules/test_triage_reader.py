"""The shipped reader: any text gets a reading, its reasons add up, and what must not be missed is not missed."""

import subprocess
import sys
import time
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.triage.rules.contract import Flag, MessageText, Reader, Reading
from nestor.triage.rules.model import MODEL_FOLDER
from nestor.triage.rules.reader import OwnReader
from nestor.vocabulary import Harm, Lane, Language, MessageKind, Tone, Urgency

ANY_TEXT = st.text(st.characters(), max_size=300)
HOSTILE = {
    "empty": "",
    "blank": " \n\t ",
    "emoji only": "😂👍🏽🏳️‍🌈" * 20,
    "control": "\x00\x01\x1b[31m\x7f",
    "lone surrogates": "\ud800\udfff a \udc00",
    "bidi": "\u202e\u2066 merci \u2069\u202c",
    "zalgo": "m̴̢̛e̷r̶c̵i̸" * 30,
    "html": "<script>alert(1)</script><b>merci</b> &amp; &#x27;",
    "binary": bytes(range(256)).decode("latin-1") * 4,
    "one letter": "a" * 5000,
    "no space": "ab@" * 3000,
    "mixed scripts": "Привет hello مرحبا 你好 γειά",
}


@cache
def reader() -> OwnReader:
    return OwnReader.load()


def read(text: str, **more: object) -> Reading:
    return reader().read(MessageText(text, **more))  # type: ignore[arg-type]


def check(text: str, reading: Reading) -> None:
    assert abs(sum(reading.lanes.values()) - 1) < 1e-5
    assert set(reading.lanes) == set(Lane)
    assert 0 <= reading.harm_level <= 3
    assert (reading.harm_level > 0) == bool(reading.harm_kinds)
    assert reading.model == reader().version
    for span in reading.reasons:
        assert 0 <= span.start <= span.end <= len(text)
        assert np.isfinite(span.weight)


def test_it_keeps_the_contract() -> None:
    assert isinstance(reader(), Reader)
    assert 0 < len(reader().version) <= 64


@given(ANY_TEXT)
@settings(max_examples=150, deadline=None)
def test_any_text_gets_a_reading(text: str) -> None:
    check(text, read(text))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gets_a_reading(name: str) -> None:
    for kind in MessageKind:
        check(HOSTILE[name], read(HOSTILE[name], kind=kind, has_picture=True, in_reply_to_text=HOSTILE[name]))


@given(st.lists(ANY_TEXT, max_size=8))
@settings(max_examples=40, deadline=None)
def test_a_batch_reads_as_one_by_one(texts: list[str]) -> None:
    together = list(reader().read_many([MessageText(text) for text in texts]))
    for text, reading in zip(texts, together, strict=True):
        alone = read(text)
        assert (reading.lane, reading.language, reading.flags) == (alone.lane, alone.language, alone.flags)
        assert reading.lanes == pytest.approx(alone.lanes, abs=1e-4)


@given(ANY_TEXT)
@settings(max_examples=80, deadline=None)
def test_reasons_add_up_to_the_score(text: str) -> None:
    reading = read(text)
    if reading.language in {Language.FR, Language.EN}:
        label = f"lane:{reading.lane}"
        heads, scores = reader().scored([MessageText(text)], reading.language)
        weighed = [span.weight for span in reading.reasons if span.label == label and not span.code.startswith("rule:")]
        assert sum(weighed) == pytest.approx(float(scores[0][heads.index(label)]), abs=1e-3)


def test_reasons_point_at_the_words_even_when_disguised() -> None:
    text = "Franchement, c o n n a r d, va."
    quoted = [text[span.start : span.end] for span in read(text).reasons if span.label == "harm:1"]
    assert any("c o n n a r d" in words for words in quoted)


def test_a_megabyte_costs_no_more_than_its_bytes_in_messages() -> None:
    piece = "Bonjour, mon colis est perdu et personne ne répond. "
    many = [MessageText(piece * 20) for _ in range(1000)]
    began = time.process_time()
    list(reader().read_many(many))
    apart = time.process_time() - began
    began = time.process_time()
    check("", read("", has_picture=False))
    reader().read(MessageText(piece * 20_000))
    assert time.process_time() - began < 3 * apart


@pytest.mark.parametrize(
    "text",
    [
        "thank you",
        "merci beaucoup, c'est réglé",
        "Merci !",
        "ok merci",
        "Thanks so much, all sorted",
        "ça remarche, merci à vous",
        "Bien reçu, bonne journée",
        "got it, thanks",
    ],
)
def test_a_confident_thank_you_closes(text: str) -> None:
    assert Flag.CLOSER in read(text, kind=MessageKind.DIRECT).flags


@pytest.mark.parametrize(
    "text",
    [
        "merci pour rien",
        "thanks for nothing",
        "Merci d'avance de me répondre",
        "merci mais ça ne marche toujours pas",
        "Thanks, but it's still broken",
        "Merci pour les 2 h de retard",
        "merci de me rappeler",
        "ok and when?",
        "merci qui ? merci personne",
    ],
)
def test_other_thanks_do_not_close(text: str) -> None:
    assert Flag.CLOSER not in read(text, kind=MessageKind.DIRECT).flags


def test_sarcasm_is_no_praise() -> None:
    reading = read("Bravo pour les 2 h de retard")
    assert reading.lane is Lane.COMPLAINT
    assert reading.tone is Tone.NEGATIVE


@pytest.mark.parametrize(
    "text", ["Je vais mourir de rire 😂", "Ce dessert est une tuerie", "I'm dying, this is hilarious lmao"]
)
def test_hyperbole_is_no_threat(text: str) -> None:
    reading = read(text)
    assert reading.lane is not Lane.THREAT
    assert not reading.suspected


@pytest.mark.parametrize(
    "text",
    [
        "je veux plus vivre",
        "J'ai envie de me suicider",
        "i'm going to kill myself tonight",
        "they'd be better off without me",
    ],
)
def test_danger_to_oneself_is_never_missed(text: str) -> None:
    reading = read(text)
    assert reading.lane is Lane.THREAT
    assert reading.suspected
    assert reading.harm_level == 3
    assert Harm.SELF_HARM in reading.harm_kinds
    assert reading.urgency is Urgency.NOW


@pytest.mark.parametrize(
    "text",
    ["il habite 12 rue des Lilas, rendez-lui visite", "here's her number, pay her a visit: 06 12 34 56 78"],
)
def test_an_address_thrown_to_the_crowd_is_a_threat(text: str) -> None:
    reading = read(text)
    assert reading.lane is Lane.THREAT
    assert reading.suspected


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Je suis journaliste, je boucle à 18 h", "boucle à 18 h"),
        ("A comment before 6pm please, I'm a reporter", "before 6pm"),
        ("Votre réaction d'ici demain ?", "d'ici demain"),
    ],
)
def test_a_deadline_is_seen_and_quoted(text: str, quoted: str) -> None:
    reading = read(text)
    assert Flag.DEADLINE in reading.flags
    assert [text[span.start : span.end] for span in reading.reasons if span.code == "rule:deadline"] == [quoted]
    assert reading.urgency >= Urgency.SOON


def test_a_picture_nobody_has_seen_is_never_chatter() -> None:
    reading = read("", has_picture=True)
    assert Flag.NOT_READ in reading.flags
    assert reading.lane is not Lane.CHATTER
    assert reading.unsure


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour, où est mon colis ?", Language.FR),
        ("Where is my parcel, please?", Language.EN),
        ("¿Dónde está mi paquete? Llevo una semana esperando", Language.ES),
        ("Wo bleibt mein Paket, ich warte seit einer Woche", Language.DE),
        ("Dov'è il mio pacco? Aspetto da una settimana", Language.IT),
        ("Onde está a minha encomenda? Espero há uma semana", Language.PT),
        ("Waar blijft mijn pakje, ik wacht al een week", Language.NL),
        ("أين طلبي؟ أنتظر منذ أسبوع", Language.AR),
        ("😂😂", Language.UNKNOWN),
        ("", Language.UNKNOWN),
    ],
)
def test_languages(text: str, language: Language) -> None:
    assert read(text).language is language


def test_mixed_languages_are_said_to_be() -> None:
    mixed = "The train was so late honestly, et puis personne ne nous répond jamais dans cette gare"
    assert Flag.CODE_MIXED in read(mixed).flags
    assert Flag.CODE_MIXED not in read("Bonjour, où est mon colis, je ne comprends pas ?").flags


def test_a_hint_helps_only_where_the_text_does_not_tell() -> None:
    assert read("ok", language=Language.EN).language is Language.EN
    assert read("Bonjour, où est donc passé mon colis ?", language=Language.EN).language is Language.FR


def test_the_model_is_small_and_quick_to_load() -> None:
    assert sum(path.stat().st_size for path in MODEL_FOLDER.iterdir()) <= 8 * 2**20
    look = "import time; b = time.process_time(); from nestor.triage.rules.reader import OwnReader; OwnReader.load()"
    shown = subprocess.run(
        [sys.executable, "-c", f"{look}; print(time.process_time() - b); import sys; print('django' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    took, django = shown.stdout.split()
    assert float(took) <= 0.6  # 0.4 s on an idle machine; the suite shares its cores
    assert django == "False"


def test_a_folder_that_holds_no_model_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(OSError, match="heads"):
        OwnReader.load(tmp_path_factory.mktemp("empty"))
