"""WordPress: comments below posts, read and answered through the site's own REST API with an application password."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from nestor.networks.contract import (
    CONTRACT_VERSION,
    Ability,
    Account,
    Batch,
    Deed,
    Field,
    Limits,
    Metrics,
    Parcel,
    Reason,
    Receipt,
    Refused,
    Sighting,
)
from nestor.networks.wordpress import connect
from nestor.networks.wordpress.inbound import Inbound
from nestor.networks.wordpress.limits import LIMITS, measure
from nestor.networks.wordpress.outbound import Outbound
from nestor.vocabulary import MessageKind

_ALWAYS = frozenset(
    {
        Ability.FETCH,
        Ability.FETCH_BACK,
        Ability.REPLY,
        Ability.EDIT,
        Ability.DELETE,
        Ability.FIND,
        Ability.APPROVE,
        Ability.HOLD,
        Ability.SPAM,
        Ability.TRASH,
    }
)


class WordPressConnector:
    """One account on one site."""

    def __init__(self, site: connect.Site, webhook_secret: str) -> None:
        self._site = site
        self._has_webhook = bool(webhook_secret)
        self._inbound = Inbound(site, webhook_secret)
        self._outbound = Outbound(site)

    def who_am_i(self) -> Account:
        return connect.who_am_i(self._site)

    def can(self) -> frozenset[Ability]:
        """Marks are honoured where Nestor's plugin is; WordPress's own refusal of doubles keeps no promise (README)."""
        if not self._has_webhook:
            return _ALWAYS
        honours = {Ability.HONOURS_MARKS} if self._site.has_plugin() else set()
        return _ALWAYS | {Ability.WEBHOOK} | honours

    def limits(self, kind: MessageKind) -> Limits:
        return LIMITS

    def measure(self, text: str, kind: MessageKind) -> int:
        return measure(text)

    def fetch(self, since: str) -> Batch:
        return self._inbound.fetch(since)

    def fetch_back(self, start: datetime, end: datetime, cursor: str = "") -> Batch:
        return self._inbound.fetch_back(start, end, cursor)

    def open_webhook(self, headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> Batch:
        return self._inbound.open_webhook(headers, raw_body, received_at)

    def send(self, parcel: Parcel) -> Receipt:
        return self._outbound.send(parcel)

    def find(self, parcel: Parcel, now: datetime) -> Sighting:
        return self._outbound.find(parcel, now)

    def edit(self, network_id: str, text: str) -> Receipt:
        return self._outbound.edit(network_id, text)

    def delete(self, network_id: str) -> None:
        self._outbound.delete(network_id)

    def act(self, deed: Deed, network_id: str) -> None:
        self._outbound.act(deed, network_id)

    def metrics(self, network_id: str) -> Metrics:
        raise Refused(Reason.INVALID, "WordPress counts nothing about a comment")

    def close(self) -> None:
        self._site.close()


class WordPress:
    """The network as the registry knows it."""

    key = "wordpress"
    name = "WordPress"
    contract = CONTRACT_VERSION
    fields: tuple[Field, ...] = connect.FIELDS
    poll_every = timedelta(minutes=1)

    def open(self, settings: Mapping[str, str], secrets: Mapping[str, str], **session: Any) -> WordPressConnector:
        """Open a connector; `session` shortens the time-outs of `HttpSession` for tests."""
        return WordPressConnector(connect.open_site(settings, secrets, **session), secrets.get("webhook_secret", ""))

    def begin(self, settings: Mapping[str, str], return_url: str, state: str) -> str:
        return ""

    def complete(self, settings: Mapping[str, str], answer: Mapping[str, str]) -> Mapping[str, str]:
        return {}


WORDPRESS = WordPress()
