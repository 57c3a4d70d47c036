"""Rows of the list as HTML: the hottest part of the desk, drawn by Jinja2, with times and words made once per row.

Measured on 50 rows (bench inbox): Django's template language spends most of a page here, on lookups and dates.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext as _
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from nestor.faces.web.templatetags.desk import due, icon, marked, shown_moment, window
from nestor.faces.web.words import LANES, URGENCIES, word
from nestor.routing.reads import InboxRow

COVERED_FROM = 2  # harm level from which a text is covered
MOST_SUBJECT = 80


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "hot"), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made


def rows_html(
    rows: Sequence[InboxRow], now: datetime, *, query: str = "", open_id: str = "", may_choose: bool = False
) -> SafeString:
    """Draw rows of the list; `query` goes on in their links, the row of `open_id` is marked as shown."""
    tail = f"?{query}" if query else ""
    drawn = [_drawn(row, now, tail, open_id) for row in rows]
    return SafeString(_environment().get_template("rows.html").render(rows=drawn, may_choose=may_choose))


def _drawn(row: InboxRow, now: datetime, tail: str, open_id: str) -> dict[str, Any]:
    at, when, title = shown_moment(row.last_at)
    return {
        "id": row.public_id,
        "href": f"/inbox/{row.public_id}/{tail}",
        "at": at,
        "when": when,
        "when_title": title,
        "is_shown": row.public_id == open_id,
        "is_open": row.is_open,
        "who": row.who or "?",
        "handle": row.handle if row.handle != row.who else "",
        "is_covered": row.harm_level >= COVERED_FROM,
        "veil": icon("veil"),
        "picture": icon("picture"),
        "hit": Markup(marked(row.hit)) if row.hit else "",  # noqa: S704  escaped piece by piece
        "subject": row.subject if len(row.subject) <= MOST_SUBJECT else f"{row.subject[: MOST_SUBJECT - 1]}…",
        "excerpt": row.excerpt,
        "is_picture": row.is_picture,
        "lane": _lane(row.lane, get_language() or ""),
        "is_unsure": row.is_unsure,
        "urgency": word(URGENCIES, str(row.urgency)) if row.urgency >= 2 else "",
        "labels": row.labels,
        "channel": row.channel,
        "is_mine": row.is_mine,
        "assignee": row.assignee,
        "window": Markup(window(row.window_at, now)) if row.window_at and row.due_at else "",  # noqa: S704  as above
        "is_passed_on": row.is_passed_on,
        "due": _due(row, now),
    }


@cache
def _lane(code: str, _language: str) -> Markup:
    return Markup(icon(code)) + word(LANES, code)  # noqa: S704  our own drawing


def _due(row: InboxRow, now: datetime) -> Any:
    """Return what stands at the end of a row: when it comes back, when it is due, or that it was answered."""
    if row.snoozed_until is not None:
        at, when, title = shown_moment(row.snoozed_until)
        return Markup('{}<time datetime="{}" title="{}">{}</time>').format(icon("clock"), at, title, when)
    if row.due_at is not None:
        return Markup(due(row.due_at, now, row.warn_at))  # noqa: S704  escaped where it is made
    if row.answered_elsewhere:
        return _("answered in the app")
    if row.answered_at is not None:
        return Markup('{}<span class="unseen">{}</span>').format(icon("check"), _("answered"))
    return ""
