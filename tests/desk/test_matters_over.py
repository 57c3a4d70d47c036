"""What was told of a conversation ends with it: no call climbs on, no notice waits, nothing more is sent outside."""

from datetime import time, timedelta

import pytest

from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks.contract import Author
from nestor.notices.actions.rota import add_shifts
from nestor.notices.models import Call, Notice
from nestor.notices.reads import is_still_so
from nestor.notices.rules import Occasion
from nestor.routing import actions
from nestor.routing.actions.steps import MOST_TOLD
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
CLOCKS = ("clock_soon", "clock_late", "escalated")
LATE = timedelta(hours=3, minutes=1)  # two hours for a question, one more until it is passed on


@pytest.fixture
def late(cast: Cast, settle: Settle, clock: Clock) -> Conversation:
    """A question nobody has, late for so long that whoever is on call was called."""
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    for hours in (1.6, 2.1):
        clock.at = NOON + timedelta(hours=hours)
        settle()
    clock.at = NOON + LATE
    settle()
    assert {row.occasion for row in unseen(cast)} == set(CLOCKS)
    assert open_calls(cast) == ["escalated"]
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


def unseen(cast: Cast) -> list[Notice]:
    rows = Notice.objects.of(cast.brand).filter(seen_at__isnull=True)
    return list(rows.exclude(occasion=Occasion.CHANNEL_BLIND))  # no network stands behind the channel


def open_calls(cast: Cast) -> list[str]:
    rows = Call.objects.of(cast.brand).filter(over_at__isnull=True).exclude(occasion=Occasion.CHANNEL_BLIND)
    return list(rows.values_list("occasion", flat=True))


def test_an_answer_ends_all_that_was_told_of_its_clock(
    cast: Cast, late: Conversation, settle: Settle, clock: Clock
) -> None:
    ours = said("À 8 h.", 2, thread_id="t1", by=Author("ours", "@ours"), is_ours=True, minutes=182)
    take_in(cast.channel, batch(ours), clock())
    settle()
    assert unseen(cast) == []
    assert open_calls(cast) == []
    assert not any(is_still_so(cast.brand.pk, one, late.public_id) for one in CLOCKS)
    told = Notice.objects.of(cast.brand).filter(occasion__in=CLOCKS).count()
    clock.pass_(hours=3)
    settle()
    assert Notice.objects.of(cast.brand).filter(occasion__in=CLOCKS).count() == told


def test_done_ends_it_too(cast: Cast, late: Conversation, clock: Clock) -> None:
    assert actions.resolve_conversation(cast.bob, late, clock())
    assert unseen(cast) == []
    assert open_calls(cast) == []


def test_whoever_takes_it_keeps_the_next_asleep_and_it_is_late_all_the_same(
    cast: Cast, late: Conversation, clock: Clock
) -> None:
    assert actions.take_conversation(cast.bob, late, clock())
    assert open_calls(cast) == []
    assert {row.occasion for row in unseen(cast)} == {"clock_soon", "clock_late"}
    assert is_still_so(cast.brand.pk, Occasion.CLOCK_LATE, late.public_id)


def test_what_stands_for_several_is_over_with_the_last_of_them(cast: Cast, settle: Settle, clock: Clock) -> None:
    for number in range(MOST_TOLD + 2):
        take_in(cast.channel, batch(said(QUESTION, number, thread_id=f"t{number}")), NOON)
    settle()
    clock.at = NOON + LATE
    settle()
    assert Call.objects.of(cast.brand).get(occasion=Occasion.ESCALATED).about == ""
    rows = list(Conversation.objects.of(cast.brand).order_by("id"))
    for conversation in rows[:-1]:
        assert actions.resolve_conversation(cast.bob, conversation, clock())
    assert is_still_so(cast.brand.pk, Occasion.ESCALATED, "")
    assert actions.resolve_conversation(cast.bob, rows[-1], clock())
    assert not is_still_so(cast.brand.pk, Occasion.ESCALATED, "")
    clock.pass_(hours=1)
    settle()
    assert open_calls(cast) == []


@pytest.mark.parametrize("end", ["taken", "harmless"])
def test_a_call_about_a_sealed_one_ends_when_somebody_sees_to_it(
    cast: Cast, settle: Settle, clock: Clock, end: str
) -> None:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    message = Message.objects.of(cast.brand).select_related("conversation").get()
    assert correct_reading(cast.alice, message, Lane.ALERT, NOON)
    settle()
    assert open_calls(cast) == ["sealed"]
    if end == "taken":
        assert actions.take_conversation(cast.alice, message.conversation, clock())
    else:
        message.refresh_from_db()
        assert correct_reading(cast.alice, message, Lane.QUESTION, clock())
        settle()
    assert open_calls(cast) == []
    assert unseen(cast) == []


def test_the_rota_says_who_is_warned_of_what_nobody_has(cast: Cast, settle: Settle, clock: Clock) -> None:
    assert add_shifts(cast.alice, cast.bob.user, range(7), (time(0), time(0)), NOON) == 7
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    clock.at = NOON + timedelta(hours=2.1)
    settle()
    assert {row.user.name for row in Notice.objects.of(cast.brand).select_related("user")} == {"Bob"}
