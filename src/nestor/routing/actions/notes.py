"""Writes of notes for the team: write one, telling whoever it names; take one away."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime

from django.db import transaction

from nestor.inbox.models import Conversation
from nestor.media import store
from nestor.media.actions import Checked, claim_handed, digest_of, keep_file, let_go
from nestor.notices.actions import tell
from nestor.notices.rules import Occasion
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.events import NoteMoved
from nestor.routing.models import Note, NoteFile
from nestor.routing.reads.notes import as_named, may_be_named, may_remove
from nestor.routing.reads.standings import is_any_sealed
from nestor.routing.rules.notes import MOST_TEXT, namings
from nestor.work.actions import announce, claim_key, fingerprint_of, keep_result, note
from nestor.work.rules import storable


def write_note(
    seat: Seat,
    conversation: Conversation,
    text: str,
    now: datetime,
    *,
    key: str,
    files: Sequence[Checked] = (),
    handed: Sequence[str] = (),
) -> Note | None:
    """Write a note with its files and tell whoever it names; the same key gives the same note.

    `handed` are the public ids of files this person handed over before. None without the right, where it says nothing,
    or where it is too long. Raise `KeyReused` for another content, `FilesGone` where a file is not theirs to attach.
    """
    kept = storable(text.strip(), MOST_TEXT + 1)
    is_sealed = is_any_sealed(conversation)
    sees = seat.may(Permission.SEE_SEALED) or not is_sealed
    if not seat.may(Permission.ROUTE, conversation) or not sees or not kept or len(kept) > MOST_TEXT:
        return None
    team = may_be_named(conversation, is_sealed=is_sealed)
    found = namings(kept, as_named(team))
    content = _print(conversation, kept, [*(digest_of(one) for one in files), *handed])
    with store.held() if files else nullcontext(), transaction.atomic():
        row, is_new = claim_key(seat.brand.pk, f"note:{seat.user.pk}", key, content, now)
        if not is_new:
            known: Note | None = Note.objects.of(seat.brand).filter(public_id=(row.result or {}).get("note")).first()
            return known
        fresh: Note = Note.objects.create(
            brand_id=conversation.brand_id,
            conversation=conversation,
            author=seat.user,
            text=kept,
            namings=[[one.start, one.end, one.id] for one in found],
            made_at=now,
        )
        for file in [*(keep_file(seat, one, now) for one in files), *claim_handed(seat, handed)]:
            NoteFile.objects.create(brand_id=conversation.brand_id, note=fresh, file=file)
        keep_result(row, {"note": fresh.public_id})
        told = sorted({one.id for one in found} - {seat.user.pk})
        if told:
            about = conversation.public_id
            tell(conversation.brand_id, Occasion.MENTIONED, about, now, to=told, is_sealed=is_sealed)
        _say(fresh, "write_note", seat, now)
    return fresh


def _print(conversation: Conversation, text: str, files: Sequence[str]) -> str:
    said = {"conversation": conversation.pk, "text": text}
    return fingerprint_of(said | ({"files": list(files)} if files else {}))


def remove_note(seat: Seat, row: Note, now: datetime) -> bool:
    """Take a note away for good; False when it is gone already, or is not this person's to take."""
    if not may_remove(seat, row):
        return False
    with transaction.atomic():
        let_go_of(row.brand_id, [row.pk])
        if Note.objects.of(row.brand_id).filter(pk=row.pk).delete()[0] != 1:
            return False
        _say(row, "remove_note", seat, now)
        return True


def let_go_of(brand_id: int, note_ids: Iterable[int]) -> int:
    """Forget what went with notes; return how many files. Joins the caller's transaction."""
    links = NoteFile.objects.of(brand_id).filter(note_id__in=list(note_ids))
    files = list(links.values_list("file_id", flat=True))
    links.delete()
    let_go(brand_id, files)
    return len(files)


def _say(row: Note, verb: str, seat: Seat, now: datetime) -> None:
    note(verb, row, now, brand_id=row.brand_id, actor_id=seat.user.pk)
    announce(NoteMoved(brand_id=row.brand_id, note_id=row.pk, conversation_id=row.conversation_id), now)
