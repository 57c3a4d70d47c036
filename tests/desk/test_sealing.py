"""A sealed alert: need-to-know, everywhere, from the first moment, through edits, answers and corrections."""

from datetime import timedelta

import pytest

from nestor.inbox.actions import record_sent, take_in
from nestor.inbox.models import Conversation, Message, MessageVersion, Payload
from nestor.inbox.reads import conversation_for, message_for, other_conversations, thread
from nestor.networks.contract import Author, Receipt
from nestor.people.reads import Seat
from nestor.routing.actions import hand_over, take_conversation
from nestor.routing.models import OpenCount, Route
from nestor.routing.reads import due_soon, inbox_page, row_of, since
from nestor.routing.reads.search import search_page
from nestor.routing.reads.views import lane_counts
from nestor.routing.rules.filters import InboxFilter, State
from nestor.triage.actions import correct_reading
from nestor.triage.models import Correction, Reading
from nestor.vocabulary import Lane
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

ALERT = (
    "Bonjour, je suis salarié chez vous. Je souhaite lancer l’alerte : la direction falsifie les rapports de sécurité "
    "des freins et nous oblige à nous taire. J’ai des preuves."
)
QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"


@pytest.fixture(autouse=True)
def work_is_done_an_hour_later(clock: Clock) -> None:
    clock.pass_(hours=1)


@pytest.fixture
def sealed(cast: Cast, settle: Settle) -> Message:
    take_in(cast.channel, batch(said(ALERT)), NOON)
    settle()
    message: Message = Message.objects.of(cast.brand).select_related("conversation", "identity").get()
    assert message.is_sealed, "the reader no longer takes this for an alert"
    return message


def sees(seat: Seat, message: Message) -> set[str]:
    """Return every place where this person meets the message."""
    conversation, now = message.conversation, NOON + timedelta(hours=1)
    everywhere = {
        "list": bool(
            inbox_page(seat, InboxFilter(), now).rows + inbox_page(seat, InboxFilter(state=State.DONE), now).rows
        ),
        "search": bool(search_page(seat, InboxFilter(words="freins"), now).rows),
        "counts": lane_counts(seat)["all"] > 0,
        "row": row_of(seat, conversation.pk, now) is not None,
        "due": bool(due_soon(seat, 10, now)),
        "since": since(seat, NOON - timedelta(days=1), now).arrived > 0,
        "deep link": conversation_for(seat, conversation.public_id) is not None,
        "message": message_for(seat, message.public_id) is not None,
        "thread": any(one.message.pk == message.pk for one in thread(conversation, seat)),
    }
    return {place for place, is_seen in everywhere.items() if is_seen}


def test_an_alert_is_seen_by_those_who_must_know_alone(cast: Cast, sealed: Message) -> None:
    assert sees(cast.bob, sealed) == set()
    assert sees(cast.vera, sealed) == set()
    assert sees(cast.chloe, sealed) == set()
    assert sees(cast.alice, sealed) >= {"list", "counts", "row", "deep link", "message", "thread"}
    assert sees(cast.sam, sealed) == sees(cast.alice, sealed)


def test_it_leaves_no_copy(cast: Cast, sealed: Message) -> None:
    assert sealed.search_text == ""
    assert not Payload.objects.of(cast.brand).exists()


def test_what_is_said_around_it_is_sealed_too(cast: Cast, sealed: Message, settle: Settle) -> None:
    conversation = sealed.conversation
    record_sent(conversation, Receipt("m8", NOON), "Merci de votre alerte, voici l’adresse.", "0123456789abcdef", NOON)
    take_in(cast.channel, batch(said("Merci.", 9, thread_id="t1", minutes=9)), NOON)
    settle()
    assert sees(cast.bob, sealed) == set()
    assert all(message_for(cast.bob, one.public_id) is None for one in Message.objects.of(cast.brand))


def test_a_conversation_that_turns_into_an_alert_is_gone_for_the_others(
    cast: Cast, clock: Clock, settle: Settle
) -> None:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    conversation = Conversation.objects.of(cast.brand).get()
    assert conversation_for(cast.bob, conversation.public_id) is not None
    take_in(cast.channel, batch(said(ALERT, 2, thread_id="t1", minutes=5)), NOON)
    settle()
    assert conversation_for(cast.bob, conversation.public_id) is None
    assert inbox_page(cast.bob, InboxFilter(), clock()).rows == ()
    assert search_page(cast.bob, InboxFilter(words="gare"), clock()).rows == ()
    assert lane_counts(cast.bob)["all"] == 0
    assert lane_counts(cast.alice)["alert"] == 1


