"""The line to the practice network: one account's session, what its refusals mean, and how far its clock is off."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from nestor.networks.contract import NetworkTrouble, Reason, Refused, TryLater
from nestor.networks.http import DEFAULT_AFTER, HttpSession, Response, retry_after

Clock = Callable[[], datetime]
_REASONS = {
    code: Reason(code) for code in ("sign_in", "forbidden", "gone", "too_long", "duplicate", "invalid", "closed")
}


def explain(answer: Response) -> NetworkTrouble | None:
    """Return what an error answer of the practice network means; None leaves it to its status."""
    if answer.status >= 500:
        return None
    try:
        said = answer.json()
    except NetworkTrouble:
        return None
    code = said.get("error") if isinstance(said, dict) else None
    if code == "limited":
        return TryLater(Reason.LIMITED, retry_after(answer, DEFAULT_AFTER), "rate limit")
    reason = _REASONS.get(code) if isinstance(code, str) else None
    return Refused(reason, f"status {answer.status}") if reason else None


class Line:
    """Calls on behalf of one account. `offset` is the network's clock less ours, once it has answered."""

    def __init__(self, session: HttpSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self.offset: timedelta | None = None

    def ask(self, path: str, **params: str | int) -> Any:
        """Read; return the parsed JSON."""
        return self._noted(self._session.request("GET", path, params=params)).json()

    def tell(
        self,
        method: str,
        path: str,
        content: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        *,
        not_after: datetime | None = None,
    ) -> Response:
        """Write, once; not at all after that moment."""
        return self._noted(
            self._session.request(method, path, json=dict(content), headers=headers, not_after=not_after)
        )

    def now(self) -> datetime:
        """Return the time on our own clock."""
        return self._clock()

    def close(self) -> None:
        """Give back connections."""
        self._session.close()

    def _noted(self, answer: Response) -> Response:
        told = answer.headers.get("x-practice-now", "")
        if told:
            try:
                self.offset = as_moment(told) - self._clock()
            except ValueError:
                self.offset = None
        return answer


def as_moment(text: str) -> datetime:
    """Return the aware UTC time the network wrote; raise ValueError when it is none."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def as_text(moment: datetime) -> str:
    """Return an aware time as the network writes it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
