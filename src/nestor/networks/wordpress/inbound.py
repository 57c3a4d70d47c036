"""What comes in: new comments, edits, deletions and moderation, by re-reading the newest at every poll."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nestor.networks.contract import Arrival, Batch, Reason, Refused, Vanished
from nestor.networks.wordpress.comments import ASKED, Comment, as_arrival
from nestor.networks.wordpress.connect import Site
from nestor.networks.wordpress.listing import PAGE, Listing, Walk, read_rows

# So many of the newest comments are compared at every read: with the row before them they fill one page. Older edits
# come by webhook or back-fill.
WATCHED = PAGE - 1
FIRST_READ = timedelta(days=30)
PAGES_AT_ONCE = 2  # a batch must be in well before the reader's lease ends, on a slow site too
FRESH_FOR = timedelta(minutes=5)  # a webhook older than this is not believed
# `after` and `before` compare the site's local time: an hour is ambiguous each autumn and its zone may have changed.
_ZONE_SLACK = timedelta(hours=26)
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading stands: ids ≤ `floor` are not looked at, `at` rows stand before, `known` was seen above."""

    floor: int = 0
    at: int = 0
    known: Mapping[int, str] = field(default_factory=dict)

    def written(self) -> str:
        """Return the cursor as the desk keeps it."""
        return json.dumps({"v": 1, "floor": self.floor, "at": self.at, "known": list(self.known.items())})

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Return the cursor, None for a first read or for one that is not ours: reading again does no harm."""
        try:
            kept = json.loads(text)
            known = {int(number): str(fingerprint) for number, fingerprint in kept["known"]}
            return cls(max(int(kept["floor"]), 0), max(int(kept["at"]), 0), known) if kept["v"] == 1 else None
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None


class Inbound:
    """Reading one site. Keeps nothing but the tops of threads it has looked up."""

    def __init__(self, site: Site, webhook_secret: str) -> None:
        self._site = site
        self._webhook_secret = webhook_secret
        self._parents: dict[int, int] = {}

    def fetch(self, since: str) -> Batch:
        """Return what is new or changed since the cursor, oldest first."""
        before = Cursor.read(since) or self._start()
        walk = Listing(self._site, {}).walk(
            before.floor, before.at, beyond=max(before.known, default=before.floor), pages=PAGES_AT_ONCE
        )
        highest = max(walk.comments, default=0)
        missing = [
            number for number in before.known if number not in walk.comments and (walk.is_end or number < highest)
        ]
        found, gone = self._look_for(missing)
        seen = {**walk.comments, **{comment.id: comment for comment in found}}
        changed = [comment for comment in seen.values() if before.known.get(comment.id) != comment.fingerprint]
        return Batch(
            arrivals=self._arrivals(changed, before.known),
            vanished=tuple(Vanished(str(number), datetime.now(UTC)) for number in gone),
            cursor=_moved(before, walk, missing).written(),
            more=not walk.is_end,
        )

    def fetch_back(self, start: datetime, end: datetime, cursor: str) -> Batch:
        """Return what was published in [start, end), as it is now. WordPress keeps no time of changes."""
        position = Cursor.read(cursor) or Cursor()
        interval = {"after": _iso(start - _ZONE_SLACK), "before": _iso(end + _ZONE_SLACK)}
        walk = Listing(self._site, interval).walk(
            position.floor, position.at, beyond=position.floor, pages=PAGES_AT_ONCE
        )
        wanted = [comment for comment in walk.comments.values() if start <= comment.published_at < end]
        last = max(walk.comments, default=position.floor)
        moved = Cursor(last, walk.places.get(last, position.at) + 1)
        return Batch(self._arrivals(wanted, {}), cursor=moved.written(), more=not walk.is_end)

    def open_webhook(self, headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> Batch:
        """Verify a call of the plugin and read the comment it names. A call repeated or late thus changes nothing."""
        number = self._verified(headers, raw_body, received_at)
        found, gone = self._look_for([number])
        return Batch(
            arrivals=self._arrivals(found, {}),
            vanished=tuple(Vanished(str(missing), received_at) for missing in gone),
        )

    def thread_of(self, comment: Comment) -> int:
        """Return the id of the top comment above this one."""
        return self._tops([comment])[comment.id]

    def _start(self) -> Cursor:
        """Return the cursor of a first read: what is older than `FIRST_READ` is left to a back-fill."""
        everything = Listing(self._site, {})
        recent = Listing(self._site, {"after": _iso(datetime.now(UTC) - FIRST_READ)})
        first = recent.first_id()
        if not first:
            return Cursor(everything.last_id(), everything.count())
        return Cursor(first - 1, everything.count() - recent.count())

    def _look_for(self, numbers: list[int]) -> tuple[list[Comment], list[int]]:
        """Return those that still exist in whatever state, and the ids of those that do not."""
        found: dict[int, Comment] = {}
        for start in range(0, len(numbers), PAGE):
            some = numbers[start : start + PAGE]
            asked: dict[str, str | int] = {"include": ",".join(map(str, some)), "status": "any", "context": "edit"}
            asked |= {"per_page": PAGE, "_fields": f"{ASKED},_links,_embedded", "_embed": "up"}
            found |= {comment.id: comment for comment in read_rows(self._site.get("comments", asked), self._site)}
        gone = [number for number in numbers if number not in found and self._is_gone(number)]
        return list(found.values()), gone

    def _is_gone(self, number: int) -> bool:
        """Tell a comment that no longer exists from one the account may no longer read."""
        try:
            self._site.get(f"comments/{number}", {"context": "edit", "_fields": "id"})
        except Refused as trouble:
            if trouble.reason is Reason.GONE:
                return True
            if trouble.reason is not Reason.FORBIDDEN:
                raise
        return False

    def _arrivals(self, comments: Iterable[Comment], known: Mapping[int, str]) -> tuple[Arrival, ...]:
        ordered = sorted(comments, key=lambda comment: (comment.published_at, comment.id))
        if not ordered:
            return ()
        me, tops, now = self._site.me().id, self._tops(ordered), datetime.now(UTC)
        return tuple(
            as_arrival(
                comment,
                me=me,
                site=self._site.name,
                thread=tops[comment.id],
                edited_at=now if _is_reworded(known.get(comment.id), comment) else None,
            )
            for comment in ordered
        )

    def _tops(self, comments: Iterable[Comment]) -> dict[int, int]:
        """Return the top comment of each, asking level by level for parents not seen yet."""
        wanted = list(comments)
        self._parents |= {comment.id: comment.parent for comment in wanted}
        for _level in range(_DEEPEST):
            missing = {self._top(comment.id) for comment in wanted} - self._parents.keys()
            if not missing:
                break
            self._ask_for_parents(sorted(missing))
        return {comment.id: self._top(comment.id) for comment in wanted}

    def _top(self, number: int) -> int:
        """Return the highest comment known above this one."""
        seen = {number}
        while (parent := self._parents.get(number, 0)) and parent not in seen:
            seen.add(parent)
            number = parent
        return number

    def _ask_for_parents(self, numbers: list[int]) -> None:
        self._parents |= dict.fromkeys(numbers, 0)  # a parent that no longer exists is a top
        for start in range(0, len(numbers), PAGE):
            some = ",".join(map(str, numbers[start : start + PAGE]))
            asked: dict[str, str | int] = {"include": some, "status": "any", "context": "edit"}
            asked |= {"per_page": PAGE, "_fields": "id,parent"}
            try:
                self._parents |= {
                    int(row["id"]): int(row["parent"]) for row in self._site.get("comments", asked).json()
                }
            except (TypeError, KeyError, ValueError):
                raise Refused(Reason.MALFORMED, "the list of parents is not one") from None

    def _verified(self, headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> int:
        """Return the id of the comment a genuine call is about; raise `Refused(FORGED)` for any other."""
        said = {name.lower(): value for name, value in headers.items()}
        time, signature = said.get("x-nestor-time", ""), said.get("x-nestor-signature", "")
        if not self._webhook_secret or not time.isascii() or not time.isdecimal() or len(time) > 12:
            raise Refused(Reason.FORGED, "no secret is set, or the call is not signed")
        expected = sign(self._webhook_secret, time, raw_body)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise Refused(Reason.FORGED, "the signature is wrong")
        if abs(received_at.timestamp() - int(time)) > FRESH_FOR.total_seconds():
            raise Refused(Reason.FORGED, "the call is too old, or one of the two clocks is wrong")
        return _named_comment(raw_body)


def sign(secret: str, time: str, raw_body: bytes) -> str:
    """Return the signature of a call made at `time` (Unix seconds): HMAC-SHA256 over time, a dot and the body."""
    return "sha256=" + hmac.new(secret.encode(), time.encode() + b"." + raw_body, hashlib.sha256).hexdigest()


def _named_comment(raw_body: bytes) -> int:
    try:
        body: Any = json.loads(raw_body)
        number = body["comment"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(Reason.MALFORMED, "a signed call names no comment") from None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63:
        raise Refused(Reason.MALFORMED, "a signed call names no comment")
    return number


def _moved(before: Cursor, walk: Walk, missing: list[int]) -> Cursor:
    """Return the cursor after a walk: the newest are watched; what the walk did not come to stays known."""
    seen = sorted(walk.comments)
    watched = seen[-WATCHED:]
    known = {number: walk.comments[number].fingerprint for number in watched}
    if not walk.is_end:
        ahead = {number: mark for number, mark in before.known.items() if number not in walk.comments}
        known |= {number: mark for number, mark in ahead.items() if number not in missing}
    if not watched:
        return Cursor(before.floor, before.at, known)
    floor = max((number for number in seen if number < watched[0]), default=before.floor)
    return Cursor(floor, walk.places[watched[0]], known)


def _is_reworded(before: str | None, comment: Comment) -> bool:
    return before is not None and before[1:] != comment.fingerprint[1:]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
