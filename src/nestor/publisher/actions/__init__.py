"""Writes of the publisher: submit an answer, take it back, decide what nobody knows; `sending` calls the network."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from nestor.brands.models import Channel
from nestor.composer.actions import put_away_draft, replace_draft
from nestor.composer.reads import draft_of, files_in
from nestor.composer.reads.saved import signature_of, signed
from nestor.composer.rules import unsigned
from nestor.guard import reads as guard
from nestor.guard.actions import ask_clearance, use_clearance, withdraw_clearance
from nestor.guard.models import Clearance
from nestor.guard.rules.contract import Finding
from nestor.inbox.actions.moving import hold_person
from nestor.inbox.models import Conversation, Message
from nestor.inbox.rules import DECLARED, storable
from nestor.media.models import File
from nestor.networks.contract import Receipt
from nestor.people.models import User
from nestor.people.reads import Seat, seat_at
from nestor.people.rules import Permission
from nestor.publisher.actions.enclosing import enclose, give_again, give_back
from nestor.publisher.actions.settling import move, settle_sent
from nestor.publisher.models import Delivery
from nestor.publisher.reads.others import person_of, second_answer_to
from nestor.publisher.rules import State
from nestor.vocabulary import new_public_id
from nestor.work.actions import claim_key, fingerprint_of, keep_result, note
from nestor.work.reads import is_free

LATE_AFTER = timedelta(days=2)  # an answer that could not leave for so long is asked about, not sent


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a submission: a delivery, or findings to look at first."""

    delivery: Delivery | None = None
    findings: tuple[Finding, ...] = ()


class FilesMoved(Exception):
    """What is attached is not what the person saw: another page attached something or took it out."""


def send_answer(
    seat: Seat,
    conversation: Conversation,
    text: str,
    now: datetime,
    *,
    key: str,
    shown: frozenset[str] = frozenset(),
    begun_at: datetime | None = None,
    revision: int = 0,
    files: Collection[str] = (),
) -> Answered:
    """Submit an answer. The same key gives the same delivery; `shown` are the ids of warnings the person has seen.

    That somebody else answered this person since `begun_at` is such a warning. `revision` is the browser's own count of
    changes: nothing it sent up to there comes back as a draft. `files` are the public ids of what the person saw
    attached to their draft: it goes along.

    Raise `PermissionError` without the right to answer, `KeyReused` when the key came with another text, `FilesMoved`.
    """
    if not seat.may(Permission.ANSWER, conversation):
        raise PermissionError
    text = _signed(seat, conversation, text)
    attached = files_in(seat, conversation)  # before the key is asked: whoever was faster took them along
    known = _known(seat, conversation, text, key, now)
    if known is not None:
        return Answered(delivery=known)
    _check_seen(attached, files)
    findings = guard.findings_on(conversation, text, now, attached)
    findings += second_answer_to(seat, conversation, begun_at, now)
    stopped = guard.stops(findings)
    clearance = guard.clearance_given(conversation, seat.user.pk, text, stopped, attached) if stopped else None
    if guard.absolutes(findings) or (stopped and clearance is None) or guard.warnings(findings) - shown:
        return Answered(findings=findings)
    with transaction.atomic():
        hold_person(conversation, person_of(conversation))
        faster = second_answer_to(seat, conversation, begun_at, now)
        if guard.warnings(faster) - shown:
            return Answered(findings=findings + faster)
        delivery, is_new = _enqueue(seat.user, conversation, text, key, now, cleared=sorted(stopped))
        if is_new and clearance is not None and not use_clearance(clearance):
            transaction.set_rollback(True)  # it was spent on the same words under another key
            return Answered(findings=findings)
        if is_new:
            enclose(seat, delivery, _unchanged(seat, conversation, attached))
        put_away_draft(seat, conversation, now, revision=revision)
    return Answered(delivery=delivery, findings=findings)


def _check_seen(attached: Collection[File], files: Collection[str]) -> None:
    """Raise `FilesMoved` where what is attached is not what the person saw."""
    if {file.public_id for file in attached} != set(files):
        raise FilesMoved


def _unchanged(seat: Seat, conversation: Conversation, checked: Collection[File]) -> list[File]:
    """Return what is attached; raise `FilesMoved` where it is not what was checked, descriptions included."""
    found = files_in(seat, conversation)
    if [(one.pk, one.alt) for one in found] != [(one.pk, one.alt) for one in checked]:
        raise FilesMoved
    return found


