"""Writes of the composer: keep a draft, put it away."""

from datetime import datetime

from django.db import IntegrityError, transaction

from nestor.composer.models import Draft
from nestor.composer.reads import draft_of
from nestor.inbox.models import Conversation
from nestor.inbox.rules import storable
from nestor.people.reads import Seat
from nestor.people.rules import Permission


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
