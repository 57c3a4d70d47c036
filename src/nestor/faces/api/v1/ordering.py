"""Endpoints about many conversations and lists of them: views, counters, deeds to many, joining and parting, notes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from django.utils.translation import gettext as _
from ninja import Status
from pydantic import BaseModel, Field, StrictBool, StringConstraints

from nestor.faces.api.v1.caller import ORGANISE, READ, ApiRequest, conversation_at, key_of, once
from nestor.faces.api.v1.files import file_shapes
from nestor.faces.api.v1.given import Body, Moment, Named, Narrowing, Other, PublicId, Short, Urgent
from nestor.faces.api.v1.looking import message_at, standing
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed, FileShape
from nestor.faces.shapes import ConversationShape
from nestor.inbox.models import Conversation
from nestor.media.actions import FilesGone
from nestor.routing.actions import Contended
from nestor.routing.actions.bulk import begin_bulk, stop_bulk, undo_bulk
from nestor.routing.actions.merging import merge_conversations, split_conversation, unmerge_conversation
from nestor.routing.actions.notes import remove_note, write_note
from nestor.routing.actions.views import NoRoom, delete_view, rename_view, save_view
from nestor.routing.models import BulkDeed, SavedView
from nestor.routing.reads.notes import NoteRow, files_of_notes, note_in, note_row, notes_of
from nestor.routing.reads.views import bulk_for, counts_for, view_for, views_for
from nestor.routing.rules.bulk import Deed
from nestor.routing.rules.filters import State, filter_of, given_by
from nestor.routing.rules.notes import MOST_TEXT
from nestor.vocabulary import new_public_id
from nestor.work.actions import KeyReused

AT = "/conversations/{public:conversation}"


class Kept(Narrowing, Body):
    """A filter to keep by name, for the team or for the person behind the token."""

    name: Short
    is_shared: StrictBool = False
    urgency: Urgent = 0
    unsure: StrictBool = False
    state: State = State.OPEN


class ViewShape(BaseModel):
    """A filter somebody keeps: its parts as the list takes them, and how many it holds where that is counted."""

    id: str
    name: str
    is_shared: bool
    narrowed: dict[str, str]
    count: int | None


class Views(BaseModel):
    """The team's views, and those of the person behind the token."""

    items: list[ViewShape]


class Counts(BaseModel):
    """How many open conversations there are: kept, not counted."""

    all: int
    nobody: int
    unsure: int
    snoozed: int
    lanes: dict[str, int]


class Begun(Body):
    """One deed to many: to those named, or to all that a filter leaves."""

    deed: Deed
    to: PublicId | None = Field(None, description="Whom to give them to, or which label.")
    until: Moment | None = None
    conversations: list[PublicId] = Field(min_length=1, max_length=1000)


class BulkShape(BaseModel):
    """How far a deed to many has come."""

    id: str
    deed: str
    state: str
    total: int
    done: int
    changed: int
    kept: int


