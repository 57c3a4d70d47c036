"""The one place where a delivery meets its network: claim, commit, call, settle; and looking for what nobody knows."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from nestor.brands import reads as brands
from nestor.brands.actions import claim_turn, report_trouble
from nestor.guard import reads as guard
from nestor.media.reads import is_there
from nestor.media.store import FileLost
from nestor.networks.contract import (
    Ability,
    Absent,
    Author,
    Connector,
    Found,
    NetworkTrouble,
    Parcel,
    Reason,
    Refused,
    TryLater,
    Uncertain,
    Unknown,
)
from nestor.people.models import TeamRole
from nestor.people.rules import Permission, may
from nestor.publisher.actions.settling import ask_author, move, settle_sent, step
from nestor.publisher.models import Attempt, Delivery
from nestor.publisher.reads.enclosed import enclosures_of, files_of
from nestor.publisher.rules import DISCONNECTED, State, is_late, look_again_for, may_send_again_alone
from nestor.vocabulary import MessageKind, Role
from nestor.work.actions import release_lease, take_lease
from nestor.work.reads import is_still_held
from nestor.work.rules import Lease

log = logging.getLogger("nestor.publisher")
HELD_FOR = timedelta(seconds=15)  # a held channel is asked again this often
LOOK_AFTER = timedelta(seconds=2)
Clock = Callable[[], datetime]


def attend(delivery_id: int, clock: Clock) -> None:
    """Do what is due for one delivery: send it, look for it, or say that its sender died."""
    rows = Delivery.objects.across_brands("a worker looks at one due row by its id")
    delivery = rows.select_related(
        "channel", "conversation__channel", "conversation__post", "answers__identity", "answers__home__post"
    ).filter(pk=delivery_id)
    row = delivery.first()
    if row is None:
        return
    if row.state == State.SENDING:
        presume_dead(row, clock())
    elif row.state in (State.WAITING, State.UNCONFIRMED):
        lease_for = timedelta(seconds=settings.NESTOR_LEASE_FOR)
        due = Delivery.objects.of(row.brand_id).filter(state=row.state, due_at__lte=clock())
        lease = take_lease(due, row.pk, clock(), lease_for)
        if lease is not None:
            (_send if row.state == State.WAITING else _look)(row, lease, clock)


def presume_dead(delivery: Delivery, now: datetime) -> bool:
    """A sender whose lease lapsed is dead or asleep: whether it called the network is not known."""
    rows = Delivery.objects.of(delivery.brand_id).filter(pk=delivery.pk, state=State.SENDING, leased_until__lte=now)
    held = rows.values_list("lease_token", "leased_until").first()
    if held is None:
        return False
    token, until = held
    changes = {"due_at": now, "reason": "sender_died", "last_tried_at": until}  # it may have begun until then
    return step(delivery, State.UNCONFIRMED, now, outcome="uncertain", token=token, **changes)


def _send(delivery: Delivery, lease: Lease, clock: Clock) -> None:
    if not _may_still_go(delivery, lease, clock()):
        return
    try:
        connector = brands.connector_of(delivery.channel)
    except brands.TROUBLES as trouble:
        _wait(delivery, lease, clock(), timedelta(minutes=1), brands.reason_of(trouble).value)
        return
    try:
        if _claim(delivery, lease, clock()):
            _call(delivery, lease, connector, clock)
    finally:
        connector.close()


def _may_still_go(delivery: Delivery, lease: Lease, now: datetime) -> bool:
    """Check everything again at the last moment; what may not go is settled with its reason."""
    if is_late(delivery.late_at, now):
        step(delivery, State.LATE, now, token=lease.token, due_at=None, settled_at=now, reason="late")
        return False
    reason = _objection(delivery, now)
    if reason:
        step(delivery, State.CANCELLED, now, token=lease.token, due_at=None, settled_at=now, reason=reason)
    return not reason


def _objection(delivery: Delivery, now: datetime) -> str:
    if not delivery.channel.is_connected:
        return DISCONNECTED
    if delivery.author_id is not None:
        role = TeamRole.objects.of(delivery.brand_id).filter(user_id=delivery.author_id, user__is_active=True).first()
        if role is None or not may(Role(role.role), Permission.ANSWER):
            return "permission"
    if delivery.conversation is not None:
        files = files_of(delivery)
        if not all(is_there(file) for file in files):
            return "file_lost"
        findings = guard.findings_on(delivery.conversation, delivery.text, now, files)
        if "window_closed" in guard.absolutes(findings):
            return Reason.CLOSED.value
        if guard.absolutes(findings) or guard.stops(findings) - set(delivery.cleared_findings):
            return "guard"
    return ""


def _wait(delivery: Delivery, lease: Lease, now: datetime, wait: timedelta, reason: str) -> None:
    rows = Delivery.objects.of(delivery.brand_id).filter(state=State.WAITING)
    release_lease(rows, lease, due_at=now + wait, reason=reason)


def _claim(delivery: Delivery, lease: Lease, now: datetime) -> bool:
    """Commit `sending` and its attempt before the network is called; a hold that came first wins."""
    with transaction.atomic():
        if not claim_turn(delivery.channel_id, delivery.brand_id):
            _wait(delivery, lease, now, HELD_FOR, "held")
            return False
        mine = Delivery.objects.of(delivery.brand_id).filter(
            pk=delivery.pk, state=State.WAITING, lease_token=lease.token, leased_until__gt=now
        )
        first = delivery.first_tried_at or now
        delivery.leased_until = mine.values_list("leased_until", flat=True).first()
        if (
            mine.update(state=State.SENDING, tries=F("tries") + 1, first_tried_at=first, last_tried_at=now, reason="")
            != 1
        ):
            return False
        delivery.tries, delivery.first_tried_at, delivery.last_tried_at = delivery.tries + 1, first, now
        Attempt.objects.create(brand_id=delivery.brand_id, delivery=delivery, number=delivery.tries, begun_at=now)
        return True


def _call(delivery: Delivery, lease: Lease, connector: Connector, clock: Clock) -> None:
    rows = Delivery.objects.of(delivery.brand_id)
    begun_at = clock()
    if not is_still_held(rows, lease, begun_at):
        return  # we slept past our lease: somebody else decides by now, and must not find a second copy
    try:
        parcel = replace(parcel_of(delivery, not_after=delivery.leased_until), files=enclosures_of(delivery))
        receipt = connector.send(parcel)
    except Refused as no:
        _refused(delivery, lease, no, begun_at, clock())
    except TryLater as later:
        due = clock() + later.after
        step(
            delivery, State.WAITING, clock(), outcome="later", token=lease.token, due_at=due, reason=later.reason.value
        )
    except Uncertain as doubt:
        _uncertain(delivery, lease, doubt.reason, begun_at, clock())
    except FileLost:  # before anything was said to the network
        changes = {"due_at": None, "settled_at": clock(), "reason": "file_lost"}
        step(delivery, State.REFUSED, clock(), outcome="refused", token=lease.token, **changes)
    except Exception as error:  # noqa: BLE001 - a connector's defect: nobody knows whether it had sent
        log.error("connector of %s failed with %s while sending", delivery.channel.network, type(error).__name__)
        _uncertain(delivery, lease, Reason.MALFORMED, begun_at, clock())
    else:
        settle_sent(delivery, receipt, clock())


def _uncertain(delivery: Delivery, lease: Lease, reason: Reason, begun_at: datetime, now: datetime) -> None:
    step(
        delivery,
        State.UNCONFIRMED,
        now,
        outcome="uncertain",
        token=lease.token,
        due_at=now + LOOK_AFTER,
        reason=reason.value,
        last_tried_at=begun_at,
    )


def _refused(delivery: Delivery, lease: Lease, no: Refused, begun_at: datetime, now: datetime) -> None:
    if no.reason is Reason.DUPLICATE:  # the network says it has this already: then it can be found
        _uncertain(delivery, lease, no.reason, begun_at, now)
        return
    with transaction.atomic():
        changes = {"due_at": None, "settled_at": now, "reason": no.reason.value}
        step(delivery, State.REFUSED, now, outcome="refused", token=lease.token, **changes)
        if no.reason is Reason.SIGN_IN:
            report_trouble(delivery.channel, no.reason.value, now)


def _look(delivery: Delivery, lease: Lease, clock: Clock) -> None:
    """Look on the network for what may have been sent."""
    try:
        connector = brands.connector_of(delivery.channel)
    except brands.TROUBLES:
        _look_later(delivery, lease, clock())
        return
    try:
        sighting = connector.find(parcel_of(delivery), clock())
        honours_marks = Ability.HONOURS_MARKS in connector.can()
    except NetworkTrouble as trouble:
        sighting, honours_marks = Unknown(trouble.reason), False
    finally:
        connector.close()
    now = clock()
    if isinstance(sighting, Found):
        settle_sent(delivery, sighting.receipt, now, sources=[State.UNCONFIRMED.value])
    elif may_send_again_alone(
        honours_marks=honours_marks, is_absent=isinstance(sighting, Absent), looks=delivery.looks
    ):
        step(delivery, State.WAITING, now, token=lease.token, due_at=now, reason="", looks=F("looks") + 1)
    elif isinstance(sighting, Absent):
        _ask_person(delivery, lease, now, reason="absent")
    else:
        _look_later(delivery, lease, now)


def _look_later(delivery: Delivery, lease: Lease, now: datetime) -> None:
    wait = look_again_for(delivery.looks)
    if wait is None:
        _ask_person(delivery, lease, now, looks=F("looks") + 1)
        return
    rows = Delivery.objects.of(delivery.brand_id).filter(state=State.UNCONFIRMED)
    release_lease(rows, lease, due_at=now + wait, looks=F("looks") + 1)


def _ask_person(delivery: Delivery, lease: Lease, now: datetime, **changes: Any) -> None:
    """Leave it to a person, and say so to whoever looks at the page."""
    with transaction.atomic():
        rows = Delivery.objects.of(delivery.brand_id).filter(state=State.UNCONFIRMED)
        if release_lease(rows, lease, due_at=None, **changes):
            ask_author(delivery, now)
            move(delivery, now)


def parcel_of(delivery: Delivery, *, not_after: datetime | None = None) -> Parcel:
    """Return what the network is given; `not_after` is when our lease ends."""
    answers, conversation = delivery.answers, delivery.conversation
    if answers is not None and answers.home is not None:
        conversation = answers.home  # it was merged or split since: the network knows the thread it was said in
    to = None
    if answers is not None and answers.identity is not None:
        identity = answers.identity
        to = Author(identity.network_id, identity.handle, identity.name, identity.url)
    return Parcel(
        mark=delivery.mark,
        text=delivery.text,
        kind="reply" if conversation is not None else "post",
        in_reply_to=answers.network_id if answers else "",
        thread_id=conversation.thread_id if conversation else "",
        hangs_on=conversation.post.network_id if conversation and conversation.post else "",
        message_kind=MessageKind(conversation.kind) if conversation else MessageKind.COMMENT,
        to=to,
        subject=conversation.subject if conversation else "",
        attempted_at=delivery.first_tried_at,
        last_attempted_at=delivery.last_tried_at,
        not_after=not_after,
    )
