"""A comment as WordPress's REST API shows it, and as an arrival. Pure."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal
from urllib.parse import urlsplit

from nestor.networks.contract import Arrival, Author, HangsOn
from nestor.networks.plain_text import plain_text
from nestor.vocabulary import MessageKind

# What is asked for. No IP address; the mail address serves to tell namesakes apart and goes no further.
ASKED = (
    "id,post,parent,author,author_name,author_email,author_url,author_user_agent,date,date_gmt,content,link,status,type"
)
STATES: dict[str, Literal["approved", "hold", "spam", "trash"]] = {
    "approved": "approved",
    "hold": "hold",
    "spam": "spam",
    "trash": "trash",
    "post-trashed": "trash",
}
_MARK = re.compile(r"\bnestor-mark/([0-9a-z]{16})\b")
_NEVER_PAYLOAD = ("author_email", "author_ip", "author_user_agent", "author_avatar_urls", "_links", "_embedded")


class NotAComment(ValueError):
    """What came is not a comment as WordPress writes it."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One row of the API, checked."""

    id: int
    post: int
    parent: int
    user: int
    author_name: str
    author_email: str
    author_url: str
    agent: str
    published_at: datetime
    raw: str
    html: str
    link: str
    state: Literal["", "approved", "hold", "spam", "trash"]
    hangs_on: HangsOn
    payload: str

    @property
    def fingerprint(self) -> str:
        """Change of state, parent or words changes it: one letter and six characters."""
        words = hashlib.sha256(f"{self.parent}\n{self.raw}".encode("utf-8", "replace")).hexdigest()[:6]
        return f"{self.state[:1] or '-'}{words}"

    def mark_for(self, me: int) -> str:
        """Return the mark we sent it with, "" where it is not ours or was typed elsewhere."""
        found = _MARK.search(self.agent) if self.user == me else None
        return found[1] if found else ""


def agent_with(mark: str, version: str) -> str:
    """Return the user agent a comment is sent with: moderators see it, readers do not, and it carries the mark."""
    return f"nestor-desk/{version} nestor-mark/{mark}"


def read_comment(row: Any, zone: tzinfo = UTC) -> Comment:
    """Check one row; raise `NotAComment`. `zone` is the site's, for the rare rows without a UTC time."""
    try:
        content = row["content"]
        raw = content.get("raw", content["rendered"])
        return Comment(
            id=_number(row["id"], least=1),
            post=_number(row["post"]),
            parent=_number(row["parent"]),
            user=_number(row["author"]),
            author_name=plain_text(_text(row["author_name"])),
            author_email=_text(row.get("author_email", "")),
            author_url=_web_address(row.get("author_url", "")),
            agent=_text(row.get("author_user_agent", "")),
            published_at=_moment(row.get("date_gmt"), row.get("date"), zone),
            raw=_text(raw),
            html=_text(content["rendered"]),
            link=_web_address(row.get("link", "")),
            state=STATES.get(row["status"], ""),
            hangs_on=_post_of(row),
            payload=json.dumps({name: value for name, value in row.items() if name not in _NEVER_PAYLOAD}),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise NotAComment(type(error).__name__) from None


def as_arrival(comment: Comment, *, me: int, site: str, thread: int, edited_at: datetime | None = None) -> Arrival:
    """Return the comment as the desk takes it; `site` is its name, `thread` the id of the top comment above it."""
    return Arrival(
        network_id=str(comment.id),
        kind=MessageKind.COMMENT,
        thread_id=str(thread),
        author=_author_of(comment, site),
        text=plain_text(comment.raw),
        html=comment.html,
        published_at=comment.published_at,
        edited_at=edited_at,
        is_ours=comment.user == me,
        mark=comment.mark_for(me),
        in_reply_to=str(comment.parent) if comment.parent else "",
        hangs_on=comment.hangs_on,
        url=comment.link,
        is_public=True,
        state=comment.state,
        payload=comment.payload,
    )


def user_of(site: str, number: int) -> str:
    """Return the identity of a user, which no other site shares."""
    return f"user:{number}@{site}"


def _author_of(comment: Comment, site: str) -> Author:
    """Return who wrote it: a user of the site, a guest known by the mail address given, or somebody seen once only."""
    if comment.user:
        identity = user_of(site, comment.user)
    elif comment.author_email:
        # Neither name nor address is verified by WordPress; the address at least is not shown to imitators.
        digest = hashlib.sha256(comment.author_email.strip().lower().encode("utf-8", "replace")).hexdigest()
        identity = f"guest:{digest[:24]}"
    else:
        identity = f"guest:comment-{comment.id}@{site}"
    return Author(identity, handle=comment.author_name, name=comment.author_name, url=comment.author_url)


def _post_of(row: Any) -> HangsOn:
    """Return the post below which it stands, as embedded; a post that may not be read has its id only."""
    post = str(_number(row["post"]))
    for shown in (row.get("_embedded") or {}).get("up") or ():
        if isinstance(shown, dict) and str(shown.get("id", "")) == post and isinstance(shown.get("title"), dict):
            title = plain_text(_text(shown["title"].get("rendered", "")))
            excerpt = shown.get("excerpt")
            text = plain_text(_text(excerpt.get("rendered", ""))) if isinstance(excerpt, dict) else ""
            return HangsOn(post, title=title, text=text, url=_web_address(shown.get("link", "")))
    return HangsOn(post)


def _moment(utc: Any, local: Any, zone: tzinfo) -> datetime:
    """Return when it was written. Some imported comments have no UTC time: the year -1 stands there."""
    try:
        found = datetime.fromisoformat(utc)
        if found.year > 1970:
            return found.replace(tzinfo=UTC)
    except (TypeError, ValueError):
        pass
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)


def _number(value: Any, least: int = 0) -> int:
    """Return an id as the database has them: whole, 63 bits, 0 where there is none."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**63:
        raise NotAComment("an id")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _web_address(value: Any) -> str:
    """Return the address if it is one a page may link to, else ""."""
    text = _text(value).strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc and len(text) <= 2_000 else ""
