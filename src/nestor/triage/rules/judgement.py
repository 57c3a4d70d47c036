"""From calibrated scores and rules to one reading: thresholds, forced lanes, flags, harm, urgency. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nestor.triage.rules.cautions import THANKS_NOT
from nestor.triage.rules.contract import Flag, MessageText, Reading, Span
from nestor.triage.rules.language import Spoken
from nestor.triage.rules.model import Scores
from nestor.vocabulary import Harm, Lane, Language, Tone, Urgency

LANES = tuple(Lane)
TONES = tuple(Tone)
LANE_HEADS = tuple(f"lane:{lane}" for lane in LANES)
TONE_HEADS = tuple(f"tone:{tone}" for tone in TONES)
KIND_HEADS = tuple(f"harm:{kind}" for kind in Harm)
LEVEL_HEADS = ("harm:1", "harm:2", "harm:3")
FLAG_HEADS = tuple(f"flag:{flag}" for flag in (Flag.THANKS, Flag.CLOSER, Flag.SARCASM, Flag.ASKS))
URGENCY_HEADS = ("urgency:1", "urgency:2", "urgency:3")
HARM_HEADS = (*LEVEL_HEADS, *KIND_HEADS)
OTHER_HEADS = (*TONE_HEADS, LEVEL_HEADS[0])
ALL_HEADS = (*LANE_HEADS, *TONE_HEADS, *HARM_HEADS, *FLAG_HEADS, *URGENCY_HEADS)

_ALSO_LANE = 0.25
_DECIDED = 0.9
_HARM_IN_JOY = 0.85  # "ce dessert est une tuerie"
_NEVER_POSITIVE = {Lane.COMPLAINT, Lane.ABUSE, Lane.THREAT, Lane.ALERT}
_CLOSED_TO = {Lane.COMPLAINT, Lane.ABUSE, Lane.THREAT, Lane.ALERT, Lane.PRESS, Lane.SPAM}
_THREATENS = ("danger_to_oneself", "address_exposed", "number_exposed", "menace")
_GRAVE = {Harm.HATE, Harm.THREAT, Harm.SELF_HARM}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which calibrated probability something is said; found on held-back sectors at training."""

    unsure: float = 0.4
    suspect: float = 0.3
    harm: float = 0.5
    kind: float = 0.5
    flag: float = 0.5
    urgency: float = 0.5


@dataclass(frozen=True, slots=True)
class Believed:
    """Calibrated probabilities of one message: lanes and tones each sum to 1, the rest by head name."""

    lanes: Scores
    tones: Scores
    others: Mapping[str, float]
    thresholds: Thresholds


def judge(message: MessageText, heard: Spoken, believed: Believed, rules: Sequence[Span], version: str) -> Reading:
    """Return the reading; `reasons` holds the rules that held, the words that weighed are added by the reader."""
    lanes, forced = _lanes(message, believed, rules)
    top = LANES[int(lanes.argmax())]
    level, kinds = _harm(message, top, believed, rules)
    tone = _tone(top, believed)
    flags = _flags(message, believed, rules, (top, tone, lanes))
    if heard.is_mixed:
        flags.add(Flag.CODE_MIXED)
    rules = [span for span in rules if span.label != "flag:closer" or Flag.CLOSER in flags]
    unread = message.has_picture and len(message.text.split()) < 2
    bars = believed.thresholds
    suspected = float(lanes[LANES.index(Lane.THREAT)] + lanes[LANES.index(Lane.ALERT)]) >= bars.suspect
    foreign = heard.language not in (Language.FR, Language.EN, Language.UNKNOWN)
    return Reading(
        language=heard.language,
        language_sure=heard.is_sure,
        lane=top,
        lanes={lane: float(share) for lane, share in zip(LANES, lanes, strict=True)},
        tone=tone,
        flags=frozenset(map(str, flags)),
        harm_level=level,
        harm_kinds=kinds,
        urgency=_urgency(top, believed, rules) if message.text.strip() else Urgency.CALM,
        unsure=not forced and (unread or foreign or float(lanes.max()) < bars.unsure),
        suspected=suspected or top in (Lane.THREAT, Lane.ALERT),
        reasons=tuple(span for span in rules if span.code != "rule:laughs"),
        model=version,
    )


def _named(rules: Sequence[Span], *names: str) -> bool:
    return any(span.code.removeprefix("rule:") in names for span in rules)


