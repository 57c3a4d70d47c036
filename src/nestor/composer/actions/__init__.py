"""Writes of the composer: keep a draft, put it away, hand it on."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Greatest

from nestor.composer.actions.files import drop_files
from nestor.composer.models import Draft
from nestor.composer.reads import KEPT_EMPTY_FOR, begun, empty_drafts
from nestor.composer.reads.saved import box_of
from nestor.inbox.models import Conversation
from nestor.inbox.rules import storable
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.actions import relief as routing
from nestor.routing.models import BulkDeed, Relief
from nestor.routing.reads import visible_routes

MOST_REVISION = 2**30


def save_draft(seat: Seat, conversation: Conversation, text: str, revision: int, now: datetime) -> Draft | None:
    """Keep what is being written; None when a newer revision is kept already or the person may not answer.

    Neither journal nor event: what was never sent leaves no trace.
    """
    if not seat.may(Permission.ANSWER, conversation) or not 0 <= revision < MOST_REVISION:
        return None
    kept = storable(text)
    for _ in range(3):
        rows = Draft.objects.of(seat.brand).filter(conversation=conversation, author=seat.user)
        if rows.filter(revision__lte=revision).update(text=kept, revision=revision, changed_at=now):
            return rows.first()
        if rows.filter(revision__gt=revision).exists():
            return None
        if rows.exists():
            continue  # another tab was faster, with an older text
        try:
            with transaction.atomic():
                fresh: Draft = Draft.objects.create(
                    brand=seat.brand,
                    conversation=conversation,
                    author=seat.user,
                    text=kept,
                    revision=revision,
                    changed_at=now,
                )
                return fresh
        except IntegrityError:
            continue
    return None


def replace_draft(seat: Seat, conversation: Conversation, text: str, now: datetime) -> Draft | None:
    """Keep a text in the place of what this person had begun here; None as `save_draft` does."""
    return save_draft(seat, conversation, text, box_of(seat, conversation).revision + 1, now)


def put_away_draft(seat: Seat, conversation: Conversation, now: datetime, *, revision: int = 0) -> bool:
    """Put the draft away: nothing of its words and files stays. False when there were none.

    `revision` is the browser's own count: what it sent up to there and is still on its way no longer counts. An
    empty row remembers that for `KEPT_EMPTY_FOR`.
    """
    revision = min(revision, MOST_REVISION)
    rows = Draft.objects.of(seat.brand).filter(conversation=conversation, author=seat.user)
    with transaction.atomic():
        files = drop_files(seat, conversation)
        emptied = rows.exclude(text="").update(text="", revision=F("revision") + 1, changed_at=now)
        if rows.update(revision=Greatest(F("revision"), Value(revision + 1))) or not revision:
            return bool(emptied or files)
    save_draft(seat, conversation, "", revision + 1, now)
    return False


def forget_empty_drafts(now: datetime) -> int:
    """Forget that somebody once wrote somewhere: rows without words whose time is over. Return how many."""
    return int(empty_drafts(now - KEPT_EMPTY_FOR).delete()[0])


def confirm_relief(seat: Seat, relief: Relief, now: datetime) -> BulkDeed | None:
    """Take over what a colleague offered: conversations, and what they were writing there."""
    with transaction.atomic():
        bulk = routing.confirm_relief(seat, relief, now)
        if bulk is not None:
            _take_over_drafts(seat, relief.giver_id)
        return bulk


def _take_over_drafts(seat: Seat, giver_id: int) -> None:
    """Give drafts their new author; where the new author is writing already, both keep their own."""
    open_here = visible_routes(seat).filter(is_open=True, conversation_id=OuterRef("conversation_id"))
    drafts = begun(Draft.objects.of(seat.brand).filter(Exists(open_here), author_id=giver_id))
    for draft_id in list(drafts.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                Draft.objects.of(seat.brand).filter(pk=draft_id, author_id=giver_id).update(author=seat.user)
        except IntegrityError:
            continue
