"""Writing an answer: the draft that is kept, the checks while one types, and sending."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.composer.actions import put_away_draft, replace_draft, save_draft
from nestor.composer.actions.files import describe_files
from nestor.composer.reads import draft_of, files_in, room_left
from nestor.composer.reads.saved import box_of, signature_of, signed
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.finding_words import shown_findings
from nestor.faces.web.replies import reply_pane
from nestor.faces.web.views.attaching import alts_in, files_moved, take_along
from nestor.faces.web.views.conversation import open_conversation, whole_context
from nestor.guard import reads as guard
from nestor.guard.actions import withdraw_clearance
from nestor.guard.rules.contract import Finding
from nestor.inbox.models import Conversation
from nestor.inbox.rules import storable
from nestor.people.rules import Permission
from nestor.publisher.actions import Answered, FilesMoved, ask_second_person, send_answer
from nestor.publisher.reads.others import second_answer_to
from nestor.work.actions import KeyReused

MOST_TEXT = 100_000


def text_in(request: HttpRequest) -> str | None:
    """Return the text sent, its line ends as one character; None when it is absurdly long."""
    text = request.POST.get("text", "").replace("\r\n", "\n")
    return text if len(text) <= MOST_TEXT else None


def begun_in(request: HttpRequest) -> datetime | None:
    """Return when this answer was begun, as its form remembers it; None for what makes no sense."""
    try:
        found = datetime.fromisoformat(request.POST.get("begun", "")[:40])
    except ValueError:
        return None
    return found if found.tzinfo else None


def revision_in(request: HttpRequest) -> int:
    """Return the browser's own count of changes; what makes no sense counts as none."""
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


@require_POST
@seated(Permission.ANSWER)
def keep_draft(request: DeskRequest, public_id: str) -> HttpResponse:
    """Keep what is being written, and say what the checks think of it. 409 sends back a newer one."""
    conversation = open_conversation(request, public_id)
    text = text_in(request)
    if text is None:
        return show_error(request, 413)
    describe_files(request.seat, conversation, alts_in(request))
    if not text and draft_of(request.seat, conversation) is None:
        return render(request, "web/parts/checked.html", {"room": room_left(conversation, ""), "findings": []})
    signature = signature_of(request.seat)
    kept = save_draft(request.seat, conversation, text, revision_in(request), request.now)
    if kept is None:
        newer = box_of(request.seat, conversation)
        context = {"text": newer.text, "revision": newer.revision}
        return render(request, "web/parts/newer_draft.html", context, status=409)
    findings: tuple[Finding, ...] = ()
    if text.strip():
        files = files_in(request.seat, conversation)
        others = second_answer_to(request.seat, conversation, begun_in(request), request.now)
        findings = guard.findings_on(conversation, signed(conversation, text, signature), request.now, files) + others
    return render(request, "web/parts/checked.html", _checked(request, conversation, text, findings))


def _checked(
    request: DeskRequest, conversation: Conversation, text: str, findings: tuple[Finding, ...]
) -> dict[str, Any]:
    stopped, absolute = guard.stops(findings), guard.absolutes(findings)
    signature = signature_of(request.seat)
    whole = signed(conversation, storable(text).strip(), signature)
    clearance = guard.clearance_of(request.seat, conversation, whole) if stopped else None
    return {
        "room": room_left(conversation, signed(conversation, text, signature)),
        "signature": signature,
        "is_signed": not whole or whole.endswith(signature),
        "findings": shown_findings(findings, text),
        "asks_clearance": bool(stopped) and not absolute and (clearance is None or clearance.state == "refused"),
        "clearance": clearance,
        "has_warnings": bool(guard.warnings(findings)) and not stopped and not absolute,
    }