def _lanes(message: MessageText, believed: Believed, rules: Sequence[Span]) -> tuple[Scores, bool]:
    """Return the lanes' probabilities after the rules, and whether a rule decided."""
    lanes = believed.lanes.astype(np.float64)
    if _named(rules, *_THREATENS):
        return _toward(lanes, Lane.THREAT), True
    if message.has_picture and not message.text.strip():
        return _toward(lanes, Lane.QUESTION, 0.5), False
    return lanes / lanes.sum(), False


def _toward(lanes: Scores, lane: Lane, share: float = _DECIDED) -> Scores:
    rest: Scores = lanes * (1 - share) / lanes.sum()
    rest[LANES.index(lane)] += share
    return rest


def _tone(top: Lane, believed: Believed) -> Tone:
    """Return the tone; what is owed an answer or hurts never sounds positive: that is sarcasm."""
    tone = TONES[int(believed.tones.argmax())]
    return Tone.NEGATIVE if tone is Tone.POSITIVE and top in _NEVER_POSITIVE else tone


def _harm(message: MessageText, top: Lane, believed: Believed, rules: Sequence[Span]) -> tuple[int, frozenset[Harm]]:
    bars, others = believed.thresholds, believed.others
    bar = max(bars.harm, _HARM_IN_JOY) if _tone(top, believed) is Tone.POSITIVE else bars.harm
    if _named(rules, "danger_to_oneself"):
        return 3, frozenset({Harm.SELF_HARM})
    if _named(rules, *_THREATENS):
        return 3, frozenset({Harm.THREAT})
    if not message.text.strip():
        return 0, frozenset()
    kinds = {kind for kind in Harm if others.get(f"harm:{kind}", 0.0) >= bars.kind}
    if _named(rules, "laughs") and top is not Lane.THREAT:
        kinds -= {Harm.THREAT, Harm.SELF_HARM}  # "je vais mourir de rire"
        if not kinds and top not in (Lane.ABUSE, Lane.ALERT):
            return 0, frozenset()
    if top is Lane.THREAT and not kinds & {Harm.SELF_HARM, Harm.THREAT}:
        own, other = (others.get(f"harm:{kind}", 0.0) for kind in (Harm.SELF_HARM, Harm.THREAT))
        kinds.add(Harm.SELF_HARM if own > other else Harm.THREAT)
    scorned = top is Lane.ABUSE and float(believed.lanes.max()) >= bars.kind
    if others.get("harm:1", 0.0) < bar and not kinds and not scorned:
        return 0, frozenset()
    if not kinds:
        kinds = (
            {max(Harm, key=lambda kind: others.get(f"harm:{kind}", 0.0))} if "harm:insult" in others else {Harm.INSULT}
        )
    level = 1 + sum(others.get(head, 0.0) >= bars.harm for head in LEVEL_HEADS[1:])
    return max(level, 2 if kinds & _GRAVE else 1), frozenset(kinds)


def _flags(
    message: MessageText, believed: Believed, rules: Sequence[Span], said: tuple[Lane, Tone, Scores]
) -> set[str]:
    top, tone, lanes = said
    flags: set[str] = {
        head.removeprefix("flag:") for head in FLAG_HEADS if believed.others.get(head, 0.0) >= believed.thresholds.flag
    }
    flags |= {str(lane) for lane, share in zip(LANES, lanes, strict=True) if lane is not top and share >= _ALSO_LANE}
    turned = THANKS_NOT.search(message.text) is not None
    flags.discard(Flag.CLOSER)
    if turned:
        flags.discard(Flag.THANKS)
    if _named(rules, "closer") and top not in _CLOSED_TO and tone is not Tone.NEGATIVE and Flag.SARCASM not in flags:
        flags.add(Flag.CLOSER)
    if _named(rules, "deadline"):
        flags.add(Flag.DEADLINE)
    if message.has_picture:
        flags.add(Flag.NOT_READ)
    return flags


def _urgency(top: Lane, believed: Believed, rules: Sequence[Span]) -> Urgency:
    level = sum(believed.others.get(head, 0.0) >= believed.thresholds.urgency for head in URGENCY_HEADS)
    if _named(rules, "danger_to_oneself"):
        return Urgency.NOW
    if top is Lane.THREAT or _named(rules, *_THREATENS):
        level = max(level, 2)
    if _named(rules, "deadline"):
        level = max(level, 2 if top is Lane.PRESS else 1)
    return Urgency(level)
