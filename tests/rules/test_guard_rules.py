"""Every rule's own examples, what the contract promises of findings, and what a broken rule leaves."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from nestor.guard.rules.catalogue import RULES
from nestor.guard.rules.contract import (
    LONGEST_TEXT,
    BrandSettings,
    Example,
    Family,
    Finding,
    Level,
    Outgoing,
    Rule,
    Verdict,
    check,
    merged,
    verdict,
)
from nestor.guard.rules.proof import Proof
from nestor.guard.wording import SENTENCES, msgid_of

NOTHING = BrandSettings()
A_CODE = re.compile(r"[A-Za-z0-9_,.\-]{0,60}")


def outgoing_of(example: Example) -> Outgoing:
    return example if isinstance(example, Outgoing) else Outgoing(example)


def all_examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, outgoing_of(example), id=f"{rule.id}-{number}")
        for rule in RULES
        for number, example in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize(("rule", "outgoing"), all_examples("fires"))
def test_a_rule_fires_where_its_examples_say(rule: Rule, outgoing: Outgoing) -> None:
    findings = check(outgoing, [rule], NOTHING)
    assert verdict(findings) is not Verdict.OK
    assert all(finding.rule == rule.id for finding in findings)
    assert all(finding.level.weight <= rule.level.weight for finding in findings)


@pytest.mark.parametrize(("rule", "outgoing"), all_examples("spares"))
def test_a_rule_spares_what_its_examples_say(rule: Rule, outgoing: Outgoing) -> None:
    assert verdict(check(outgoing, [rule], NOTHING)) is Verdict.OK


@pytest.mark.parametrize(("rule", "outgoing"), all_examples("fires"))
def test_a_finding_speaks_in_codes_and_points_into_the_text(rule: Rule, outgoing: Outgoing) -> None:
    for finding in check(outgoing, [rule], NOTHING):
        assert all(A_CODE.fullmatch(value) for value in finding.params.values())
        assert all(A_CODE.fullmatch(name) for name in (finding.id, *finding.params))
        if finding.where == "text":
            assert all(0 <= start < end <= len(outgoing.text) for start, end in finding.spans)
            assert list(finding.spans) == sorted(finding.spans)
        assert msgid_of(finding.id, finding.family).format(**finding.params)
        assert finding.id in SENTENCES


def test_rules_and_their_examples_are_complete() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.fires and rule.spares for rule in RULES)
    assert all(rule.name and rule.why for rule in RULES)


def applied(text: str, finding: Finding) -> str:
    for one in sorted(finding.fix or (), key=lambda part: -part.start):
        text = text[: one.start] + one.text + text[one.end :]
    return text


@pytest.mark.parametrize(("rule", "outgoing"), all_examples("fires"))
def test_a_fix_once_applied_takes_its_finding_away(rule: Rule, outgoing: Outgoing) -> None:
    for finding in check(outgoing, [rule], NOTHING):
        if finding.fix is not None:
            mended = replace(outgoing, text=applied(outgoing.text, finding))
            assert finding.id not in {one.id for one in check(mended, [rule], NOTHING)}


def crashing(_outgoing: Outgoing, _proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    yield Finding("seen", "broken", Family.SHAPE, Level.ABSOLUTE)
    raise KeyError("secret words of the draft")


BROKEN = Rule("broken", Family.SHAPE, Level.INFO, crashing)


def test_a_rule_that_crashes_stops_the_text_and_keeps_what_it_had_found() -> None:
    findings = check(Outgoing("Bonjour."), [BROKEN], BrandSettings(levels={"guard_failed": Level.INFO}))
    assert [(finding.id, finding.level) for finding in findings] == [
        ("seen", Level.ABSOLUTE),
        ("guard_failed", Level.STOP),
    ]
    assert "secret" not in repr(findings)


def test_a_text_too_long_to_read_is_stopped_and_not_read() -> None:
    findings = check(Outgoing("a" * (LONGEST_TEXT + 1)), [BROKEN], NOTHING)
    assert [finding.id for finding in findings] == ["too_long_to_check"]
    assert verdict(findings) is Verdict.STOP


def test_a_brand_weighs_what_is_not_absolute() -> None:
    lowered = BrandSettings(levels={"insult": Level.WARN, "personal_phone": Level.INFO, "network_limits": Level.INFO})
    assert verdict(check(Outgoing("Je vous emmerde."), RULES, lowered)) is Verdict.WARN
    assert verdict(check(Outgoing("Appelez Paul au 06 12 34 56 78"), RULES, lowered)) is Verdict.ABSOLUTE
    assert verdict(check(Outgoing(""), RULES, lowered)) is Verdict.STOP


def test_subject_and_image_descriptions_are_read_too() -> None:
    findings = check(
        Outgoing("Bonjour.", subject="Va te faire foutre", image_alts=("Un train", "fuck you")), RULES, NOTHING
    )
    assert {finding.where for finding in findings} == {"subject", "alt1"}
    assert verdict(findings) is Verdict.STOP


def test_a_brand_may_bear_a_name_that_looks_crude() -> None:
    assert check(Outgoing("Week-end à Condom"), RULES, NOTHING)
    assert not check(Outgoing("Week-end à Condom"), RULES, BrandSettings(allowed_words=frozenset({"condom"})))


def test_spans_that_overlap_are_one() -> None:
    assert merged([(4, 9), (0, 3), (5, 6), (9, 10)]) == ((0, 3), (4, 9), (9, 10))


def test_verdict_is_the_heaviest_level_and_info_is_ok() -> None:
    found = {level: Finding("x", "x", Family.SHAPE, level) for level in Level}
    assert verdict([]) is Verdict.OK
    assert verdict([found[Level.INFO]]) is Verdict.OK
    assert verdict([found[Level.WARN], found[Level.INFO]]) is Verdict.WARN
    assert verdict(found.values()) is Verdict.ABSOLUTE
