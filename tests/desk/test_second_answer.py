"""A second answer to the same person is told before it leaves, wherever the first was given, and leaves once seen."""

import re
from datetime import datetime, timedelta

import pytest

from nestor.guard.rules.contract import Finding
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks.contract import Author
from nestor.people.models import Identity
from nestor.people.reads import Seat
from nestor.publisher.actions import Answered, send_answer, take_back
from nestor.publisher.models import Delivery
from nestor.publisher.reads.others import second_answer_to
from nestor.routing.actions.elsewhere import answer_elsewhere
from nestor.routing.rules.elsewhere import Elsewhere
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import DAN, NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
ANSWER = "Bonjour, la gare ouvre à 8 h."
OTHER = "Bonjour, elle ouvre à huit heures."
LEA = Author("lea", "@lea", "Léa")


def of_thread(cast: Cast, thread: str) -> Conversation:
    rows = Conversation.objects.of(cast.brand).select_related("channel")
    found: Conversation = rows.get(thread_id=thread)
    return found


def take(cast: Cast, settle: Settle) -> None:
    first = said(QUESTION, 1, minutes=-60)
    again = said("Et celle d’Orlac, à quelle heure ?", 2, minutes=-50)
    hers = said("Y a-t-il un parking ?", 3, by=LEA, minutes=-40)
    take_in(cast.channel, batch(first, again, hers), NOON)
    settle()


@pytest.fixture
def talks(cast: Cast, settle: Settle) -> tuple[Conversation, Conversation, Conversation]:
    """Two conversations with Dan, one with Léa."""
    take(cast, settle)
    return of_thread(cast, "t1"), of_thread(cast, "t2"), of_thread(cast, "t3")


def warned(
    seat: Seat, conversation: Conversation, now: datetime, begun_at: datetime | None = None
) -> tuple[Finding, ...]:
    return second_answer_to(seat, conversation, begun_at, now)


def send(seat: Seat, conversation: Conversation, now: datetime, *, key: str = "k", **more: object) -> Answered:
    return send_answer(seat, conversation, ANSWER, now, key=key, **more)  # type: ignore[arg-type]


def test_in_the_same_conversation(cast: Cast, talks: tuple[Conversation, ...]) -> None:
    here = talks[0]
    first = send(cast.bob, here, NOON).delivery
    assert first is not None
    assert warned(cast.bob, here, NOON) == ()  # one's own
    stopped = send_answer(cast.sam, here, OTHER, NOON, key="k")
    assert stopped.delivery is None
    (finding,) = [one for one in stopped.findings if one.rule == "second_answer"]
    assert (finding.id, finding.params["who"]) == (f"second_answer:{first.public_id}", "Bob")
    assert "conversation" not in finding.params
    assert send_answer(cast.sam, here, OTHER, NOON, key="k", shown=frozenset({finding.id})).delivery is not None


def test_in_another_conversation_and_across_the_accounts_of_one_person(
    cast: Cast, talks: tuple[Conversation, ...]
) -> None:
    one, other, hers = talks
    first = send(cast.bob, one, NOON).delivery
    assert first is not None
    (finding,) = warned(cast.sam, other, NOON)
    assert finding.params["conversation"] == one.public_id
    assert warned(cast.sam, hers, NOON) == ()
    Identity.objects.of(cast.brand).filter(handle="@lea").update(member=one.member)  # found to be the same person
    assert [each.id for each in warned(cast.sam, hers, NOON)] == [f"second_answer:{first.public_id}"]


def test_only_lately_or_since_one_began(cast: Cast, talks: tuple[Conversation, ...]) -> None:
    here = talks[0]
    send(cast.bob, here, NOON)
    later = NOON + timedelta(minutes=11)
    assert warned(cast.sam, here, later) == ()
    assert len(warned(cast.sam, here, later, NOON - timedelta(minutes=1))) == 1
    assert warned(cast.sam, here, NOON + timedelta(days=40), NOON - timedelta(days=400)) == ()


def test_what_was_taken_back_is_no_answer(cast: Cast, talks: tuple[Conversation, ...]) -> None:
    here = talks[0]
    first = send(cast.bob, here, NOON).delivery
    assert first is not None
    assert take_back(cast.bob, first, NOON)
    assert warned(cast.sam, here, NOON) == ()


