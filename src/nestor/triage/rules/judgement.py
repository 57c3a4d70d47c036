"""From calibrated scores and rules to one reading: thresholds, forced lanes, flags, harm, urgency. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nestor.triage.rules.cautions import is_thanks_turned
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
_SURELY = 0.55  # below, a doubtful lane must not turn what sounds glad into its opposite
_NEVER_POSITIVE = {Lane.COMPLAINT, Lane.ABUSE, Lane.THREAT, Lane.ALERT}
_CLOSED_TO = {Lane.COMPLAINT, Lane.ABUSE, Lane.THREAT, Lane.ALERT, Lane.PRESS, Lane.SPAM}
_THREATENS = ("danger_to_oneself", "address_exposed", "number_exposed", "menace")
_GRAVE_LANES = (Lane.THREAT, Lane.ALERT)
_READ_IN_FULL = (Language.FR, Language.EN, Language.UNKNOWN)
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

    lanes: list[float]
    tones: list[float]
    others: Mapping[str, float]
    thresholds: Thresholds


_OTHER_NAMES = ALL_HEADS[len(LANES) + len(TONES) :]
_KINDS_AND_HEADS = [(kind, f"harm:{kind}") for kind in Harm]
_FLAGS_AND_HEADS = [(head.removeprefix("flag:"), head) for head in FLAG_HEADS]
_THREAT, _ALERT = LANES.index(Lane.THREAT), LANES.index(Lane.ALERT)


def beliefs(scores: Scores, thresholds: Thresholds) -> list[Believed]:
    """Return what calibrated scores [texts, heads] say of each text."""
    lanes, tones = len(LANES), len(LANES) + len(TONES)
    odds = np.clip(scores, -30, 30, dtype=np.float64)
    odds[:, :lanes] -= odds[:, :lanes].max(axis=1, keepdims=True)
    np.exp(odds, out=odds)
    others = (odds[:, tones:] / (1.0 + odds[:, tones:])).tolist()
    for first, last in ((0, lanes), (lanes, tones)):
        odds[:, first:last] /= odds[:, first:last].sum(axis=1, keepdims=True)
    return [
        Believed(row[:lanes], row[lanes:], dict(zip(_OTHER_NAMES, other, strict=True)), thresholds)
        for row, other in zip(odds[:, :tones].tolist(), others, strict=True)
    ]


@dataclass(slots=True)
class Draft:
    """A reading whose words have not been quoted yet."""

    heard: Spoken
    lane: Lane
    lanes: dict[Lane, float]
    tone: Tone
    flags: frozenset[str]
    harm_level: int
    harm_kinds: frozenset[Harm]
    urgency: Urgency
    unsure: bool
    suspected: bool
    rules: tuple[Span, ...]

    def reading(self, why: tuple[Span, ...], version: str) -> Reading:
        """Return the reading: the rules that held, then the words that weighed."""
        return Reading(
            language=self.heard.language,
            language_sure=self.heard.is_sure,
            lane=self.lane,
            lanes=self.lanes,
            tone=self.tone,
            flags=self.flags,
            harm_level=self.harm_level,
            harm_kinds=self.harm_kinds,
            urgency=self.urgency,
            unsure=self.unsure,
            suspected=self.suspected,
            reasons=(*self.rules, *why),
            model=version,
        )


def judge(message: MessageText, heard: Spoken, believed: Believed, rules: Sequence[Span]) -> Draft:
    """Return what is said of a message, and the rules that held."""
    lanes, forced = _lanes(message, believed, rules)
    most = max(lanes)
    top = LANES[lanes.index(most)]
    tone = _tone(top, believed)
    level, kinds = _harm(message, (top, tone), believed, rules)
    flags = _flags(message, believed, rules, (top, tone, lanes))
    if heard.is_mixed:
        flags.add("code_mixed")
    if rules:
        rules = [span for span in rules if span.label != "flag:closer" or "closer" in flags]
    unread = message.has_picture and len(message.text.split(None, 2)) < 2
    bars = believed.thresholds
    foreign = heard.language not in _READ_IN_FULL
    return Draft(
        heard,
        top,
        dict(zip(LANES, lanes, strict=True)),
        tone,
        frozenset(flags),
        level,
        kinds,
        _urgency(top, believed, rules) if message.text.strip() else Urgency.CALM,
        not forced and (unread or foreign or most < bars.unsure),
        lanes[_THREAT] + lanes[_ALERT] >= bars.suspect or top in _GRAVE_LANES,
        tuple(span for span in rules if span.code != "rule:laughs"),
    )


def _named(rules: Sequence[Span], *names: str) -> bool:
    return bool(rules) and any(span.code.removeprefix("rule:") in names for span in rules)


def _lanes(message: MessageText, believed: Believed, rules: Sequence[Span]) -> tuple[list[float], bool]:
    """Return the lanes' probabilities after the rules, and whether a rule decided."""
    if _named(rules, *_THREATENS):
        return _toward(believed.lanes, Lane.THREAT), True
    if message.has_picture and not message.text.strip():
        return _toward(believed.lanes, Lane.QUESTION, 0.5), False
    return believed.lanes, False


