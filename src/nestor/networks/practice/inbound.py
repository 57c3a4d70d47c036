"""What comes in from the practice network: its feed, a past interval, a webhook call."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from nestor.networks.contract import Arrival, Attachment, Author, Batch, HangsOn, Reason, Refused, Vanished
from nestor.networks.practice.line import Line, as_moment, as_text
from nestor.vocabulary import MessageKind

REPLAY_WINDOW = timedelta(minutes=5)
_STATES = frozenset({"", "approved", "hold", "spam", "trash", "hidden"})
Shape = Callable[[Any], Batch]


class Inbound:
    """Reads for one account."""

    def __init__(self, line: Line, webhook_secret: str) -> None:
        self._line = line
        self._webhook_secret = webhook_secret

    def fetch(self, since: str) -> Batch:
        """Return what came after the cursor, oldest first."""
        return as_batch(self._line.ask("/v1/feed", cursor=since))

    def fetch_back(self, start: datetime, end: datetime, cursor: str) -> Batch:
        """Return what was published or changed in [start, end); our clock, translated to the network's."""
        if self._line.offset is None:
            self._line.ask("/v1/me")
        offset = self._line.offset or timedelta()
        interval = {"start": as_text(_moved(start, offset)), "end": as_text(_moved(end, offset))}
        return as_batch(self._line.ask("/v1/feed", cursor=cursor, **interval))

    def open_webhook(self, headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> Batch:
        """Return what a call brought; the cursor stays where it is ("")."""
        told = {name.lower(): value for name, value in headers.items()}
        timestamp = told.get("x-practice-timestamp", "")
        if not self._is_signed(timestamp, raw_body, told.get("x-practice-signature", "")):
            raise Refused(Reason.FORGED, "the signature does not fit")
        if not _is_recent(timestamp, received_at):
            raise Refused(Reason.FORGED, "the call is too old or from the future")
        try:
            content = json.loads(raw_body)
        except (ValueError, RecursionError):
            raise Refused(Reason.MALFORMED, "the call is not JSON") from None
        if not isinstance(content, dict) or content.get("event") != told.get("x-practice-event"):
            raise Refused(Reason.FORGED, "the event is another than the one announced")
        return as_batch({**content, "cursor": "", "more": False})

    def _is_signed(self, timestamp: str, raw_body: bytes, signature: str) -> bool:
        if not self._webhook_secret:
            return False
        signed = timestamp.encode("utf-8", "replace") + b"." + raw_body
        expected = "v1=" + hmac.new(self._webhook_secret.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def _is_recent(timestamp: str, received_at: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12):
        return False
    return abs(received_at.timestamp() - int(timestamp)) <= REPLAY_WINDOW.total_seconds()


def _moved(moment: datetime, by: timedelta) -> datetime:
    """Return the moment on another clock; the ends of the calendar stay where they are."""
    try:
        return moment + by
    except OverflowError:
        return moment


def as_batch(content: Any) -> Batch:
    """Return the batch in a parsed answer; raise `Refused(MALFORMED)` when it is none."""
    try:
        return Batch(
            arrivals=tuple(as_arrival(item) for item in content["items"]),
            vanished=tuple(Vanished(_text(entry, "id"), as_moment(entry["at"])) for entry in content["gone"]),
            cursor=_text(content, "cursor"),
            more=content["more"] is True,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(Reason.MALFORMED, "the answer is not a batch", permanent=False) from None


def as_arrival(item: Mapping[str, Any]) -> Arrival:
    """Return one message of the feed; raise KeyError, TypeError or ValueError when it makes no sense."""
    if item["state"] not in _STATES:
        raise ValueError("unknown state")
    hangs_on = _publication(item["post"]) if item["post"] else None
    in_reply_to = _text(item, "in_reply_to")
    return Arrival(
        network_id=_text(item, "id"),
        kind=MessageKind(item["kind"]),
        thread_id=_text(item, "thread"),
        author=as_author(item["author"]),
        text=_text(item, "text"),
        published_at=as_moment(item["published_at"]),
        html=_text(item, "html"),
        subject=_text(item, "subject"),
        edited_at=as_moment(item["edited_at"]) if item["edited_at"] else None,
        is_ours=item["mine"] is True,
        mark=_text(item, "mark"),
        in_reply_to="" if hangs_on and in_reply_to == hangs_on.network_id else in_reply_to,
        hangs_on=hangs_on,
        url=_text(item, "url"),
        is_public=item["public"] is True,
        state=item["state"],
        attachments=tuple(_attachment(image) for image in item["images"]),
        payload=json.dumps(item, ensure_ascii=False, sort_keys=True),
    )


def as_author(person: Mapping[str, Any]) -> Author:
    """Return who wrote."""
    names = ("id", "handle", "name", "url", "avatar_url")
    network_id, handle, name, url, avatar_url = (_text(person, part) for part in names)
    return Author(network_id, handle, name, url, avatar_url)


def _publication(post: Mapping[str, Any]) -> HangsOn:
    return HangsOn(
        network_id=_text(post, "id"),
        text=_text(post, "text"),
        url=_text(post, "url"),
        published_at=as_moment(post["published_at"]),
        is_ours=post["mine"] is True,
    )


def _attachment(image: Mapping[str, Any]) -> Attachment:
    return Attachment("image", url=_text(image, "url"), alt=_text(image, "alt"), media_type=_text(image, "type"))


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text")
    return value
