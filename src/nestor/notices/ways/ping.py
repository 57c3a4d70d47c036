"""What leaves the desk: a neutral sentence and an address behind the sign-in, nothing else. Pure."""

from dataclasses import dataclass

from nestor.notices.rules.reach import Why


@dataclass(frozen=True, slots=True)
class Ping:
    """One notice in words, for one way. No field ever holds what somebody wrote."""

    title: str
    body: str  # "" where the title says it all
    path: str  # of the page it leads to
    ref: str  # opaque: two pings with the same are one
    is_urgent: bool = False


class NotPossible(Exception):
    """It cannot leave by that way; nothing was tried."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why
