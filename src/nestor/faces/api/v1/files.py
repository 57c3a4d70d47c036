"""Endpoints about files: attached to a draft, handed over for a note, described, taken out, read."""

from collections.abc import Iterable
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from nestor.composer.actions.files import attach_files, describe_files, detach_file
from nestor.composer.reads import files_in
from nestor.faces.api.v1.caller import ANSWER, ORGANISE, READ, ApiRequest, conversation_at, key_of, once
from nestor.faces.api.v1.given import Body
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed, FileShape
from nestor.faces.file_words import turned_words
from nestor.inbox.models import Conversation
from nestor.media import models as media
from nestor.media.actions import Given, Turned, check_files, hand_over
from nestor.media.reads import FileRow, bytes_of, file_row, taken_here
from nestor.media.rules import MOST_ALT
from nestor.media.store import FileLost
from nestor.people.reads import Seat
from nestor.publisher.reads.enclosed import file_for
from nestor.work.actions import KeyReused

AT = "/conversations/{public:conversation}"
Alt = Annotated[str, StringConstraints(max_length=MOST_ALT)]
BYTES = {
    "responses": {
        200: {
            "description": "The bytes, as they are kept; `media_type` says what they are.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class Said(Body):
    """What comes with a file."""

    alt: Alt = ""


class Described(Body):
    """What a file shows, for who cannot see it."""

    alt: Alt


def file_shape(row: FileRow) -> FileShape:
    """Return a file; its bytes stand at its own address."""
    return FileShape(id=row.public_id, name=row.name, alt=row.alt, media_type=row.media_type)


def file_shapes(rows: Iterable[FileRow]) -> list[FileShape]:
    """Return files in the order they came."""
    return [file_shape(row) for row in rows]


def refused(turned: Iterable[Turned]) -> Problem:
    """Return the problem of a file that was not taken."""
    one = next(iter(turned))
    return Problem("file", why=one.code, says=turned_words(one))


def given_file(upload: UploadedFile, alt: str) -> Given:
    """Return an upload as the desk takes it; of one that is too big, just enough to see that."""
    return Given(upload.name or "", upload.read(taken_here().most_bytes + 1), alt)


@router.post(f"{AT}/draft/files", auth=ANSWER, response={201: FileShape}, tags=["files"])
def attach_file(
    request: ApiRequest, conversation: str, file: File[UploadedFile], said: Form[Said]
) -> Status[FileShape]:
    """Attach a file to the draft of the person behind the token; it is drawn anew, without metadata.

    Sent twice, it is attached twice.
    """
    call, found = request.call, conversation_at(request, conversation)
    key_of(request)
    done = attach_files(call.seat, found, [given_file(file, said.alt)], call.now)
    if done is None:
        raise Problem("file", why="none_here", says=_("Nothing can be attached here."))
    if done.turned:
        raise refused(done.turned)
    return Status(201, file_shape(file_row(done.kept[0])))


def _attached(seat: Seat, conversation: Conversation, public_id: str) -> media.File:
    found = next((one for one in files_in(seat, conversation) if one.public_id == public_id), None)
    if found is None:
        raise Problem("not_found")
    return found


@router.put(f"{AT}/draft/files/{{public:file}}", auth=ANSWER, response=FileShape, tags=["files"])
def describe_file(request: ApiRequest, conversation: str, file: str, given: Described) -> FileShape:
    """Say what an attached file shows."""
    call, found = request.call, conversation_at(request, conversation)
    _attached(call.seat, found, file)
    describe_files(call.seat, found, {file: given.alt})
    return file_shape(file_row(_attached(call.seat, found, file)))


@router.delete(f"{AT}/draft/files/{{public:file}}", auth=ANSWER, response=Changed, tags=["files"])
def take_file_out(request: ApiRequest, conversation: str, file: str) -> Changed:
    """Take a file out of the draft: nothing of it stays."""
    call, found = request.call, conversation_at(request, conversation)
    done = once(request, lambda: {"changed": detach_file(call.seat, found, file)})
    return Changed(changed=done["changed"])


@router.post("/files", auth=ORGANISE, response={201: FileShape}, tags=["files"])
def hand_file_over(request: ApiRequest, file: File[UploadedFile], said: Form[Said]) -> Status[FileShape]:
    """Hand over a file for a note; one that no note names within an hour goes."""
    call = request.call
    kept, turned = check_files([given_file(file, said.alt)], taken_here())
    if turned:
        raise refused(turned)
    key = key_of(request)
    try:
        row = hand_over(call.seat, kept[0], call.now, key=f"api:{key}" if key else "")
    except KeyReused as error:
        raise Problem("key_reused") from error
    if row is None:
        raise Problem("no_room")
    return Status(201, file_shape(file_row(row)))


def file_at(request: ApiRequest, public_id: str) -> media.File:
    """Return a file this token may see; raise `Problem` for any other."""
    found = file_for(request.call.seat, public_id)
    if found is None:
        raise Problem("not_found")
    return found


@router.get("/files/{public:file}", auth=READ, response=FileShape, tags=["files"])
def show_file(request: ApiRequest, file: str) -> FileShape:
    """Show what a file is called and shows."""
    return file_shape(file_row(file_at(request, file)))


@router.get("/files/{public:file}/content", auth=READ, response={200: Any}, tags=["files"], openapi_extra=BYTES)
def read_file(request: ApiRequest, file: str) -> HttpResponse:
    """Read a file's bytes."""
    try:
        content = bytes_of(file_at(request, file))
    except FileLost as error:
        raise Problem("not_found") from error
    headers = {
        "Content-Disposition": "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)
