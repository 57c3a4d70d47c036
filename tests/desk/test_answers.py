"""An answer before it leaves: kept as a draft, checked, cleared by a second person, taken back."""

from datetime import datetime, timedelta

import pytest

from nestor.composer.actions import put_away_draft, save_draft
from nestor.composer.reads import draft_of
from nestor.guard import reads as guard
from nestor.guard.actions import give_clearance, refuse_clearance, withdraw_clearance
from nestor.guard.models import Clearance
from nestor.guard.reads import clearances_waiting
from nestor.inbox.models import Conversation
from nestor.people.actions import end_role
from nestor.people.reads import Seat
from nestor.publisher.actions import (
    ask_second_person,
    declare_sent,
    dismiss,
    give_up,
    send_again,
    take_back,
)
from nestor.publisher.models import Delivery
from nestor.publisher.reads import deliveries_of
from nestor.publisher.rules import State
from nestor.work.actions import KeyReused
from nestor.work.jobs import work_until_idle
from nestor.work.models import JournalEntry
from tests.desk.answering import ANSWER, QUESTION, answer, attend_due, sent, state
from tests.desk.cast import Cast
from tests.desk.conftest import Clock
from tests.desk.line import Line

STOPPED = "Ta gueule, connard."


@pytest.fixture
def conversation(page: Line, present: Clock) -> Conversation:
    return page.asked(QUESTION, present())


def test_the_same_key_is_one_answer(cast: Cast, conversation: Conversation, page: Line, present: Clock) -> None:
    first = sent(cast.bob, conversation, present())
    again = answer(cast.bob, conversation, f"  {ANSWER}\n", present.pass_(seconds=1))
    assert again.delivery == first
    with pytest.raises(KeyReused):
        answer(cast.bob, conversation, "Autre chose.", present())
    present.pass_(minutes=1)
    attend_due(present)
    assert answer(cast.bob, conversation, ANSWER, present()).delivery == first
    assert (page.copies(ANSWER), Delivery.objects.of(cast.brand).count()) == (1, 1)


def test_two_people_may_use_the_same_key(cast: Cast, conversation: Conversation, present: Clock) -> None:
    first = sent(cast.bob, conversation, present())
    shown = frozenset({f"second_answer:{first.public_id}"})
    assert answer(cast.sam, conversation, ANSWER, present(), shown=shown).delivery not in (None, first)


def test_an_objection_spends_no_key(cast: Cast, conversation: Conversation, present: Clock) -> None:
    assert answer(cast.bob, conversation, STOPPED, present()).delivery is None
    assert sent(cast.bob, conversation, present()).text == ANSWER


@pytest.mark.parametrize("who", ["vera", "chloe"])
def test_whoever_may_not_answer_does_not(cast: Cast, conversation: Conversation, present: Clock, who: str) -> None:
    seat: Seat = getattr(cast, who)
    with pytest.raises(PermissionError):
        answer(seat, conversation, ANSWER, present())
    assert save_draft(seat, conversation, ANSWER, 1, present()) is None
    assert ask_second_person(seat, conversation, STOPPED, present()) is None
    delivery = sent(cast.bob, conversation, present())
    assert not take_back(seat, delivery, present())
    Delivery.objects.of(cast.brand).update(state=State.UNCONFIRMED, due_at=None)
    assert not send_again(seat, delivery, present())
    assert not give_up(seat, delivery, present())
    assert not declare_sent(seat, delivery, "", present())
    Delivery.objects.of(cast.brand).update(state=State.REFUSED)
    assert not dismiss(seat, delivery, present())


# --- taking back


def test_what_is_taken_back_is_a_draft_again(
    cast: Cast, conversation: Conversation, page: Line, present: Clock
) -> None:
    save_draft(cast.bob, conversation, ANSWER, 7, present())
    delivery = sent(cast.bob, conversation, present())
    assert take_back(cast.bob, delivery, present.pass_(seconds=3))
    assert not take_back(cast.bob, delivery, present())
    draft = draft_of(cast.bob, conversation)
    assert draft is not None
    assert draft.text == ANSWER
    present.pass_(minutes=10)
    attend_due(present)
    assert (state(delivery), page.copies(ANSWER)) == (State.CANCELLED, 0)
    assert deliveries_of(conversation, cast.bob) == ()


