"""What the team noted on conversations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.models import Conversation
from nestor.media.reads import FileRow, file_row
from nestor.people.models import User
from nestor.people.reads import Seat, team_of
from nestor.people.rules import Permission, may
from nestor.routing.models import Note, NoteFile
from nestor.routing.rules.notes import Named


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note as a screen shows it; `namings` are places in the text where a colleague is named."""

    public_id: str
    text: str
    namings: tuple[tuple[int, int], ...]
    is_to_me: bool
    author: str
    is_from_outside: bool  # of a colleague without an account, by a link
    may_remove: bool
    made_at: datetime
    files: tuple[FileRow, ...] = ()


def notes_of(conversation: Conversation, seat: Seat) -> tuple[NoteRow, ...]:
    """Return a conversation's notes, oldest first, those of conversations joined to it among them."""
    rows = list(_in(conversation).select_related("author").order_by("made_at", "id"))
    files = files_of_notes(conversation.brand_id, rows)
    return tuple(replace(note_row(row, seat), files=tuple(files.get(row.pk, ()))) for row in rows)


def files_of_notes(brand_id: int, notes: Iterable[Note]) -> dict[int, list[FileRow]]:
    """Return what goes with notes, by their ids. One query."""
    found: dict[int, list[FileRow]] = {}
    rows = NoteFile.objects.of(brand_id).filter(note__in=list(notes)).select_related("file")
    for row in rows.order_by("file_id"):
        found.setdefault(row.note_id, []).append(file_row(row.file))
    return found


def _in(conversation: Conversation) -> BrandQuerySet:
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    return Note.objects.of(conversation.brand_id).filter(here)


def note_row(row: Note, seat: Seat) -> NoteRow:
    """Return a note as this person is shown it."""
    return NoteRow(
        public_id=row.public_id,
        text=row.text,
        namings=tuple((start, end) for start, end, _ in row.namings),
        is_to_me=any(one == seat.user.pk for _, _, one in row.namings),
        author=row.author.name if row.author else row.from_name,
        is_from_outside=bool(row.from_name),
        may_remove=may_remove(seat, row),
        made_at=row.made_at,
    )


def may_remove(seat: Seat, note: Note) -> bool:
    """Return whether this person may take a note away: their own, or any as the brand's head."""
    is_own = note.author_id == seat.user.pk and seat.may(Permission.ROUTE, note)
    return is_own or seat.may(Permission.HEAD, note)


def note_in(conversation: Conversation, public_id: str) -> Note | None:
    """Return one note of a conversation."""
    found: Note | None = _in(conversation).filter(public_id=public_id).first()
    return found


def may_be_named(conversation: Conversation, *, is_sealed: bool) -> list[User]:
    """Return who of the team may read a note here: all of it, or who must know where it is sealed."""
    needed = Permission.SEE_SEALED if is_sealed else Permission.SEE
    return [user for user, role in team_of(conversation.brand_id) if may(role, needed)]


def as_named(people: Sequence[User]) -> list[Named]:
    """Return people as rules see them."""
    return [Named(user.pk, user.name) for user in people]
