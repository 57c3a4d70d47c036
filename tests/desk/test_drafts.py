"""What is being written: kept by its newest revision, its author's alone, and gone once it was put away or sent."""

from datetime import timedelta

import pytest
from django.urls import reverse

from nestor.brands.models import Channel
from nestor.composer.actions import put_away_draft, save_draft
from nestor.composer.models import Draft
from nestor.composer.reads import draft_of, room_left
from nestor.composer.reads.saved import box_of
from nestor.inbox.models import Conversation
from nestor.publisher.models import Delivery
from nestor.work.jobs import work_until_idle
from nestor.work.models import Event, JournalEntry
from tests.desk.answering import ANSWER, QUESTION, sent
from tests.desk.browser import as_
from tests.desk.cast import Cast
from tests.desk.conftest import Clock
from tests.desk.line import Line


@pytest.fixture
def conversation(page: Line, present: Clock) -> Conversation:
    return page.asked(QUESTION, present())


def test_an_older_revision_never_overwrites(cast: Cast, conversation: Conversation, present: Clock) -> None:
    assert save_draft(cast.bob, conversation, "Bonj", 1, present()) is not None
    assert save_draft(cast.bob, conversation, "Bonjour,", 3, present()) is not None
    assert save_draft(cast.bob, conversation, "Bonjo", 2, present()) is None
    draft = draft_of(cast.bob, conversation)
    assert draft is not None
    assert (draft.text, draft.revision) == ("Bonjour,", 3)


def test_a_draft_is_its_authors_alone(cast: Cast, conversation: Conversation, present: Clock) -> None:
    save_draft(cast.bob, conversation, "De Bob", 1, present())
    save_draft(cast.sam, conversation, "De Sam", 1, present())
    assert draft_of(cast.alice, conversation) is None
    assert put_away_draft(cast.sam, conversation, present())
    draft = draft_of(cast.bob, conversation)
    assert draft is not None
    assert draft.text == "De Bob"


def test_what_was_put_away_leaves_nothing(cast: Cast, conversation: Conversation, present: Clock) -> None:
    lines, events = JournalEntry.objects.count(), Event.objects.count()
    save_draft(cast.bob, conversation, "Je vous emmerde", 1, present())
    assert put_away_draft(cast.bob, conversation, present())
    assert not put_away_draft(cast.bob, conversation, present())
    assert not Draft.objects.of(cast.brand).exclude(text="").exists()
    assert (JournalEntry.objects.count(), Event.objects.count()) == (lines, events)
    work_until_idle(present)
    assert Draft.objects.of(cast.brand).count() == 1, "long enough for what is still on its way"
    later = present() + timedelta(hours=1, minutes=1)
    work_until_idle(lambda: later)
    assert not Draft.objects.of(cast.brand).exists()


@pytest.mark.parametrize("kept", [None, 3, 7])
def test_what_is_still_on_its_way_does_not_come_back(
    cast: Cast, conversation: Conversation, present: Clock, kept: int | None
) -> None:
    if kept is not None:
        save_draft(cast.bob, conversation, "Je vous", kept, present())
    client = as_(cast.bob)
    at = {"public_id": conversation.public_id}
    client.post(reverse("put_away", kwargs=at), {"revision": "7"}, headers={"hx-request": "true"})
    late = client.post(reverse("draft", kwargs=at), {"text": "Je vous emmerde", "revision": "7"})
    assert late.status_code == 409
    assert draft_of(cast.bob, conversation) is None
    shown = box_of(cast.bob, conversation).revision
    again = client.post(reverse("draft", kwargs=at), {"text": "Bonjour", "revision": str(shown + 1)})
    assert again.status_code == 200


def test_what_was_sent_does_not_come_back_into_the_box(cast: Cast, conversation: Conversation, present: Clock) -> None:
    client = as_(cast.bob)
    at = {"public_id": conversation.public_id}
    sent = {"text": "Oui, tenu en laisse.", "revision": "4", "key": "k1"}
    assert client.post(reverse("answer", kwargs=at), sent, headers={"hx-request": "true"}).status_code == 200
    assert Delivery.objects.of(cast.brand).count() == 1
    late = client.post(reverse("draft", kwargs=at), {"text": "Oui, tenu en laisse.", "revision": "4"})
    assert late.status_code == 409
    assert draft_of(cast.bob, conversation) is None


@pytest.mark.parametrize("revision", [-1, 2**31, 2**70])
def test_a_senseless_revision_is_refused(cast: Cast, conversation: Conversation, present: Clock, revision: int) -> None:
    assert save_draft(cast.bob, conversation, "x", revision, present()) is None


def test_what_no_database_can_hold_becomes_a_draft(cast: Cast, conversation: Conversation, present: Clock) -> None:
    draft = save_draft(cast.bob, conversation, "a\x00b\ud83d", 1, present())
    assert draft is not None
    assert draft.text == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"


def test_sending_puts_the_draft_away(cast: Cast, conversation: Conversation, present: Clock) -> None:
    save_draft(cast.bob, conversation, ANSWER, 1, present())
    sent(cast.bob, conversation, present())
    assert draft_of(cast.bob, conversation) is None


def test_room_is_counted_as_that_network_counts(square: Line, page: Line, present: Clock) -> None:
    short, long = square.asked(QUESTION, present()), page.asked(QUESTION, present())
    assert (room_left(short, "👨‍👩‍👧‍👦").length, room_left(short, "").most) == (1, 300)
    assert room_left(short, "x" * 301).left == -1
    assert room_left(long, "").most == 8000
    Channel.objects.of(short.brand_id).update(limits={})
    short.channel.refresh_from_db()
    assert room_left(short, "abc").left is None
