"""By when an answer is owed: targets by lane and channel, and running clocks that follow when they change."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nestor.brands.actions import set_opening_hours
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks.contract import Author
from nestor.people.reads import Seat
from nestor.routing import actions
from nestor.routing.actions.clocks import STEP, STEPS, go_on_moving, set_targets, step_move, stop_move
from nestor.routing.models import ClockMove, ClockTarget, Route
from nestor.routing.reads.clocks import consequences, epoch_of, latest_move, running, targets_of
from nestor.routing.rules.clocks import Cell, Targets
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane
from nestor.work.models import Event, JournalEntry
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, connect, said
from tests.desk.conftest import Clock, Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
HOUR = timedelta(hours=1)
Table = dict[Cell, timedelta | None]


def asked(cast: Cast, settle: Settle, number: int = 1, *, minutes: float = 0) -> Conversation:
    by = Author(f"a{number}", f"@a{number}")
    take_in(cast.channel, batch(said(QUESTION, number, by=by, minutes=minutes)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).order_by("-id")[0]
    return found


def route(conversation: Conversation) -> Route:
    found: Route = Route.objects.of(conversation.brand_id).get(conversation=conversation)
    return found


def keep(cast: Cast, cells: Table, now: datetime = NOON) -> bool:
    return set_targets(cast.alice, cells, epoch_of(cast.brand), now)


def many(cast: Cast, settle: Settle, count: int) -> None:
    """Make many running clocks of one, which the intake would take minutes for."""
    first = route(asked(cast, settle))
    plain = Conversation.objects.of(cast.brand).get()
    fresh = [
        Conversation(
            brand=cast.brand, channel=cast.channel, thread_id=f"x{n}", kind=plain.kind, started_at=NOON, last_at=NOON
        )
        for n in range(count - 1)
    ]
    Conversation.objects.bulk_create(fresh)
    kept = {one.attname: getattr(first, one.attname) for one in Route._meta.concrete_fields}
    kept = {name: value for name, value in kept.items() if name not in ("id", "conversation_id")}
    Route.objects.bulk_create([Route(conversation=one, **kept) for one in fresh])


def test_without_a_table_it_is_the_brands_own_time(cast: Cast, settle: Settle) -> None:
    row = route(asked(cast, settle))
    assert (row.clock_due_at, row.clock_lane, row.clock_from_at) == (NOON + 2 * HOUR, "question", NOON)


def test_the_most_specific_target_counts(cast: Cast, settle: Settle) -> None:
    other = connect(cast.brand, "second")
    assert keep(cast, {Cell("question"): 3 * HOUR, Cell("question", cast.channel.pk): HOUR})
    assert route(asked(cast, settle)).clock_due_at == NOON + HOUR
    take_in(other, batch(said(QUESTION, 2)), NOON)
    settle()
    assert Route.objects.of(cast.brand).get(channel=other).clock_due_at == NOON + 3 * HOUR


def test_no_deadline_owes_an_answer_that_is_never_late(cast: Cast, settle: Settle) -> None:
    assert keep(cast, {Cell("question"): None})
    row = route(asked(cast, settle))
    assert (row.clock_started_at, row.clock_due_at) == (NOON, None)


def test_a_next_answer_has_its_own_time(cast: Cast, settle: Settle, clock: Clock) -> None:
    assert keep(cast, {Cell(is_next=True): 6 * HOUR})
    conversation = asked(cast, settle)
    ours = said("À 8 h.", 2, thread_id="t1", by=Author("ours", "@ours"), is_ours=True, minutes=10)
    take_in(cast.channel, batch(ours), NOON)
    settle()
    take_in(cast.channel, batch(said("Et à quelle heure ferme-t-elle ?", 3, thread_id="t1", minutes=20)), NOON)
    settle()
    row = route(conversation)
    assert (row.clock_is_next, row.clock_due_at) == (True, NOON + timedelta(minutes=20) + 6 * HOUR)


def test_a_correction_goes_by_the_lane_a_person_said(cast: Cast, settle: Settle) -> None:
    assert keep(cast, {Cell("press"): HOUR / 2})
    conversation = asked(cast, settle)
    message = Message.objects.of(cast.brand).select_related("conversation").get()
    assert correct_reading(cast.alice, message, Lane.PRESS, NOON)
    settle()
    assert route(conversation).clock_due_at == NOON + HOUR / 2


def test_running_clocks_follow_and_stopped_ones_stay(cast: Cast, settle: Settle) -> None:
    one, other = asked(cast, settle), asked(cast, settle, 2)
    assert actions.resolve_conversation(cast.bob, other, NOON)
    assert keep(cast, {Cell("question"): 5 * HOUR})
    assert route(one).clock_due_at == NOON + 2 * HOUR
    settle()
    assert (route(one).clock_due_at, route(other).clock_due_at) == (NOON + 5 * HOUR, NOON + 2 * HOUR)
    move = latest_move(cast.brand)
    assert move is not None
    assert (move.state, move.total, move.done) == ("done", 1, 1)
    assert Event.objects.filter(name="ClocksMoved", brand_id=cast.brand.pk).exists()
    assert JournalEntry.objects.filter(verb="set_targets", actor_id=cast.alice.user.pk).count() == 1


def test_opening_hours_with_a_break_and_a_holiday_move_them_too(cast: Cast, settle: Settle, clock: Clock) -> None:
    conversation = asked(cast, settle)
    week = [(day, *span) for day in range(5) for span in ((time(9), time(12)), (time(13, 30), time(18)))]
    set_opening_hours(cast.brand, week, [(date(2026, 3, 4), "Fête")], NOON)
    settle()
    assert route(conversation).clock_due_at == datetime.fromisoformat("2026-03-03T15:30+01:00")
    assert keep(cast, {Cell("question"): 6 * HOUR})
    settle()
    assert route(conversation).clock_due_at == datetime.fromisoformat("2026-03-05T10:30+01:00")


def test_clocks_move_some_at_a_time_and_stop_when_told(cast: Cast, settle: Settle) -> None:
    many(cast, settle, STEP * STEPS + 700)
    assert keep(cast, {Cell("question"): 5 * HOUR})
    move = latest_move(cast.brand)
    assert move is not None
    assert step_move(move.pk, NOON)
    move.refresh_from_db()
    assert (move.done, move.total, move.state) == (STEP * STEPS, STEP * STEPS + 700, "running")
    assert stop_move(cast.alice, move, NOON)
    assert not stop_move(cast.alice, move, NOON)
    settle()
    assert running(cast.brand).filter(clock_due_at=NOON + 5 * HOUR).count() == STEP * STEPS
    assert go_on_moving(cast.alice, move, NOON)
    settle()
    assert running(cast.brand).filter(clock_due_at=NOON + 5 * HOUR).count() == STEP * STEPS + 700
    move.refresh_from_db()
    assert (move.done, move.state) == (move.total, "done")


def test_a_later_change_overtakes_an_earlier_one(cast: Cast, settle: Settle) -> None:
    many(cast, settle, STEP * STEPS + 10)
    assert keep(cast, {Cell("question"): 5 * HOUR})
    first = latest_move(cast.brand)
    assert first is not None
    assert step_move(first.pk, NOON)
    assert keep(cast, {Cell("question"): 7 * HOUR})
    assert not step_move(first.pk, NOON)
    assert not go_on_moving(cast.alice, first, NOON)
    settle()
    assert set(running(cast.brand).values_list("clock_due_at", flat=True)) == {NOON + 7 * HOUR}


def test_a_step_that_meets_other_work_loses_neither(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    for number in range(6):
        asked(cast, settle, number)
    conversations = list(Conversation.objects.of(cast.brand))
    assert keep(cast, {Cell("question"): 5 * HOUR})
    move = latest_move(cast.brand)
    assert move is not None
    takes = [lambda one=one: actions.take_conversation(cast.bob, one, NOON) for one in conversations]
    done = at_once(lambda: step_move(move.pk, NOON), *takes)
    assert [one for one in done if isinstance(one, Exception)] == []
    settle()
    rows = Route.objects.of(cast.brand)
    assert set(rows.values_list("clock_due_at", "assignee_id")) == {(NOON + 5 * HOUR, cast.bob.user.pk)}


def test_two_who_change_the_table_at_once(cast_for_threads: Cast) -> None:
    cast = cast_for_threads
    epoch = epoch_of(cast.brand)
    done = at_once(*[lambda n=n: set_targets(cast.alice, {Cell(): n * HOUR}, epoch, NOON) for n in range(1, 5)])
    assert sorted(map(str, done)) == ["False"] * 3 + ["True"]
    assert ClockTarget.objects.of(cast.brand).count() == 1


@pytest.mark.parametrize("who", ["bob", "sam", "vera"])
def test_the_table_is_the_heads(cast: Cast, who: str) -> None:
    seat: Seat = getattr(cast, who)
    assert not set_targets(seat, {Cell(): HOUR}, 0, NOON)
    assert ClockTarget.objects.of(cast.brand).count() == 0


def test_a_time_out_of_bounds_changes_nothing(cast: Cast) -> None:
    with pytest.raises(ValueError, match="bounds"):
        set_targets(cast.alice, {Cell(): timedelta(seconds=1)}, 0, NOON)
    assert targets_of(cast.brand).cells == {}


def test_consequences_are_what_then_happens(cast: Cast, settle: Settle, clock: Clock) -> None:
    for number in range(5):
        asked(cast, settle, number, minutes=-30 * number)
    now = NOON + HOUR
    would = consequences(cast.alice, Targets(2 * HOUR, {Cell("question"): HOUR * 1.75}), now)
    assert (would.running, would.moved, would.late_before, would.late_after) == (5, 5, 2, 3)
    assert keep(cast, {Cell("question"): HOUR * 1.75})
    settle()
    assert running(cast.brand).filter(clock_due_at__lt=now).count() == would.late_after
    none = consequences(cast.alice, Targets(2 * HOUR, {Cell("question"): None}), now)
    assert (none.moved, none.late_after) == (5, 0)


PAGE = "/settings/clocks/"


def test_the_page_shows_what_it_would_change_and_keeps_it(cast: Cast, settle: Settle, clock: Clock) -> None:
    conversation = asked(cast, settle)
    clock.at = timezone.now() + timedelta(minutes=5)  # pages live in the present
    client = as_(cast.alice)
    given = {"epoch": "0", "first-question-all": "1 h 30", f"next-every-{cast.channel.public_id}": "none"}
    looked = client.post(PAGE, given | {"do": "look"}).content.decode()
    assert "1 of the 1 clocks" in looked or "1 of the 1" in looked
    assert 'value="1 h 30"' in looked
    assert targets_of(cast.brand).cells == {}
    assert client.post(PAGE, given | {"do": "keep"}).status_code == 302
    cells = {Cell("question"): HOUR * 1.5, Cell("", cast.channel.pk, is_next=True): None}
    assert targets_of(cast.brand).cells == cells
    settle()
    assert route(conversation).clock_due_at == NOON + HOUR * 1.5
    again = client.get(PAGE).content.decode()
    assert 'value="1 h 30 min"' in again
    assert 'value="none"' in again
    late = client.post(PAGE, given | {"do": "keep", "first-question-all": "4 h"})
    assert late.status_code == 409
    assert "4 h" in late.content.decode()
    assert targets_of(cast.brand).cells == cells


@pytest.mark.parametrize("text", ["2", "soon", "0 min", "721 h", "1 h 2 h", "\u202e2 h", "9" * 5000 + " h", "<b>"])
def test_a_senseless_time_is_said_to_be_and_nothing_is_kept(cast: Cast, text: str) -> None:
    given = {"epoch": "0", "first-press-all": text, "first-question-all": "3 h", "do": "keep"}
    answer = as_(cast.alice).post(PAGE, given)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert 'value="3 h"' in shown
    assert 'aria-invalid="true"' in shown
    assert "<b>" not in shown.split('id="first-press-all"')[1][:200]
    assert targets_of(cast.brand).cells == {}


def test_the_page_is_for_the_head_of_this_brand(cast: Cast) -> None:
    for seat in (cast.bob, cast.sam, cast.vera):
        assert as_(seat).get(PAGE).status_code == 403
        assert as_(seat).post(PAGE, {"do": "keep", "epoch": "0"}).status_code == 403
    shown = as_(cast.chloe).get(PAGE).content.decode()
    assert cast.channel.public_id not in shown


def test_the_page_stops_and_goes_on(cast: Cast, settle: Settle, clock: Clock) -> None:
    asked(cast, settle)
    clock.at = timezone.now() + timedelta(minutes=5)
    client = as_(cast.alice)
    client.post(PAGE, {"epoch": "0", "first-every-all": "4 h", "do": "keep"})
    assert "0 of 1" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}steer", {"do": "stop"})
    assert "Stopped." in client.get(PAGE).content.decode()
    client.post(f"{PAGE}steer", {"do": "go_on"})
    settle()
    assert ClockMove.objects.of(cast.brand).get().state == "done"


def test_the_page_costs_few_queries_whatever_runs(cast: Cast, settle: Settle) -> None:
    many(cast, settle, 50)
    client = as_(cast.alice)
    with CaptureQueriesContext(connection) as asked_for:
        client.get(PAGE)
    assert len(asked_for) <= 14
    with CaptureQueriesContext(connection) as asked_for:
        client.post(PAGE, {"epoch": "0", "first-every-all": "4 h", "do": "look"})
    assert len(asked_for) <= 20