def test_taking_back_swallows_nothing_begun_since(cast: Cast, conversation: Conversation, present: Clock) -> None:
    delivery = sent(cast.bob, conversation, present())
    save_draft(cast.bob, conversation, "Et aussi", 4, present())
    assert take_back(cast.bob, delivery, present())
    draft = draft_of(cast.bob, conversation)
    assert draft is not None
    assert (draft.text, draft.revision) == (f"{ANSWER}\n\nEt aussi", 5)


def test_a_colleague_who_takes_it_back_gives_it_to_its_author(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    delivery = sent(cast.bob, conversation, present())
    assert take_back(cast.alice, delivery, present())
    assert draft_of(cast.alice, conversation) is None
    draft = draft_of(cast.bob, conversation)
    assert draft is not None
    assert draft.text == ANSWER


def test_where_its_author_left_whoever_takes_it_back_keeps_it(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    delivery = sent(cast.bob, conversation, present())
    end_role(cast.brand, cast.bob.user, present(), actor_id=None)
    assert take_back(cast.alice, delivery, present())
    assert draft_of(cast.alice, conversation) is not None


def test_it_is_too_late_once_it_left(cast: Cast, conversation: Conversation, present: Clock) -> None:
    delivery = sent(cast.bob, conversation, present())
    present.pass_(minutes=1)
    attend_due(present)
    assert not take_back(cast.bob, delivery, present())
    assert draft_of(cast.bob, conversation) is None


def test_a_sender_that_died_before_it_began_is_no_hindrance(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    delivery = sent(cast.bob, conversation, present())
    Delivery.objects.of(cast.brand).update(lease_token="dead", leased_until=present() + timedelta(seconds=60))
    assert not take_back(cast.bob, delivery, present())
    assert take_back(cast.bob, delivery, present.pass_(seconds=61))


# --- the guard and the second person


def test_a_warning_must_have_been_shown(cast: Cast, conversation: Conversation, present: Clock) -> None:
    text = "BONJOUR, LA GARE OUVRE À HUIT HEURES DEMAIN MATIN, VENEZ TOUS."
    done = answer(cast.bob, conversation, text, present())
    warned = guard.warnings(done.findings)
    assert warned
    assert not guard.stops(done.findings)
    assert done.delivery is None
    assert answer(cast.bob, conversation, text, present(), shown=frozenset({"something else"})).delivery is None
    assert answer(cast.bob, conversation, text, present(), shown=frozenset(warned)).delivery is not None


def test_a_stop_is_not_waved_through(cast: Cast, conversation: Conversation, present: Clock) -> None:
    done = answer(cast.alice, conversation, STOPPED, present())
    every = frozenset(one.id for one in done.findings)
    assert guard.stops(done.findings)
    assert answer(cast.alice, conversation, STOPPED, present(), shown=every).delivery is None


def cleared(cast: Cast, conversation: Conversation, now: datetime) -> Clearance:
    clearance = ask_second_person(cast.bob, conversation, STOPPED, now)
    assert clearance is not None
    return clearance


def test_a_second_person_is_another_person(cast: Cast, conversation: Conversation, present: Clock) -> None:
    own = ask_second_person(cast.alice, conversation, STOPPED, present())
    assert own is not None
    assert not give_clearance(cast.alice, own, "C’est voulu.", present())
    assert clearances_waiting(cast.alice) == []
    assert clearances_waiting(cast.sam) == [own]
    assert not give_clearance(cast.bob, own, "C’est voulu.", present())
    assert not give_clearance(cast.chloe, own, "C’est voulu.", present())
    assert not give_clearance(cast.sam, own, "   ", present())
    assert give_clearance(cast.sam, own, "C’est voulu.", present())
    assert not give_clearance(cast.sam, own, "Encore.", present())
    assert not refuse_clearance(cast.sam, own, "Finalement non.", present())


def test_what_was_cleared_is_sent_once(cast: Cast, conversation: Conversation, page: Line, present: Clock) -> None:
    clearance = cleared(cast, conversation, present())
    assert ask_second_person(cast.bob, conversation, STOPPED, present()) == clearance
    assert give_clearance(cast.alice, clearance, "Citation demandée.", present())
    work_until_idle(present)
    clearance.refresh_from_db()
    delivery = Delivery.objects.of(cast.brand).get()
    assert (clearance.state, delivery.text, delivery.author_id) == (Clearance.USED, STOPPED, cast.bob.user.pk)
    assert answer(cast.bob, conversation, STOPPED, present(), key="again").delivery is None
    present.pass_(minutes=1)
    attend_due(present)
    assert (state(delivery), page.copies(STOPPED)) == (State.SENT, 1)
    assert draft_of(cast.bob, conversation) is None


@pytest.mark.parametrize("other", [STOPPED + " ", STOPPED + "!", STOPPED.upper(), "Ta gueule, vraiment, connard."])
def test_consent_covers_one_text(cast: Cast, conversation: Conversation, present: Clock, other: str) -> None:
    clearance = cleared(cast, conversation, present())
    save_draft(cast.bob, conversation, "je récris", 9, present())  # so that it does not leave by itself
    give_clearance(cast.alice, clearance, "Bien.", present())
    work_until_idle(present)
    done = answer(cast.bob, conversation, other, present())
    assert (done.delivery is not None) == (other.strip() == STOPPED)


def test_consent_covers_one_author_and_one_conversation(
    cast: Cast, conversation: Conversation, page: Line, present: Clock
) -> None:
    clearance = cleared(cast, conversation, present())
    save_draft(cast.bob, conversation, "je récris", 9, present())
    give_clearance(cast.alice, clearance, "Bien.", present())
    assert answer(cast.sam, conversation, STOPPED, present()).delivery is None
    elsewhere = page.asked("Et à quelle heure ferme-t-elle ?", present(), by="lea")
    assert answer(cast.bob, elsewhere, STOPPED, present()).delivery is None


def test_what_was_put_away_is_not_sent_by_a_late_consent(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    clearance = cleared(cast, conversation, present())
    put_away_draft(cast.bob, conversation, present())
    assert give_clearance(cast.alice, clearance, "Bien.", present())
    work_until_idle(present)
    assert not Delivery.objects.of(cast.brand).exists()
    clearance.refresh_from_db()
    assert (clearance.state, clearance.text) == (Clearance.WITHDRAWN, "")


def test_what_is_being_rewritten_does_not_leave_by_itself(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    clearance = cleared(cast, conversation, present())
    save_draft(cast.bob, conversation, "Pardon, je voulais dire", 9, present())
    assert give_clearance(cast.alice, clearance, "Bien.", present())
    work_until_idle(present)
    assert not Delivery.objects.of(cast.brand).exists()
    draft = draft_of(cast.bob, conversation)
    assert draft is not None
    assert draft.text == "Pardon, je voulais dire"


def test_what_is_withdrawn_cannot_be_judged(cast: Cast, conversation: Conversation, present: Clock) -> None:
    clearance = cleared(cast, conversation, present())
    assert withdraw_clearance(cast.bob, conversation, present())
    assert not withdraw_clearance(cast.bob, conversation, present())
    assert clearances_waiting(cast.alice) == []
    assert not give_clearance(cast.alice, clearance, "Bien.", present())
    clearance.refresh_from_db()
    assert clearance.text == ""


def test_a_refusal_leaves_the_draft(cast: Cast, conversation: Conversation, present: Clock) -> None:
    clearance = cleared(cast, conversation, present())
    assert refuse_clearance(cast.alice, clearance, "Non.", present())
    work_until_idle(present)
    assert not Delivery.objects.of(cast.brand).exists()
    assert draft_of(cast.bob, conversation) is not None


def test_asking_again_with_other_words_withdraws_the_first(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    first = cleared(cast, conversation, present())
    second = ask_second_person(cast.bob, conversation, STOPPED + " Vraiment.", present())
    assert second is not None
    assert not give_clearance(cast.alice, first, "Bien.", present())
    assert clearances_waiting(cast.alice) == [second]


def test_there_is_nothing_to_ask_about_good_words(cast: Cast, conversation: Conversation, present: Clock) -> None:
    assert ask_second_person(cast.bob, conversation, ANSWER, present()) is None


def test_the_journal_knows_who_consented_and_no_word(cast: Cast, conversation: Conversation, present: Clock) -> None:
    give_clearance(cast.alice, cleared(cast, conversation, present()), "Citation.", present())
    lines = JournalEntry.objects.filter(subject="guard.Clearance").order_by("id")
    assert [(one.verb, one.actor_id, one.reason) for one in lines] == [
        ("ask_clearance", cast.bob.user.pk, ""),
        ("give_clearance", cast.alice.user.pk, "Citation."),
    ]
    assert "gueule" not in str([one.facts for one in JournalEntry.objects.all()])