class Noted(Body):
    """A note for the team; `@Name` tells that colleague."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT)]
    files: list[Annotated[str, StringConstraints(max_length=16)]] = Field([], max_length=20)


class NoteShape(BaseModel):
    """A note for the team, or the answer of somebody without an account to whom the conversation was shown."""

    id: str
    text: str
    made_at: datetime
    is_from_outside: bool
    files: list[FileShape]


class Notes(BaseModel):
    """Notes of a conversation, oldest first."""

    items: list[NoteShape]


def view_shape(row: SavedView) -> ViewShape:
    """Return a view; what is sealed is not counted."""
    count = row.count if row.counted_at is not None else None
    return ViewShape(id=row.public_id, name=row.name, is_shared=row.owner_id is None, narrowed=row.asked, count=count)


@router.get("/views", auth=READ, response=Views, tags=["views"])
def list_views(request: ApiRequest) -> Views:
    """List the filters that are kept by name."""
    return Views(items=[view_shape(row) for row in views_for(request.call.seat)])


@router.post("/views", auth=ORGANISE, response={201: ViewShape}, tags=["views"])
def keep_view(request: ApiRequest, given: Kept) -> Status[ViewShape]:
    """Keep a filter by name."""
    call = request.call
    wanted = filter_of(given_by(given.narrowed(state=given.state)))

    def kept() -> dict[str, str]:
        try:
            row = save_view(call.seat, given.name, wanted, call.now, is_shared=given.is_shared)
        except NoRoom as error:
            raise Problem("no_room") from error
        if row is None:
            raise Problem("invalid", errors=misfits_of([{"loc": ("body", "name"), "type": "name"}]))
        return {"view": row.public_id}

    return Status(201, view_shape(view_at(request, once(request, kept)["view"])))


def view_at(request: ApiRequest, public_id: str) -> SavedView:
    """Return a view this token may use; raise `Problem` for any other."""
    found = view_for(request.call.seat, public_id)
    if found is None:
        raise Problem("not_found")
    return found


@router.put("/views/{public:view}", auth=ORGANISE, response=ViewShape, tags=["views"])
def change_view(request: ApiRequest, view: str, given: Named) -> ViewShape:
    """Give a view another name."""
    seat, row = request.call.seat, view_at(request, view)
    if not once(request, lambda: {"changed": rename_view(seat, row, given.name)})["changed"]:
        raise Problem("invalid", errors=misfits_of([{"loc": ("body", "name"), "type": "name"}]))
    return view_shape(view_at(request, view))


@router.delete("/views/{public:view}", auth=ORGANISE, response=Changed, tags=["views"])
def forget_view(request: ApiRequest, view: str) -> Changed:
    """Keep a view no longer; its conversations stay where they are."""
    return Changed(changed=delete_view(request.call.seat, view_at(request, view), request.call.now))


@router.get("/counts", auth=READ, response=Counts, tags=["conversations"])
def show_counts(request: ApiRequest) -> Counts:
    """Show how many open conversations there are, by lane and otherwise."""
    found = counts_for(request.call.seat)
    return Counts(all=found.all, nobody=found.nobody, unsure=found.unsure, snoozed=found.snoozed, lanes=found.lanes)


@router.post("/bulk", auth=ORGANISE, response={202: BulkShape}, tags=["bulk"])
def begin(request: ApiRequest, given: Begun) -> Status[BulkShape]:
    """Do one deed to many conversations, in the background; it can be stopped and undone."""
    call = request.call
    target = given.until.isoformat() if given.deed is Deed.SNOOZE and given.until else given.to or ""

    def begun() -> dict[str, str]:
        row = begin_bulk(call.seat, given.deed, target, given.conversations, call.now)
        if row is None:
            raise Problem("invalid", errors=misfits_of([{"loc": ("body", "to"), "type": "target"}]))
        return {"bulk": row.public_id}

    return Status(202, bulk_shape(bulk_at(request, once(request, begun)["bulk"])))


def bulk_at(request: ApiRequest, public_id: str) -> BulkDeed:
    """Return a deed the person behind the token began; raise `Problem` for any other."""
    found = bulk_for(request.call.seat, public_id)
    if found is None:
        raise Problem("not_found")
    return found


def bulk_shape(row: BulkDeed) -> BulkShape:
    """Return how far it has come."""
    same = "deed state total done changed kept"
    return BulkShape(id=row.public_id, **{name: getattr(row, name) for name in same.split()})


@router.get("/bulk/{public:bulk}", auth=ORGANISE, response=BulkShape, tags=["bulk"])
def show_bulk(request: ApiRequest, bulk: str) -> BulkShape:
    """Show how far a deed to many has come."""
    return bulk_shape(bulk_at(request, bulk))


@router.post("/bulk/{public:bulk}/stop", auth=ORGANISE, response=BulkShape, tags=["bulk"])
def stop(request: ApiRequest, bulk: str) -> BulkShape:
    """Do no more of it; what was done stays."""
    stop_bulk(request.call.seat, bulk_at(request, bulk), request.call.now)
    return bulk_shape(bulk_at(request, bulk))


@router.post("/bulk/{public:bulk}/undo", auth=ORGANISE, response=BulkShape, tags=["bulk"])
def undo(request: ApiRequest, bulk: str) -> BulkShape:
    """Undo it; what somebody changed since is left alone, and counted."""
    undo_bulk(request.call.seat, bulk_at(request, bulk), request.call.now)
    return bulk_shape(bulk_at(request, bulk))


def moved(request: ApiRequest, deed: Callable[[], int | None]) -> ConversationShape:
    """Join or part once, and show the conversation that is left; raise `Problem` where nothing could be done."""

    def done() -> dict[str, int]:
        try:
            conversation_id = deed()
        except Contended as error:
            raise Problem("changed") from error
        if conversation_id is None:
            raise Problem("changed")
        return {"conversation": conversation_id}

    return standing(request, once(request, done)["conversation"])


@router.post(f"{AT}/merge", auth=ORGANISE, response=ConversationShape, tags=["conversations"])
def merge(request: ApiRequest, conversation: str, given: Other) -> ConversationShape:
    """Join another conversation of the same channel to this one; it can be parted again."""
    call, kept = request.call, conversation_at(request, conversation)
    other = conversation_here(request, given.other)
    return moved(request, lambda: kept.pk if merge_conversations(call.seat, kept, other, call.now) else None)


def conversation_here(request: ApiRequest, public_id: str) -> Conversation:
    """Return a conversation this token may see, or one it joined to another; raise `Problem`."""
    joined = Conversation.objects.of(request.call.seat.brand).filter(public_id=public_id, merged_into__isnull=False)
    return joined.first() or conversation_at(request, public_id)


@router.post(f"{AT}/unmerge", auth=ORGANISE, response=ConversationShape, tags=["conversations"])
def unmerge(request: ApiRequest, conversation: str, given: Other) -> ConversationShape:
    """Part a conversation that was joined to this one."""
    call, kept = request.call, conversation_at(request, conversation)

    def parted() -> int | None:
        rows = Conversation.objects.of(call.seat.brand).filter(public_id=given.other, merged_into=kept)
        other = rows.first()
        if other is None:
            raise Problem("not_found")
        fresh = unmerge_conversation(call.seat, other, call.now)
        return fresh.pk if fresh is not None else None

    return moved(request, parted)


@router.post("/messages/{public:message}/split", auth=ORGANISE, response=ConversationShape, tags=["messages"])
def split(request: ApiRequest, message: str) -> ConversationShape:
    """Give a message and what came after it a conversation of its own."""
    call, found = request.call, message_at(request, message)

    def parted() -> int | None:
        fresh = split_conversation(call.seat, found, call.now)
        return fresh.pk if fresh is not None else None

    return moved(request, parted)


def note_shape(row: NoteRow) -> NoteShape:
    """Return a note; not whose it is."""
    files, is_from_outside = file_shapes(row.files), row.is_from_outside
    return NoteShape(id=row.public_id, text=row.text, made_at=row.made_at, is_from_outside=is_from_outside, files=files)


@router.get(f"{AT}/notes", auth=READ, response=Notes, tags=["notes"])
def list_notes(request: ApiRequest, conversation: str) -> Notes:
    """List what the team noted on a conversation."""
    rows = notes_of(conversation_at(request, conversation), request.call.seat)
    return Notes(items=[note_shape(row) for row in rows])


@router.post(f"{AT}/notes", auth=ORGANISE, response={201: NoteShape}, tags=["notes"])
def add_note(request: ApiRequest, conversation: str, given: Noted) -> Status[NoteShape]:
    """Leave a note for the team; nobody outside sees it."""
    call, found = request.call, conversation_at(request, conversation)
    key = f"api:{key_of(request) or new_public_id()}"
    try:
        row = write_note(call.seat, found, given.text, call.now, key=key, handed=given.files)
    except FilesGone as error:
        raise Problem("file", why="gone", says=_("A file is no longer there, or belongs to something else.")) from error
    except KeyReused as error:
        raise Problem("key_reused") from error
    if row is None:
        raise Problem("invalid", errors=misfits_of([{"loc": ("body", "text"), "type": "name"}]))
    files = tuple(files_of_notes(row.brand_id, [row]).get(row.pk, ()))
    return Status(201, note_shape(replace(note_row(row, call.seat), files=files)))


@router.delete(f"{AT}/notes/{{public:note}}", auth=ORGANISE, response=Changed, tags=["notes"])
def forget_note(request: ApiRequest, conversation: str, note: str) -> Changed:
    """Take a note away."""
    row = note_in(conversation_at(request, conversation), note)
    if row is None:
        raise Problem("not_found")
    return Changed(changed=remove_note(request.call.seat, row, request.call.now))
