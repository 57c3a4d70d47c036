"""Plain threats are never missed, whatever an insult before them weighs; laughter is no threat."""

import pytest

from nestor.triage.rules.contract import MessageText
from nestor.triage.rules.reader import OwnReader
from nestor.vocabulary import Harm, Lane

READER = OwnReader.load()


@pytest.mark.parametrize(
    "text",
    [
        "espèce de sale pute je vais te tuer",
        "je vais tous vous tuer",
        "On va te casser la gueule à la sortie",
        "I'm gonna kill you all",
        "We will burn your family",
    ],
)
def test_a_plain_threat_is_one(text: str) -> None:
    reading = READER.read(MessageText(text))
    assert reading.lane is Lane.THREAT
    assert reading.harm_level == 3
    assert Harm.THREAT in reading.harm_kinds
    assert any(span.code == "rule:menace" and text[span.start : span.end] for span in reading.reasons)


@pytest.mark.parametrize("text", ["mdr je vais mourir de rire", "je meurs de rire", "vous m'avez tué 😂"])
def test_laughter_is_no_threat(text: str) -> None:
    reading = READER.read(MessageText(text))
    assert reading.lane is not Lane.THREAT
    assert Harm.THREAT not in reading.harm_kinds
