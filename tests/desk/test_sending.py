"""An answer that leaves: held, late, refused, not known, found, decided; sent once."""

from datetime import timedelta

import pytest
from django.conf import settings as nestor

from nestor.brands.actions import hold_channel, lift_hold
from nestor.brands.models import Channel
from nestor.inbox.models import Conversation, Message
from nestor.networks.practice.admin import Mode
from nestor.people.actions import give_role
from nestor.publisher.actions import (
    declare_sent,
    dismiss,
    give_up,
    send_again,
    take_back,
)
from nestor.publisher.models import Attempt, Delivery
from nestor.publisher.reads import deliveries_of, unsettled
from nestor.publisher.rules import State
from nestor.routing.reads import inbox_page
from nestor.routing.rules.filters import InboxFilter
from nestor.vocabulary import Role
from nestor.work.models import Event
from tests.desk.answering import ANSWER, QUESTION, answer, attend_due, sent, state
from tests.desk.cast import Cast
from tests.desk.conftest import Clock
from tests.desk.line import Line


@pytest.fixture
def conversation(page: Line, present: Clock) -> Conversation:
    return page.asked(QUESTION, present())


def test_the_whole_way(cast: Cast, conversation: Conversation, page: Line, present: Clock) -> None:
    delivery = sent(cast.bob, conversation, present())
    attend_due(present)
    assert state(delivery) == State.WAITING, "it must not leave before the undo window is over"
    present.pass_(seconds=nestor.NESTOR_UNDO_FOR)
    attend_due(present)
    assert (state(delivery), page.copies(ANSWER)) == (State.SENT, 1)
    assert delivery.receipt_id
    ours = Message.objects.of(cast.brand).get(is_ours=True)
    assert (ours.text, ours.mark, delivery.message_id) == (ANSWER, delivery.mark, ours.pk)
    page.read(present())  # the network shows us our own answer
    assert Message.objects.of(cast.brand).filter(is_ours=True).count() == 1
    (row,) = inbox_page(cast.bob, InboxFilter(), present()).rows
    assert (row.due_at, row.answered_elsewhere) == (None, False)
    assert row.answered_at is not None
    assert Attempt.objects.of(cast.brand).get().outcome == "sent"


def due_now(cast: Cast, conversation: Conversation, clock: Clock, text: str = ANSWER) -> Delivery:
    delivery = sent(cast.bob, conversation, clock(), key=text, text=text)
    clock.pass_(seconds=nestor.NESTOR_UNDO_FOR)
    return delivery


def test_a_held_channel_sends_nothing_until_lifted(
    cast: Cast, conversation: Conversation, page: Line, present: Clock
) -> None:
    delivery = due_now(cast, conversation, present)
    assert hold_channel(page.channel, "Déraillement", present(), actor_id=cast.alice.user.pk)
    assert not hold_channel(page.channel, "Déraillement", present(), actor_id=cast.alice.user.pk)
    for _ in range(3):
        attend_due(present)
        present.pass_(seconds=20)
    assert (state(delivery), delivery.reason, page.copies(ANSWER)) == (State.WAITING, "held", 0)
    assert lift_hold(page.channel, "Fini", present(), actor_id=cast.alice.user.pk)
    attend_due(present)
    assert (state(delivery), page.copies(ANSWER)) == (State.SENT, 1)


def test_what_is_held_can_be_taken_back_without_a_trace_in_the_thread(
    cast: Cast, conversation: Conversation, page: Line, present: Clock
) -> None:
    delivery = due_now(cast, conversation, present)
    hold_channel(page.channel, "Déraillement", present(), actor_id=None)
    attend_due(present)
    assert take_back(cast.bob, delivery, present())
    assert deliveries_of(conversation, cast.bob) == ()
    assert unsettled(cast.bob) == ()


def test_too_late_is_asked_about_not_sent(cast: Cast, conversation: Conversation, page: Line, present: Clock) -> None:
    delivery = due_now(cast, conversation, present)
    present.pass_(days=3)
    attend_due(present)
    assert (state(delivery), page.copies(ANSWER)) == (State.LATE, 0)
    assert [row.state for row in unsettled(cast.bob)] == ["late"]
    assert dismiss(cast.bob, delivery, present())
    assert unsettled(cast.bob) == ()


def test_whoever_lost_the_right_sends_nothing(
    cast: Cast, conversation: Conversation, page: Line, present: Clock
) -> None:
    first = due_now(cast, conversation, present)
    give_role(cast.brand, cast.bob.user, Role.VIEWER, present(), actor_id=None)
    attend_due(present)
    assert (state(first), first.reason, page.copies(ANSWER)) == (State.CANCELLED, "permission", 0)
    assert [row.reason for row in unsettled(cast.alice)] == ["permission"]


def test_the_guard_is_asked_again_at_the_last_moment(
    cast: Cast, conversation: Conversation, page: Line, present: Clock
) -> None:
    delivery = due_now(cast, conversation, present)
    limits = {"comment": {**page.channel.limits["comment"], "text": 5}}  # the network has become stricter meanwhile
    Channel.objects.of(cast.brand).filter(pk=page.channel.pk).update(limits=limits)
    attend_due(present)
    assert (state(delivery), delivery.reason, page.copies(ANSWER)) == (State.CANCELLED, "guard", 0)


