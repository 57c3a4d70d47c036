"""The practice network on the bench of the conformance suite; also the example for whoever writes another bench."""

import secrets as randomness
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from nestor.networks.conformance import CARRIED_OUT, Break, Shown, WebhookCall
from nestor.networks.practice.admin import Mode, PracticeServer
from nestor.networks.practice.connect import PracticeConnector, PracticeNetwork
from nestor.networks.registry import ALLOW_PRIVATE
from nestor.vocabulary import MessageKind


def _no_pause(_seconds: float) -> None:
    return None


IMPATIENT = PracticeNetwork(connect_for=0.4, read_for=0.3, total_for=0.4, pause=_no_pause)

_KINDS = MappingProxyType(
    {
        "square": MessageKind.MENTION,
        "page": MessageKind.COMMENT,
        "private": MessageKind.DIRECT,
        "mail": MessageKind.MAIL,
    }
)
_MODES: Mapping[Break, tuple[Mode, dict[str, Any]]] = MappingProxyType(
    {
        Break.HANG_BEFORE: (Mode.HANG_BEFORE, {}),
        Break.HANG_AFTER: (Mode.HANG_AFTER, {}),
        Break.CLOSED_AFTER: (Mode.CLOSE_AFTER, {}),
        Break.ERROR_BEFORE: (Mode.ERROR_BEFORE, {}),
        Break.ERROR_AFTER: (Mode.ERROR_AFTER, {}),
        Break.LIMITED: (Mode.LIMIT, {"seconds": 30}),
        Break.DEAD_TOKEN: (Mode.DEAD_TOKEN, {}),
        Break.MALFORMED: (Mode.MALFORMED, {}),
        Break.REFUSAL: (Mode.REFUSE, {}),
        Break.STALE_READS: (Mode.STALE, {"seconds": 3600}),
        Break.SKEWED_CLOCK: (Mode.SKEW, {"seconds": 3600}),
    }
)


class PracticeBench:
    """One fresh account at one place of a running practice network; accounts never see one another."""

    def __init__(self, server: PracticeServer, place: str, *, may_restart: bool = False) -> None:
        self._server = server
        self._place = place
        self._may_restart = may_restart
        name = f"desk{randomness.token_hex(6)}"
        self._account = server.admin.desk_account(place, name, handle=f"@{name}", name="Desk")
        self._webhook_secret = randomness.token_urlsafe(24)
        items = server.admin.items()
        self._begins_after = items[-1]["number"] if items else 0
        self._post = server.admin.speak(self._account, "Our page is open.", kind="post") if place == "page" else ""

    @property
    def kind(self) -> MessageKind:
        """What visitors write at this place."""
        return _KINDS[self._place]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The account's token and its webhook secret."""
        return self._account.token, self._webhook_secret

    @property
    def page_size(self) -> int:
        """Messages a page."""
        return 50

    @property
    def settles_within(self) -> timedelta:
        """Our longest request and the network's own promise."""
        return timedelta(seconds=IMPATIENT.total_for + 20)

    def connect(self) -> PracticeConnector:
        """Open a connector for the account."""
        return self._opened(self._account.token)

    def connect_wrongly(self) -> PracticeConnector:
        """Open a connector with a token nobody ever gave out."""
        return self._opened("practice_wrong")

    def _opened(self, token: str) -> PracticeConnector:
        settings = {"url": self._server.url, "place": self._place, ALLOW_PRIVATE: "1"}
        return IMPATIENT.open(settings, {"token": token, "webhook_secret": self._webhook_secret})

    def now(self) -> datetime:
        """Return the time of this machine."""
        return datetime.now(UTC)

    def plant(self, text: str, *, in_reply_to: str = "", at: datetime | None = None) -> str:
        """Let a visitor write."""
        how: dict[str, Any] = {"reply_to": in_reply_to or self._post}
        if not how["reply_to"]:
            how |= {"to": self._account.account_id, "subject": "A question" if self._place == "mail" else ""}
        return self._server.admin.say(self._place, text, by="visitor", published_at=at, **how)

    def rewrite(self, network_id: str, text: str) -> None:
        """Let the visitor edit."""
        self._server.admin.rewrite(network_id, text)

    def remove(self, network_id: str) -> None:
        """Let the visitor delete."""
        self._server.admin.remove(network_id)

    def speak(self, text: str, *, in_reply_to: str) -> str:
        """Answer in the network's own app."""
        return self._server.admin.speak(self._account, text, reply_to=in_reply_to)

    def shown(self) -> tuple[Shown, ...]:
        """Return what was said since this bench was made."""
        rows = self._server.admin.items(self._place, after=self._begins_after)
        return tuple(self._shown(row) for row in rows)

    def _shown(self, row: Mapping[str, Any]) -> Shown:
        is_ours = row["author_id"] == self._account.account_id
        return Shown(row["id"], row["text"], is_ours, row["deleted_at"] is not None, row["reply_to"])

    def can_break(self, way: Break) -> bool:
        """Everything but a restart, which costs half a second and disturbs the others."""
        return self._may_restart or way is not Break.UNREACHABLE

    def breaking(self, way: Break) -> AbstractContextManager[None]:
        """Break it for this account alone; unreachable means that the process is gone."""
        return self._stopped() if way is Break.UNREACHABLE else self._broken(way)

    @contextmanager
    def _broken(self, way: Break) -> Iterator[None]:
        mode, settings = _MODES[way]
        verb = "write" if way in CARRIED_OUT or way is Break.REFUSAL else "any"
        with self._server.admin.broken(mode, account_id=self._account.account_id, verb=verb, **settings):
            yield

    @contextmanager
    def _stopped(self) -> Iterator[None]:
        self._server.stop()
        try:
            yield
        finally:
            self._server.start()

    def webhook_for(self, network_id: str) -> WebhookCall | None:
        """Return the signed call about a message."""
        self._server.admin.hook(self._account.account_id, "http://127.0.0.1:9/nobody", self._webhook_secret)
        headers, body = self._server.admin.genuine_call(self._account.account_id, network_id)
        return WebhookCall(headers, body, self.now())
