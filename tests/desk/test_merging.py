"""Conversations are joined and parted without losing a word, a clock or a counter, and what comes later follows."""

from collections import Counter
from datetime import timedelta

import pytest

from nestor.inbox.actions import record_sent, take_in
from nestor.inbox.models import Conversation, Message
from nestor.inbox.reads import where_it_went
from nestor.networks.contract import Author, Receipt
from nestor.publisher.actions import send_answer
from nestor.publisher.actions.sending import parcel_of
from nestor.publisher.models import Delivery
from nestor.publisher.reads import deliveries_of
from nestor.routing import actions
from nestor.routing.actions import labels, views
from nestor.routing.actions.merging import merge_conversations, split_conversation, unmerge_conversation
from nestor.routing.models import Route
from nestor.routing.reads import inbox_page
from nestor.routing.rules.filters import InboxFilter
from nestor.vocabulary import Lane
from tests.desk.at_once import at_once
from tests.desk.cast import DAN, NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.test_lists import check_counters

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
PRESS = "Bonjour, journaliste au Courrier, une réaction avant 18 h ?"
LEA = Author("lea", "@lea", "Léa")


def of_thread(cast: Cast, thread: str) -> Conversation:
    found: Conversation = Conversation.objects.of(cast.brand).select_related("channel").get(thread_id=thread)
    return found


def words_in(conversation: Conversation) -> list[str]:
    rows = Message.objects.of(conversation.brand_id).filter(conversation=conversation)
    return list(rows.order_by("published_at", "id").values_list("text", flat=True))


def standing(conversation: Conversation) -> Route:
    found: Route = Route.objects.of(conversation.brand_id).get(conversation=conversation)
    return found


@pytest.fixture
def two(cast: Cast, settle: Settle) -> tuple[Conversation, Conversation]:
    first = said(QUESTION, 1, minutes=-30)
    second = said(PRESS, 2, by=LEA, minutes=-20)
    take_in(cast.channel, batch(first, second), NOON)
    settle()
    views.save_view(cast.bob, "Presse", InboxFilter(lanes=(Lane.PRESS,)), NOON, is_shared=True)
    return of_thread(cast, "t1"), of_thread(cast, "t2")


def test_two_become_one_and_two_again(cast: Cast, two: tuple[Conversation, Conversation]) -> None:
    kept, other = two
    before = {one.pk: (standing(one).lane, standing(one).clock_started_at) for one in two}
    label = views.make_label(cast.bob, "Important", NOON)
    assert label is not None
    labels.put_label(cast.bob, other, label, NOON)
    actions.take_conversation(cast.sam, other, NOON)
    assert merge_conversations(cast.bob, kept, other, NOON)
    assert words_in(kept) == [QUESTION, PRESS]
    row = standing(kept)
    assert (row.lane, row.assignee, row.label_ids) == ("press", cast.sam.user, [label.pk])
    assert row.clock_started_at == NOON - timedelta(minutes=30)
    assert [one.public_id for one in inbox_page(cast.bob, InboxFilter(), NOON).rows] == [kept.public_id]
    assert where_it_went(cast.bob, other.public_id) == kept.public_id
    check_counters(cast)
    other.refresh_from_db()
    assert unmerge_conversation(cast.bob, other, NOON) == kept
    assert (words_in(kept), words_in(other)) == ([QUESTION], [PRESS])
    assert {one.pk: (standing(one).lane, standing(one).clock_started_at) for one in two} == before
    check_counters(cast)
    assert unmerge_conversation(cast.bob, other, NOON) is None


def test_what_comes_later_in_either_thread_arrives_in_the_one(
    cast: Cast, two: tuple[Conversation, Conversation], settle: Settle
) -> None:
    kept, other = two
    merge_conversations(cast.bob, kept, other, NOON)
    take_in(cast.channel, batch(said("Et maintenant ?", 3, thread_id="t2", by=LEA, minutes=1)), NOON)
    settle()
    assert words_in(kept) == [QUESTION, PRESS, "Et maintenant ?"]
    assert standing(kept).last_at == NOON + timedelta(minutes=1)
    other.refresh_from_db()
    unmerge_conversation(cast.bob, other, NOON)
    assert words_in(other) == [PRESS, "Et maintenant ?"]
    check_counters(cast)


def test_an_answer_goes_to_the_thread_it_answers(cast: Cast, two: tuple[Conversation, Conversation]) -> None:
    kept, other = two
    merge_conversations(cast.bob, kept, other, NOON)
    done = send_answer(cast.bob, kept, "Nous vous rappelons avant 17 h.", NOON, key="k", shown=frozenset({"promise"}))
    shown = frozenset(one.id for one in done.findings)
    delivery = done.delivery or send_answer(cast.bob, kept, "Bien reçu, merci.", NOON, key="k2", shown=shown).delivery
    assert delivery is not None
    joined = "answers__home__post", "conversation__post", "answers__identity"
    row = Delivery.objects.of(cast.brand).select_related(*joined).get(pk=delivery.pk)
    assert (parcel_of(row).thread_id, parcel_of(row).in_reply_to) == ("t2", "m2")
    other.refresh_from_db()
    unmerge_conversation(cast.bob, other, NOON)
    assert [one.public_id for one in deliveries_of(kept, cast.bob)] == [delivery.public_id]


