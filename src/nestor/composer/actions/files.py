"""Writes of files in an answer that is being written. As with its words: what was never sent leaves no trace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from nestor.composer.models import Draft, DraftFile
from nestor.composer.reads import files_in
from nestor.inbox.models import Conversation
from nestor.media import store
from nestor.media.actions import Checked, Given, Turned, check_files, describe_file, keep_file, let_go
from nestor.media.models import File
from nestor.media.reads import taken_by
from nestor.people.reads import Seat
from nestor.people.rules import Permission


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of files that were handed over."""

    kept: tuple[File, ...] = ()
    turned: tuple[Turned, ...] = ()


def attach_files(
    seat: Seat, conversation: Conversation, given: Iterable[Given], now: datetime, *, revision: int | None = None
) -> Attached | None:
    """Attach files to what this person is writing here; what cannot be taken is turned away with its reason.

    None without the right to answer, where the network takes no file, or where the draft was put away or sent since the
    browser counted `revision`.
    """
    taken = taken_by(conversation.channel, conversation.kind)
    if not seat.may(Permission.ANSWER, conversation) or taken is None:
        return None
    checked, turned = check_files(given, taken)
    with store.held(), transaction.atomic():
        draft = _hold_draft(seat, conversation, revision, now)
        if draft is None:
            return None
        room = max(0, taken.each - DraftFile.objects.of(seat.brand).filter(draft=draft).count())
        kept = tuple(_attach(seat, draft, one, now) for one in checked[:room])
        turned += [Turned(one.name, "too_many", (("most", str(taken.each)),)) for one in checked[room:]]
    return Attached(kept, tuple(turned))


def _attach(seat: Seat, draft: Draft, checked: Checked, now: datetime) -> File:
    file = keep_file(seat, checked, now)
    DraftFile.objects.create(brand=seat.brand, draft=draft, file=file)
    return file


def _hold_draft(seat: Seat, conversation: Conversation, revision: int | None, now: datetime) -> Draft | None:
    """Return the draft, held until the transaction ends, a new one where there is none; None where it was ended."""
    rows = Draft.objects.of(seat.brand).filter(conversation=conversation, author=seat.user)
    for _ in range(2):
        if rows.update(changed_at=now):
            draft: Draft = rows.get()
            is_over = not draft.text and revision is not None and draft.revision > revision
            return None if is_over and not files_in(seat, conversation) else draft
        try:
            with transaction.atomic():
                fresh: Draft = Draft.objects.create(
                    brand=seat.brand, conversation=conversation, author=seat.user, changed_at=now
                )
                return fresh
        except IntegrityError:
            continue  # another tab began it this very moment
    return None


def detach_file(seat: Seat, conversation: Conversation, public_id: str) -> bool:
    """Take a file out of what this person is writing here; False when it is gone already."""
    rows = DraftFile.objects.of(seat.brand).filter(draft__conversation=conversation, draft__author=seat.user)
    with transaction.atomic():
        return _drop(seat, rows.filter(file__public_id=public_id).values_list("pk", "file_id")) == 1


def drop_files(seat: Seat, conversation: Conversation) -> int:
    """Take all files out of what this person is writing here; return how many. Joins the caller's transaction."""
    rows = DraftFile.objects.of(seat.brand).filter(draft__conversation=conversation, draft__author=seat.user)
    return _drop(seat, rows.values_list("pk", "file_id"))


def _drop(seat: Seat, links: Iterable[tuple[int, int]]) -> int:
    found = list(links)
    if not found:
        return 0
    count: int = DraftFile.objects.of(seat.brand).filter(pk__in=[pk for pk, _ in found]).delete()[0]
    let_go(seat.brand.pk, [file_id for _, file_id in found])
    return count


def describe_files(seat: Seat, conversation: Conversation, alts: Mapping[str, str]) -> int:
    """Say what attached files show, by their public ids; return how many were described anew."""
    known = {file.public_id: file for file in files_in(seat, conversation)} if alts else {}
    changed = [(known[name], alt) for name, alt in alts.items() if name in known and known[name].alt != alt]
    with transaction.atomic():
        return sum(describe_file(file, alt) for file, alt in changed)


def adopt_files(seat: Seat, conversation: Conversation, files: Iterable[File], now: datetime) -> int:
    """Attach kept files that nothing else points at to what this person is writing here. Joins the caller."""
    draft = _hold_draft(seat, conversation, None, now)
    if draft is None:
        return 0
    found = list(files)
    for file in found:
        DraftFile.objects.create(brand=seat.brand, draft=draft, file=file)
    return len(found)
