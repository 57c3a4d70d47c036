"""Writes about answers given where the desk cannot see them: say so, and take it back."""

from datetime import datetime
from typing import Any

from nestor.inbox.actions.moving import hold
from nestor.inbox.models import Conversation
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.routing.actions import change_standing, record_answer
from nestor.routing.actions.standing import until_settled
from nestor.routing.events import ElsewhereMoved
from nestor.routing.models import ElsewhereAnswer, Route
from nestor.routing.reads.elsewhere import elsewhere_in
from nestor.routing.reads.standings import OwnWords, is_any_sealed
from nestor.routing.rules.elsewhere import MOST_DETAIL, Elsewhere, is_news
from nestor.work.actions import announce, note
from nestor.work.rules import storable


def answer_elsewhere(
    seat: Seat, conversation: Conversation, place: Elsewhere, detail: str, now: datetime
) -> ElsewhereAnswer | None:
    """Say that one answered elsewhere: the clock stops as for an answer.

    None without the right, or where nobody has spoken since somebody said so.
    """
    sees = seat.may(Permission.SEE_SEALED) or not is_any_sealed(conversation)
    if not seat.may(Permission.ROUTE, conversation) or not sees:
        return None
    kept = " ".join(storable(detail, MOST_DETAIL * 2).split())[:MOST_DETAIL]

    def work() -> ElsewhereAnswer | None:
        hold(conversation)
        route = Route.objects.of(conversation.brand_id).filter(conversation=conversation).first()
        last = elsewhere_in(conversation).order_by("-at").values_list("at", flat=True).first()
        if route is None or not is_news(route.last_at, last):
            return None
        row: ElsewhereAnswer = ElsewhereAnswer.objects.create(
            brand_id=conversation.brand_id,
            conversation=conversation,
            author=seat.user,
            place=place.value,
            detail=kept,
            at=now,
        )
        record_answer(conversation, now, now, is_elsewhere=True)
        _say(row, "answer_elsewhere", seat, now)
        return row

    return until_settled(work)


def take_back_elsewhere(seat: Seat, row: ElsewhereAnswer, now: datetime) -> bool:
    """Take back that somebody answered elsewhere: the clock runs again unless we have spoken; False if it is gone."""
    if not seat.may(Permission.ROUTE, row):
        return False
    kept = row.conversation.merged_into or row.conversation

    def work() -> bool:
        if ElsewhereAnswer.objects.of(row.brand_id).filter(pk=row.pk).delete()[0] != 1:
            return False
        ours = OwnWords(row.brand_id, [kept.pk])
        change_standing(kept, lambda route: unanswered(route, row.at, ours), now)
        _say(row, "take_back_elsewhere", seat, now)
        return True

    return until_settled(work)


def unanswered(route: Route, at: datetime, ours: OwnWords) -> dict[str, Any]:
    """Return what taking an answer back changes; what else we said in the meantime still counts."""
    values: dict[str, Any] = {}
    started_at = route.clock_started_at
    if started_at is not None and route.clock_stopped_at == at:
        later = ours.first_after(route.conversation_id, started_at)
        values["clock_stopped_at"] = later[0] if later else route.resolved_at
    if route.answered_at == at:
        next_one = ours.first_after(route.conversation_id, started_at or at)
        values["answered_at"], values["answered_elsewhere"] = next_one or (None, False)
    return values


def _say(row: ElsewhereAnswer, verb: str, seat: Seat, now: datetime) -> None:
    note(verb, row, now, brand_id=row.brand_id, actor_id=seat.user.pk, facts={"place": row.place})
    ids = {"brand_id": row.brand_id, "answer_id": row.pk, "conversation_id": row.conversation_id}
    announce(ElsewhereMoved(**ids), now)
