"""Writes about links for colleagues without an account: make one, mail it, take it back, take its one answer."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from nestor.inbox.models import Conversation
from nestor.notices.actions import tell
from nestor.notices.rules import Occasion
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.events import ForwardMoved, NoteMoved
from nestor.routing.models import Forward, Note
from nestor.routing.reads.forwarding import digest_of, forward_by, link_state, token_for
from nestor.routing.reads.standings import is_any_sealed
from nestor.routing.rules.forwarding import (
    MOST_AN_HOUR,
    MOST_ANSWER,
    MOST_QUESTION,
    MOST_TRIES,
    LinkState,
    expires_at,
)
from nestor.routing.wording import mail_of
from nestor.vocabulary import new_public_id
from nestor.work.actions import announce, claim_key, fingerprint_of, keep_result, note, release_lease, take_lease
from nestor.work.rules import storable, wait_for

WORDS_MISSING, SEALED, TOO_MANY = "words_missing", "sealed", "too_many"


class NotForwarded(Exception):
    """A conversation was not forwarded; the message is a code."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody without an account who is asked something."""

    name: str
    email: str
    language: str
    question: str
    days: int


def forward_conversation(seat: Seat, conversation: Conversation, to: Colleague, now: datetime, *, key: str) -> Forward:
    """Show a conversation to a colleague by a link that expires; the same key gives the same link.

    Raise `PermissionError`, `NotForwarded` with its reason, or `KeyReused`.
    """
    if not seat.may(Permission.ROUTE, conversation):
        raise PermissionError
    asked = _checked(to)
    content = fingerprint_of({"conversation": conversation.pk, "to": asked.email, "question": asked.question})
    with transaction.atomic():
        claimed, is_new = claim_key(seat.brand.pk, f"forward:{seat.user.pk}", key, content, now)
        if not is_new:
            rows = Forward.objects.of(seat.brand).filter(public_id=(claimed.result or {}).get("forward"))
            known: Forward = rows.get()
            return known
        if is_any_sealed(conversation):
            raise NotForwarded(SEALED)
        lately = Forward.objects.of(seat.brand).filter(author=seat.user, made_at__gt=now - timedelta(hours=1))
        if lately.count() >= MOST_AN_HOUR:
            raise NotForwarded(TOO_MANY)
        row = _made(seat, conversation, asked, now)
        keep_result(claimed, {"forward": row.public_id})
        _say(row, "forward_conversation", seat.user.pk, now)
    return row


def _checked(to: Colleague) -> Colleague:
    name = " ".join(storable(to.name, 300).split())[:120]
    question = storable(to.question.strip(), MOST_QUESTION)
    try:
        validate_email(to.email)
    except ValidationError as error:
        raise NotForwarded(WORDS_MISSING) from error
    if not name or not question:
        raise NotForwarded(WORDS_MISSING)
    language = to.language if to.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return Colleague(name, to.email, language, question, to.days)


def _made(seat: Seat, conversation: Conversation, to: Colleague, now: datetime) -> Forward:
    public_id = new_public_id()
    row: Forward = Forward.objects.create(
        public_id=public_id,
        brand_id=conversation.brand_id,
        conversation=conversation,
        author=seat.user,
        name=to.name,
        email=to.email,
        question=to.question,
        language=to.language,
        digest=digest_of(token_for(public_id)),
        made_at=now,
        expires_at=expires_at(now, to.days),
        due_at=now,
    )
    return row


def revoke_forward(seat: Seat, row: Forward, now: datetime) -> bool:
    """Take a link back: it opens nothing any more. False when it was answered, or taken back already."""
    if not seat.may(Permission.ROUTE, row):
        return False
    with transaction.atomic():
        rows = Forward.objects.of(row.brand_id).filter(pk=row.pk, revoked_at__isnull=True, answered_at__isnull=True)
        if rows.update(revoked_at=now, due_at=None) != 1:
            return False
        _say(row, "revoke_forward", seat.user.pk, now)
        return True


def answer_forward(token: str, text: str, now: datetime) -> LinkState | None:
    """Take the one answer to a link as a note; return what the link was, None for a link that opens nothing.

    `OPEN` says that the answer was taken; a second one changes nothing.
    """
    kept = storable(text.strip(), MOST_ANSWER)
    row = forward_by(token)
    if row is None or not kept:
        return None
    state = link_state(row, now)
    if state is not LinkState.OPEN:
        return state
    conversation = row.conversation.merged_into or row.conversation
    with transaction.atomic():
        rows = Forward.objects.of(row.brand_id).filter(pk=row.pk, revoked_at__isnull=True, answered_at__isnull=True)
        if rows.update(answered_at=now, due_at=None) != 1:
            row.refresh_from_db(from_queryset=Forward.objects.of(row.brand_id))
            return link_state(row, now)
        fresh: Note = Note.objects.create(
            brand_id=row.brand_id, conversation=conversation, from_name=row.name, text=kept, made_at=now
        )
        to = [row.author_id] if row.author_id else []
        tell(row.brand_id, Occasion.FORWARD_ANSWERED, conversation.public_id, now, to=to)
        _say(row, "answer_forward", None, now)
        announce(NoteMoved(brand_id=row.brand_id, note_id=fresh.pk, conversation_id=conversation.pk), now)
    return LinkState.OPEN


def mail_forward(row_id: int, now: datetime) -> bool:
    """Mail a link that waits; False when nothing was handed over. Twice is harmless: it is the same mail."""
    every = Forward.objects.across_brands("a worker looks at one due row by its id").filter(due_at__lte=now)
    lease = take_lease(every, row_id, now, timedelta(seconds=settings.NESTOR_LEASE_FOR))
    if lease is None:
        return False
    row: Forward = every.select_related("brand", "author", "conversation__merged_into").get(pk=row_id)
    mine = Forward.objects.of(row.brand_id)
    if link_state(row, now) is not LinkState.OPEN:
        release_lease(mine, lease, due_at=None)
        return False
    trouble = mail_of(row)
    changes: dict[str, Any]
    if trouble == "":
        changes = {"due_at": None, "mailed_at": now, "trouble": ""}
    elif trouble == "busy" and row.tries + 1 < MOST_TRIES:
        wait = wait_for(row.tries, random.Random(row.pk), timedelta(seconds=20))  # noqa: S311  spreads load, no secret
        changes = {"due_at": now + wait, "tries": row.tries + 1, "trouble": trouble}
    else:
        changes = {"due_at": None, "trouble": trouble}
    with transaction.atomic():
        if release_lease(mine, lease, **changes):
            announce(_moved(row), now)
    return trouble == ""


def _say(row: Forward, verb: str, actor_id: int | None, now: datetime) -> None:
    note(verb, row, now, brand_id=row.brand_id, actor_id=actor_id)
    announce(_moved(row), now)


def _moved(row: Forward) -> ForwardMoved:
    return ForwardMoved(brand_id=row.brand_id, forward_id=row.pk, conversation_id=row.conversation_id)
