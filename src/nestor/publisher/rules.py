"""The states of a delivery and what may follow what. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nestor.networks.contract import Ability, Deed

RECENTLY = timedelta(minutes=10)  # an answer this old may not have been seen by who begins another
DISCONNECTED = "disconnected"  # why what was to leave by a channel did not
MOST_LOOKS = 8  # times we look for what may have been sent before a person is asked


class State(StrEnum):
    """Where a delivery is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"
    LATE = "late"


# A receipt is proof: it makes a delivery sent from wherever it is by then, except when it is sent already.
STEPS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENDING, State.CANCELLED, State.LATE, State.SENT}),
    State.SENDING: frozenset({State.SENT, State.REFUSED, State.UNCONFIRMED, State.WAITING}),
    State.UNCONFIRMED: frozenset({State.SENT, State.WAITING, State.REFUSED}),
    State.SENT: frozenset(),
    State.REFUSED: frozenset({State.SENT}),
    State.CANCELLED: frozenset({State.SENT}),
    State.LATE: frozenset({State.SENT}),
}


def sources_of(state: State) -> list[str]:
    """Return the states from which this one may be reached."""
    return sorted(one.value for one, targets in STEPS.items() if state in targets)


def is_late(late_at: datetime | None, now: datetime) -> bool:
    """Return whether a delivery must not go out any more."""
    return late_at is not None and now > late_at


def look_again_for(looks: int) -> timedelta | None:
    """Return how long to wait before looking for it again; None when a person must decide."""
    return None if looks >= MOST_LOOKS else timedelta(seconds=2) * 2 ** min(looks, 8)


def may_send_again_alone(*, honours_marks: bool, is_absent: bool, looks: int) -> bool:
    """Return whether the desk may send again without asking: only where the network itself prevents a second copy."""
    return honours_marks and (is_absent or looks >= MOST_LOOKS // 2)


@dataclass(frozen=True, slots=True)
class Spoken:
    """That somebody answered a person: who of the team, None where it was typed in the network's own app."""

    id: str
    at: datetime
    author_id: int | None


def second_answer(spoken: Iterable[Spoken], me: int, begun_at: datetime, now: datetime) -> Spoken | None:
    """Return the latest answer by anybody else since I began, or in the last minutes: mine would be the second."""
    since = warned_since(begun_at, now)
    others = [one for one in spoken if one.at >= since and one.author_id != me]
    return max(others, key=lambda one: (one.at, one.id), default=None)


def warned_since(begun_at: datetime, now: datetime) -> datetime:
    """Return from when on an answer by somebody else is told."""
    return min(begun_at, now - RECENTLY)


DEED_ABILITY: dict[Deed, Ability] = {
    Deed.LIKE: Ability.LIKE,
    Deed.HIDE: Ability.HIDE,
    Deed.UNHIDE: Ability.HIDE,
    Deed.APPROVE: Ability.APPROVE,
    Deed.HOLD: Ability.HOLD,
    Deed.SPAM: Ability.SPAM,
    Deed.TRASH: Ability.TRASH,
    Deed.BLOCK: Ability.BLOCK,
}
STATE_AFTER: dict[Deed, str] = {
    Deed.HIDE: "hidden",
    Deed.UNHIDE: "approved",
    Deed.APPROVE: "approved",
    Deed.HOLD: "hold",
    Deed.SPAM: "spam",
    Deed.TRASH: "trash",
}


def takes_a_voice_away(deed: Deed) -> bool:
    """Return whether a deed needs a rule of the published charter and can be appealed; criticism is no rule."""
    return deed in (Deed.HIDE, Deed.TRASH, Deed.BLOCK)


def deeds_for(abilities: Iterable[str], state: str) -> list[Deed]:
    """Return the deeds that make sense for a message in this state of moderation, where the network offers them."""
    can = set(abilities)
    offered = [deed for deed, ability in DEED_ABILITY.items() if ability.value in can]
    done = {deed for deed in offered if STATE_AFTER.get(deed) == state}
    if state != "hidden":
        done.add(Deed.UNHIDE)
    if state == "":
        done |= {Deed.APPROVE}
    return [deed for deed in offered if deed not in done]