@pytest.mark.parametrize("parted", [False, True])
def test_what_was_sent_meanwhile_stands_where_its_thread_went(
    cast: Cast, two: tuple[Conversation, Conversation], *, parted: bool
) -> None:
    kept, other = two
    assert merge_conversations(cast.bob, kept, other, NOON)
    if parted:
        assert unmerge_conversation(cast.bob, of_thread(cast, "t2"), NOON)
    message = record_sent(other, Receipt("echo-1", NOON), "À 8 h.", "mark", NOON, in_reply_to="m2")
    here, elsewhere = (other, kept) if parted else (kept, other)
    assert "À 8 h." in words_in(here)
    assert "À 8 h." not in words_in(elsewhere)
    if not parted:
        assert message.home_id == other.pk
        assert unmerge_conversation(cast.bob, of_thread(cast, "t2"), NOON)
        assert words_in(other) == [PRESS, "À 8 h."]


def test_what_was_sent_meanwhile_follows_what_was_split_off(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(*[said(f"{QUESTION} {n}", n, thread_id="t1", minutes=n) for n in (1, 2)]), NOON)
    settle()
    old = of_thread(cast, "t1")
    second = Message.objects.of(cast.brand).select_related("conversation__channel").get(network_id="m2")
    fresh = split_conversation(cast.bob, second, NOON)
    assert fresh is not None
    record_sent(old, Receipt("echo-1", NOON + timedelta(hours=1)), "À 8 h.", "mark", NOON, in_reply_to="m2")
    record_sent(old, Receipt("echo-2", NOON + timedelta(hours=1)), "À 9 h.", "mark2", NOON, in_reply_to="m1")
    assert "À 8 h." in words_in(fresh)
    assert words_in(old) == [f"{QUESTION} 1", "À 9 h."]


def test_only_ones_of_the_same_channel_and_only_once(cast: Cast, two: tuple[Conversation, Conversation]) -> None:
    kept, other = two
    assert not merge_conversations(cast.bob, kept, kept, NOON)
    assert not merge_conversations(cast.vera, kept, other, NOON)
    assert not merge_conversations(cast.chloe, kept, other, NOON)
    assert merge_conversations(cast.bob, kept, other, NOON)
    other.refresh_from_db()
    assert not merge_conversations(cast.bob, kept, other, NOON)
    assert not merge_conversations(cast.bob, other, kept, NOON)


def test_a_message_and_what_followed_become_their_own(cast: Cast, settle: Settle) -> None:
    arrivals = [
        said(QUESTION, 1, minutes=-30),
        said(PRESS, 2, thread_id="t1", by=LEA, minutes=-20),
        said("Merci beaucoup !", 3, thread_id="t1", minutes=-10),
    ]
    take_in(cast.channel, batch(*arrivals), NOON)
    settle()
    old = of_thread(cast, "t1")
    first, second = Message.objects.of(cast.brand).order_by("published_at")[:2]
    assert split_conversation(cast.bob, first, NOON) is None
    fresh = split_conversation(cast.bob, second, NOON)
    assert fresh is not None
    assert (words_in(old), words_in(fresh)) == ([QUESTION], [PRESS, "Merci beaucoup !"])
    assert (standing(old).lane, standing(fresh).lane) == ("question", "press")
    assert fresh.member is not None
    assert fresh.member.name == "Léa"
    check_counters(cast)
    reply = said("Je relance.", 4, thread_id="t1", by=LEA, in_reply_to="m2", minutes=2)
    plain = said("Et pour la gare ?", 5, thread_id="t1", by=DAN, minutes=3)
    take_in(cast.channel, batch(reply, plain), NOON)
    settle()
    assert (words_in(old)[-1], words_in(fresh)[-1]) == ("Et pour la gare ?", "Je relance.")
    assert merge_conversations(cast.bob, old, fresh, NOON)
    assert len(words_in(old)) == 5
    check_counters(cast)


def test_a_sealed_one_is_joined_by_none_who_must_not_know(cast: Cast, two: tuple[Conversation, Conversation]) -> None:
    kept, other = two
    Message.objects.of(cast.brand).filter(conversation=other).update(is_sealed=True)
    assert not merge_conversations(cast.bob, kept, other, NOON)
    assert merge_conversations(cast.alice, kept, other, NOON)
    assert standing(kept).is_sealed
    assert inbox_page(cast.bob, InboxFilter(), NOON).rows == ()
    check_counters(cast)


def test_two_people_at_once_join_them_once(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    arrivals = [said(f"{QUESTION} {n}", n, minutes=-n) for n in range(1, 4)]
    take_in(cast.channel, batch(*arrivals), NOON)
    settle()
    one, two, three = (of_thread(cast, f"t{n}") for n in range(1, 4))
    done = at_once(
        lambda: merge_conversations(cast.bob, one, two, NOON),
        lambda: merge_conversations(cast.alice, two, one, NOON),
        lambda: merge_conversations(cast.sam, one, three, NOON),
    )
    assert [each for each in done if isinstance(each, Exception)] == []
    assert done[:2].count(True) == 1
    everything = Counter(Message.objects.of(cast.brand).values_list("text", flat=True))
    assert set(everything.values()) == {1}
    open_ones = Conversation.objects.of(cast.brand).filter(merged_into__isnull=True)
    assert Route.objects.of(cast.brand).count() == open_ones.count()
    check_counters(cast)
