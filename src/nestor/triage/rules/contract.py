"""What a reader is given and what it must answer; every reader, ours or a plug-in, keeps to this."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from nestor.vocabulary import Harm, Lane, Language, MessageKind, Tone, Urgency


class Flag(StrEnum):
    """What else holds of a message besides its lane; several at once. `Reading.flags` may also name further lanes."""

    THANKS = "thanks"
    CLOSER = "closer"
    SARCASM = "sarcasm"
    DEADLINE = "deadline"
    ASKS = "asks"
    NOT_READ = "not_read"
    CODE_MIXED = "code_mixed"


@dataclass(frozen=True, slots=True)
class MessageText:
    """One message as a reader sees it. `text` is as received; `language` is a hint, None when nobody said."""

    text: str
    kind: MessageKind = MessageKind.MENTION
    has_picture: bool = False
    in_reply_to_text: str = ""
    language: Language | None = None


class Span(NamedTuple):
    """Why: characters `start` to `end` (end excluded, offsets into the original text) weighed `weight` for `label`.

    `label` is `lane:press`, `tone:negative`, `harm:insult` or `flag:closer`. `code` is `words` for what the model
    weighed, `rule:<name>` for a rule, `base` (empty span) for the constant and all that is not shown: over one label
    with code `words` or `base` the weights add up to the model's score (log-odds before the softmax).
    """

    label: str
    start: int
    end: int
    weight: float
    code: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What triage believes of a message. `lanes` sum to 1; `suspected` means a possible alert or threat: hold it back.

    `unsure` asks a person to decide the lane. `harm_level` runs from 0 (none) to 3 (grave).
    """

    language: Language
    language_sure: bool
    lane: Lane
    lanes: Mapping[Lane, float]
    tone: Tone
    flags: frozenset[str] = frozenset()
    harm_level: int = 0
    harm_kinds: frozenset[Harm] = frozenset()
    urgency: Urgency = Urgency.CALM
    unsure: bool = False
    suspected: bool = False
    reasons: tuple[Span, ...] = field(default=())
    model: str = ""


@runtime_checkable
class Reader(Protocol):
    """Reads messages; never raises on any text, and takes time linear in its length."""

    @property
    def version(self) -> str:
        """Name of the model and rules that read, stored with each reading; at most 64 characters."""
        ...

    def read(self, message: MessageText) -> Reading:
        """Return the reading of one message."""
        ...

    def read_many(self, messages: Iterable[MessageText]) -> Iterator[Reading]:
        """Yield one reading per message, in order, in batches of the reader's own choosing."""
        ...
