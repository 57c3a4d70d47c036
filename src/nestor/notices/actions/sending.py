"""How a notice leaves: planned once it is made, looked at again when it is due, sent by each way at most once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from nestor.brands.secrets import SecretLost
from nestor.networks.contract import NetworkTrouble, Reason, TryLater, Uncertain
from nestor.notices import reads
from nestor.notices.events import NoticeMoved
from nestor.notices.models import Address, Call, Notice, Policy, Reach, Sending
from nestor.notices.rules import Occasion
from nestor.notices.rules.reach import MOST_TRIES, State, Way, Why, breaks_quiet, ways_for, wishes_of
from nestor.notices.ways import mail
from nestor.notices.ways.carrying import deliver, destination_of
from nestor.notices.ways.ping import NotPossible
from nestor.notices.wording import ping_of
from nestor.people.models import TeamRole
from nestor.vocabulary import new_public_id
from nestor.work.actions import announce

Clock = Callable[[], datetime]
AGAIN_AFTER = timedelta(minutes=1)  # doubled at each try


def plan(brand_id: int, notice_ids: Iterable[int], now: datetime) -> int:
    """Decide by which ways notices leave, and when; return how many will. Twice changes nothing."""
    notices = list(
        Notice.objects.of(brand_id)
        .filter(pk__in=list(notice_ids), seen_at__isnull=True)
        .select_related("user", "brand")
        .order_by("id")
    )
    if not notices:
        return 0
    people = {one.user_id for one in notices}
    wishes = {row.user_id: row.wishes for row in Reach.objects.of(brand_id).filter(user_id__in=people)}
    places: dict[int, list[Address]] = {}
    for row in Address.objects.filter(user_id__in=people):
        places.setdefault(row.user_id, []).append(row)
    policy = reads.policy_of(brand_id)
    rows = [
        sending
        for one in notices
        for sending in _planned(one, wishes.get(one.user_id, {}), places.get(one.user_id, []), policy, now)
    ]
    Sending.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _planned(
    notice: Notice, wishes: dict[str, Any], places: Sequence[Address], policy: Policy, now: datetime
) -> list[Sending]:
    chosen = {way.value for way in ways_for(wishes_of(wishes), reads.matter_of(notice))} & set(policy.ways)
    quiet = quiet_for(notice, now) if chosen else None
    fields = {"brand_id": notice.brand_id, "notice": notice, "due_at": quiet or now, "is_quiet": quiet is not None}
    rows = [Sending(way=Way.MAIL.value, **fields)] if Way.MAIL.value in chosen and mail.is_possible() else []
    return rows + [
        Sending(way=place.way, address=place, place=place.public_id, **fields)
        for place in places
        if place.way in chosen
    ]


def quiet_for(notice: Notice, now: datetime) -> datetime | None:
    """Return until when a notice waits because it is quiet for who is told; None: it leaves at once."""
    is_called = notice.call_id is not None
    if breaks_quiet(is_called=is_called, stands_in=notice.stands_in, urgency=notice.urgency):
        return None
    end = reads.quiet_end(notice.user, now)
    if end is None or reads.is_on_duty(notice.brand, notice.user, now):
        return None
    return end


def attend(sending_id: int, clock: Clock) -> None:
    """Do what is due for one notice by one way: send it, put it off, drop it, or say that its sender died."""
    rows = Sending.objects.across_brands("a worker looks at one due row by its id")
    row = rows.select_related("notice__user", "notice__brand", "notice__call", "address").filter(pk=sending_id).first()
    if row is None:
        return
    now = clock()
    if row.state == State.SENDING:
        _settle(row, State.UNCONFIRMED, Why.SENDER_DIED, now, lapsed_by=now)
        return
    if row.state != State.WAITING or _is_put_off(row, now):
        return
    token = _claim(row, now)
    if token:
        _send(row, token, clock)


def _is_put_off(row: Sending, now: datetime) -> bool:
    """Drop what there is no need to send any more, and put off what came due while it is quiet."""
    no_need = _no_need(row)
    if no_need is not None:
        _settle(row, State.DROPPED, no_need, now)
        return True
    if row.way not in reads.policy_of(row.brand_id).ways:
        _settle(row, State.FAILED, Why.NOT_CHOSEN, now)
        return True
    quiet = quiet_for(row.notice, now)
    if quiet is None:
        return False
    waiting = Sending.objects.of(row.brand_id).filter(pk=row.pk, state=State.WAITING.value)
    waiting.update(due_at=quiet, is_quiet=True)
    return True


def _no_need(row: Sending) -> Why | None:
    notice: Notice = row.notice
    if notice.call is not None and notice.call.over_at is not None:
        return Why.OVER
    if notice.seen_at is not None and notice.occasion != Occasion.DIGEST.value:
        return Why.SEEN
    roles = TeamRole.objects.of(notice.brand_id).filter(user_id=notice.user_id, suspended_at__isnull=True)
    role = roles.values_list("role", flat=True).first()
    if not notice.user.is_active or not reads.may_know(notice, role):
        return Why.LEFT
    if row.way != Way.MAIL.value and row.address is None:
        return Why.NO_WAY
    return None if reads.is_still_so(notice.brand_id, notice.occasion, notice.about) else Why.OVER


def _claim(row: Sending, now: datetime) -> str:
    """Commit that it is being sent, before anything leaves; "" says that somebody was faster."""
    token, until = new_public_id(), now + timedelta(seconds=settings.NESTOR_LEASE_FOR)
    rows = Sending.objects.of(row.brand_id).filter(pk=row.pk, state=State.WAITING.value, due_at__lte=now)
    taken = rows.update(
        state=State.SENDING.value,
        tries=F("tries") + 1,
        tried_at=now,
        is_quiet=False,
        due_at=until,
        leased_until=until,
        lease_token=token,
    )
    row.tries += 1
    return token if taken == 1 else ""


def _send(row: Sending, token: str, clock: Clock) -> None:
    try:
        deliver(destination_of(row), ping_of(row, clock()))
    except TryLater as trouble:
        if row.tries < MOST_TRIES:
            wait = max(trouble.after, AGAIN_AFTER * 2 ** (row.tries - 1))
            _settle(row, State.WAITING, trouble.reason, clock(), token=token, due_at=clock() + wait)
        else:
            _settle(row, State.FAILED, trouble.reason, clock(), token=token)
    except Uncertain as trouble:
        _settle(row, State.UNCONFIRMED, trouble.reason, clock(), token=token)
    except NetworkTrouble as trouble:
        _settle(row, State.FAILED, trouble.reason, clock(), token=token)
    except NotPossible as trouble:
        _settle(row, State.FAILED, trouble.why, clock(), token=token)
    except SecretLost:
        _settle(row, State.FAILED, Why.SECRET_LOST, clock(), token=token)
    else:
        _settle(row, State.SENT, None, clock(), token=token)


def _settle(
    row: Sending,
    state: State,
    why: Why | Reason | None,
    now: datetime,
    *,
    token: str = "",
    lapsed_by: datetime | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Take one step from the state the row was read in; with `token`, only while that lease is ours."""
    reason = why.value if why is not None else ""
    held = Sending.objects.of(row.brand_id).filter(pk=row.pk)
    if token:
        held = held.filter(state=State.SENDING.value, lease_token=token)
    elif lapsed_by is not None:
        held = held.filter(state=State.SENDING.value, leased_until__lte=lapsed_by)
    else:
        held = held.filter(state=State.WAITING.value)
    with transaction.atomic():
        settled_at = None if state is State.WAITING else now
        done = held.update(
            state=state.value,
            reason=reason,
            due_at=due_at,
            settled_at=settled_at,
            lease_token="",
            leased_until=None,
        )
        if done != 1:
            return False
        if row.address is not None and state not in (State.DROPPED, State.WAITING):
            note_reached(row.address, reason, now)
        if state is State.FAILED and row.notice.call is not None:
            _call_the_next(row.notice, now)
        announce(NoticeMoved(brand_id=row.brand_id, notice_id=row.notice_id), now)
        return True


def _call_the_next(notice: Notice, now: datetime) -> None:
    """Where every way to somebody on call has failed, the next is told at once instead of after the delay."""
    hopeful = [one.value for one in State if one not in (State.FAILED, State.DROPPED)]
    if not Sending.objects.of(notice.brand_id).filter(notice=notice, state__in=hopeful).exists():
        rows = Call.objects.of(notice.brand_id).filter(pk=notice.call_id, over_at__isnull=True, rung=notice.rung)
        rows.filter(due_at__gt=now).update(due_at=now)


def note_reached(address: Address, reason: str, now: datetime) -> None:
    """Remember whether an address can be reached; a browser that has gone for good is forgotten."""
    rows = Address.objects.filter(pk=address.pk)
    if reason == Reason.GONE.value and address.way == Way.PUSH.value:
        rows.delete()
    elif reason:
        rows.update(trouble=reason, trouble_at=now)
    else:
        rows.update(trouble="", trouble_at=None, reached_at=now)
