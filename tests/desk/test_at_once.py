"""Several workers at the same thing at once, each on its own connection, on either database."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from nestor.brands.actions import claim_turn, connect_channel, hold_channel, lift_hold
from nestor.brands.models import Channel
from nestor.composer.actions import save_draft
from nestor.composer.models import Draft
from nestor.guard.actions import ask_clearance, give_clearance, refuse_clearance, use_clearance
from nestor.guard.rules.contract import Family, Finding, Level
from nestor.inbox.actions import receive_webhook, record_sent, take_in
from nestor.inbox.models import Conversation, Message, MessageVersion, WebhookCall
from nestor.networks.contract import Account, Author, Receipt
from nestor.people.models import Identity, Member
from nestor.publisher.actions import send_answer, take_back
from nestor.publisher.models import Delivery
from nestor.routing.models import OpenCount, Route
from nestor.work import actions as work
from nestor.work.jobs import work_until_idle
from nestor.work.models import Event, JournalEntry, Wakeup
from tests.desk.at_once import at_once
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
STOP = (Finding("x", "x", Family.INSULT, Level.STOP),)


@pytest.fixture
def cast(cast_for_threads: Cast, clock: Clock) -> Cast:
    clock.pass_(hours=1)
    return cast_for_threads


@pytest.fixture
def conversation(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).select_related("channel").get()
    return found


def test_the_same_batch_by_several_workers_is_lost_by_nobody(cast: Cast) -> None:
    arrivals = [said(f"Bonjour {n}", n, by=Author(f"a{n % 7}", f"@a{n % 7}")) for n in range(40)]
    luck = random.Random(1)
    batches = [batch(*luck.sample(arrivals, len(arrivals))) for _ in range(4)]
    done = at_once(*[lambda one=one: take_in(cast.channel, one, NOON) for one in batches])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert sum(one.added for one in done) == 40
    assert Message.objects.of(cast.brand).count() == 40
    assert Identity.objects.of(cast.brand).count() == Member.objects.of(cast.brand).count() == 7
    assert Event.objects.filter(name="MessageArrived").count() == 40


def test_overlapping_batches_lose_nothing(cast: Cast) -> None:
    arrivals = [said(f"Bonjour {n}", n, by=Author(f"a{n % 3}", f"@a{n % 3}")) for n in range(30)]
    parts = [batch(*arrivals[start : start + 15]) for start in (0, 5, 10, 15)]
    done = at_once(*[lambda one=one: take_in(cast.channel, one, NOON) for one in parts])
    assert sum(one.added for one in done) == Message.objects.of(cast.brand).count() == 30


def test_an_edit_by_several_workers_is_one_edit(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Un")), NOON)
    edited = batch(said("Deux", edited_at=NOON + timedelta(minutes=1)))
    done = at_once(*[lambda: take_in(cast.channel, edited, NOON) for _ in range(4)])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert MessageVersion.objects.of(cast.brand).count() == 1
    assert sum(one.edited for one in done) == 1


def test_a_receipt_and_its_echo_at_once_are_one_message(cast: Cast, conversation: Conversation) -> None:
    us = Author("ours", "@ours", "Ligne Verte")
    echo = batch(said("À 8 h.", 2, by=us, is_ours=True, thread_id="t1", minutes=5))
    receipt = Receipt("m2", NOON + timedelta(minutes=5))
    done = at_once(
        *[lambda: take_in(cast.channel, echo, NOON) for _ in range(2)],
        *[lambda: record_sent(conversation, receipt, "À 8 h.", "0123456789abcdef", NOON) for _ in range(2)],
    )
    assert [one for one in done if isinstance(one, Exception)] == []
    ours = Message.objects.of(cast.brand).get(is_ours=True)
    assert ours.mark == "0123456789abcdef"


def test_a_webhook_that_comes_twice_at_once_is_kept_once(cast: Cast) -> None:
    done = at_once(*[lambda: receive_webhook(cast.channel, {"x": "y"}, b"{}", NOON) for _ in range(5)])
    assert sum(one is not None for one in done) == 1
    assert WebhookCall.objects.of(cast.brand).count() == 1


def test_the_same_submission_at_once_is_one_answer(cast: Cast, conversation: Conversation) -> None:
    done = at_once(*[lambda: send_answer(cast.bob, conversation, "À 8 h.", NOON, key="k") for _ in range(5)])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert len({one.delivery.pk for one in done}) == Delivery.objects.of(cast.brand).count() == 1
    assert JournalEntry.objects.filter(verb="send_answer").count() == 1


def test_the_same_key_with_other_words_at_once_is_one_answer(cast: Cast, conversation: Conversation) -> None:
    texts = ("À 8 h.", "À 9 h.", "À 10 h.")
    done = at_once(*[lambda t=text: send_answer(cast.bob, conversation, t, NOON, key="k") for text in texts])
    assert sum(isinstance(one, work.KeyReused) for one in done) == 2
    assert Delivery.objects.of(cast.brand).count() == 1


def test_a_consent_is_spent_once(cast: Cast, conversation: Conversation) -> None:
    clearance = ask_clearance(cast.bob, conversation, "x", STOP, NOON)
    assert clearance is not None
    judged = at_once(
        lambda: give_clearance(cast.alice, clearance, "Oui.", NOON),
        lambda: give_clearance(cast.sam, clearance, "Oui.", NOON),
        lambda: refuse_clearance(cast.sam, clearance, "Non.", NOON),
    )
    assert judged.count(True) == 1
    clearance.refresh_from_db()
    used = at_once(*[lambda: use_clearance(clearance) for _ in range(4)])
    assert used.count(True) == (1 if clearance.state == "given" else 0)


def test_a_hold_and_a_claim_exclude_each_other(cast: Cast) -> None:
    channel, claims = cast.channel, 0
    for turn in range(6):
        done = at_once(
            lambda: hold_channel(channel, "Déraillement", NOON, actor_id=None),
            *[lambda: claim_turn(channel.pk, channel.brand_id) for _ in range(3)],
        )
        assert done[0] is True, turn
        assert not claim_turn(channel.pk, channel.brand_id)
        row = Channel.objects.of(cast.brand).get(pk=channel.pk)
        claims += done[1:].count(True)
        assert row.turn == turn * 2 + 1 + claims
        assert lift_hold(channel, "Fini", NOON, actor_id=None)


def test_taking_back_and_claiming_exclude_each_other(cast: Cast, conversation: Conversation) -> None:
    for number in range(5):
        delivery = send_answer(cast.bob, conversation, f"À {number} h.", NOON, key=str(number)).delivery
        assert delivery is not None
        rows = Delivery.objects.of(cast.brand).filter(state="waiting")
        lease = partial(work.take_lease, rows, delivery.pk, NOON, timedelta(seconds=60))
        taken, leased = at_once(partial(take_back, cast.bob, delivery, NOON), lease)
        assert taken is (leased is None)


def test_a_draft_begun_in_two_tabs_is_one(cast: Cast, conversation: Conversation) -> None:
    done = at_once(*[lambda n=n: save_draft(cast.bob, conversation, f"version {n}", n, NOON) for n in range(1, 6)])
    assert [one for one in done if isinstance(one, Exception)] == []
    draft = Draft.objects.of(cast.brand).get()
    assert (draft.text, draft.revision) == ("version 5", 5)


def test_connecting_twice_at_once_is_one_channel(cast: Cast) -> None:
    account = Account("new", "@new", "Nouveau")
    done = at_once(
        *[
            lambda: connect_channel(cast.brand, "practice", account, NOON, settings={}, secrets={"token": "x"})
            for _ in range(3)
        ]
    )
    assert [one for one in done if isinstance(one, Exception)] == []
    assert Channel.objects.of(cast.brand).filter(account_id="new").count() == 1


def test_several_workers_serve_everything_once(cast: Cast, clock: Clock) -> None:
    texts = [QUESTION, "Vos trains sont en retard, c’est honteux.", "Merci beaucoup !", "Bravo à vos équipes !"]
    arrivals = [
        said(f"{texts[n % 4]} {n}", n, thread_id=f"t{n % 9}", by=Author(f"a{n % 9}", f"@a{n % 9}"), minutes=n)
        for n in range(36)
    ]
    take_in(cast.channel, batch(*arrivals), NOON)
    done = at_once(*[lambda: work_until_idle(clock) for _ in range(3)])
    assert [one for one in done if isinstance(one, Exception)] == []
    for _ in range(5):
        clock.pass_(minutes=15)
        work_until_idle(clock)
    assert Wakeup.objects.count() == 0
    assert Message.objects.of(cast.brand).filter(shown_at__isnull=True).count() == 0
    assert Route.objects.of(cast.brand).count() == 9
    real = Counter(Route.objects.of(cast.brand).filter(is_open=True).values_list("lane", flat=True))
    kept = {row.value: row.count for row in OpenCount.objects.of(cast.brand).filter(facet="lane") if row.count}
    assert kept == dict(real)