def _known(seat: Seat, conversation: Conversation, text: str, key: str, now: datetime) -> Delivery | None:
    with transaction.atomic():
        row, is_new = claim_key(seat.brand.pk, _scope(seat.user), key, _print(conversation, text), now)
        if is_new:
            transaction.set_rollback(True)  # only a delivery spends a key
            return None
    found: Delivery | None = (
        Delivery.objects.of(seat.brand).filter(public_id=(row.result or {}).get("delivery")).first()
    )
    return found


def _scope(user: User) -> str:
    return f"answer:{user.pk}"


def _print(conversation: Conversation, text: str) -> str:
    return fingerprint_of({"conversation": conversation.pk, "text": text})


def _enqueue(
    author: User, conversation: Conversation, text: str, key: str, now: datetime, *, cleared: list[str]
) -> tuple[Delivery, bool]:
    row, is_new = claim_key(conversation.brand_id, _scope(author), key, _print(conversation, text), now)
    if not is_new:
        return _first_result(conversation, row.result), False
    rows = Message.objects.of(conversation.brand_id).filter(
        conversation=conversation, is_ours=False, vanished_at__isnull=True
    )
    delivery: Delivery = Delivery.objects.create(
        brand_id=conversation.brand_id,
        channel_id=conversation.channel_id,
        conversation=conversation,
        answers=rows.filter(shown_at__isnull=False).order_by("-published_at", "-id").first(),
        author=author,
        text=text,
        mark=new_public_id(),
        due_at=now + timedelta(seconds=settings.NESTOR_UNDO_FOR),
        late_at=now + LATE_AFTER,
        made_at=now,
        cleared_findings=cleared,
    )
    keep_result(row, {"delivery": delivery.public_id})
    note("send_answer", delivery, now, brand_id=delivery.brand_id, actor_id=author.pk)
    move(delivery, now)
    return delivery, True


def _first_result(conversation: Conversation, result: dict[str, str] | None) -> Delivery:
    found: Delivery = Delivery.objects.of(conversation.brand_id).get(public_id=(result or {}).get("delivery"))
    return found


def ask_second_person(seat: Seat, conversation: Conversation, text: str, now: datetime) -> Clearance | None:
    """Ask for consent to an answer the guard stops; the text stays the author's draft meanwhile."""
    own = storable(text).strip()
    text = _signed(seat, conversation, text)
    files = files_in(seat, conversation)
    findings = guard.findings_on(conversation, text, now, files)
    clearance = ask_clearance(seat, conversation, text, findings, now, files=files)
    if clearance is not None:
        replace_draft(seat, conversation, own, now)
    return clearance


def _signed(seat: Seat, conversation: Conversation, text: str) -> str:
    """Return what leaves: the text as it can be stored, with its author's signature where there is room."""
    return signed(conversation, storable(text).strip(), signature_of(seat))


def send_cleared(clearance_id: int, brand_id: int, now: datetime) -> Delivery | None:
    """Send what a second person consented to, unless it was sent, changed or withdrawn since."""
    rows = Clearance.objects.of(brand_id).filter(pk=clearance_id, state=Clearance.GIVEN)
    clearance = rows.select_related("author", "conversation__channel", "brand").first()
    if clearance is None:
        return None
    seat = seat_at(clearance.author, clearance.brand.slug)
    if seat is None or not seat.may(Permission.ANSWER) or not _is_still_wanted(seat, clearance, now):
        return None
    files = files_in(seat, clearance.conversation)
    warned = guard.warnings(guard.findings_on(clearance.conversation, clearance.text, now, files))
    key, seen = f"clearance:{clearance.public_id}", [file.public_id for file in files]
    sent = send_answer(seat, clearance.conversation, clearance.text, now, key=key, shown=frozenset(warned), files=seen)
    return sent.delivery


def _is_still_wanted(seat: Seat, clearance: Clearance, now: datetime) -> bool:
    """Nothing leaves that its author has put away, and nothing by itself that they are rewriting."""
    draft = draft_of(seat, clearance.conversation)
    if draft is None:
        withdraw_clearance(seat, clearance.conversation, now)
        return False
    return _signed(seat, clearance.conversation, draft.text) == clearance.text


