"""Who has it, where it stands, and counters that equal a count whatever happened."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from nestor.brands.models import Brand
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks.contract import Author
from nestor.people.actions import end_role
from nestor.people.reads import Seat
from nestor.routing import actions
from nestor.routing.models import OpenCount, Route
from nestor.routing.reads import BadCursor, due_soon, inbox_page, since
from nestor.routing.reads.search import search_page
from nestor.routing.reads.views import lane_counts
from nestor.routing.rules.filters import InboxFilter
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane
from nestor.work.jobs import work_until_idle
from nestor.work.models import JournalEntry
from tests.desk.at_once import at_once
from tests.desk.cast import NOON, Cast, assemble, batch, said
from tests.desk.conftest import Clock, Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
US = Author("ours", "@ours", "Ligne Verte")


@pytest.fixture(autouse=True)
def work_is_done_an_hour_later(clock: Clock) -> None:
    clock.pass_(hours=1)


@pytest.fixture
def conversation(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


def route(conversation: Conversation) -> Route:
    found: Route = Route.objects.of(conversation.brand_id).get(conversation=conversation)
    return found


def verbs(cast: Cast) -> list[str]:
    lines = JournalEntry.objects.filter(brand_id=cast.brand.pk, subject="inbox.Conversation")
    return list(lines.order_by("at", "id").values_list("verb", flat=True))


def test_take_and_hand_over(cast: Cast, conversation: Conversation) -> None:
    assert actions.take_conversation(cast.bob, conversation, NOON)
    assert not actions.take_conversation(cast.bob, conversation, NOON)
    assert route(conversation).assignee == cast.bob.user
    assert actions.hand_over(cast.bob, conversation, cast.sam.user, NOON)
    assert route(conversation).assignee == cast.sam.user
    assert actions.hand_over(cast.alice, conversation, None, NOON)
    assert not actions.hand_over(cast.alice, conversation, None, NOON)
    assert verbs(cast) == ["take_conversation", "hand_over", "hand_over"]


def test_it_is_given_to_nobody_outside_the_team(cast: Cast, conversation: Conversation) -> None:
    assert not actions.hand_over(cast.alice, conversation, cast.chloe.user, NOON)
    assert not actions.hand_over(cast.alice, conversation, cast.vera.user, NOON)
    end_role(cast.brand, cast.bob.user, NOON, actor_id=None)
    assert not actions.hand_over(cast.alice, conversation, cast.bob.user, NOON)


@pytest.mark.parametrize("who", ["vera", "chloe"])
def test_whoever_may_not_changes_nothing(cast: Cast, conversation: Conversation, who: str) -> None:
    seat: Seat = getattr(cast, who)
    assert not actions.take_conversation(seat, conversation, NOON)
    assert not actions.hand_over(seat, conversation, None, NOON)
    assert not actions.resolve_conversation(seat, conversation, NOON)
    assert verbs(cast) == []
    assert route(conversation).is_open


def test_resolve_and_reopen(cast: Cast, conversation: Conversation) -> None:
    assert actions.resolve_conversation(cast.bob, conversation, NOON + timedelta(minutes=5))
    assert not actions.resolve_conversation(cast.bob, conversation, NOON)
    row = route(conversation)
    assert (row.is_open, row.clock_stopped_at) == (False, NOON + timedelta(minutes=5))
    assert lane_counts(cast.bob)["all"] == 0
    assert actions.reopen_conversation(cast.bob, conversation, NOON + timedelta(minutes=6))
    row = route(conversation)
    assert (row.is_open, row.resolved_at, row.clock_stopped_at) == (True, None, None)
    assert len(due_soon(cast.bob, 5, NOON)) == 1
    assert lane_counts(cast.bob)["question"] == 1


def test_reopening_what_was_answered_owes_nothing(cast: Cast, conversation: Conversation) -> None:
    with transaction.atomic():
        actions.record_answer(conversation, NOON + timedelta(minutes=2), NOON, is_elsewhere=False)
    assert actions.resolve_conversation(cast.bob, conversation, NOON + timedelta(minutes=5))
    assert actions.reopen_conversation(cast.bob, conversation, NOON + timedelta(minutes=6))
    assert due_soon(cast.bob, 5, NOON) == ()


def test_routing_twice_changes_nothing_that_matters(cast: Cast, conversation: Conversation) -> None:
    ids = list(Message.objects.of(cast.brand).values_list("pk", flat=True))
    before = Route.objects.of(cast.brand).values("lane", "is_open", "clock_started_at", "clock_due_at").get()
    actions.route_messages(cast.brand.pk, ids, NOON)
    assert Route.objects.of(cast.brand).values("lane", "is_open", "clock_started_at", "clock_due_at").get() == before
    assert lane_counts(cast.bob)["all"] == 1


def test_pages_hold_everything_once(cast: Cast, clock: Clock, settle: Settle) -> None:
    arrivals = [said(f"{QUESTION} {n}", n, minutes=-(n // 3)) for n in range(25)]  # three at the same minute
    take_in(cast.channel, batch(*arrivals), NOON)
    settle()
    seen: list[str] = []
    after = ""
    while True:
        page = inbox_page(cast.bob, InboxFilter(), clock(), after, most=7)
        seen += [row.public_id for row in page.rows]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 25


@pytest.mark.parametrize("bad", ["x", "????", "MjAyNg", "é", "A" * 5000, "MjAyNi0wMS0wMVQwMDowMDowMHwx"])
def test_a_cursor_of_somebody_elses_making_is_refused(cast: Cast, bad: str) -> None:
    with pytest.raises(BadCursor):
        inbox_page(cast.bob, InboxFilter(), NOON, bad)


def test_filters(cast: Cast, conversation: Conversation, clock: Clock) -> None:
    def rows(**wanted: Any) -> int:
        read = search_page if wanted.get("words") else inbox_page
        return len(read(cast.bob, InboxFilter(**wanted), clock()).rows)

    actions.take_conversation(cast.bob, conversation, NOON)
    assert (rows(whose="me"), rows(whose="nobody"), rows(lanes=(Lane.PRESS,))) == (1, 0, 0)
    assert (rows(words="gares"), rows(words="avion"), rows(words="gare avion"), rows(words="dan")) == (1, 0, 0, 1)
    assert (rows(channels=(cast.channel.public_id,)), rows(channels=(cast.other_channel.public_id,))) == (1, 0)
    assert (rows(words="%"), rows(words="_"), rows(words="' OR 1=1")) == (0, 0, 0)


def test_since_counts_what_came_and_what_is_late(cast: Cast, conversation: Conversation, clock: Clock) -> None:
    found = since(cast.bob, NOON - timedelta(minutes=1), NOON + timedelta(hours=3))
    assert (found.arrived, found.answered, found.late, found.by_lane) == (1, 0, 1, {"question": 1})
    assert since(cast.chloe, NOON - timedelta(days=1), NOON).arrived == 0


def real_count(brand: Brand) -> Counter[tuple[str, bool]]:
    rows = Route.objects.of(brand).filter(is_open=True, snoozed_until__isnull=True)
    return Counter(rows.values_list("lane", "is_sealed"))


def kept_count(brand: Brand) -> Counter[tuple[str, bool]]:
    rows = OpenCount.objects.of(brand).filter(facet="lane").values_list("value", "is_sealed", "count")
    return +Counter({(lane, is_sealed): count for lane, is_sealed, count in rows})


class Desk(RuleBasedStateMachine):
    """Anything may happen to a few conversations: the kept counters equal a real count, and seals hold."""

    def __init__(self) -> None:
        super().__init__()
        self._block = transaction.atomic()
        self._block.__enter__()
        self.cast = assemble()
        self.minute = 0
        self.number = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._block.__exit__(None, None, None)

    def _now(self) -> Any:
        self.minute += 1
        return NOON + timedelta(minutes=self.minute)

    def _conversations(self) -> list[Conversation]:
        return list(Conversation.objects.of(self.cast.brand).order_by("id"))

    def _any(self, number: int) -> Conversation:
        found = self._conversations()
        return found[number % len(found)]

    def _work(self) -> None:
        work_until_idle(lambda: NOON + timedelta(days=1))

    @rule(
        thread=st.integers(0, 3),
        text=st.sampled_from([QUESTION, "Merci beaucoup !", "merci pour rien", "Vos trains sont nuls et en retard."]),
        ago=st.integers(0, 30),
    )
    def somebody_speaks(self, thread: int, text: str, ago: int) -> None:
        self.number += 1
        now = self._now()
        arrival = said(text, self.number, thread_id=f"t{thread}", published_at=now - timedelta(minutes=ago))
        take_in(self.cast.channel, batch(arrival), now)
        self._work()

    @rule(thread=st.integers(0, 3))
    def we_speak_elsewhere(self, thread: int) -> None:
        self.number += 1
        now = self._now()
        ours = said("Bonjour.", self.number, thread_id=f"t{thread}", by=US, is_ours=True, published_at=now)
        take_in(self.cast.channel, batch(ours), now)
        self._work()

    @precondition(lambda self: self._conversations())
    @rule(number=st.integers(0, 9), is_open=st.booleans())
    def somebody_settles(self, number: int, is_open: bool) -> None:
        act = actions.reopen_conversation if is_open else actions.resolve_conversation
        act(self.cast.bob, self._any(number), self._now())

    @precondition(lambda self: self._conversations())
    @rule(number=st.integers(0, 9), lane=st.sampled_from([Lane.QUESTION, Lane.CHATTER, Lane.PRESS, Lane.ALERT]))
    def somebody_corrects(self, number: int, lane: Lane) -> None:
        rows = Message.objects.of(self.cast.brand).filter(conversation=self._any(number), is_ours=False)
        message = rows.select_related("conversation").order_by("-published_at").first()
        if message is not None:
            correct_reading(self.cast.alice, message, lane, self._now())
            self._work()

    @invariant()
    def counters_are_true(self) -> None:
        assert kept_count(self.cast.brand) == real_count(self.cast.brand)

    @invariant()
    def what_is_sealed_is_sealed(self) -> None:
        sealed = set(
            Message.objects.of(self.cast.brand).filter(is_sealed=True).values_list("conversation_id", flat=True)
        )
        routed = Route.objects.of(self.cast.brand).filter(is_sealed=True).values_list("conversation_id", flat=True)
        assert sealed == set(routed)


@pytest.mark.django_db
def test_counters_equal_a_count_after_anything(db: None) -> None:

    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Desk, settings=settings(max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=checks)
    )
    assert not Brand.objects.exists(), "the machine left something behind"


def test_counters_are_true_after_everybody_at_once(cast_for_threads: Cast, clock: Clock, settle: Settle) -> None:
    cast = cast_for_threads
    take_in(cast.channel, batch(*[said(f"{QUESTION} {n}", n, by=Author(f"a{n}", f"@{n}")) for n in range(6)]), NOON)
    settle()
    conversations = list(Conversation.objects.of(cast.brand))
    first = conversations[0]
    done = at_once(*[lambda: actions.resolve_conversation(cast.bob, first, NOON) for _ in range(4)])
    assert sorted(map(str, done)) == ["False", "False", "False", "True"]
    deeds = [lambda one=one: actions.resolve_conversation(cast.bob, one, NOON) for one in conversations[1:]]
    assert at_once(*deeds) == [True] * 5
    assert kept_count(cast.brand) == real_count(cast.brand) == Counter()


def test_two_who_take_it_at_once(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    conversation = Conversation.objects.of(cast.brand).get()
    seats = (cast.bob, cast.sam)
    done = at_once(*[lambda seat=seat: actions.take_conversation(seat, conversation, NOON) for seat in seats])
    assert done == [True, True]  # the later one has it, and the journal knows both
    assert verbs(cast).count("take_conversation") == 2
