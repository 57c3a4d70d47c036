"""Notes for the team on a conversation."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.file_words import turned_words
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.replies import reply_pane
from nestor.faces.web.views.attaching import noted_in
from nestor.faces.web.views.conversation import open_conversation, pane_context
from nestor.inbox.models import Conversation
from nestor.media.actions import check_files
from nestor.media.reads import taken_here
from nestor.people.rules import Permission
from nestor.routing.actions.notes import remove_note, write_note
from nestor.routing.reads.notes import may_be_named, note_in
from nestor.routing.reads.standings import is_any_sealed
from nestor.routing.rules.notes import MOST_TEXT
from nestor.work.actions import KeyReused


@seated(Permission.ROUTE)
def show_names(request: DeskRequest, public_id: str) -> HttpResponse:
    """Whom a note can name, for the list that opens at an @."""
    conversation = open_conversation(request, public_id)
    team = may_be_named(conversation, is_sealed=is_any_sealed(conversation))
    return JsonResponse({"names": [user.name for user in team if user.pk != request.user.pk]})


@require_POST
@seated(Permission.ROUTE)
def write(request: DeskRequest, public_id: str) -> HttpResponse:
    """Write a note."""
    conversation = open_conversation(request, public_id)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    key = request.POST.get("key", "")[:80]
    if not key:
        return show_error(request, 400)
    if not text.strip():
        return _refuse(request, conversation, text, _("Write something first."))
    if len(text) > MOST_TEXT:
        return _refuse(request, conversation, text, _("A note has at most 10,000 characters. Nothing was written."))
    files, turned = check_files(noted_in(request), taken_here())
    if turned:
        said = [turned_words(one) for one in turned]
        return _refuse(request, conversation, text, " ".join([*said, _("Nothing was written.")]))
    try:
        done = write_note(request.seat, conversation, text, request.now, key=key, files=files)
    except KeyReused:
        return _refuse(request, conversation, text, _("This form was sent already, with another text. Send it again."))
    if done is None:
        return _refuse(request, conversation, text, _("Write something first."))
    return reply_pane(request, conversation, says=_("Noted, for the team alone."), event="noted", with_note=True)


def _refuse(request: DeskRequest, conversation: Conversation, text: str, sentence: str) -> HttpResponse:
    """Say what is wrong; what was written stays in its box."""
    if request.htmx:
        return reply_pane(request, conversation, says=sentence)
    context = pane_context(request, conversation) | {"note_text": text[: 2 * MOST_TEXT], "trouble": sentence}
    return render(request, "web/note.html", context, status=422)


@require_POST
@seated(Permission.ROUTE)
def remove(request: DeskRequest, public_id: str, note_id: str) -> HttpResponse:
    """Take a note away."""
    conversation = open_conversation(request, public_id)
    found = note_in(conversation, note_id)
    if found is None:
        return reply_pane(request, conversation, says=_("That note was taken away already."))
    done = remove_note(request.seat, found, request.now)
    return reply_pane(request, conversation, says=_("Note taken away.") if done else _("That note is not yours."))
