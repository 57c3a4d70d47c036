"""Writes of the guard: ask for consent, give it, refuse it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from nestor.guard import reads
from nestor.guard.events import ClearanceMoved
from nestor.guard.models import Clearance
from nestor.guard.rules.contract import Finding
from nestor.inbox.models import Conversation
from nestor.media.models import File
from nestor.notices.actions import tell, withdraw
from nestor.notices.rules import Occasion
from nestor.people.reads import Seat, team_of
from nestor.people.rules import Permission, may
from nestor.routing.models import Route
from nestor.work.actions import announce, note
from nestor.work.rules import storable


def ask_clearance(
    seat: Seat,
    conversation: Conversation,
    text: str,
    findings: tuple[Finding, ...],
    now: datetime,
    *,
    files: Sequence[File] = (),
) -> Clearance | None:
    """Ask a second person; None where there is nothing to ask: no stop, or one that nobody can clear."""
    stopped = reads.stops(findings)
    if not stopped or reads.absolutes(findings) or not seat.may(Permission.ANSWER, conversation):
        return None
    with transaction.atomic():
        rows = Clearance.objects.of(conversation.brand_id).filter(conversation=conversation, author=seat.user)
        fingerprint = reads.fingerprint_of(conversation, text, stopped, files)
        same: Clearance | None = rows.filter(state=Clearance.ASKED, fingerprint=fingerprint).first()
        if same is not None:
            return same
        rows.filter(state__in=(Clearance.ASKED, Clearance.GIVEN)).update(state=Clearance.WITHDRAWN)
        row: Clearance = Clearance.objects.create(
            brand_id=conversation.brand_id,
            conversation=conversation,
            author=seat.user,
            text=text,
            fingerprint=fingerprint,
            findings=reads.as_stored(findings),
            asked_at=now,
        )
        _say(row, "ask_clearance", seat, now, "")
        judges = [user.pk for user, role in team_of(row.brand_id) if may(role, Permission.CLEAR)]
        _tell(row, Occasion.SECOND_READING, [one for one in judges if one != seat.user.pk], now)
        return row


def give_clearance(seat: Seat, clearance: Clearance, reason: str, now: datetime) -> bool:
    """Consent as the second person; False for one's own words, without the right, or when it was judged already."""
    return _judge(seat, clearance, Clearance.GIVEN, reason, now)


def refuse_clearance(seat: Seat, clearance: Clearance, reason: str, now: datetime) -> bool:
    """Refuse as the second person; the author keeps the text as a draft."""
    return _judge(seat, clearance, Clearance.REFUSED, reason, now)


def _judge(seat: Seat, clearance: Clearance, state: str, reason: str, now: datetime) -> bool:
    reason = storable(reason.strip(), 500)
    if not seat.may(Permission.CLEAR, clearance) or not reason:
        return False
    with transaction.atomic():
        rows = Clearance.objects.of(clearance.brand_id).filter(pk=clearance.pk, state=Clearance.ASKED)
        judged = rows.exclude(author=seat.user).update(state=state, judge=seat.user, judged_at=now, reason=reason)
        if judged != 1:
            return False
        verb = "give_clearance" if state == Clearance.GIVEN else "refuse_clearance"
        _say(clearance, verb, seat, now, reason)
        withdraw(clearance.brand_id, [Occasion.SECOND_READING], [_about(clearance)], now)
        _tell(clearance, Occasion.SECOND_READ, [clearance.author_id], now)
        return True


def withdraw_clearance(seat: Seat, conversation: Conversation, now: datetime) -> bool:
    """Ask no longer: what was put away is not judged, not sent, and its text goes."""
    with transaction.atomic():
        rows = Clearance.objects.of(seat.brand).filter(conversation=conversation, author=seat.user)
        waiting = list(rows.filter(state__in=(Clearance.ASKED, Clearance.GIVEN)).values_list("pk", flat=True))
        gone = Clearance.objects.of(seat.brand).filter(pk__in=waiting).exclude(state=Clearance.USED)
        if not gone.update(state=Clearance.WITHDRAWN, text="", findings=[]):
            return False
        withdraw(seat.brand.pk, [Occasion.SECOND_READING], [conversation.public_id], now)
        for row in Clearance.objects.of(seat.brand).filter(pk__in=waiting):
            ids = {"brand_id": row.brand_id, "clearance_id": row.pk, "conversation_id": row.conversation_id}
            announce(ClearanceMoved(**ids), now)
        return True


def _about(row: Clearance) -> str:
    return str(row.conversation.public_id)


def _tell(row: Clearance, occasion: Occasion, people: list[int], now: datetime) -> None:
    """Tell that a second reading is asked for, or done: never why."""
    is_sealed = Route.objects.of(row.brand_id).filter(conversation_id=row.conversation_id, is_sealed=True).exists()
    if people:
        tell(row.brand_id, occasion, _about(row), now, to=people, is_sealed=is_sealed)


def use_clearance(clearance: Clearance) -> bool:
    """Spend a consent on the one delivery it was given for. Joins the caller's transaction."""
    rows = Clearance.objects.of(clearance.brand_id).filter(pk=clearance.pk, state=Clearance.GIVEN)
    return rows.update(state=Clearance.USED) == 1


def _say(row: Clearance, verb: str, seat: Seat, now: datetime, reason: str) -> None:
    note(verb, row, now, brand_id=row.brand_id, actor_id=seat.user.pk, reason=reason)
    announce(ClearanceMoved(brand_id=row.brand_id, clearance_id=row.pk, conversation_id=row.conversation_id), now)
