"""What the press reported: each of these went out once. None goes out here without somebody having been asked."""

import pytest

from nestor.guard.rules.catalogue import RULES
from nestor.guard.rules.contract import AnsweredMessage, BrandSettings, Outgoing, Verdict, check, verdict

CASES = {
    "phone maker, 2013": "Fuck you",
    "car maker, 2011": "I find it ironic that Detroit is known as the #motorcity and yet no one here knows how to fucking drive",  # noqa: E501
    "ministry, 2017": "Allez donc prendre une tisane.",
    "ministry, 2017, in the singular": "va prendre une tisane",
    "head of government, 2013": "In da face S&P",
    "relief organisation, 2011": "Two more 4 bottle packs of beer.... when we drink we do it right #gettngslizzerd",
    "mixer maker, 2012": "Obamas gma even knew it was going 2 b bad! She died 3 days b4 he became president.",
    "ticket seller, 2012": "Thank fuck it's Friday! Can't wait to get out of this hell hole.",
    "pizza maker, 2014": "#WhyIStayed You had pizza.",
    "any evening, 23:40": "Je vous emmerde",
}


@pytest.mark.parametrize("name", CASES)
def test_what_the_press_reported_is_stopped(name: str) -> None:
    findings = check(Outgoing(CASES[name], account_tone="institution"), RULES, BrandSettings())
    assert "guard_failed" not in {finding.id for finding in findings}
    assert verdict(findings) in (Verdict.STOP, Verdict.ABSOLUTE)


@pytest.mark.parametrize("word", ["Condom", "Montcuq"])
def test_a_town_with_an_unlucky_name_is_shown_and_never_stopped(word: str) -> None:
    assert verdict(check(Outgoing(f"Marché de nuit à {word} samedi."), RULES, BrandSettings())) is Verdict.WARN


@pytest.mark.parametrize(
    "text", ["Le concours est ouvert.", "Une dispute de voisins ?", "La pâte à crêpes repose une heure."]
)
def test_words_that_only_contain_a_rude_one_pass(text: str) -> None:
    assert verdict(check(Outgoing(text), RULES, BrandSettings())) is Verdict.OK


def test_merde_on_a_first_night_is_a_good_wish() -> None:
    wish = Outgoing("Merde à toute la troupe pour la première !")
    assert verdict(check(wish, RULES, BrandSettings())) is Verdict.WARN
    order = Outgoing("Merde à vous.", reply_to=AnsweredMessage("Bonjour ?"))
    assert verdict(check(order, RULES, BrandSettings())) is Verdict.STOP