def test_in_the_app_of_the_network_or_elsewhere(cast: Cast, talks: tuple[Conversation, ...], settle: Settle) -> None:
    one, other, _ = talks
    answer_elsewhere(cast.bob, one, Elsewhere.PHONE, "", NOON)
    assert [each.id.partition(":")[0] for each in warned(cast.sam, other, NOON)] == ["second_answer_elsewhere"]
    assert warned(cast.bob, other, NOON) == ()
    typed = said("Bonjour, à 8 h.", 9, thread_id="t1", by=Author("ours", "@ours", "Nous"), minutes=1, is_ours=True)
    take_in(cast.channel, batch(typed), NOON + timedelta(minutes=2))
    settle()
    now = NOON + timedelta(minutes=2)
    assert [each.id.partition(":")[0] for each in warned(cast.bob, other, now)] == ["second_answer_app"]


def test_nothing_of_a_sealed_one_is_told_to_who_must_not_know(cast: Cast, talks: tuple[Conversation, ...]) -> None:
    one, other, _ = talks
    send(cast.alice, one, NOON)
    Message.objects.of(cast.brand).filter(conversation=one).update(is_sealed=True)
    one.route.__class__.objects.of(cast.brand).filter(conversation=one).update(is_sealed=True)
    assert warned(cast.bob, other, NOON) == ()
    assert len(warned(cast.sam, other, NOON)) == 1


def test_other_brands_are_not_asked(cast: Cast, settle: Settle) -> None:
    take_in(cast.other_channel, batch(said(QUESTION, 1, by=DAN)), NOON)
    take_in(cast.channel, batch(said(QUESTION, 1, by=DAN)), NOON)
    settle()
    theirs = Conversation.objects.of(cast.other_brand).select_related("channel").get()
    assert send(cast.chloe, theirs, NOON).delivery is not None
    assert warned(cast.bob, of_thread(cast, "t1"), NOON) == ()


@pytest.mark.parametrize("with_scripts", [True, False])
def test_the_form_shows_it_before_it_sends(
    cast: Cast, talks: tuple[Conversation, ...], clock: Clock, with_scripts: bool
) -> None:
    here = talks[0]
    headers = {"HX-Request": "true"} if with_scripts else {}
    client, where = as_(cast.sam), f"/inbox/{here.public_id}/"
    page = client.get(where).content.decode()
    begun = re.findall(r'name="begun" value="([^"]+)"', page)[0]
    assert datetime.fromisoformat(begun).tzinfo is not None
    first = send(cast.bob, here, datetime.fromisoformat(begun) + timedelta(seconds=1)).delivery
    assert first is not None
    form = {"text": OTHER, "key": "k", "begun": begun}
    asked = client.post(f"{where}answer", form, headers=headers)
    assert asked.status_code == (200 if with_scripts else 422)
    shown = asked.content.decode()
    assert "Bob answered this person" in shown
    assert "Send all the same" in shown
    assert Delivery.objects.of(cast.brand).count() == 1
    ids = re.findall(r'name="shown" value="([^"]+)"', shown)
    if not with_scripts:
        assert f'name="begun" value="{begun}"' in shown
        assert OTHER in shown
    done = client.post(f"{where}answer", form | {"shown": ids}, headers=headers)
    assert done.status_code == (200 if with_scripts else 302)
    assert Delivery.objects.of(cast.brand).count() == 2


@pytest.mark.parametrize("begun", ["", "yesterday", "2026-03-03T11:00:00", "9" * 5000, "2026-03-03T11:00:00+00:00"])
def test_a_senseless_beginning_is_none(cast: Cast, talks: tuple[Conversation, ...], begun: str) -> None:
    where = f"/inbox/{talks[0].public_id}/answer"
    done = as_(cast.sam).post(where, {"text": ANSWER, "key": "k", "begun": begun}, headers={"HX-Request": "true"})
    assert done.status_code == 200
    assert Delivery.objects.of(cast.brand).count() == 1


def test_two_who_send_at_once_are_told_apart(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    take(cast, settle)
    one, other = of_thread(cast, "t1"), of_thread(cast, "t2")
    done = at_once(
        lambda: send_answer(cast.bob, one, ANSWER, NOON, key="k"),
        lambda: send_answer(cast.sam, other, OTHER, NOON, key="k"),
        lambda: send_answer(cast.alice, one, OTHER, NOON, key="k"),
    )
    assert [each for each in done if isinstance(each, Exception)] == []
    assert Delivery.objects.of(cast.brand).count() == 1
    told = [finding for each in done if each.delivery is None for finding in each.findings]
    assert {finding.rule for finding in told} == {"second_answer"}