def test_another_conversation_of_the_same_person_tells_nothing_of_it(
    cast: Cast, sealed: Message, settle: Settle
) -> None:
    take_in(cast.channel, batch(said(QUESTION, 2)), NOON)
    settle()
    harmless = Conversation.objects.of(cast.brand).get(thread_id="t2")
    assert other_conversations(harmless, cast.bob) == ()
    (item,) = other_conversations(harmless, cast.alice)
    assert item.excerpt.startswith("Bonjour, je suis salarié")


def test_an_edit_takes_no_seal_away(cast: Cast, sealed: Message, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Non rien, merci.", edited_at=NOON + timedelta(minutes=2))), NOON)
    settle()
    sealed.refresh_from_db()
    assert (sealed.text, sealed.is_sealed, sealed.search_text) == ("Non rien, merci.", True, "")
    assert sees(cast.bob, sealed) == set()
    assert MessageVersion.objects.of(cast.brand).get().text == ALERT


def test_a_message_edited_into_an_alert_is_sealed_with_its_earlier_form(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    message = Message.objects.of(cast.brand).select_related("conversation").get()
    take_in(cast.channel, batch(said(ALERT, edited_at=NOON + timedelta(minutes=2))), NOON)
    assert "thread" not in sees(cast.bob, message)
    settle()
    assert sees(cast.bob, message) == set()


def test_a_correction_seals_at_once_and_purges(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    message = Message.objects.of(cast.brand).select_related("conversation").get()
    assert sees(cast.bob, message) >= {"list", "thread", "deep link"}
    assert correct_reading(cast.bob, message, Lane.ALERT, NOON)
    assert sees(cast.bob, message) <= {"counts"}  # the kept counter follows with the standing
    settle()
    assert sees(cast.bob, message) == set()
    assert not Payload.objects.of(cast.brand).exists()
    message.refresh_from_db()
    assert message.search_text == ""
    assert not Correction.objects.of(cast.brand).filter(was__contains="gare").exists()


def test_a_correction_unseals_and_finds_again(cast: Cast, sealed: Message, settle: Settle) -> None:
    assert correct_reading(cast.alice, sealed, Lane.COMPLAINT, NOON)
    settle()
    assert sees(cast.bob, sealed) >= {"list", "search", "counts", "deep link", "thread"}
    by_name = search_page(cast.bob, InboxFilter(words="dan"), NOON).rows
    assert len(by_name) == 1


def test_one_of_two_alerts_corrected_leaves_the_other_sealed(cast: Cast, sealed: Message, settle: Settle) -> None:
    take_in(cast.channel, batch(said(ALERT + " Je répète.", 2, thread_id="t1", minutes=5)), NOON)
    settle()
    second = Message.objects.of(cast.brand).select_related("conversation").get(network_id="m2")
    assert correct_reading(cast.alice, second, Lane.COMPLAINT, NOON)
    settle()
    assert Route.objects.of(cast.brand).get().is_sealed
    assert sees(cast.bob, sealed) == sees(cast.bob, second) == set()


def test_it_is_given_to_nobody_who_may_not_see_it(cast: Cast, sealed: Message) -> None:
    conversation = sealed.conversation
    assert not hand_over(cast.alice, conversation, cast.bob.user, NOON)
    assert not take_conversation(cast.bob, conversation, NOON)
    assert hand_over(cast.alice, conversation, cast.sam.user, NOON)


def test_counters_of_sealed_and_open_are_apart(cast: Cast, sealed: Message, settle: Settle) -> None:
    take_in(cast.channel, batch(said(QUESTION, 2, by=Author("lea", "@lea", "Léa"))), NOON)
    settle()
    assert lane_counts(cast.bob)["all"] == 1
    assert lane_counts(cast.alice)["all"] == 2
    kept = OpenCount.objects.of(cast.brand).filter(facet="lane", is_sealed=True, count__gt=0).get()
    assert kept.value == Reading.objects.of(cast.brand).get(message=sealed).lane
