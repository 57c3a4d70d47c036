"""How a channel of the desk is connected to the practice network."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from nestor.networks.contract import (
    CONTRACT_VERSION,
    Ability,
    Account,
    Batch,
    Deed,
    Field,
    Limits,
    Metrics,
    Network,
    NetworkTrouble,
    Parcel,
    Reason,
    Receipt,
    Refused,
    Sighting,
)
from nestor.networks.http import HttpSession
from nestor.networks.practice.inbound import Inbound, as_author
from nestor.networks.practice.limits import WRITTEN, Place, measure, served
from nestor.networks.practice.line import Clock, Line, explain
from nestor.networks.practice.outbound import Outbound
from nestor.networks.registry import ALLOW_PRIVATE
from nestor.vocabulary import MessageKind

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_PAGE = 8_000_000  # bytes
_PLACE_KNOWN_FOR = timedelta(minutes=5)


class PracticeConnector:
    """One connected account at one place. Not shared between threads."""

    def __init__(self, line: Line, place: str, webhook_secret: str, longest_call: timedelta) -> None:
        self._line = line
        self._place_key = place
        self._inbound = Inbound(line, webhook_secret)
        self._outbound = Outbound(line, longest_call)
        self._place: Place | None = None
        self._asked_at: datetime | None = None

    def who_am_i(self) -> Account:
        """Prove the token works, and that it opens the place that was chosen."""
        said = self._line.ask("/v1/me")
        try:
            place, author = served(said), as_author(said["account"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Refused(Reason.MALFORMED, "the answer names no account", permanent=False) from None
        if place.key != self._place_key:
            raise Refused(Reason.INVALID, f"this token opens {place.key}, not {self._place_key}")
        self._place, self._asked_at = place, self._line.now()
        return Account(author.network_id, author.handle, author.name, author.url)

    def can(self) -> frozenset[Ability]:
        """Return what the place offers now; asked of the network, for it may have changed."""
        return self._known_place().abilities

    def limits(self, kind: MessageKind) -> Limits:
        """Return what the network serves; what was written down where it cannot be asked."""
        try:
            return self._known_place().limits
        except NetworkTrouble:
            return WRITTEN[self._place_key]

    def measure(self, text: str, kind: MessageKind) -> int:
        """Return the length in the unit last heard of."""
        return measure(text, self._place.limits if self._place else WRITTEN[self._place_key])

    def fetch(self, since: str) -> Batch:
        """Return what came after the cursor, oldest first."""
        return self._inbound.fetch(since)

    def fetch_back(self, start: datetime, end: datetime, cursor: str = "") -> Batch:
        """Return what was published or changed in [start, end), page by page."""
        return self._inbound.fetch_back(start, end, cursor)

    def open_webhook(self, headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> Batch:
        """Verify and open a call; refused as forged unless signed with our secret in the last five minutes."""
        return self._inbound.open_webhook(headers, raw_body, received_at)

    def send(self, parcel: Parcel) -> Receipt:
        """Send once."""
        return self._outbound.send(parcel)

    def find(self, parcel: Parcel, now: datetime) -> Sighting:
        """Look for what `send` may have done: by mark where marks are honoured, by words elsewhere."""
        return self._outbound.find(parcel, now, gives_marks_back=self._gives_marks_back)

    def edit(self, network_id: str, text: str) -> Receipt:
        """Replace the text of a message of ours."""
        return self._outbound.edit(network_id, text)

    def delete(self, network_id: str) -> None:
        """Remove a message of ours; gone already is fine."""
        self._outbound.delete(network_id)

    def act(self, deed: Deed, network_id: str) -> None:
        """Do a deed to somebody's message; done already is fine."""
        self._outbound.act(deed, network_id)

    def metrics(self, network_id: str) -> Metrics:
        """Return likes and replies."""
        return self._outbound.metrics(network_id)

    def close(self) -> None:
        """Give back connections."""
        self._line.close()

    def _gives_marks_back(self) -> bool:
        return Ability.HONOURS_MARKS in self.can()

    def _known_place(self) -> Place:
        is_known = self._asked_at is not None and self._line.now() - self._asked_at < _PLACE_KNOWN_FOR
        if self._place is None or not is_known:
            self.who_am_i()
        if self._place is None:
            raise Refused(Reason.MALFORMED, "the place is unknown", permanent=False)
        return self._place


def wall_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


@dataclass(slots=True)
class PracticeNetwork:
    """The simulated network, as the desk knows it. Time-outs in seconds, short ones for tests."""

    key: str = "practice"
    name: str = "Practice"
    contract: int = CONTRACT_VERSION
    fields: tuple[Field, ...] = (
        Field("url", "url", default="http://127.0.0.1:8010"),
        Field("place", "choice", choices=("square", "page", "private", "mail")),
        Field("token", "secret"),
        Field("webhook_secret", "secret", required=False),
    )
    poll_every: timedelta = timedelta(seconds=5)
    connect_for: float = 3.0
    read_for: float = 10.0
    total_for: float = 20.0
    pause: Callable[[float], None] = time.sleep  # between repeated reads
    clock: Clock = wall_clock

    def open(self, settings: Mapping[str, str], secrets: Mapping[str, str]) -> PracticeConnector:
        """Open a connector to a practice network on this machine."""
        place, token = settings.get("place", ""), secrets.get("token", "")
        if place not in WRITTEN:
            raise Refused(Reason.INVALID, "place: unknown")
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise Refused(Reason.INVALID, "token: cannot be one")
        url = settings.get("url", "").strip()
        _check_is_here(url)
        if settings.get(ALLOW_PRIVATE) != "1":
            raise Refused(Reason.UNSAFE, "url: this desk calls no private addresses (NESTOR_PRIVATE_NETWORKS)")
        session = HttpSession(
            url,
            headers={"Authorization": f"Bearer {token}"},
            allow_private=True,
            connect_for=self.connect_for,
            read_for=self.read_for,
            total_for=self.total_for,
            max_bytes=_LONGEST_PAGE,
            explain=explain,
            pause=self.pause,
        )
        line = Line(session, self.clock)
        return PracticeConnector(line, place, secrets.get("webhook_secret", ""), timedelta(seconds=self.total_for))

    def begin(self, settings: Mapping[str, str], return_url: str, state: str) -> str:
        """Return "": the fields are enough."""
        return ""

    def complete(self, settings: Mapping[str, str], answer: Mapping[str, str]) -> Mapping[str, str]:
        """Return no secrets: there is no sign-in page."""
        return {}


def _check_is_here(url: str) -> None:
    try:
        host: Any = urlsplit(url).hostname
    except ValueError:
        raise Refused(Reason.INVALID, "url: not an address") from None
    if host not in _LOOPBACK:
        raise Refused(Reason.UNSAFE, "url: the practice network lives on this machine only")


PRACTICE: Network = PracticeNetwork()
