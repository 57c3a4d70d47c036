"""What machines send, as far as it fits: each part with its type, its limits, and nothing unknown beside it."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from nestor.networks.contract import Deed
from nestor.people.rules.members import MemberFilter
from nestor.routing.actions.views import TINTS
from nestor.routing.reads import open_cursor
from nestor.routing.rules.filters import ClockState, InboxFilter, Order, State
from nestor.vocabulary import Lane, Language, MessageKind, Tone
from nestor.work.rules.words import MOST_ASKED

PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{16}$")]
Whose = Annotated[str, StringConstraints(pattern=r"^(me|nobody|[0-9a-z]{16})$")]
Cursor = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


def as_whole(given: Any) -> Any:
    """Take 3.0 for 3: JSON has one kind of number (JSON Schema, 4.2.3: any number without a fraction is an integer)."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


def among(values: Iterable[int | str]) -> BeforeValidator:
    """Take these values and no other."""
    known = frozenset(values)

    def check(given: Any) -> Any:
        found = as_whole(given)
        if isinstance(found, bool) or not isinstance(found, int | str) or found not in known:
            raise PydanticCustomError("enum", "none of those")
        return found

    return BeforeValidator(check)


def enum_of(values: Iterable[int | str]) -> WithJsonSchema:
    """Describe them: all numbers, or all words."""
    listed = list(values)
    return WithJsonSchema({"type": "string" if isinstance(listed[0], str) else "integer", "enum": listed})


# Bounds stand before the validator: after it, pydantic leaves them out of the schema.
Urgent = Annotated[StrictInt, Field(ge=0, le=3), BeforeValidator(as_whole)]
Tint = Annotated[StrictInt, Field(ge=0, lt=TINTS), BeforeValidator(as_whole)]
Spoken = Literal["fr", "en"]


def _day(given: Any) -> Any:
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        raise ValueError("not a day")
    return given


def _moment(given: Any) -> Any:
    if not isinstance(given, str) or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]", given):
        raise ValueError("not a moment")  # a number as text would be taken for seconds since 1970
    return given


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond time") from error


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_in_utc)]


class Paged(Schema):
    """Which page, and how long."""

    limit: int = Field(50, ge=1, le=100)
    after: Cursor = ""


class Narrowing(Schema):
    """Which conversations: values of one kind mean any of them, kinds narrow each other."""

    lane: list[Lane] = Field([], max_length=30)
    tone: list[Tone] = Field([], max_length=30)
    urgency: int = Field(0, ge=0, le=3, description="At least this urgent.")
    channel: list[PublicId] = Field([], max_length=30)
    kind: list[MessageKind] = Field([], max_length=30)
    whose: Whose | None = Field(None, description="`me`, `nobody` or the id of somebody of the team.")
    label: list[PublicId] = Field([], max_length=30)
    clock: ClockState | None = None
    language: list[Language] = Field([], max_length=30)
    member: PublicId | None = None
    since: Day | None = Field(None, description="The first day, in the brand's zone.")
    until: Day | None = Field(None, description="The last day, in the brand's zone.")
    unsure: bool = False

    def narrowed(self, **more: Any) -> InboxFilter:
        """Return the filter it stands for."""
        return InboxFilter(
            lanes=tuple(self.lane),
            tones=tuple(self.tone),
            least_urgency=self.urgency,
            channels=tuple(self.channel),
            kinds=tuple(self.kind),
            whose=self.whose or "",
            labels=tuple(self.label),
            clock=self.clock,
            languages=tuple(self.language),
            member=self.member or "",
            since=self.since,
            until=self.until,
            is_unsure=self.unsure,
            **more,
        )


class Listed(Paged, Narrowing):
    """A list of conversations."""

    state: State = State.OPEN
    order: Literal["time", "due"] = "time"

    def wanted(self) -> InboxFilter:
        """Return the filter of the list."""
        return self.narrowed(state=self.state, order=Order(self.order))


class Searched(Paged, Narrowing):
    """A search: words, "a phrase", -without, begin*."""

    q: Annotated[str, StringConstraints(min_length=1, max_length=MOST_ASKED)]
    state: State = State.ANY
    order: Literal["time", "relevance"] = "time"

    def wanted(self) -> InboxFilter:
        """Return the filter of the search."""
        return self.narrowed(state=self.state, order=Order(self.order), words=self.q.strip())


class MembersAsked(Paged):
    """A list of people outside: who bears these words in a name or handle, where, since when."""

    q: Annotated[str, StringConstraints(max_length=MOST_ASKED)] = ""
    network: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,40}$")] | None = None
    label: PublicId | None = None
    since: Day | None = Field(None, description="Heard on this day or later, in the brand's zone.")
    until: Day | None = Field(None, description="Heard on this day or earlier, in the brand's zone.")
    joined: bool = Field(False, description="Only those of whom several accounts are known.")

    def wanted(self) -> MemberFilter:
        """Return the filter of the list."""
        return MemberFilter(
            words=self.q.strip(),
            network=self.network or "",
            label=self.label or "",
            since=self.since,
            until=self.until,
            is_joined=self.joined,
        )


class JournalAsked(Paged):
    """Lines of the journal: of some verbs, of a network, between two days, about a conversation, channel or member."""

    verb: list[Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]] = Field([], max_length=60)
    network: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,40}$")] | None = None
    conversation: PublicId | None = None
    channel: PublicId | None = None
    member: PublicId | None = None
    since: Day | None = Field(None, description="The first day, in the brand's zone.")
    until: Day | None = Field(None, description="The last day, in the brand's zone.")


class Body(Schema):
    """What a request carries: nothing the desk does not know."""

    model_config = ConfigDict(extra="forbid")


class HandOver(Body):
    """To whom; null gives it back to everybody."""

    to: PublicId | None


class PutOff(Body):
    """Until when."""

    until: Moment


class Corrected(Body):
    """What it really is."""

    lane: Lane


class Written(Body):
    """A text that is being written."""

    text: Text


class Answer(Body):
    """A text to send; `shown` are the ids of warnings somebody has seen, `files` those of all that is attached."""

    text: Text
    shown: list[Annotated[str, StringConstraints(max_length=60)]] = Field([], max_length=50)
    files: list[Annotated[str, StringConstraints(max_length=16)]] = Field([], max_length=20)


class Why(Body):
    """A reason, for the journal."""

    reason: Reason


class Interval(Body):
    """From when to when."""

    start: Moment
    end: Moment


# Spelt out where it is used: the deeds to many bear the same name, and of two with one name the description keeps one.
NetworkDeed = Annotated[Deed, WithJsonSchema({"type": "string", "enum": [one.value for one in Deed]})]


class Moderated(Body):
    """What to do to a message on its network, and the rule of the charter it breaks."""

    deed: NetworkDeed
    rule: Annotated[str, StringConstraints(max_length=500)] = ""


class Named(Body):
    """A name."""

    name: Short


class Tinted(Named):
    """A name, and one of the tints the pages know; null leaves the tint as it is."""

    tint: Tint | None = None


class Other(Body):
    """The other one."""

    other: PublicId


class Declared(Body):
    """Where somebody has seen it; empty where there is no address."""

    url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s]+)?$", max_length=2000)] = ""


def place_in(after: str) -> tuple[datetime, int] | None:
    """Return the place a cursor stands for, None for the beginning; raise `BadCursor`."""
    return open_cursor(after) if after else None
