"""What becomes of conversations whose colleague left: they are everybody's again."""

from datetime import datetime

from nestor.people.models import TeamRole, User
from nestor.people.rules import Permission, may
from nestor.routing.actions.standing import Move, apply_moves
from nestor.routing.models import Route
from nestor.vocabulary import Role
from nestor.work.actions import note

AT_ONCE = 500


def free_of(brand_id: int, person_id: int, now: datetime) -> int:
    """Give back the open conversations of somebody who can answer here no longer; return how many. Raise `Contended`.

    Joins the caller's transaction.
    """
    row = TeamRole.objects.of(brand_id).filter(user_id=person_id, suspended_at__isnull=True).first()
    if row is not None and may(Role(row.role), Permission.ANSWER):
        return 0
    freed = 0
    while rows := list(Route.objects.of(brand_id).filter(assignee_id=person_id, is_open=True)[:AT_ONCE]):
        apply_moves(brand_id, [Move(one.conversation_id, one, {"assignee_id": None}) for one in rows], now)
        freed += len(rows)
    if freed:
        facts = {"count": freed}
        note("free_conversations", User(pk=person_id), now, brand_id=brand_id, actor_id=None, facts=facts)
    return freed
