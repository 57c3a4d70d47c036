"""What a network's author provides so that the suite can try a connector: a bench with a witness behind it.

The witness is whatever knows better than the connector: the network's database, its own pages, a simulated twin. A
bench drives the network from outside (visitors write, edit, delete), breaks it, and tells what is really there.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from nestor.networks.contract import Connector
from nestor.vocabulary import MessageKind


class Break(StrEnum):
    """Ways a network fails. A bench breaks it for every call until the context ends."""

    HANG_BEFORE = "hang_before"  # a request is never answered and nothing is done
    HANG_AFTER = "hang_after"  # a request is carried out and never answered
    CLOSED_AFTER = "closed_after"  # a request is carried out, then the connection is cut
    UNREACHABLE = "unreachable"  # nothing listens: connections are refused
    ERROR_BEFORE = "error_before"  # 5xx, nothing done
    ERROR_AFTER = "error_after"  # 5xx, yet carried out
    LIMITED = "limited"  # the network's rate-limit answer
    DEAD_TOKEN = "dead_token"  # noqa: S105  # the credentials stopped working
    MALFORMED = "malformed"  # an answer with status 200 that is not what the API promises
    REFUSAL = "refusal"  # understood, and refused for good (writes only)
    STALE_READS = "stale_reads"  # reads do not show what was written meanwhile
    SKEWED_CLOCK = "skewed_clock"  # the network's own times are an hour off


CARRIED_OUT = frozenset({Break.HANG_AFTER, Break.CLOSED_AFTER, Break.ERROR_AFTER})


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the witness has it; `text` is the plain text that a reader of the network's page sees."""

    network_id: str
    text: str
    is_ours: bool
    is_gone: bool = False
    in_reply_to: str = ""


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One call as the network makes it."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


class Bench(Protocol):
    """A network under test, seen from outside. A fresh one per check; checks never share messages."""

    @property
    def kind(self) -> MessageKind:
        """What visitors write here and the account answers."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """Tokens and passwords in use: none may show in an exception, a representation or an arrival."""
        ...

    @property
    def page_size(self) -> int:
        """How many messages need more than one read; 0 where paging cannot be provoked in a test."""
        ...

    @property
    def settles_within(self) -> timedelta:
        """After this long without a request, `find` owes a Found or an Absent on a healthy network."""
        ...

    def connect(self) -> Connector:
        """Open a connector with working credentials, with time-outs short enough for a test."""
        ...

    def connect_wrongly(self) -> Connector:
        """Open a connector whose credentials are dead or wrong."""
        ...

    def now(self) -> datetime:
        """Return the time on our own clock, aware, UTC."""
        ...

    def plant(self, text: str, *, in_reply_to: str = "", at: datetime | None = None) -> str:
        """Let a visitor write; return the network's id. `at` dates it in the past where the network allows it."""
        ...

    def rewrite(self, network_id: str, text: str) -> None:
        """Let its author edit a message."""
        ...

    def remove(self, network_id: str) -> None:
        """Let its author delete a message for good."""
        ...

    def speak(self, text: str, *, in_reply_to: str) -> str:
        """Answer as the connected account, in the network's own pages, without the connector."""
        ...

    def shown(self) -> tuple[Shown, ...]:
        """Return everything the network has, gone messages included where it still knows them, oldest first."""
        ...

    def can_break(self, way: Break) -> bool:
        """Say whether `breaking` can do this here."""
        ...

    def breaking(self, way: Break) -> AbstractContextManager[None]:
        """Break the network in this way until the context ends."""
        ...

    def webhook_for(self, network_id: str) -> WebhookCall | None:
        """Return the genuine call the network makes about this message; None where it has no webhooks."""
        ...
