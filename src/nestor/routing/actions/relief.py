"""Writes of handing over: all that one has is offered to a colleague, and theirs once they say yes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from nestor.notices.actions import tell
from nestor.notices.rules import Occasion
from nestor.people.models import User
from nestor.people.reads import Seat, team_of
from nestor.people.rules import Permission, may
from nestor.routing.actions.bulk import MOST, begin_bulk
from nestor.routing.events import ReliefMoved
from nestor.routing.models import BulkDeed, Relief
from nestor.routing.reads.relief import routes_of
from nestor.routing.rules.bulk import Deed
from nestor.work.actions import announce, note

KEPT_FOR = timedelta(days=2)
VERBS = {
    Relief.CONFIRMED: "confirm_relief",
    Relief.DECLINED: "decline_relief",
    Relief.WITHDRAWN: "withdraw_relief",
}


def offer_relief(seat: Seat, to: User, now: datetime) -> Relief | None:
    """Offer all one has at this brand to a colleague; None without the right, or if they could not take it.

    Whoever has offered it to somebody else already offers it to this one instead.
    """
    roles = {user.pk: role for user, role in team_of(seat.brand)}
    if to.pk == seat.user.pk or not seat.may(Permission.ROUTE) or not may(roles.get(to.pk), Permission.ROUTE):
        return None
    own = Relief.objects.of(seat.brand).filter(giver=seat.user)
    try:
        with transaction.atomic():
            own.filter(settled_at__lt=now - KEPT_FOR).delete()
            if own.filter(state=Relief.OFFERED).update(receiver=to, made_at=now):
                relief: Relief = own.get(state=Relief.OFFERED)
            else:
                relief = Relief.objects.create(brand=seat.brand, giver=seat.user, receiver=to, made_at=now)
            _say(seat, "offer_relief", relief, now, to=to)
            return relief
    except IntegrityError:
        return None  # offered from another window this very moment


def withdraw_relief(seat: Seat, relief: Relief, now: datetime) -> bool:
    """Keep what one had offered; False when it is taken over already."""
    return _settle(seat, relief, Relief.WITHDRAWN, {"giver": seat.user}, now)


def decline_relief(seat: Seat, relief: Relief, now: datetime) -> bool:
    """Say that one cannot take it: everything stays with whoever offered it, and they are told."""
    return _settle(seat, relief, Relief.DECLINED, {"receiver": seat.user}, now, tells=relief.giver)


def confirm_relief(seat: Seat, relief: Relief, now: datetime) -> BulkDeed | None:
    """Take over all open conversations of whoever offered it; None when it is no longer on offer to this person.

    What this person may not see stays where it is.
    """
    with transaction.atomic():
        if not _settle(seat, relief, Relief.CONFIRMED, {"receiver": seat.user}, now, tells=relief.giver):
            return None
        ids = routes_of(seat, relief.giver_id).values_list("conversation__public_id", flat=True)[:MOST]
        return begin_bulk(seat, Deed.ASSIGN, seat.user.public_id, list(ids), now)


def _settle(
    seat: Seat, relief: Relief, state: str, whose: Mapping[str, User], now: datetime, *, tells: User | None = None
) -> bool:
    if not seat.may(Permission.ROUTE, relief):
        return False
    rows = Relief.objects.of(seat.brand).filter(pk=relief.pk, state=Relief.OFFERED, **whose)
    with transaction.atomic():
        if rows.update(state=state, settled_at=now) != 1:
            return False
        _say(seat, VERBS[state], relief, now, to=tells)
        return True


def _say(seat: Seat, verb: str, relief: Relief, now: datetime, *, to: User | None) -> None:
    note(verb, relief, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
    announce(ReliefMoved(brand_id=seat.brand.pk, relief_id=relief.pk), now)
    if to is not None:
        tell(seat.brand.pk, Occasion.RELIEF, relief.public_id, now, to=[to.pk])
