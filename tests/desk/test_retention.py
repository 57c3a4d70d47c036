"""What was kept long enough goes, wherever it is, and nothing else; whatever stirs, is open or sealed stays."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from nestor.brands.models import Brand
from nestor.composer.actions import save_draft
from nestor.guard.actions import ask_clearance
from nestor.guard.models import Clearance
from nestor.hooks.models import Call, Receiver
from nestor.inbox.actions import receive_webhook, seal_message, take_in
from nestor.inbox.models import Conversation, GoneMessage, Message, Payload, WebhookCall
from nestor.inbox.reads.gone import without_gone
from nestor.people.actions.members import merge_members
from nestor.people.models import Member
from nestor.privacy import actions
from nestor.privacy.actions import drop_old, set_retention
from nestor.privacy.models import Retention
from nestor.privacy.reads import due_retentions, retention_of, would_drop
from nestor.privacy.rules import Spans, months_before
from nestor.publisher.models import Delivery
from nestor.routing.actions import reopen_conversation, resolve_conversation, views
from nestor.routing.actions.forwarding import Colleague, forward_conversation
from nestor.routing.actions.merging import merge_conversations
from nestor.routing.actions.notes import write_note
from nestor.routing.actions.standing import until_settled
from nestor.routing.models import Route
from nestor.routing.reads.search import search_page
from nestor.routing.rules.filters import InboxFilter, State
from nestor.vocabulary import Lane
from nestor.work.actions import take_lease
from nestor.work.models import JournalEntry
from tests.desk.at_once import at_once
from tests.desk.cast import DAN, EVE, NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.test_forgetting import LEA, PLANTED, STOP, columns_with, member, shelf
from tests.desk.test_lists import check_counters

__all__ = ["member", "shelf"]  # fixtures: somebody met in every room, and where their files are
YEAR = Spans(message_months=12)
LATER = NOON + timedelta(days=400)
SOON = NOON + timedelta(days=300)


def run(brand: Brand, now: datetime = LATER, most: int = 60) -> int:
    """Drop until nothing more is old; return how many looks it took."""
    for number in range(1, most):
        (row_id,) = due_retentions(now, 10)
        assert drop_old(row_id, now)
        row = retention_of(brand)
        assert row is not None
        if row.looked_at == now:
            return number
    raise AssertionError


def threads(brand: Brand) -> set[str]:
    return set(Conversation.objects.of(brand).values_list("thread_id", flat=True))


def conversation(cast: Cast, number: int) -> Conversation:
    found: Conversation = Conversation.objects.of(cast.brand).select_related("channel").get(thread_id=f"t{number}")
    return found


@pytest.fixture
def done(cast: Cast, settle: Settle) -> Cast:
    """Five conversations at both brands, the first three done; a view counts what is done."""
    words = [
        "Quand ouvre la gare ?",
        "Merci beaucoup !",
        "Journaliste au Courrier, une réaction ?",
        "Et le bus ?",
        "Oui",
    ]
    arrivals = [said(text, number, by=LEA if number == 3 else DAN) for number, text in enumerate(words, 1)]
    take_in(cast.channel, batch(*arrivals), NOON)
    take_in(cast.other_channel, batch(*arrivals), NOON)
    settle()
    views.save_view(cast.bob, "Questions", InboxFilter(lanes=(Lane.QUESTION,)), NOON, is_shared=True)
    for number in (1, 2, 3):
        resolve_conversation(cast.bob, conversation(cast, number), NOON)
    for one in Conversation.objects.of(cast.other_brand):
        resolve_conversation(cast.chloe, one, NOON)
    return cast


def test_not_a_word_is_left_in_any_room(
    cast: Cast, member: Member, shelf: Path, django_capture_on_commit_callbacks: Any
) -> None:
    take_in(cast.other_channel, batch(said(f"{PLANTED} ici aussi", by=DAN)), NOON)
    Clearance.objects.of(cast.brand).update(state=Clearance.WITHDRAWN)
    for one in Conversation.objects.of(cast.brand):
        resolve_conversation(cast.alice, one, NOON + timedelta(hours=3))
    assert set_retention(cast.alice, YEAR, 0, NOON)
    with django_capture_on_commit_callbacks(execute=True):
        run(cast.brand)
    assert not any(shelf.glob("*/*/*"))
    left = columns_with(PLANTED)
    assert {name.partition(".")[0] for name in left} <= {"inbox_message", "inbox_search", "inbox_search_content"}
    assert Message.objects.of(cast.other_brand).get().text == f"{PLANTED} ici aussi"
    for model in (Conversation, Message, Route, Member, Payload, Delivery):
        assert model.objects.of(cast.brand).count() == 0, model
    check_counters(cast)


def test_what_is_open_stays_and_so_does_the_other_brand(done: Cast) -> None:
    theirs = columns_of(done.other_brand)
    assert set_retention(done.alice, YEAR, 0, NOON)
    run(done.brand)
    assert threads(done.brand) == {"t4", "t5"}
    assert columns_of(done.other_brand) == theirs
    check_counters(done)
    names = set(Member.objects.of(done.brand).values_list("name", flat=True))
    assert names == {"Dan"}  # Léa has nothing left here, Dan has
    assert search_page(done.bob, InboxFilter(words="gare", state=State.DONE), LATER).rows == ()
    assert search_page(done.chloe, InboxFilter(words="gare", state=State.DONE), LATER).rows != ()
    line = JournalEntry.objects.get(verb="drop_old")
    assert (line.brand_id, line.facts) == (done.brand.pk, {"conversations": 3, "messages": 3})


def columns_of(brand: Brand) -> Counter[str]:
    """Count what a brand has, table by table."""
    models = (Conversation, Message, Route, Member, Payload, GoneMessage)
    return Counter({model.__name__: model.objects.of(brand).count() for model in models})


def test_nothing_goes_before_its_time(done: Cast) -> None:
    assert set_retention(done.alice, YEAR, 0, NOON)
    run(done.brand, SOON)
    assert len(threads(done.brand)) == 5
    assert would_drop(done.brand, Spans(message_months=6), SOON).messages == 3
    assert would_drop(done.brand, Spans(message_months=6), SOON).conversations == 3
    assert would_drop(done.brand, YEAR, SOON).messages == 0
    assert due_retentions(SOON, 10) == []
    assert len(due_retentions(SOON + timedelta(hours=1), 10)) == 1


def test_by_default_everything_stays(done: Cast) -> None:
    assert due_retentions(LATER + timedelta(days=10_000), 10) == []
    assert set_retention(done.alice, YEAR, 0, NOON)
    assert set_retention(done.alice, Spans(), 1, NOON)
    assert due_retentions(LATER, 10) == []


def _seal(cast: Cast, one: Conversation) -> None:
    assert seal_message(Message.objects.of(cast.brand).get(conversation=one))


def _unread(cast: Cast, one: Conversation) -> None:
    Message.objects.of(cast.brand).filter(conversation=one).update(shown_at=None)


def _reopen(cast: Cast, one: Conversation) -> None:
    assert reopen_conversation(cast.bob, one, SOON)


def _note(cast: Cast, one: Conversation) -> None:
    assert write_note(cast.bob, one, "à garder", SOON, key="n") is not None


def _draft(cast: Cast, one: Conversation) -> None:
    save_draft(cast.bob, one, "Bonjour", 1, SOON)


def _ask(cast: Cast, one: Conversation) -> None:
    assert ask_clearance(cast.bob, one, "Bonjour", STOP, NOON) is not None


def _send(cast: Cast, one: Conversation) -> None:
    fields = {"brand": cast.brand, "channel": cast.channel, "conversation": one, "text": "x", "made_at": NOON}
    Delivery.objects.create(**fields, mark="m", state="unconfirmed")


def _forward(cast: Cast, one: Conversation) -> None:
    rose = Colleague("Rose", "rose@example.test", "fr", "Que dire ?", 7)
    forward_conversation(cast.bob, one, rose, LATER - timedelta(days=1), key="r")


def _speak(cast: Cast, one: Conversation) -> None:
    take_in(cast.channel, batch(said("Encore moi", 77, thread_id=one.thread_id, published_at=SOON)), SOON)


def _late_arrival(cast: Cast, one: Conversation) -> None:
    take_in(cast.channel, batch(said("Ancien", 78, thread_id=one.thread_id, published_at=NOON)), SOON)
    Message.objects.of(cast.brand).update(shown_at=SOON)


@pytest.mark.parametrize("stir", [_seal, _unread, _reopen, _note, _draft, _ask, _send, _forward, _speak, _late_arrival])
def test_what_stirs_is_kept_whatever_its_age(done: Cast, stir: Callable[[Cast, Conversation], None]) -> None:
    stir(done, conversation(done, 1))
    assert set_retention(done.alice, YEAR, 0, NOON)
    run(done.brand)
    assert threads(done.brand) == {"t1", "t4", "t5"}
    check_counters(done)


def test_conversations_that_were_joined_go_together(done: Cast) -> None:
    assert merge_conversations(done.bob, conversation(done, 1), conversation(done, 2), NOON)
    resolve_conversation(done.bob, conversation(done, 1), NOON)
    assert set_retention(done.alice, YEAR, 0, NOON)
    run(done.brand)
    assert threads(done.brand) == {"t4", "t5"}
    check_counters(done)


def test_one_of_a_joined_person_keeps_the_whole_person(done: Cast) -> None:
    people = {row.name: row for row in Member.objects.of(done.brand)}
    assert merge_members(done.alice, people["Dan"], people["Léa"], NOON)
    assert set_retention(done.alice, YEAR, 0, NOON)
    run(done.brand)
    assert set(Member.objects.of(done.brand).values_list("name", flat=True)) == {"Dan", "Léa"}


def test_what_went_does_not_come_back(done: Cast) -> None:
    assert set_retention(done.alice, YEAR, 0, NOON)
    run(done.brand)
    again = [said("Quand ouvre la gare ?", 1), said("Corrigé", 2, edited_at=NOON), said("Tout nouveau", 9)]
    assert take_in(done.channel, batch(*again), LATER).added == 1
    assert threads(done.brand) == {"t4", "t5", "t9"}
    young = [said("Bonjour", 1, published_at=LATER)]
    assert without_gone(done.channel, young) == []  # whatever time is said of it: it is that message
    assert without_gone(done.other_channel, young) == young
    assert GoneMessage.objects.of(done.brand).count() == 3


def test_killed_in_the_middle_it_goes_on(done: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_CONVERSATIONS", 1)
    assert set_retention(done.alice, YEAR, 0, NOON)
    (row_id,) = due_retentions(LATER, 10)
    assert drop_old(row_id, LATER)
    with transaction.atomic():  # as a process that dies: nothing of it is kept
        assert drop_old(row_id, LATER)
        assert len(threads(done.brand)) == 3
        transaction.set_rollback(True)
    assert len(threads(done.brand)) == 4
    check_counters(done)
    Retention.objects.of(done.brand).update(lease_token="dead", leased_until=LATER + timedelta(seconds=60))
    assert not drop_old(row_id, LATER)  # another worker has it, or had
    run(done.brand, LATER + timedelta(seconds=61))
    assert threads(done.brand) == {"t4", "t5"}
    check_counters(done)
    assert JournalEntry.objects.get(verb="drop_old").facts == {"conversations": 3, "messages": 3}


def test_a_long_thread_goes_in_several_steps(
    cast: Cast, clock: Clock, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_MESSAGES", 4)
    clock.pass_(hours=1)
    many = [said(f"Encore {number}", number, thread_id="long", minutes=number) for number in range(10)]
    take_in(cast.channel, batch(*many), NOON + timedelta(hours=1))
    settle()
    one = Conversation.objects.of(cast.brand).select_related("channel").get()
    resolve_conversation(cast.bob, one, NOON + timedelta(hours=2))
    assert set_retention(cast.alice, YEAR, 0, NOON)
    (row_id,) = due_retentions(LATER, 10)
    assert drop_old(row_id, LATER)
    assert Message.objects.of(cast.brand).count() == 6
    assert threads(cast.brand) == {"long"}
    reopen_conversation(cast.bob, one, LATER)
    assert drop_old(row_id, LATER)
    assert Message.objects.of(cast.brand).count() == 6  # reopened in the middle: the rest stays
    resolve_conversation(cast.bob, one, LATER)
    run(cast.brand, LATER + timedelta(days=400))
    assert Message.objects.of(cast.brand).count() == 0
    assert threads(cast.brand) == set()
    check_counters(cast)


def test_a_choice_made_meanwhile_ends_the_run(done: Cast) -> None:
    assert set_retention(done.alice, YEAR, 0, NOON)
    row = retention_of(done.brand)
    assert row is not None
    lease = take_lease(Retention.objects.of(done.brand), row.pk, LATER, timedelta(seconds=60))
    assert lease is not None
    assert set_retention(done.alice, Spans(), 1, LATER)
    assert not until_settled(lambda: actions._step(row, lease, LATER))
    assert len(threads(done.brand)) == 5
    assert JournalEntry.objects.filter(verb="drop_old").count() == 0


def test_raw_forms_and_the_log_go_sooner_where_the_brand_says_so(done: Cast) -> None:
    for channel in (done.channel, done.other_channel):
        call = receive_webhook(channel, {"x": "y"}, b"{}", NOON)
        assert call is not None
        WebhookCall.objects.of(channel.brand_id).filter(pk=call.pk).update(due_at=None)
        waiting = receive_webhook(channel, {"x": "z"}, b"{}", NOON)
        assert waiting is not None
    for brand in (done.brand, done.other_brand):
        receiver = Receiver.objects.create(
            brand=brand, name="x", url="https://x.example", kinds=[], secret="", made_at=NOON
        )
        fixed = {"brand": brand, "receiver": receiver, "kind": "x", "happened_at": NOON}
        Call.objects.create(event_id=1, state=Call.TOLD, **fixed)
        Call.objects.create(event_id=2, due_at=NOON, **fixed)
    week = NOON + timedelta(days=7, minutes=1)
    found = would_drop(done.brand, Spans(raw_days=7, call_days=7), week)
    assert (found.raw, found.calls, found.messages) == (6, 1, 0)
    assert set_retention(done.alice, Spans(raw_days=7, call_days=7), 0, NOON)
    run(done.brand, week - timedelta(minutes=2))
    assert Payload.objects.of(done.brand).count() == 5
    run(done.brand, week + timedelta(hours=1))
    assert Payload.objects.of(done.brand).count() == 0
    assert WebhookCall.objects.of(done.brand).get().due_at is not None  # not opened yet: it waits
    assert Call.objects.of(done.brand).get().due_at is not None
    assert Message.objects.of(done.brand).count() == 5
    assert Payload.objects.of(done.other_brand).count() == 5
    assert WebhookCall.objects.of(done.other_brand).count() == 2
    assert Call.objects.of(done.other_brand).count() == 2


def test_only_the_head_chooses_and_only_what_is_offered(cast: Cast) -> None:
    for seat in (cast.bob, cast.sam, cast.vera):
        assert not set_retention(seat, YEAR, 0, NOON)
    for spans in (Spans(message_months=1), Spans(raw_days=0), Spans(call_days=400), Spans(message_months=-12)):
        with pytest.raises(ValueError, match="no such span"):
            set_retention(cast.alice, spans, 0, NOON)
    assert retention_of(cast.brand) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_choices_at_once_one_is_told(cast_for_threads: Cast) -> None:
    cast = cast_for_threads
    first, second = Spans(message_months=24), Spans(message_months=36)
    found = at_once(*(lambda spans=spans: set_retention(cast.alice, spans, 0, NOON) for spans in (first, second)))
    assert sorted(found) == [False, True]
    row = retention_of(cast.brand)
    assert row is not None
    assert (row.version, row.message_months) == (1, 24 if found[0] else 36)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_drop_each_thing_once(cast_for_threads: Cast) -> None:
    cast = cast_for_threads
    Settle(Clock(NOON))()
    take_in(cast.channel, batch(*(said(f"Mot {number}", number, by=EVE) for number in range(1, 7))), NOON)
    Settle(Clock(NOON))()
    for one in Conversation.objects.of(cast.brand).select_related("channel"):
        resolve_conversation(cast.bob, one, NOON)
    assert set_retention(cast.alice, YEAR, 0, NOON)
    (row_id,) = due_retentions(LATER, 10)
    found = at_once(lambda: drop_old(row_id, LATER), lambda: drop_old(row_id, LATER))
    assert set(found) <= {True, False}
    if len(threads(cast.brand)):
        raise AssertionError(found)
    row = retention_of(cast.brand)
    assert row is not None
    if row.looked_at is None:
        run(cast.brand)
    assert JournalEntry.objects.get(verb="drop_old").facts == {"conversations": 6, "messages": 6}
    check_counters(cast)


def test_a_month_is_one_of_the_calendar(done: Cast) -> None:
    assert set_retention(done.alice, YEAR, 0, NOON)
    assert months_before(datetime(2027, 3, 3, 11, 0, tzinfo=NOON.tzinfo), 12) == NOON
    run(done.brand, NOON.replace(year=2027) - timedelta(seconds=1))
    assert len(threads(done.brand)) == 5
    run(done.brand, NOON.replace(year=2027) + timedelta(hours=1))
    assert len(threads(done.brand)) == 2
