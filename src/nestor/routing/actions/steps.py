"""What the desk does while a clock runs: warn, say that it is late, pass it on. Each step once, whoever looks."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from nestor.inbox.models import Conversation
from nestor.notices.actions import tell
from nestor.notices.reads import first_called
from nestor.notices.rules import Occasion
from nestor.people.reads import team_of
from nestor.people.rules import Permission, may
from nestor.routing.events import ClockStepped
from nestor.routing.models import Route
from nestor.routing.reads.clocks import stepping
from nestor.routing.reads.standings import Clockwork
from nestor.routing.rules.steps import Step, Times, next_at, reached
from nestor.work.actions import announce_all, note_all

STEP = 200  # clocks of one transaction
MOST_TOLD = 5  # notices one person gets from one look; more become one
SEVERAL = ""  # what a notice is about that stands for many
OCCASIONS = {
    Step.SOON: Occasion.CLOCK_SOON,
    Step.LATE: Occasion.CLOCK_LATE,
    Step.ESCALATED: Occasion.ESCALATED,
}


def step_clocks(route_id: int, now: datetime) -> int:
    """Take the steps that are due in the brand of this standing; return how many were taken."""
    first = Route.objects.across_brands("a worker looks at one due row by its id").filter(stepping(now), pk=route_id)
    brand_id = first.values_list("brand_id", flat=True).first()
    if brand_id is None:
        return 0
    with transaction.atomic():
        due = Route.objects.of(brand_id).filter(stepping(now)).select_related("conversation")
        rows = list(due.order_by("clock_step_at", "id")[:STEP])
        clockwork = Clockwork(brand_id)
        taken = [(row, step) for row in rows if (step := _take(row, clockwork, now)) is not None]
        _tell(brand_id, taken, now)
        announce_all([ClockStepped(brand_id, row.conversation_id) for row, _step in taken], now)
        passed_on = [row.conversation_id for row, step in taken if step is Step.ESCALATED]
        note_all("pass_on", Conversation, passed_on, now, brand_id=brand_id, actor_id=None, facts={})
        return len(taken)


def _take(row: Route, clockwork: Clockwork, now: datetime) -> Step | None:
    """Take the furthest step whose time has come, if nobody took it and the clock is the one that was looked at."""
    before = Step(row.clock_step)
    times = Times(row.clock_warn_at, row.clock_due_at, clockwork.escalate_at(row.clock_due_at))
    step = max(before, reached(times, now))
    mine = Route.objects.of(row.brand_id).filter(
        pk=row.pk,
        clock_step=before.value,
        clock_from_at=row.clock_from_at,
        clock_due_at=row.clock_due_at,
        clock_stopped_at__isnull=True,
        is_open=True,
    )
    if mine.update(clock_step=step.value, clock_step_at=next_at(times, step)) != 1 or step is before:
        return None
    return step


def _tell(brand_id: int, taken: Sequence[tuple[Route, Step]], now: datetime) -> None:
    """Tell whoever has a conversation, or else who is on call; of what is passed on, who is on call, then the next."""
    roles = {user.pk: role for user, role in team_of(brand_id)}
    sees = {user_id for user_id, role in roles.items() if may(role, Permission.SEE_SEALED)}
    duty = {is_sealed: first_called(brand_id, now, is_sealed=is_sealed) for is_sealed in (False, True)}
    wanted: list[tuple[Route, Step, set[int]]] = []
    for row, step in taken:
        owner: int | None = row.assignee_id
        is_of_team = owner in (sees if row.is_sealed else roles)
        people = {owner} if owner is not None and is_of_team else duty[row.is_sealed]
        wanted.append((row, step, set() if step is Step.ESCALATED else people))
    counts = Counter((step, user_id) for _row, step, people in wanted for user_id in people or {0})
    several: dict[Step, set[int]] = {}
    for row, step, people in wanted:
        few = {user_id for user_id in people or {0} if counts[step, user_id] <= MOST_TOLD}
        several.setdefault(step, set()).update((people or {0}) - few)
        if few:
            _tell_of(row, step, few - {0}, now)
    for step, crowd in several.items():
        if crowd:
            tell(brand_id, OCCASIONS[step], SEVERAL, now, to=crowd - {0})


def _tell_of(row: Route, step: Step, people: set[int], now: datetime) -> None:
    tell(
        row.brand_id,
        OCCASIONS[step],
        row.conversation.public_id,
        now,
        to=people,
        lane=row.lane,
        urgency=row.urgency,
        is_sealed=row.is_sealed,
    )