def take_back(seat: Seat, delivery: Delivery, now: datetime) -> bool:
    """Take an answer back before it leaves; its text is the author's draft again. False when it is too late."""
    if not seat.may(Permission.ANSWER, delivery):
        return False
    with transaction.atomic():
        free = Delivery.objects.of(delivery.brand_id).filter(is_free(now), pk=delivery.pk, state=State.WAITING)
        changes = {"state": State.CANCELLED, "due_at": None, "settled_at": now, "reason": ""}
        if free.update(**changes, lease_token="", leased_until=None) != 1:
            return False
        if delivery.conversation is not None:
            author = _author_seat(delivery, seat)
            _restore_draft(author, delivery.conversation, delivery.text, now)
            give_back(author, delivery, delivery.conversation, now)
        note("take_back", delivery, now, brand_id=delivery.brand_id, actor_id=seat.user.pk)
        move(delivery, now)
        return True


def _author_seat(delivery: Delivery, otherwise: Seat) -> Seat:
    """Return the seat of who wrote it; whoever takes it back keeps it where its author has none any more."""
    seat = seat_at(delivery.author, otherwise.brand.slug) if delivery.author else None
    return seat if seat is not None and seat.may(Permission.ANSWER) else otherwise


def _restore_draft(seat: Seat, conversation: Conversation, text: str, now: datetime) -> None:
    """Give a text back as a draft, before what its author has begun to write since."""
    text = unsigned(text, signature_of(seat))
    draft = draft_of(seat, conversation)
    begun = draft.text if draft is not None and draft.text.strip() else ""
    replace_draft(seat, conversation, f"{text}\n\n{begun}" if begun else text, now)


def send_again(seat: Seat, delivery: Delivery, now: datetime) -> bool:
    """Decide that an unconfirmed delivery did not arrive: it is sent again."""
    changes = {"state": State.WAITING, "due_at": now, "looks": 0, "reason": "", "late_at": now + LATE_AFTER}
    return _decide(seat, delivery, "send_again", changes, now)


def give_up(seat: Seat, delivery: Delivery, now: datetime) -> bool:
    """Decide that an unconfirmed delivery is not to be sent any more."""
    changes = {"state": State.REFUSED, "due_at": None, "settled_at": now, "reason": "given_up"}
    return _decide(seat, delivery, "give_up", changes, now)


def _decide(seat: Seat, delivery: Delivery, verb: str, changes: Mapping[str, Any], now: datetime) -> bool:
    """Decide once the desk has stopped looking by itself: before, the first sender may still be on its way."""
    if not seat.may(Permission.ANSWER, delivery):
        return False
    with transaction.atomic():
        mine = Delivery.objects.of(delivery.brand_id).filter(is_free(now), pk=delivery.pk)
        rows = mine.filter(state=State.UNCONFIRMED, due_at__isnull=True)
        if rows.update(**changes, lease_token="", leased_until=None) != 1:
            return False
        note(verb, delivery, now, brand_id=delivery.brand_id, actor_id=seat.user.pk)
        move(delivery, now)
        return True


def declare_sent(seat: Seat, delivery: Delivery, url: str, now: datetime) -> bool:
    """Decide that an unconfirmed delivery is there: somebody has seen it on the network."""
    if not seat.may(Permission.ANSWER, delivery):
        return False
    seen = Receipt(f"{DECLARED}{delivery.mark}", delivery.first_tried_at or now, storable(url, 2000))
    with transaction.atomic():
        if not settle_sent(delivery, seen, now, sources=[State.UNCONFIRMED.value]):
            return False
        note("declare_sent", delivery, now, brand_id=delivery.brand_id, actor_id=seat.user.pk)
        return True


def write_again(seat: Seat, delivery: Delivery, now: datetime) -> bool:
    """Put an answer that did not go out back into the box, with what was attached. False without a conversation."""
    if delivery.conversation is None:
        return False
    with transaction.atomic():
        if replace_draft(seat, delivery.conversation, delivery.text, now) is None:
            return False
        give_again(seat, delivery, delivery.conversation, now)
        return True


def dismiss(seat: Seat, delivery: Delivery, now: datetime) -> bool:
    """Say that one has seen what became of a delivery; Today shows it no more."""
    rows = Delivery.objects.of(delivery.brand_id).filter(pk=delivery.pk, dismissed_at__isnull=True)
    settled = rows.filter(state__in=(State.REFUSED, State.CANCELLED, State.LATE))
    return seat.may(Permission.ANSWER, delivery) and settled.update(dismissed_at=now) == 1


def look_now(channel: Channel, now: datetime) -> int:
    """Make everything unconfirmed on a channel due to be looked for again."""
    rows = Delivery.objects.of(channel.brand_id).filter(is_free(now), channel=channel, state=State.UNCONFIRMED)
    return rows.update(due_at=now, looks=0)
