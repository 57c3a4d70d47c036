"""What the desk does while a clock runs: who is told, once, and what a change of times makes of it."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from nestor.brands.actions import keep_limits, set_opening_hours
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks.contract import Author
from nestor.notices.models import Notice
from nestor.publisher.actions import send_answer
from nestor.publisher.models import Delivery
from nestor.routing import actions
from nestor.routing.actions.clocks import set_targets
from nestor.routing.actions.steps import MOST_TOLD, step_clocks
from nestor.routing.models import Route
from nestor.routing.reads import inbox_page, row_of
from nestor.routing.reads.clocks import clock_face, due_steps, epoch_of
from nestor.routing.rules.clocks import Cell
from nestor.routing.rules.filters import ClockState, InboxFilter
from nestor.routing.rules.steps import Policy, Step
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane, MessageKind
from nestor.work.models import Event, JournalEntry
from tests.desk.answering import attend_due
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
HOUR = timedelta(hours=1)


def asked(cast: Cast, settle: Settle, number: int = 1, *, minutes: float = 0) -> Conversation:
    by = Author(f"a{number}", f"@a{number}")
    take_in(cast.channel, batch(said(QUESTION, number, by=by, minutes=minutes)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).order_by("-id")[0]
    return found


def told(cast: Cast, about: str | None = None) -> list[tuple[str, str]]:
    rows = Notice.objects.of(cast.brand).filter(occasion__in=("clock_soon", "clock_late", "escalated"))
    rows = rows.filter(about=about) if about is not None else rows
    return [(row.occasion, row.user.name) for row in rows.select_related("user").order_by("id")]


def step_of(conversation: Conversation) -> Step:
    return Step(Route.objects.of(conversation.brand_id).get(conversation=conversation).clock_step)


def test_whoever_has_it_is_warned_then_told_then_it_is_passed_on(cast: Cast, settle: Settle, clock: Clock) -> None:
    conversation = asked(cast, settle)
    assert actions.take_conversation(cast.bob, conversation, NOON)
    clock.at = NOON + timedelta(minutes=89)
    settle()
    assert told(cast) == []
    clock.at = NOON + timedelta(minutes=90)  # three quarters of two hours
    settle()
    settle()
    assert told(cast) == [("clock_soon", "Bob")]
    clock.at = NOON + 2 * HOUR
    settle()
    assert told(cast) == [("clock_soon", "Bob"), ("clock_late", "Bob")]
    clock.at = NOON + 3 * HOUR
    settle()
    settle()
    assert told(cast)[2:] == [("escalated", "Alice")]
    assert step_of(conversation) is Step.ESCALATED
    assert Event.objects.filter(name="ClockStepped", ids__conversation_id=conversation.pk).count() == 3
    assert JournalEntry.objects.filter(verb="pass_on").count() == 1


def test_what_nobody_has_is_told_to_who_is_on_call(cast: Cast, settle: Settle, clock: Clock) -> None:
    asked(cast, settle)
    clock.at = NOON + 2 * HOUR
    settle()
    assert told(cast) == [("clock_late", "Alice")]  # the warning whose time had passed is not made up for


def test_an_answer_in_time_tells_nobody(cast: Cast, settle: Settle, clock: Clock) -> None:
    conversation = asked(cast, settle)
    assert actions.resolve_conversation(cast.bob, conversation, NOON)
    clock.at = NOON + 9 * HOUR
    settle()
    assert told(cast) == []
    assert list(due_steps(clock(), 10)) == []


def test_a_clock_that_begins_anew_begins_with_its_first_step(cast: Cast, settle: Settle, clock: Clock) -> None:
    conversation = asked(cast, settle)
    clock.at = NOON + 2 * HOUR
    settle()
    ours = said("À 8 h.", 2, thread_id="t1", by=Author("ours", "@ours"), is_ours=True, minutes=125)
    take_in(cast.channel, batch(ours), NOON)
    take_in(cast.channel, batch(said("Et à quelle heure ferme-t-elle ?", 3, thread_id="t1", minutes=130)), NOON)
    settle()
    assert step_of(conversation) is Step.CALM
    clock.at = NOON + timedelta(minutes=130) + 2 * HOUR
    settle()
    assert step_of(conversation) is Step.LATE


def test_nobody_is_woken_at_night_for_what_became_late_before(cast: Cast, settle: Settle, clock: Clock) -> None:
    set_opening_hours(cast.brand, [(day, time(9), time(17)) for day in range(5)], [], NOON)
    settle()
    assert set_targets(cast.alice, {Cell(): HOUR}, epoch_of(cast.brand), NOON, policy=Policy(75, HOUR))
    asked(cast, settle, minutes=240)  # 16:00 in Paris: due when the desk closes, late for an hour at ten
    clock.at = datetime.fromisoformat("2026-03-03T22:00+01:00")
    settle()
    assert [occasion for occasion, _ in told(cast)] == ["clock_late"]
    clock.at = datetime.fromisoformat("2026-03-04T09:59+01:00")
    settle()
    assert [occasion for occasion, _ in told(cast)] == ["clock_late"]
    clock.at = datetime.fromisoformat("2026-03-04T10:00+01:00")
    settle()
    assert [occasion for occasion, _ in told(cast)] == ["clock_late", "escalated"]


def test_a_sealed_one_is_told_to_those_who_may_know(cast: Cast, settle: Settle, clock: Clock) -> None:
    conversation = asked(cast, settle)
    assert actions.take_conversation(cast.bob, conversation, NOON)
    message = Message.objects.of(cast.brand).select_related("conversation").get()
    assert correct_reading(cast.alice, message, Lane.ALERT, NOON)
    settle()
    clock.at = NOON + 4 * HOUR
    settle()
    rows = Notice.objects.of(cast.brand).filter(about=conversation.public_id, occasion="escalated")
    assert rows.exists()
    assert all(row.is_sealed and row.lane == "" for row in rows)
    assert "Bob" not in {name for _, name in told(cast)}


def test_a_change_of_times_tells_nobody_of_what_it_makes_late(cast: Cast, settle: Settle, clock: Clock) -> None:
    conversation = asked(cast, settle)
    clock.at = NOON + HOUR
    assert set_targets(cast.alice, {Cell(): HOUR / 2}, epoch_of(cast.brand), clock())
    settle()
    assert (step_of(conversation), told(cast)) == (Step.LATE, [])
    clock.at = NOON + 2 * HOUR
    settle()
    assert [occasion for occasion, _ in told(cast)] == ["escalated"]


def test_the_head_chooses_when(cast: Cast, settle: Settle, clock: Clock) -> None:
    assert set_targets(cast.alice, {}, 0, NOON, policy=Policy(0, None))
    conversation = asked(cast, settle)
    clock.at = NOON + timedelta(minutes=119)
    settle()
    assert told(cast) == []
    clock.at = NOON + 99 * HOUR
    settle()
    assert [occasion for occasion, _ in told(cast)] == ["clock_late"]
    assert step_of(conversation) is Step.LATE
    with pytest.raises(ValueError, match="share"):
        set_targets(cast.alice, {}, epoch_of(cast.brand), NOON, policy=Policy(33))


def test_many_at_once_are_one_notice(cast: Cast, settle: Settle, clock: Clock) -> None:
    for number in range(MOST_TOLD + 1):
        asked(cast, settle, number)
    clock.at = NOON + 2 * HOUR
    settle()
    assert told(cast) == [("clock_late", "Alice")]
    assert told(cast, "") == [("clock_late", "Alice")]
    assert Event.objects.filter(name="ClockStepped").count() == MOST_TOLD + 1


def test_workers_at_once_take_each_step_once(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    for number in range(4):
        asked(cast, settle, number)
    ids = list(Route.objects.of(cast.brand).values_list("pk", flat=True))
    now = NOON + 2 * HOUR
    done = at_once(*[lambda one=one: step_clocks(one, now) for one in ids])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert sum(done) == 4
    assert Event.objects.filter(name="ClockStepped").count() == 4
    assert told(cast) == [("clock_late", "Alice")] * 4


def test_a_step_and_an_answer_at_once_agree(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    conversation = asked(cast, settle)
    row = Route.objects.of(cast.brand).get()
    now = NOON + 2 * HOUR
    done = at_once(lambda: step_clocks(row.pk, now), lambda: actions.resolve_conversation(cast.bob, conversation, now))
    assert done[1] is True
    row.refresh_from_db()
    assert (row.is_open, row.clock_stopped_at) == (False, now)
    assert len(told(cast)) == done[0]


def test_lists_and_the_face_know_how_a_clock_stands(cast: Cast, settle: Settle, clock: Clock) -> None:
    conversation = asked(cast, settle)

    def found(state: ClockState) -> int:
        return len(inbox_page(cast.bob, InboxFilter(clock=state), clock()).rows)

    clock.at = NOON + HOUR
    assert [found(state) for state in (ClockState.SOON, ClockState.LATE, ClockState.ESCALATED)] == [0, 0, 0]
    shown = row_of(cast.bob, conversation.pk, clock())
    assert shown is not None
    assert (shown.clock_share(clock()), shown.clock_lane, shown.is_next) == (50, "question", False)
    face = clock_face(cast.bob, conversation.pk, clock())
    assert face is not None
    assert (face.left, face.allowed, face.is_late) == (HOUR, 2 * HOUR, False)
    clock.at = NOON + timedelta(minutes=100)
    assert found(ClockState.SOON) == 1
    clock.at = NOON + 3 * HOUR
    settle()
    assert [found(state) for state in (ClockState.SOON, ClockState.LATE, ClockState.ESCALATED)] == [0, 1, 1]
    late = clock_face(cast.bob, conversation.pk, clock())
    assert late is not None
    assert (late.is_late, late.left) == (True, -HOUR)
    assert clock_face(cast.chloe, conversation.pk, clock()) is None
    assert as_(cast.chloe).get(f"/inbox/{conversation.public_id}/clock").status_code == 404
    assert "2 hours" in as_(cast.bob).get(f"/inbox/{conversation.public_id}/clock").content.decode()


def windowed(cast: Cast, settle: Settle, at: datetime) -> Conversation:
    """Return a private conversation on a network that takes answers for a day."""
    limits = {"text": 2000, "unit": "characters", "source": "test", "as_of": "2026-11-20", "reply_within": 86_400.0}
    assert keep_limits(cast.channel, {"direct": limits}, ["fetch", "reply"])
    one = said(QUESTION, 1, kind=MessageKind.DIRECT, is_public=False, published_at=at, hangs_on=None)
    take_in(cast.channel, batch(one), at)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).select_related("channel").get()
    return found


def test_the_networks_own_window_is_counted_down(cast: Cast, settle: Settle, clock: Clock) -> None:
    now = timezone.now()
    clock.at = now
    conversation = windowed(cast, settle, now - 20 * HOUR)
    row = inbox_page(cast.bob, InboxFilter(), now).rows[0]
    assert row.window_at == now + 4 * HOUR
    client = as_(cast.bob)
    for path in ("/inbox/", f"/inbox/{conversation.public_id}/"):
        shown = client.get(path).content.decode()
        assert re.search(r"</svg>window (4|3)", shown)
        assert "The network takes an answer until" in shown


def test_after_the_window_nothing_is_sent_and_one_is_told_what_to_do(cast: Cast, settle: Settle, clock: Clock) -> None:
    now = timezone.now()
    clock.at = now
    conversation = windowed(cast, settle, now - 25 * HOUR)
    done = send_answer(cast.bob, conversation, "Bonjour, à 8 h.", now, key="k")
    assert done.delivery is None
    assert [(one.id, one.level.value) for one in done.findings] == [("window_closed", "absolute")]
    answer = as_(cast.bob).post(
        f"/inbox/{conversation.public_id}/answer",
        {"text": "Bonjour, à 8 h.", "key": "k"},
        headers={"HX-Request": "true"},
    )
    assert "for 24 h after their last message" in answer.content.decode()
    assert "Wait until they write again" in answer.content.decode()
    assert Delivery.objects.of(cast.brand).count() == 0


def test_what_waits_while_the_window_closes_does_not_leave(cast: Cast, settle: Settle, clock: Clock) -> None:
    now = timezone.now()
    clock.at = now
    conversation = windowed(cast, settle, now - 24 * HOUR + timedelta(seconds=3))
    delivery = send_answer(cast.bob, conversation, "Bonjour, à 8 h.", now, key="k").delivery
    assert delivery is not None
    clock.pass_(minutes=1)
    attend_due(clock)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("cancelled", "closed")
