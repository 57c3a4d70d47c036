"""An answer given where the desk cannot see it stops the clock like any other, and can be taken back."""

from datetime import timedelta

import pytest

from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.routing.actions import reopen_conversation, resolve_conversation
from nestor.routing.actions.elsewhere import answer_elsewhere, take_back_elsewhere
from nestor.routing.actions.merging import merge_conversations, unmerge_conversation
from nestor.routing.models import ElsewhereAnswer, Route
from nestor.routing.reads.elsewhere import elsewhere_of
from nestor.routing.rules.elsewhere import Elsewhere
from nestor.work.models import JournalEntry
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
LATER = NOON + timedelta(minutes=5)


def of_thread(cast: Cast, thread: str) -> Conversation:
    found: Conversation = Conversation.objects.of(cast.brand).get(thread_id=thread)
    return found


def standing(conversation: Conversation) -> Route:
    found: Route = Route.objects.of(conversation.brand_id).get(conversation=conversation)
    return found


def marks(conversation: Conversation) -> ElsewhereAnswer:
    found: ElsewhereAnswer = (
        ElsewhereAnswer.objects.of(conversation.brand_id).select_related("conversation__merged_into").get()
    )
    return found


@pytest.fixture
def opened(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION, 1, minutes=-30)), NOON)
    settle()
    return of_thread(cast, "t1")


def test_the_clock_stops_and_runs_again(cast: Cast, opened: Conversation) -> None:
    assert standing(opened).clock_stopped_at is None
    assert answer_elsewhere(cast.bob, opened, Elsewhere.PHONE, "  06, au   standard ", LATER) is not None
    row = standing(opened)
    assert (row.clock_stopped_at, row.answered_at, row.answered_elsewhere) == (LATER, LATER, True)
    (shown,) = elsewhere_of(opened)
    assert (shown.place, shown.detail, shown.author) == ("phone", "06, au standard", "Bob")
    assert JournalEntry.objects.get(verb="answer_elsewhere").facts == {"place": "phone"}
    assert take_back_elsewhere(cast.alice, marks(opened), LATER)
    row = standing(opened)
    assert (row.clock_stopped_at, row.answered_at, row.answered_elsewhere) == (None, None, False)


def test_one_mark_answers_all_that_was_said_before(cast: Cast, opened: Conversation, clock: Clock) -> None:
    assert answer_elsewhere(cast.bob, opened, Elsewhere.PHONE, "", LATER) is not None
    assert answer_elsewhere(cast.alice, opened, Elsewhere.MAIL, "", LATER) is None
    late = said("Et la billetterie ?", 2, thread_id="t1", minutes=2)  # said before the call, arrived after it
    take_in(cast.channel, batch(late), clock.pass_(minutes=8))
    Settle(clock)()
    assert standing(opened).clock_stopped_at == LATER
    take_in(cast.channel, batch(said("Et les vélos ?", 3, thread_id="t1", minutes=9)), clock.pass_(minutes=2))
    Settle(clock)()
    assert standing(opened).clock_stopped_at is None
    assert answer_elsewhere(cast.alice, opened, Elsewhere.MAIL, "", clock()) is not None


def test_what_was_resolved_meanwhile_stays_resolved(cast: Cast, opened: Conversation) -> None:
    answer_elsewhere(cast.bob, opened, Elsewhere.PERSON, "", LATER)
    resolve_conversation(cast.bob, opened, LATER + timedelta(minutes=1))
    assert take_back_elsewhere(cast.bob, marks(opened), LATER + timedelta(minutes=2))
    assert not standing(opened).is_open
    reopen_conversation(cast.bob, opened, LATER + timedelta(minutes=3))
    assert standing(opened).clock_stopped_at is None


def test_it_goes_where_its_conversation_goes(cast: Cast, opened: Conversation, settle: Settle) -> None:
    take_in(cast.channel, batch(said(f"{QUESTION} bis", 2, minutes=-10)), NOON)
    settle()
    other = of_thread(cast, "t2")
    answer_elsewhere(cast.bob, other, Elsewhere.ACCOUNT, "@support", LATER)
    assert merge_conversations(cast.bob, opened, other, LATER)
    assert standing(opened).clock_stopped_at == LATER or standing(opened).clock_started_at is None
    assert [row.detail for row in elsewhere_of(opened)] == ["@support"]
    other.refresh_from_db()
    assert unmerge_conversation(cast.bob, other, LATER) is not None
    assert standing(opened).clock_stopped_at is None
    assert standing(other).answered_at == LATER
    assert elsewhere_of(opened) == ()


def test_who_may(cast: Cast, opened: Conversation) -> None:
    assert answer_elsewhere(cast.vera, opened, Elsewhere.PHONE, "", LATER) is None
    assert answer_elsewhere(cast.chloe, opened, Elsewhere.PHONE, "", LATER) is None
    assert answer_elsewhere(cast.bob, opened, Elsewhere.PHONE, "", LATER) is not None
    assert not take_back_elsewhere(cast.vera, marks(opened), LATER)
    assert not take_back_elsewhere(cast.chloe, marks(opened), LATER)
    Message.objects.of(cast.brand).filter(conversation=opened).update(is_sealed=True)
    assert answer_elsewhere(cast.bob, opened, Elsewhere.PHONE, "", LATER + timedelta(hours=1)) is None


@pytest.mark.parametrize("with_scripts", [True, False])
def test_the_form(cast: Cast, opened: Conversation, with_scripts: bool) -> None:
    headers = {"HX-Request": "true"} if with_scripts else {}
    client, where = as_(cast.bob), f"/inbox/{opened.public_id}"
    assert client.post(f"{where}/elsewhere", {"place": "nowhere"}, headers=headers).status_code == 400
    assert as_(cast.vera).post(f"{where}/elsewhere", {"place": "phone"}, headers=headers).status_code == 403
    assert as_(cast.chloe).post(f"{where}/elsewhere", {"place": "phone"}, headers=headers).status_code == 404
    form = {"place": "phone", "detail": "<script>alert(1)</script>" + "x" * 5000}
    assert client.post(f"{where}/elsewhere", form, headers=headers).status_code == (200 if with_scripts else 302)
    page = client.get(f"{where}/fresh").content.decode()
    assert "Answered by phone" in page
    assert "<script>alert" not in page
    mark = marks(opened)
    assert len(mark.detail) == 200
    undo = f"{where}/elsewhere/{mark.public_id}/undo"
    for _ in range(2):
        assert client.post(undo, headers=headers).status_code == (200 if with_scripts else 302)
    assert elsewhere_of(opened) == ()


def test_two_at_once_mark_once(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    take_in(cast.channel, batch(said(QUESTION, 1, minutes=-30)), NOON)
    settle()
    opened = of_thread(cast, "t1")
    done = at_once(
        lambda: answer_elsewhere(cast.bob, opened, Elsewhere.PHONE, "", LATER),
        lambda: answer_elsewhere(cast.alice, opened, Elsewhere.MAIL, "", LATER),
        lambda: resolve_conversation(cast.sam, opened, LATER),
    )
    assert [one for one in done if isinstance(one, Exception)] == []
    assert ElsewhereAnswer.objects.of(cast.brand).count() == 1
    mark = marks(opened)
    gone = at_once(
        lambda: take_back_elsewhere(cast.bob, mark, LATER), lambda: take_back_elsewhere(cast.sam, mark, LATER)
    )
    assert sorted(gone) == [False, True]
