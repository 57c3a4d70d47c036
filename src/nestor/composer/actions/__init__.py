"""Writes of the composer: keep a draft, put it away, hand it on."""

from datetime import datetime

from django.db import IntegrityError, transaction

from nestor.composer.models import Draft
from nestor.composer.reads import draft_of
from nestor.inbox.models import Conversation
from nestor.inbox.rules import storable
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.actions import relief as routing
from nestor.routing.models import BulkDeed, Relief
from nestor.routing.reads import visible_routes


def save_draft(seat: Seat, conversation: Conversation, text: str, revision: int, now: datetime) -> Draft | None:
    """Keep what is being written; None when a newer revision is kept already or the person may not answer.

    Neither journal nor event: what was never sent leaves no trace.
    """
    if not seat.may(Permission.ANSWER, conversation) or not 0 <= revision < 2**31:
        return None
    kept = storable(text)
    for _ in range(3):
        rows = Draft.objects.of(seat.brand).filter(conversation=conversation, author=seat.user)
        if rows.filter(revision__lte=revision).update(text=kept, revision=revision, changed_at=now):
            return draft_of(seat, conversation)
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


def put_away_draft(seat: Seat, conversation: Conversation) -> bool:
    """Put the draft away: nothing of it stays, anywhere."""
    rows = Draft.objects.of(seat.brand).filter(conversation=conversation, author=seat.user)
    return bool(rows.delete()[0])


def confirm_relief(seat: Seat, relief: Relief, now: datetime) -> BulkDeed | None:
    """Take over what a colleague offered: conversations, and what they were writing there."""
    with transaction.atomic():
        bulk = routing.confirm_relief(seat, relief, now)
        if bulk is not None:
            _take_over_drafts(seat, relief.giver_id)
        return bulk


def _take_over_drafts(seat: Seat, giver_id: int) -> None:
    """Give drafts their new author; where the new author is writing already, both keep their own."""
    open_here = visible_routes(seat).filter(is_open=True).values("conversation_id")
    drafts = Draft.objects.of(seat.brand).filter(author_id=giver_id, conversation_id__in=open_here).exclude(text="")
    for draft_id in list(drafts.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                drafts.filter(pk=draft_id).update(author=seat.user)
        except IntegrityError:
            continue
