"""Files: attached to an answer being written, described, taken out again, and shown to who may see them."""

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from nestor.composer.actions import replace_draft
from nestor.composer.actions.files import Attached, attach_files, describe_files, detach_file
from nestor.composer.reads import files_in
from nestor.faces.file_words import turned_words
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.views.conversation import open_conversation
from nestor.inbox.models import Conversation
from nestor.media.actions import Given, Turned
from nestor.media.reads import bytes_of, file_row, small_of, taken_by, taken_here
from nestor.media.store import FileLost
from nestor.people.rules import Permission
from nestor.publisher.reads.enclosed import file_for

MOST_HANDED = 20  # files of one request that are looked at
# Bytes of somebody's making: never a page of the desk's own, whatever a browser takes them for.
AS_BYTES = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


def given_in(request: HttpRequest, alts: Iterable[str] = ()) -> Iterator[Given]:
    """Yield the files of a form one by one, with their descriptions: one of them at a time is in memory."""
    for one, alt in zip(request.FILES.getlist("file")[:MOST_HANDED], chain(alts, repeat("")), strict=False):
        yield as_given(one, alt)


def noted_in(request: HttpRequest) -> Iterator[Given]:
    """Yield the files of a note with their descriptions: a field each, or a line each without scripts."""
    return given_in(request, [*request.POST.getlist("alt"), *request.POST.get("alts", "").splitlines()])


def as_given(upload: "UploadedFile[bytes]", alt: str = "") -> Given:
    """Return an upload as the desk takes it; of one that is too big, just enough to see that."""
    return Given(upload.name or "", upload.read(taken_here().most_bytes + 1), alt)


def alts_in(request: HttpRequest) -> dict[str, str]:
    """Return the descriptions of a form by the files' public ids."""
    given = {name[4:]: text for name, text in request.POST.items() if name.startswith("alt-")}
    return {name: str(text) for name, text in given.items()}


def files_moved() -> str:
    """Return what is said where another page attached something, or took it out."""
    return _("What is attached has changed on another page. Nothing was sent: look again, then send.")


def take_along(request: DeskRequest, conversation: Conversation) -> str:
    """Attach what a form without scripts carries along; return what to say before anything is sent, "" to go on."""
    if "file" not in request.FILES:
        return ""
    done = attach_files(request.seat, conversation, given_in(request), request.now)
    return _("Nothing was sent yet.") + " " + _became(done)


def _became(done: Attached | None) -> str:
    """Return what became of files: what was kept, and why the rest was not."""
    if done is None:
        return _("Nothing can be attached here any more. Nothing was kept.")
    said = [turned_words(one) for one in done.turned]
    if done.kept:
        count = len(done.kept)
        kept = ngettext("%(n)s picture attached: describe it.", "%(n)s pictures attached: describe them.", count)
        said.insert(0, kept % {"n": count})
    elif done.turned:
        said.append(_("Nothing was attached; your text is kept."))
    return " ".join(said)


@require_POST
@seated(Permission.ANSWER)
def attach(request: DeskRequest, public_id: str) -> HttpResponse:
    """Attach files to what is being written."""
    conversation = open_conversation(request, public_id)
    _keep_rest(request, conversation)
    revision = request.POST.get("revision", "")
    counted = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else None
    given = given_in(request)
    done = attach_files(request.seat, conversation, given, request.now, revision=counted)
    says = _became(done) or (_("Kept.") if alts_in(request) else _("Choose a file first."))
    return _attached(request, conversation, says, done.turned if done is not None else ())


def _keep_rest(request: DeskRequest, conversation: Conversation) -> None:
    """Keep what stands in the form of somebody without scripts: the page is drawn anew."""
    describe_files(request.seat, conversation, alts_in(request))
    text = request.POST.get("text")
    if not request.htmx and text is not None:
        replace_draft(request.seat, conversation, text.replace("\r\n", "\n")[:100_000], request.now)


@require_POST
@seated(Permission.ANSWER)
def detach(request: DeskRequest, public_id: str, file_id: str) -> HttpResponse:
    """Take a file out of what is being written."""
    conversation = open_conversation(request, public_id)
    _keep_rest(request, conversation)
    done = detach_file(request.seat, conversation, file_id)
    return _attached(request, conversation, _("Taken out.") if done else _("That was taken out already."), ())


def _attached(request: DeskRequest, conversation: Conversation, says: str, turned: tuple[Turned, ...]) -> HttpResponse:
    """Show what is attached by now."""
    if not request.htmx:
        messages.info(request, says)
        return HttpResponseRedirect(reverse("conversation", args=[conversation.public_id]) + "#attached")
    context = {
        "conversation": conversation,
        "attached": [file_row(file) for file in files_in(request.seat, conversation)],
        "taken": taken_by(conversation.channel, conversation.kind),
        "says": says,
        "turned": turned,
    }
    response = render(request, "web/parts/attached.html", context)
    # A button that was drawn this very moment is still its form's, which puts answers nowhere: said here as well.
    response["HX-Retarget"], response["HX-Reswap"] = "#attached", "outerHTML"
    return response


@seated()
def show_file(request: DeskRequest, public_id: str) -> HttpResponse:
    """A file as it is kept, to be saved: it is never opened as a page of the desk."""
    return _bytes(request, public_id, is_small=False)


@seated()
def show_small(request: DeskRequest, public_id: str) -> HttpResponse:
    """The small picture of a file."""
    return _bytes(request, public_id, is_small=True)


def _bytes(request: DeskRequest, public_id: str, *, is_small: bool) -> HttpResponse:
    file = next((found for seat in request.seats if (found := file_for(seat, public_id))), None)
    if file is None:
        raise Http404
    tag = f'"{file.digest[:32]}{"s" if is_small else ""}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=AS_BYTES | {"ETag": tag})
    try:
        content = small_of(file) if is_small else bytes_of(file)
    except FileLost:
        raise Http404 from None
    named = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    headers = AS_BYTES | {"ETag": tag, "Content-Disposition": named}
    return HttpResponse(content, content_type="image/webp" if is_small else file.media_type, headers=headers)