def test_a_clear_no_is_told_with_its_reason(cast: Cast, conversation: Conversation, page: Line, present: Clock) -> None:
    delivery = due_now(cast, conversation, present)
    page.server.admin.break_it(Mode.DEAD_TOKEN, account_id=page.account.account_id, verb="send", count=1)
    attend_due(present)
    assert (state(delivery), delivery.reason, page.copies(ANSWER)) == (State.REFUSED, "sign_in", 0)
    page.channel.refresh_from_db()
    assert page.channel.trouble == "sign_in"
    assert [row.reason for row in unsettled(cast.bob)] == ["sign_in"]


def test_later_is_later(cast: Cast, conversation: Conversation, page: Line, present: Clock) -> None:
    delivery = due_now(cast, conversation, present)
    page.server.admin.break_it(Mode.LIMIT, account_id=page.account.account_id, verb="send", count=1, seconds=300)
    attend_due(present)
    assert (state(delivery), delivery.reason) == (State.WAITING, "limited")
    assert delivery.due_at is not None
    assert timedelta(seconds=290) <= delivery.due_at - present() <= timedelta(seconds=310)
    attend_due(present)
    assert page.copies(ANSWER) == 0
    present.pass_(seconds=311)
    attend_due(present)
    assert (state(delivery), page.copies(ANSWER), delivery.tries) == (State.SENT, 1, 2)


def until_settled(delivery: Delivery, clock: Clock) -> str:
    for _ in range(25):
        clock.pass_(minutes=2)
        attend_due(clock)
    return state(delivery)


def test_what_nobody_knows_is_found(cast: Cast, conversation: Conversation, page: Line, present: Clock) -> None:
    delivery = due_now(cast, conversation, present)
    page.server.admin.break_it(Mode.CLOSE_AFTER, account_id=page.account.account_id, verb="send", count=1)
    attend_due(present)
    assert state(delivery) == State.UNCONFIRMED
    assert until_settled(delivery, present) == State.SENT
    assert page.copies(ANSWER) == 1
    assert [one.outcome for one in Attempt.objects.of(cast.brand)] in (["sent"], ["uncertain"])


def test_where_marks_are_not_honoured_a_person_decides(
    cast: Cast, conversation: Conversation, page: Line, present: Clock
) -> None:
    delivery = due_now(cast, conversation, present)
    page.server.admin.break_it(Mode.CLOSE_BEFORE, account_id=page.account.account_id, verb="send", count=1)
    attend_due(present)
    events = Event.objects.filter(name="DeliveryMoved").count()
    assert until_settled(delivery, present) == State.UNCONFIRMED
    assert (delivery.due_at, page.copies(ANSWER)) == (None, 0)
    assert Event.objects.filter(name="DeliveryMoved").count() > events, "nobody was told that they must decide"
    assert [row.state for row in unsettled(cast.bob)] == ["unconfirmed"]
    assert send_again(cast.bob, delivery, present())
    attend_due(present)
    assert (state(delivery), page.copies(ANSWER)) == (State.SENT, 1)


def test_where_marks_are_honoured_it_is_sent_again_alone(cast: Cast, square: Line, present: Clock) -> None:
    delivery = due_now(cast, square.asked(QUESTION, present()), present)
    square.server.admin.break_it(Mode.CLOSE_BEFORE, account_id=square.account.account_id, verb="send", count=1)
    attend_due(present)
    assert until_settled(delivery, present) == State.SENT
    assert square.copies(ANSWER) == 1


@pytest.mark.parametrize("decision", ["give_up", "declare_sent"])
def test_a_person_decides_once(
    cast: Cast, conversation: Conversation, page: Line, present: Clock, decision: str
) -> None:
    delivery = due_now(cast, conversation, present)
    Delivery.objects.of(cast.brand).update(state=State.UNCONFIRMED, due_at=None, first_tried_at=present())
    done = (
        give_up(cast.bob, delivery, present())
        if decision == "give_up"
        else declare_sent(cast.bob, delivery, "https://example.test/\x00" + "x" * 5000, present())
    )
    assert done
    assert state(delivery) == (State.REFUSED if decision == "give_up" else State.SENT)
    assert not send_again(cast.bob, delivery, present())
    assert not give_up(cast.bob, delivery, present())
    assert not declare_sent(cast.bob, delivery, "", present())


def test_the_network_that_has_it_already_is_looked_at(
    cast: Cast, conversation: Conversation, page: Line, present: Clock
) -> None:
    delivery = due_now(cast, conversation, present)
    page.server.admin.break_it(
        Mode.REFUSE, account_id=page.account.account_id, verb="send", count=1, status=409, code="duplicate"
    )
    attend_due(present)
    assert (state(delivery), delivery.reason) == (State.UNCONFIRMED, "duplicate")


def test_nothing_empty_leaves(cast: Cast, conversation: Conversation, present: Clock) -> None:
    for text in ("", "  \n", "\u200b\u200b"):
        assert answer(cast.bob, conversation, text, present()).delivery is None
