"""What goes out to the practice network, and how to find out whether it arrived."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from nestor.networks.contract import (
    Absent,
    Deed,
    Enclosure,
    Found,
    Metrics,
    NetworkTrouble,
    Parcel,
    Reason,
    Receipt,
    Refused,
    Sighting,
    Uncertain,
    Unknown,
)
from nestor.networks.practice.line import Line, as_moment, as_text

_CLOCK_SLACK = timedelta(seconds=5)
_LOOKED_BACK = timedelta(days=1)  # for the same words said before, where marks are not honoured


class Outbound:
    """Writes for one account. `longest_call` is how long a request of ours may live at most."""

    def __init__(self, line: Line, longest_call: timedelta) -> None:
        self._line = line
        self._longest_call = longest_call

    def send(self, parcel: Parcel) -> Receipt:
        """Send once. The mark always goes along: places that do not honour it take no notice."""
        content = {
            "text": parcel.text,
            "kind": parcel.kind,
            "in_reply_to": _answered(parcel),
            "subject": parcel.subject,
            "language": parcel.language,
            "pictures": [_enclosed(file) for file in parcel.files],
        }
        mark = {"Idempotency-Key": parcel.mark}
        answer = self._line.tell("POST", "/v1/messages", content, mark, not_after=parcel.not_after)
        return _receipt(answer.json(), "published_at")

    def find(self, parcel: Parcel, now: datetime, *, gives_marks_back: Callable[[], bool]) -> Sighting:
        """Look for what `send` may have done; trouble on the way is `Unknown`."""
        try:
            return self._find_mark(parcel, now) if gives_marks_back() else self._find_words(parcel, now)
        except NetworkTrouble as trouble:
            return Unknown(trouble.reason)
        except (KeyError, TypeError, ValueError, AttributeError):
            return Unknown(Reason.MALFORMED)

    def _find_mark(self, parcel: Parcel, now: datetime) -> Sighting:
        seen = self._line.ask("/v1/sent", mark=parcel.mark)
        for item in seen["items"]:
            if item["mark"] == parcel.mark:
                return Found(_receipt(item, "published_at"))
        return self._not_seen(parcel, now, seen)

    def _find_words(self, parcel: Parcel, now: datetime) -> Sighting:
        """Recognise it by its words, its place in the thread and its time: no mark comes back."""
        if parcel.attempted_at is None:
            return Unknown(Reason.INVALID)
        since = as_text(parcel.attempted_at - _LOOKED_BACK + self._offset())
        seen = self._line.ask("/v1/sent", since=since, in_reply_to=_answered(parcel))
        begun_at = parcel.attempted_at + self._offset() - _CLOCK_SLACK
        alike = [
            item for item in seen["items"] if item["text"] == parcel.text and item["in_reply_to"] == _answered(parcel)
        ]
        later = [item for item in alike if as_moment(item["published_at"]) >= begun_at]
        if later:
            return Found(_receipt(later[-1], "published_at"))
        if alike or seen["more"]:  # the same words said before, under a clock that jumped; or too much to see it all
            return Unknown(Reason.DUPLICATE)
        return self._not_seen(parcel, now, seen)

    def _not_seen(self, parcel: Parcel, now: datetime, seen: dict[str, Any]) -> Sighting:
        """Say Absent only when no request can be under way and the reading was complete up to after that."""
        if parcel.attempted_at is None:
            return Unknown(Reason.INVALID)
        lag = max(as_moment(seen["now"]) - as_moment(seen["as_of"]), timedelta())
        settled_at = (
            (parcel.last_attempted_at or parcel.attempted_at)
            + self._longest_call
            + timedelta(seconds=seen["settles_within"])
        )
        return Absent() if now - lag >= settled_at else Unknown(Reason.OUTAGE)

    def _offset(self) -> timedelta:
        if self._line.offset is None:
            self._line.ask("/v1/me")
        return self._line.offset or timedelta()

    def edit(self, network_id: str, text: str) -> Receipt:
        """Replace the text of a message of ours."""
        answer = self._line.tell("PATCH", f"/v1/messages/{_checked(network_id)}", {"text": text})
        return _receipt(answer.json(), "edited_at")

    def delete(self, network_id: str) -> None:
        """Remove a message of ours; gone already is fine."""
        try:
            self._line.tell("DELETE", f"/v1/messages/{_checked(network_id)}", {})
        except Refused as no:
            if no.reason is not Reason.GONE:
                raise

    def act(self, deed: Deed, network_id: str) -> None:
        """Do a deed to somebody's message; done already is fine."""
        self._line.tell("POST", f"/v1/messages/{_checked(network_id)}/deeds", {"deed": deed.value})

    def metrics(self, network_id: str) -> Metrics:
        """Return likes and replies."""
        counted = self._line.ask(f"/v1/messages/{_checked(network_id)}/counts")
        try:
            return Metrics({str(name): int(number) for name, number in counted["counts"].items()})
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Refused(Reason.MALFORMED, "the answer holds no counts", permanent=False) from None


def _enclosed(file: Enclosure) -> dict[str, str]:
    return {"type": file.media_type, "alt": file.alt, "content": base64.b64encode(file.content).decode()}


def _answered(parcel: Parcel) -> str:
    return parcel.in_reply_to or parcel.hangs_on


def _checked(network_id: str) -> str:
    """Return the id where it can stand in an address; nothing else was ever given out by this network."""
    if not network_id.replace("-", "").isalnum() or not network_id.isascii():
        raise Refused(Reason.GONE, "no such message")
    return network_id


def _receipt(item: Any, moment: str) -> Receipt:
    try:
        if not isinstance(item["id"], str) or not isinstance(item["url"], str):
            raise TypeError("not text")
        return Receipt(item["id"], as_moment(item[moment]), item["url"])
    except (KeyError, TypeError, ValueError):
        raise Uncertain(Reason.MALFORMED, "the answer holds no receipt") from None