@require_POST
@seated(Permission.ANSWER)
def put_away(request: DeskRequest, public_id: str) -> HttpResponse:
    """Put the draft away: nothing of it stays."""
    conversation = open_conversation(request, public_id)
    withdraw_clearance(request.seat, conversation, request.now)
    put_away_draft(request.seat, conversation, request.now, revision=revision_in(request))
    return reply_pane(request, conversation, event="put-away", with_answer=True)


@require_POST
@seated(Permission.ANSWER)
def answer(request: DeskRequest, public_id: str) -> HttpResponse:
    """Send an answer, ask a second person about it, or say what speaks against it."""
    conversation = open_conversation(request, public_id)
    text = text_in(request)
    if text is None:
        return show_error(request, 413)
    describe_files(request.seat, conversation, alts_in(request))
    if trouble := take_along(request, conversation):
        return _complain(request, conversation, text, trouble)
    if not text.strip():
        return _complain(request, conversation, text, _("Write something first."))
    if request.POST.get("do") == "ask":
        return _ask(request, conversation, text)
    shown = frozenset(request.POST.getlist("shown")[:50])
    key = request.POST.get("key", "")[:80]
    if not key:
        return show_error(request, 400)
    try:
        begun_at = begun_in(request)
        outcome = send_answer(
            request.seat,
            conversation,
            text,
            request.now,
            key=key,
            shown=shown,
            begun_at=begun_at,
            revision=revision_in(request),
            files=request.POST.getlist("with")[:50],
        )
    except FilesMoved:
        return _complain(request, conversation, text, files_moved())
    except KeyReused:
        return _complain(
            request,
            conversation,
            text,
            _("This form was sent already, with another text. Look at the thread, then send again."),
        )
    if outcome.delivery is None:
        return _object(request, conversation, text, outcome)
    return _sent(request, conversation, outcome)


def _sent(request: DeskRequest, conversation: Conversation, outcome: Answered) -> HttpResponse:
    delivery = outcome.delivery
    left = timedelta() if delivery is None or delivery.due_at is None else delivery.due_at - request.now
    seconds = max(0, round(left / timedelta(seconds=1)))
    if not request.htmx:
        messages.info(request, _("Leaving in %(n)s s; you can still take it back.") % {"n": seconds})
    return reply_pane(
        request,
        conversation,
        event="answered",
        with_answer=True,
        delivery=delivery.public_id if delivery else "",
        undo=reverse("take_back", args=[delivery.public_id]) if delivery else "",
        seconds=min(seconds, settings.NESTOR_UNDO_FOR),
    )


def _ask(request: DeskRequest, conversation: Conversation, text: str) -> HttpResponse:
    clearance = ask_second_person(request.seat, conversation, text, request.now)
    if clearance is None:
        return _complain(request, conversation, text, _("There is nothing a second person could clear here."))
    says = _("A second reading is asked for. It leaves as soon as somebody else clears this exact text.")
    return reply_pane(request, conversation, says=says, event="asked", with_answer=True)


def _object(request: DeskRequest, conversation: Conversation, text: str, outcome: Answered) -> HttpResponse:
    """Show what speaks against the text; it stays in the box."""
    checked = _checked(request, conversation, text, outcome.findings)
    if request.htmx:
        return render(request, "web/parts/checked.html", checked | {"is_objection": True})
    _keep(request, conversation, text)
    context = whole_context(request, conversation) | checked
    context |= {"is_objection": True, "begun_at": begun_in(request) or request.now}
    return render(request, "web/answer_page.html", context | {"draft_text": text}, status=422)


def _complain(request: DeskRequest, conversation: Conversation, text: str, sentence: str) -> HttpResponse:
    if request.htmx:
        return reply_pane(request, conversation, says=sentence)
    _keep(request, conversation, text)
    messages.info(request, sentence)
    return HttpResponseRedirect(reverse("conversation", args=[conversation.public_id]))


def _keep(request: DeskRequest, conversation: Conversation, text: str) -> None:
    replace_draft(request.seat, conversation, text, request.now)
