"""The states of a delivery and what may follow what. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

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
    State.CANCELLED: frozenset(),
    State.LATE: frozenset(),
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
