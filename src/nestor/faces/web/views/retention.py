"""How long things are kept, and why: the head chooses what can be chosen, and confirms whatever lets something go."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.settings_pages import settings_context
from nestor.notices.reads import KEPT_FOR as NOTICES_KEPT_FOR
from nestor.people.rules import Permission
from nestor.privacy.actions import set_retention
from nestor.privacy.reads import MOST_COUNTED, Dropped, installation_limit, retention_of, spans_of, would_drop
from nestor.privacy.rules import CALL_DAYS, MONTHS, Spans, is_same, is_shorter, raw_choices, spans_mark
from nestor.routing.reads.due import UNDO_FOR
from nestor.work.jobs import KEPT_FOR as EVENTS_KEPT_FOR

FOR_GOOD = gettext_lazy("for good")
NOT_AT_ALL = gettext_lazy("not at all")


@dataclass(frozen=True, slots=True)
class Fixed:
    """Something whose time nobody can change here: what it is, how long it is kept, and why so."""

    what: "str | Promise"
    kept: "str | Promise | timedelta"
    why: "str | Promise"

    @property
    def kept_for(self) -> str:
        """Return the span in words."""
        return days_text(self.kept.days) if isinstance(self.kept, timedelta) else str(self.kept)


FIXED = (
    Fixed(
        gettext_lazy("Open and put-off conversations"),
        gettext_lazy("until they are done"),
        gettext_lazy("Somebody is owed an answer. Reopen what must stay: evidence, a dispute."),
    ),
    Fixed(
        gettext_lazy("Sealed alerts"),
        gettext_lazy("until their seal is taken off"),
        gettext_lazy("Whoever raised an alert is owed an answer within months; nothing of it goes by age."),
    ),
    Fixed(
        gettext_lazy("Members, their names and accounts"),
        gettext_lazy("as long as their messages"),
        gettext_lazy("Whoever has nothing left here is forgotten too."),
    ),
    Fixed(
        gettext_lazy("Body of webhook calls received"),
        gettext_lazy("until it is opened"),
        gettext_lazy("It is a message then; what is left of the call counts as a raw form."),
    ),
    Fixed(gettext_lazy("Notices"), NOTICES_KEPT_FOR, gettext_lazy("Codes and ids, not a word of a message.")),
    Fixed(
        gettext_lazy("Events and keys of submissions"),
        EVENTS_KEPT_FOR,
        gettext_lazy("So that nothing is done twice. Ids alone."),
    ),
    Fixed(
        gettext_lazy("How conversations stood before a deed to many"),
        UNDO_FOR,
        gettext_lazy("So that it can be undone."),
    ),
    Fixed(
        gettext_lazy("Drafts that were put away, typing and presence"),
        NOT_AT_ALL,
        gettext_lazy("They concern nobody else."),
    ),
    Fixed(
        gettext_lazy("Numbers of dropped and erased messages"),
        FOR_GOOD,
        gettext_lazy("So that they do not come back when their network is read again. They say nothing of them."),
    ),
    Fixed(gettext_lazy("The journal"), FOR_GOOD, gettext_lazy("Who did what, and when: a proof, without any message.")),
)


def days_text(days: int) -> str:
    """Return a number of days in words."""
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def months_text(months: int) -> str:
    """Return a number of months in words, whole years as years."""
    if months % 12:
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    return ngettext("%(n)s year", "%(n)s years", months // 12) % {"n": months // 12}


def count_text(count: int) -> str:
    """Return a count in words that are true of one that stopped counting."""
    return _("%(n)s or more") % {"n": count} if count >= MOST_COUNTED else str(count)


class BadSpan(Exception):
    """What was sent is no choice of this page."""


def _typed(given: dict[str, str], limit: int) -> Spans:
    months = {"": None, **{str(one): one for one in MONTHS}}
    raw = {"": None, **{str(one): one for one in raw_choices(limit)}}
    calls = {str(one): one for one in CALL_DAYS}
    try:
        return Spans(months[given["messages"]], raw[given["raw"]], calls[given["calls"]])
    except KeyError as error:
        raise BadSpan from error


def _choices(spans: Spans, limit: int) -> dict[str, list[tuple[str, str, bool]]]:
    """Return the choices of each box: value, words, whether it is the chosen one."""
    raw = spans.raw_days if spans.raw_days in raw_choices(limit) else None
    as_long = _("%(span)s, as the installation does") % {"span": days_text(limit)}
    return {
        "months": [
            ("", _("for good"), spans.message_months is None),
            *((str(one), months_text(one), one == spans.message_months) for one in MONTHS),
        ],
        "raw": [
            *((str(one), days_text(one), one == raw) for one in raw_choices(limit)),
            ("", as_long, raw is None),
        ],
        "calls": [(str(one), days_text(one), one == spans.call_days) for one in CALL_DAYS],
    }


def _would_go(dropped: Dropped) -> list[str]:
    """Return what would go, in lines; nothing where nothing is that old yet."""
    lines = []
    if dropped.conversations:
        says = _("Messages: %(messages)s, in conversations: %(conversations)s. Ours and the team’s notes with them.")
        counts = {
            "messages": count_text(dropped.messages),
            "conversations": count_text(dropped.conversations),
        }
        lines.append(says % counts)
    if dropped.raw:
        lines.append(_("Raw forms: %(n)s.") % {"n": count_text(dropped.raw)})
    if dropped.calls:
        lines.append(_("Lines of the log of webhooks: %(n)s.") % {"n": count_text(dropped.calls)})
    return lines


def _page(request: DeskRequest, spans: Spans, *, status: int = 200, **more: Any) -> HttpResponse:
    limit, row = installation_limit(), retention_of(request.seat.brand)
    context = settings_context(request.seat, "retention") | {
        "choices": _choices(spans, limit),
        "version": row.version if row is not None else 0,
        "limit": days_text(limit),
        "fixed": FIXED,
        "row": row,
        "is_dropping": row is not None and bool(row.messages or row.conversations),
    }
    return render(request, "web/retention.html", context | more, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.HEAD)
def show_retention(request: DeskRequest) -> HttpResponse:
    """What is kept how long; sent, it is kept, or first said what would go."""
    brand, limit = request.seat.brand, installation_limit()
    row = retention_of(brand)
    before = spans_of(row)
    if request.method != "POST":
        return _page(request, before)
    try:
        spans = _typed(request.POST.dict(), limit)
    except BadSpan:
        return _page(request, before, says=_("That cannot be chosen. Nothing was changed."), status=422)
    seen = _seen_in(request)
    mark = spans_mark(spans, seen)
    if seen == (row.version if row is not None else 0):
        if is_same(before, spans, limit):
            messages.info(request, _("Nothing was changed: that is so already."))
            return HttpResponseRedirect(request.path)
        if is_shorter(before, spans, limit) and request.POST.get("confirmed") != mark:
            lines = _would_go(would_drop(brand, spans, request.now))
            return _page(request, spans, would_go=lines, confirm=mark)
    if set_retention(request.seat, spans, seen, request.now):
        says = _("Kept. What is older goes in the background.") if is_shorter(before, spans, limit) else _("Kept.")
        messages.info(request, says)
        return HttpResponseRedirect(request.path)
    says = _("Somebody changed this meanwhile. Below is what you chose; keeping it replaces theirs.")
    return _page(request, spans, says=says, status=409)


def _seen_in(request: DeskRequest) -> int:
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1
