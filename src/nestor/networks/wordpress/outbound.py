"""What goes out: replies, looking for one that may have arrived, edits, deletions and moderation."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from nestor import __version__
from nestor.networks.contract import (
    Absent,
    Deed,
    Found,
    NetworkTrouble,
    Parcel,
    Reason,
    Receipt,
    Refused,
    Sighting,
    TryLater,
    Uncertain,
    Unknown,
)
from nestor.networks.http import DEFAULT_AFTER
from nestor.networks.wordpress.comments import ASKED, Comment, NotAComment, agent_with, read_comment
from nestor.networks.wordpress.connect import Site
from nestor.networks.wordpress.limits import LONGEST, written
from nestor.networks.wordpress.listing import PAGE, read_rows

# PHP and the servers before it may hold a request this long before they carry it out or drop it.
IN_FLIGHT_FOR = timedelta(minutes=5)
_PAGES_SEARCHED = 10
_STATUS = {Deed.APPROVE: "approved", Deed.HOLD: "hold", Deed.SPAM: "spam", Deed.TRASH: "trash"}
_RESTORES = {"trash": "untrash", "spam": "unspam"}


class Outbound:
    """Writing to one site. Every number in a path is checked first: ids come from outside."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def send(self, parcel: Parcel) -> Receipt:
        """Reply once; a parcel whose mark is there already gives the receipt of what is there."""
        text = _checked_text(parcel.text)
        if parcel.kind != "reply":
            raise Refused(Reason.INVALID, "only replies to comments are sent")
        parent = _number(parcel.in_reply_to)
        try:
            answered = self._answerable(parent)
            there = self._below(parcel, parent) if parcel.attempted_at is not None else None
        except Refused as trouble:
            if trouble.reason is not Reason.MALFORMED:
                raise
            # A read that makes no sense says nothing about the answer, which has not left yet.
            raise TryLater(Reason.MALFORMED, DEFAULT_AFTER, trouble.detail) from None
        if there is not None:
            return _receipt(there)
        body = {"post": answered.post, "parent": parent, "content": text}
        try:
            body["author_user_agent"] = agent_with(parcel.mark, __version__)
            answer = self._site.post("comments", body, not_after=parcel.not_after)
        except Refused as trouble:
            if trouble.reason is not Reason.DUPLICATE:
                raise
            return self._receipt_of_double(parcel, trouble)
        sent = _written_comment(answer.json())
        if sent.state in ("hold", "spam"):
            self._release(sent)
        return _receipt(sent)

    def _release(self, sent: Comment) -> None:
        """Approve an answer that a spam filter kept back; where that fails it is there all the same, for moderators."""
        try:
            self._moderate(Deed.APPROVE, sent.id)
        except NetworkTrouble:
            return

    def _receipt_of_double(self, parcel: Parcel, refusal: Refused) -> Receipt:
        """Tell our own earlier attempt, which has a receipt, from the same words sent by another delivery."""
        try:
            there = self._search(parcel)
        except NetworkTrouble as trouble:
            raise Uncertain(trouble.reason, "WordPress has these words already; whose they are is not known") from None
        if there is None:
            raise refusal
        return _receipt(there)

    def find(self, parcel: Parcel, now: datetime) -> Sighting:
        """Look among our own comments, in every state, for the mark; `Absent` once nothing can be on its way."""
        try:
            there = self._search(parcel)
        except NetworkTrouble as trouble:
            return Unknown(trouble.reason)
        if there is not None:
            return Found(_receipt(there))
        began = parcel.last_attempted_at or parcel.attempted_at
        if began is None or now - began < IN_FLIGHT_FOR:
            return Unknown(Reason.OUTAGE)
        return Absent()

    def edit(self, network_id: str, text: str) -> Receipt:
        """Replace the words of a comment of ours; its mark stays with it."""
        new = _checked_text(text)
        ours = self._ours(_number(network_id))
        body = {"content": new, "author_user_agent": ours.agent}
        answer = self._site.post(f"comments/{ours.id}", body, idempotent=True)
        return _receipt(_written_comment(answer.json()), at=datetime.now(UTC))

    def delete(self, network_id: str) -> None:
        """Remove a comment of ours for good."""
        try:
            ours = self._ours(_number(network_id))
            self._site.delete(f"comments/{ours.id}", {"force": "true"})
        except Refused as trouble:
            if trouble.reason is not Reason.GONE:
                raise

    def act(self, deed: Deed, network_id: str) -> None:
        """Approve, hold, mark as spam or put into the trash; UNHIDE gives back what was before spam or trash."""
        try:
            self._moderate(deed, _number(network_id))
        except Refused as trouble:
            if deed is not Deed.TRASH or trouble.reason is not Reason.GONE:
                raise

    def _moderate(self, deed: Deed, number: int) -> None:
        comment = self._comment(number)
        wanted = _RESTORES.get(comment.state, comment.state) if deed is Deed.UNHIDE else _STATUS.get(deed, "")
        if not wanted:
            raise Refused(Reason.INVALID, "WordPress has nothing of that kind")
        if wanted == comment.state:
            return
        # WordPress puts the moderator's program in place of the visitor's unless it is given back.
        body = {"status": wanted, **({"author_user_agent": comment.agent} if comment.agent else {})}
        answer = self._site.post(f"comments/{number}", body, idempotent=True)
        state = _written_comment(answer.json()).state
        if deed in _STATUS and state != wanted:
            raise Refused(Reason.FORBIDDEN, f"the comment stayed {state or 'as it was'}", permanent=False)

    def _answerable(self, number: int) -> Comment:
        """Return the comment to be answered: WordPress itself takes replies to comments that do not exist."""
        comment = self._comment(number)
        if comment.state in ("spam", "trash"):
            raise Refused(Reason.GONE, "what is answered is in the spam folder or the trash")
        return comment

    def _ours(self, number: int) -> Comment:
        comment = self._comment(number)
        if comment.user != self._site.me().id:
            raise Refused(Reason.FORBIDDEN, "only what the connected account wrote is changed")
        return comment

    def _comment(self, number: int) -> Comment:
        answer = self._site.get(f"comments/{number}", {"context": "edit", "_fields": f"{ASKED},_links"})
        try:
            return read_comment(answer.json())
        except NotAComment:
            raise Refused(Reason.MALFORMED, "a comment is not as WordPress writes it") from None

    def _search(self, parcel: Parcel) -> Comment | None:
        """Return our comment with the parcel's mark: below its parent, then wherever WordPress may have moved it."""
        parent = _number(parcel.in_reply_to)
        if (there := self._below(parcel, parent)) is not None:
            return there
        for page in range(1, _PAGES_SEARCHED + 1):
            rows = self._own({"orderby": "id", "order": "desc", "page": page})
            if (there := self._match(parcel, rows)) is not None:
                return there
            if len(rows) < PAGE or rows[-1].id <= parent:
                return None
        raise Refused(Reason.LIMITED, "too many of our own comments are newer", permanent=False)

    def _below(self, parcel: Parcel, parent: int) -> Comment | None:
        return self._match(parcel, self._own({"parent": parent}))

    def _own(self, where: dict[str, str | int]) -> list[Comment]:
        asked = {"status": "any", "author": self._site.me().id, "context": "edit", "per_page": PAGE, **where}
        return read_rows(self._site.get("comments", {**asked, "_fields": f"{ASKED},_links"}), self._site)

    def _match(self, parcel: Parcel, rows: list[Comment]) -> Comment | None:
        """Return the row with the mark; or, where a plug-in wipes marks away, the same words below the same parent."""
        me, text = self._site.me().id, written(parcel.text)
        for row in rows:
            if row.mark_for(me) == parcel.mark:
                return row
        for row in rows:
            same = row.raw == text and str(row.parent) == parcel.in_reply_to
            if same and not row.agent and row.state != "trash":
                return row
        return None


def _checked_text(text: str) -> str:
    stored = written(text)
    if not stored:
        raise Refused(Reason.INVALID, "there is nothing to send")
    if len(stored.encode("utf-8", "replace")) > LONGEST:
        raise Refused(Reason.TOO_LONG)
    return stored


def _number(network_id: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,18}", network_id):
        raise Refused(Reason.INVALID, "not the id of a comment or post")
    return int(network_id)


def _written_comment(row: Any) -> Comment:
    """Return the comment WordPress answers a write with; whatever else it says leaves the write uncertain."""
    try:
        return read_comment(row)
    except NotAComment:
        raise Uncertain(Reason.MALFORMED, "the answer to a write is not a comment") from None


def _receipt(comment: Comment, at: datetime | None = None) -> Receipt:
    return Receipt(network_id=str(comment.id), at=at or comment.published_at, url=comment.link)
