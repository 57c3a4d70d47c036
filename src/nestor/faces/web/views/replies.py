"""Saved replies: chosen while answering, and kept in the settings."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from nestor.composer.actions import replace_draft
from nestor.composer.actions.saved import BadReply, count_use, delete_reply, save_reply, set_signature
from nestor.composer.models import SavedReply
from nestor.composer.reads import draft_of
from nestor.composer.reads.saved import MOST_OFFERED, as_answer, offered, saved_replies, saved_reply_for, signature_of
from nestor.composer.rules import VARIABLES
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.forms import ReplyForm
from nestor.faces.web.settings_pages import settings_context
from nestor.faces.web.views.conversation import open_conversation
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.work.rules.words import MOST_ASKED

MOST_LISTED = 50


@seated(Permission.ANSWER)
def show_offered(request: DeskRequest, public_id: str) -> HttpResponse:
    """The saved replies that fit this conversation best, filled in."""
    conversation = open_conversation(request, public_id)
    asked = request.GET.get("q", "")[:MOST_ASKED]
    is_part = request.headers.get("X-Nestor") == "fragment"
    offers = offered(request.seat, conversation, asked, most=MOST_OFFERED if is_part else MOST_LISTED)
    context = {"conversation": conversation, "asked": asked, "offers": offers}
    return render(request, "web/parts/replies.html" if is_part else "web/replies.html", context)


@require_POST
@seated(Permission.ANSWER)
def use(request: DeskRequest, public_id: str, reply_id: str) -> HttpResponse:
    """Count a use; for one without scripts, put the text into the box as well."""
    conversation = open_conversation(request, public_id)
    reply = saved_reply_for(request.seat.brand, reply_id)
    if reply is None:
        raise Http404
    count_use(request.seat, reply)
    if request.htmx:
        return HttpResponse(status=204)
    draft = draft_of(request.seat, conversation)
    begun = draft.text.rstrip() if draft is not None else ""
    text = as_answer(request.seat, conversation, reply)
    whole = f"{begun}\n\n{text}" if begun else text
    replace_draft(request.seat, conversation, whole, request.now)
    return HttpResponseRedirect(reverse("conversation", args=[conversation.public_id]))


@seated(Permission.ANSWER)
def show_saved(request: DeskRequest) -> HttpResponse:
    """All saved replies of the brand."""
    asked = request.GET.get("q", "")[:MOST_ASKED]
    context = settings_context(request.seat, "saved_replies")
    context |= {"replies": saved_replies(request.seat.brand, asked), "asked": asked}
    return render(request, "web/saved_replies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.ANSWER)
def new(request: DeskRequest) -> HttpResponse:
    """Write a saved reply."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.ANSWER)
def edit(request: DeskRequest, reply_id: str) -> HttpResponse:
    """Change a saved reply."""
    reply = saved_reply_for(request.seat.brand, reply_id)
    if reply is None:
        raise Http404
    return _edit(request, reply)


def _edit(request: DeskRequest, reply: SavedReply | None) -> HttpResponse:
    names = ("name", "language", "shortcut", "text")
    initial = {name: getattr(reply, name) for name in names} if reply else {"language": request.seat.brand.language}
    form = ReplyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_reply(request.seat, form.cleaned_data, request.now, reply=reply)
        except BadReply as error:
            form.add_error(error.field, _why(error))
        else:
            messages.info(request, _("Kept."))
            return HttpResponseRedirect(reverse("saved_replies"))
    context: dict[str, Any] = settings_context(request.seat, "saved_replies") | {"form": form, "reply": reply}
    return render(request, "web/edit_reply.html", context, status=422 if form.errors else 200)


def _why(error: BadReply) -> str:
    """Return what is wrong, and what to do."""
    if error.names:
        known = ", ".join(f"{{{names[0]}}}" for names in VARIABLES.values())
        unknown = ", ".join(f"{{{name}}}" for name in error.names)
        said = ngettext("%(names)s is not known.", "%(names)s are not known.", len(error.names)) % {"names": unknown}
        return f"{said} {_('What can stand in braces: %(known)s.') % {'known': known}}"
    return {
        "taken": _("Another saved reply in this language has that shortcut."),
        "shape": _("A shortcut is one word of at most 20 letters, figures or hyphens."),
        "too_many": _("There is no room for more saved replies. Delete some first."),
        "gone": _("Somebody has deleted it meanwhile."),
    }.get(str(error), _("Too short or too long."))


@require_POST
@seated(Permission.ANSWER)
def delete(request: DeskRequest, reply_id: str) -> HttpResponse:
    """Delete a saved reply."""
    reply = saved_reply_for(request.seat.brand, reply_id)
    done = reply is not None and delete_reply(request.seat, reply, request.now)
    messages.info(request, _("Deleted.") if done else _("It was deleted already."))
    return HttpResponseRedirect(reverse("saved_replies"))


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.ANSWER)
def show_signature(request: DeskRequest) -> HttpResponse:
    """What this person puts below their answers, brand by brand."""
    seats: list[Seat] = [seat for seat in request.seats if seat.may(Permission.ANSWER)]
    if request.method == "POST":
        for seat in seats:
            set_signature(seat, request.POST.get(f"s-{seat.brand.slug}", ""))
        messages.info(request, _("Kept."))
        return HttpResponseRedirect(request.path)
    shown = [{"slug": seat.brand.slug, "brand": seat.brand.name, "text": signature_of(seat)} for seat in seats]
    return render(request, "web/signature.html", settings_context(request.seat, "signature") | {"signatures": shown})
