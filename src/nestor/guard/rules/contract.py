"""What the guard is told, what it answers, and what a rule is. Pure: no Django, no I/O, time passed in.

`check` never lets a text pass because a rule failed: a rule that crashes leaves the finding `guard_failed`, a stop.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from nestor.guard.rules.proof import Proof
from nestor.networks.contract import Limits
from nestor.vocabulary import MessageKind

LONGEST_TEXT = 100_000  # characters the rules will read; beyond, the text is stopped unread

Span = tuple[int, int]  # [start, end) in characters of the original text


class Level(StrEnum):
    """How much a finding weighs, lightest first."""

    INFO = "info"  # a mark in the margin
    WARN = "warn"  # sent only after it was shown
    STOP = "stop"  # a second person must clear it
    ABSOLUTE = "absolute"  # nobody can clear it: the words must change

    @property
    def weight(self) -> int:
        """Return 0 (info) to 3 (absolute)."""
        return _WEIGHTS[self]


_WEIGHTS = {level: weight for weight, level in enumerate(Level)}


class Verdict(StrEnum):
    """What becomes of the text."""

    OK = "ok"
    WARN = "warn"
    STOP = "stop"
    ABSOLUTE = "absolute"


class Family(StrEnum):
    """Families of rules, one file each in `guard/rules/`."""

    INSULT = "insult"
    CONTEMPT = "contempt"
    CRUDE = "crude"
    PERSONAL = "personal"
    ACCOUNT = "account"  # not the voice of this account
    PROMISE = "promise"
    LIMITS = "limits"
    LINKS = "links"
    SHAPE = "shape"  # capitals, fancy letters, hidden characters
    REPEAT = "repeat"
    GUARD = "guard"  # the guard speaking of itself


@dataclass(frozen=True, slots=True)
class Replacement:
    """Put `text` where [start, end) of the original text stands."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection. `id` is a stable code the screens translate with `params`: codes and figures, never its words.

    `spans` and `fix` count characters of the part named by `where`: "text", "subject", "alt0", "alt1" …; `fix` is None
    where no machine should choose the words.
    """

    id: str
    rule: str
    family: Family
    level: Level
    spans: tuple[Span, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    fix: tuple[Replacement, ...] | None = None
    source: str = ""  # law or API page and the date it was read, or ""
    where: str = "text"


@dataclass(frozen=True, slots=True)
class AnsweredMessage:
    """The message a draft answers."""

    text: str
    author_name: str = ""
    author_handle: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text about to go out and what the guard may know of its circumstances; only `text` is required.

    `length` is in the unit of `limits`, as the connector measured it.
    """

    text: str
    network: str = ""  # key of the network, "" for none
    kind: MessageKind = MessageKind.COMMENT
    is_post: bool = False  # a publication of our own rather than an answer
    subject: str = ""  # mail only
    limits: Limits | None = None
    length: int | None = None
    reply_to: AnsweredMessage | None = None
    account_tone: Literal["brand", "institution", "person"] = "brand"
    own_numbers: tuple[str, ...] = ()  # phone numbers and IBANs the brand publishes itself
    own_addresses: tuple[str, ...] = ()  # e-mail addresses of the brand, or whole domains
    image_alts: tuple[str, ...] = ()  # of what is attached, one each, "" where nobody described it
    media_types: tuple[str, ...] = ()  # of what is attached, one each
    file_sizes: tuple[int, ...] = ()  # bytes, one each
    language: str = ""  # ISO 639-1, "" when unknown
    earlier_answers: tuple[str, ...] = ()  # what this account has lately answered to other people
    heard_at: datetime | None = None  # when they last spoke: networks count their window for an answer from then
    now: datetime | None = None

    @property
    def is_public(self) -> bool:
        """True unless only the person written to will read it."""
        return self.is_post or self.kind not in (MessageKind.DIRECT, MessageKind.MAIL)


@dataclass(frozen=True, slots=True)
class BrandSettings:
    """What a brand may decide. `levels` is by rule id or finding id; it never touches what is absolute."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    region: str = "FR"  # ISO 3166: how a number without country code is read
    is_public_body: bool = False
    allowed_words: frozenset[str] = frozenset()  # names of its own that look crude, lower case


Example = str | Outgoing
Look = Callable[[Outgoing, Proof, BrandSettings], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. `level` is the heaviest finding it gives; `fires` and `spares` are its tests."""

    id: str
    family: Family
    level: Level
    look: Look
    can_be_waived: bool = True
    reads_every_part: bool = True  # also the subject and the image descriptions; then `look` sees them as `proof`
    source: str = ""
    fires: tuple[Example, ...] = ()
    spares: tuple[Example, ...] = ()

    @property
    def name(self) -> str:
        """Return the code of the rule's name, for the screens to translate."""
        return f"{self.id}.name"

    @property
    def why(self) -> str:
        """Return the code of the rule's explanation."""
        return f"{self.id}.why"


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans in order, those that overlap made one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)


def check(outgoing: Outgoing, rules: Iterable[Rule], settings: BrandSettings) -> tuple[Finding, ...]:
    """Return what the rules object to in text, subject and image descriptions, heaviest first.

    A part longer than LONGEST_TEXT is not read: one stop says so, since no network takes it and time must be bounded.
    """
    rules = tuple(rules)
    found: list[Finding] = []
    for where, part in _parts(outgoing):
        if len(part) > LONGEST_TEXT:
            found.append(_of_the_guard("too_long_to_check", "guard", {"most": str(LONGEST_TEXT)}, where))
            continue
        proof = Proof(part)
        for rule in rules:
            if where == "text" or rule.reads_every_part:
                found.extend(_look(rule, outgoing, proof, settings, where=where))
    return tuple(sorted(found, key=lambda finding: (-finding.level.weight, finding.where, finding.spans, finding.id)))


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Return the weight of the heaviest finding; info alone is ok."""
    heaviest = max((finding.level.weight for finding in findings), default=0)
    return tuple(Verdict)[heaviest]


def _parts(outgoing: Outgoing) -> list[tuple[str, str]]:
    """Return everything a reader will see or hear, each part by its name."""
    alts = [(f"alt{number}", alt) for number, alt in enumerate(outgoing.image_alts)]
    return [("text", outgoing.text), *([("subject", outgoing.subject)] if outgoing.subject else []), *alts]


def _look(rule: Rule, outgoing: Outgoing, proof: Proof, settings: BrandSettings, *, where: str) -> list[Finding]:
    found: list[Finding] = []
    try:
        for finding in rule.look(outgoing, proof, settings):
            found.append(replace(_weigh(rule, finding, settings), where=where))  # noqa: PERF401  kept if the next fails
    except Exception:  # noqa: BLE001  a broken rule is no reason to let a text out; what it had found still counts
        found.append(_of_the_guard("guard_failed", rule.id, {"rule": rule.id}, where))
    return found


def _weigh(rule: Rule, finding: Finding, settings: BrandSettings) -> Finding:
    """Give the finding the brand's own level where the brand may choose."""
    if finding.level is Level.ABSOLUTE or not rule.can_be_waived:
        return finding
    chosen = settings.levels.get(finding.id) or settings.levels.get(rule.id)
    return finding if chosen is None else replace(finding, level=Level(chosen))


def _of_the_guard(code: str, rule: str, params: Mapping[str, str], where: str) -> Finding:
    return Finding(code, rule, Family.GUARD, Level.STOP, params=params, where=where)
