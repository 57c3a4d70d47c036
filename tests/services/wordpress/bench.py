"""A real WordPress on the bench of the conformance suite: the site is broken by what stands before it, or in itself."""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from nestor.networks.conformance import Break, Shown, WebhookCall
from nestor.networks.contract import Connector
from nestor.networks.registry import ALLOW_PRIVATE
from nestor.networks.wordpress import WORDPRESS
from nestor.networks.wordpress.inbound import PAGES_AT_ONCE
from nestor.networks.wordpress.listing import PAGE
from nestor.networks.wordpress.outbound import IN_FLIGHT_FOR
from nestor.vocabulary import MessageKind
from tests.services.wordpress.door import Door
from tests.services.wordpress.proxy import Deal, Proxy, is_write, until
from tests.services.wordpress.site import Site

SECRET = "between the two of us, 32 letters"
_BEFORE_SENDING = re.compile(rb"GET /wp-json/wp/v2/(?:users/me\?|comments/\d+\?|comments\?\S*&parent=)")


def _answer(status: str, body: bytes = b"", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    return head.encode() + body


def _reaches_sending(request: bytes) -> bool:
    """Say whether it is one of the looks taken before an answer leaves: let through, so that it does get to leave."""
    return bool(_BEFORE_SENDING.match(request))


_ERROR, _NONSENSE = _answer("500 Broken"), _answer("200 OK", b'{"strange": [1, 2]}')
_LIMIT = _answer("429 Slow down", b"{}", "Retry-After: 30\r\n")
# What becomes of a call: whether it goes through to the site, and what comes back instead of the site's answer.
_DEALS: Mapping[Break, tuple[Callable[[bytes], bool], Deal]] = {
    Break.HANG_BEFORE: (_reaches_sending, lambda request, answer: answer if _reaches_sending(request) else None),
    Break.HANG_AFTER: (lambda _request: True, lambda request, answer: None if is_write(request) else answer),
    Break.CLOSED_AFTER: (lambda _request: True, lambda request, answer: b"" if is_write(request) else answer),
    Break.ERROR_BEFORE: (lambda _request: False, lambda _request, _answer: _ERROR),
    Break.ERROR_AFTER: (lambda _request: True, lambda request, answer: _ERROR if is_write(request) else answer),
    Break.LIMITED: (lambda _request: False, lambda _request, _answer: _LIMIT),
    Break.MALFORMED: (
        _reaches_sending,
        lambda request, answer: answer if _reaches_sending(request) else _NONSENSE,
    ),
}


class WordPressBench:
    """One post of the running site, its comments swept away before; calls of the connector go through a proxy."""

    kind = MessageKind.COMMENT
    page_size = PAGE * PAGES_AT_ONCE
    settles_within = IN_FLIGHT_FOR

    def __init__(self, site: Site, proxy: Proxy, door: Door | None) -> None:
        self._site = site
        self._proxy = proxy
        self._door = door
        self._post = site.post()
        made = site.witness("password", user=site.user)
        self._password, self._password_id = str(made["password"]), str(made["uuid"])
        self._url = proxy.url

    @property
    def secrets(self) -> tuple[str, ...]:
        bare = "".join(self._password.split())
        return (self._password, bare, SECRET)

    def connect(self) -> Connector:
        return self._open(self._password)

    def connect_wrongly(self) -> Connector:
        return self._open("nobody ever set this one")

    def _open(self, password: str) -> Connector:
        settings = {"url": self._url, "user": self._site.user, ALLOW_PRIVATE: "1"}
        secrets = {"application_password": password, "webhook_secret": SECRET if self._door else ""}
        return WORDPRESS.open(settings, secrets, connect_for=2.0, read_for=2.5, total_for=3.0)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def plant(self, text: str, *, in_reply_to: str = "", at: datetime | None = None) -> str:
        more = {"at": f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"} if at else {}
        return str(self._site.plant(self._post, html.escape(text), parent=int(in_reply_to or 0), approved="1", **more))

    def rewrite(self, network_id: str, text: str) -> None:
        self._site.witness("rewrite", id=int(network_id), text=html.escape(text))

    def remove(self, network_id: str) -> None:
        self._site.witness("remove", id=int(network_id))

    def speak(self, text: str, *, in_reply_to: str) -> str:
        return str(self._site.plant(self._post, text, parent=int(in_reply_to), approved="1", user=self._site.user))

    def shown(self) -> tuple[Shown, ...]:
        return tuple(
            Shown(
                network_id=str(number),
                text=html.unescape(row["text"]),
                is_ours=row["author"].startswith("Desk"),
                is_gone=row["approved"] == "trash",
                in_reply_to=row["parent"] if row["parent"] != "0" else "",
            )
            for number, row in self._site.comments().items()
        )

    def can_break(self, way: Break) -> bool:
        """Lagging reads are left out: nothing tells them from fresh ones (README, what is not promised)."""
        return way is not Break.STALE_READS

    @contextmanager
    def breaking(self, way: Break) -> Iterator[None]:
        if way in _DEALS:
            self._proxy.forwards, self._proxy.deal = _DEALS[way]
        elif way is Break.UNREACHABLE:
            self._proxy.pause()
        elif way is Break.DEAD_TOKEN:
            self._site.witness("revoke", user=self._site.user, uuid=self._password_id)
        elif way is Break.REFUSAL:
            self._site.witness("close", post=self._post)
        elif way is Break.SKEWED_CLOCK:
            self._site.witness("option", name="witness_clock_off", value=-3600)
        try:
            yield
        finally:
            self._mend(way)

    def _mend(self, way: Break) -> None:
        self._proxy.deal, self._proxy.forwards = None, lambda _request: True
        if way is Break.UNREACHABLE:
            self._proxy.go_on()
        elif way is Break.SKEWED_CLOCK:
            self._site.witness("option", name="witness_clock_off", value=0)

    def webhook_for(self, network_id: str) -> WebhookCall | None:
        if self._door is None:
            return None
        calls = self._door.calls
        until(lambda: any(json.loads(body)["comment"] == int(network_id) for _headers, body, _at in list(calls)))
        found = [call for call in calls if json.loads(call[1])["comment"] == int(network_id)]
        return WebhookCall(*found[-1])