def _toward(lanes: list[float], lane: Lane, share: float = _DECIDED) -> list[float]:
    return [one * (1 - share) + (share if name is lane else 0.0) for name, one in zip(LANES, lanes, strict=True)]


def _tone(top: Lane, believed: Believed) -> Tone:
    """Return the tone; what is surely owed an answer or hurts never sounds positive: that is sarcasm."""
    tone = TONES[believed.tones.index(max(believed.tones))]
    if tone is not Tone.POSITIVE or top not in _NEVER_POSITIVE:
        return tone
    is_sarcasm = believed.others["flag:sarcasm"] >= believed.thresholds.flag
    return Tone.NEGATIVE if is_sarcasm or max(believed.lanes) >= _SURELY else tone


def _harm(
    message: MessageText, said: tuple[Lane, Tone], believed: Believed, rules: Sequence[Span]
) -> tuple[int, frozenset[Harm]]:
    bars, others, (top, tone) = believed.thresholds, believed.others, said
    bar = max(bars.harm, _HARM_IN_JOY) if tone is Tone.POSITIVE else bars.harm
    if _named(rules, "danger_to_oneself"):
        return 3, frozenset({Harm.SELF_HARM})
    if _named(rules, *_THREATENS):
        return 3, frozenset({Harm.THREAT})
    if not message.text.strip():
        return 0, frozenset()
    kinds = {kind for kind, head in _KINDS_AND_HEADS if others[head] >= bars.kind}
    if _named(rules, "laughs") and top is not Lane.THREAT:
        kinds -= {Harm.THREAT, Harm.SELF_HARM}  # "je vais mourir de rire"
        if not kinds and top not in (Lane.ABUSE, Lane.ALERT):
            return 0, frozenset()
    if top is Lane.THREAT and not kinds & {Harm.SELF_HARM, Harm.THREAT}:
        own, other = (others[f"harm:{kind}"] for kind in (Harm.SELF_HARM, Harm.THREAT))
        kinds.add(Harm.SELF_HARM if own > other else Harm.THREAT)
    scorned = top is Lane.ABUSE and max(believed.lanes) >= bars.kind
    if others["harm:1"] < bar and not kinds and not scorned:
        return 0, frozenset()
    if not kinds:
        kinds = {max(_KINDS_AND_HEADS, key=lambda one: others[one[1]])[0]}
    level = 1 + sum([others[head] >= bars.harm for head in LEVEL_HEADS[1:]])
    return max(level, 2 if kinds & _GRAVE else 1), frozenset(kinds)


def _flags(
    message: MessageText, believed: Believed, rules: Sequence[Span], said: tuple[Lane, Tone, list[float]]
) -> set[str]:
    top, tone, lanes = said
    others, bar = believed.others, believed.thresholds.flag
    flags = {name for name, head in _FLAGS_AND_HEADS if others[head] >= bar}
    if max(believed.lanes) <= 1 - _ALSO_LANE or rules:
        flags |= {
            str(lane) for lane, share in zip(LANES, lanes, strict=True) if share >= _ALSO_LANE and lane is not top
        }
    flags.discard("closer")
    if "thanks" in flags and is_thanks_turned(message.text):
        flags.discard("thanks")
    if _named(rules, "closer") and top not in _CLOSED_TO and tone is not Tone.NEGATIVE and "sarcasm" not in flags:
        flags.add("closer")
    if _named(rules, "deadline"):
        flags.add("deadline")
    if message.has_picture:
        flags.add("not_read")
    return flags


def _urgency(top: Lane, believed: Believed, rules: Sequence[Span]) -> Urgency:
    others, bar = believed.others, believed.thresholds.urgency
    level = sum([others[head] >= bar for head in URGENCY_HEADS])
    if _named(rules, "danger_to_oneself"):
        return Urgency.NOW
    if top is Lane.THREAT or _named(rules, *_THREATENS):
        level = max(level, 2)
    if _named(rules, "deadline"):
        level = max(level, 2 if top is Lane.PRESS else 1)
    return Urgency(level)
