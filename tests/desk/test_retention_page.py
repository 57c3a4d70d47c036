"""The page on how long things are kept: what would go is said before it is kept, to the head of this brand alone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.privacy import reads
from nestor.privacy.models import Retention
from nestor.privacy.reads import retention_of
from nestor.routing.actions import resolve_conversation
from nestor.work.models import JournalEntry
from tests.desk.browser import as_
from tests.desk.cast import Cast, batch, said
from tests.desk.conftest import Clock, Settle

PAGE = "/settings/retention/"


def hidden(page: str, name: str) -> str:
    """Return what a hidden field of the page holds; "" where there is none."""
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def chosen(page: str, **given: str) -> dict[str, str]:
    """Return the form as it is sent from that page, with these choices."""
    fields = {name: hidden(page, name) for name in ("seen", "confirmed")}
    return fields | {"messages": "", "raw": "", "calls": "30"} | given


@pytest.fixture
def old(cast: Cast, settle: Settle, clock: Clock) -> Cast:
    """Three conversations done long ago, at both brands."""
    clock.at = timezone.now() - timedelta(days=500)
    for channel in (cast.channel, cast.other_channel):
        arrivals = [said(f"Quand part le train {number} ?", number, published_at=clock.at) for number in (1, 2, 3)]
        take_in(channel, batch(*arrivals), clock.at)
    settle()
    for seat in (cast.bob, cast.chloe):
        for one in Conversation.objects.of(seat.brand).select_related("channel"):
            resolve_conversation(seat, one, clock.at)
    return cast


def test_what_would_go_is_said_and_goes_once_confirmed(old: Cast, settle: Settle, clock: Clock) -> None:
    client = as_(old.alice)
    asked = client.post(PAGE, chosen(client.get(PAGE).content.decode(), messages="12")).content.decode()
    assert "Messages: 3, in conversations: 3." in asked
    assert '<option value="12" selected>1 year</option>' in asked
    assert retention_of(old.brand) is None
    assert JournalEntry.objects.filter(verb="set_retention").count() == 0
    shown = client.post(PAGE, chosen(asked, messages="12"), follow=True).content.decode()
    assert "Kept. What is older goes in the background." in shown
    clock.at = timezone.now() + timedelta(seconds=1)
    settle()
    assert Message.objects.of(old.brand).count() == 0
    assert Message.objects.of(old.other_brand).count() == 3
    line = JournalEntry.objects.get(verb="set_retention")
    assert (line.actor_id, line.facts) == (old.alice.user.pk, {"message_months": 12, "raw_days": None, "call_days": 30})
    journal = client.get("/journal/?about=team").content.decode()
    assert "Alice changed how long things are kept." in journal
    assert "Messages kept long enough were dropped: 3." in journal
    assert "Last looked for what is older:" in client.get(PAGE).content.decode()


def test_a_confirmation_holds_for_that_choice_alone(old: Cast) -> None:
    client = as_(old.alice)
    asked = client.post(PAGE, chosen(client.get(PAGE).content.decode(), messages="24")).content.decode()
    assert "Nothing is that old today." in asked
    again = client.post(PAGE, chosen(asked, messages="6")).content.decode()
    assert "Messages: 3, in conversations: 3." in again
    assert client.post(PAGE, chosen(asked, messages="24", confirmed="x")).status_code == 200
    assert retention_of(old.brand) is None


def test_a_longer_span_is_kept_at_once(cast: Cast) -> None:
    client = as_(cast.alice)
    asked = client.post(PAGE, chosen(client.get(PAGE).content.decode(), messages="12", raw="7")).content.decode()
    client.post(PAGE, chosen(asked, messages="12", raw="7"))
    page = client.get(PAGE).content.decode()
    assert '<option value="7" selected>7 days</option>' in page
    shown = client.post(PAGE, chosen(page, messages="24", raw=""), follow=True).content.decode()
    assert "Kept." in shown
    row = retention_of(cast.brand)
    assert row is not None
    assert (row.message_months, row.raw_days, row.version) == (24, None, 2)
    same = client.post(PAGE, chosen(shown, messages="24"), follow=True).content.decode()
    assert "Nothing was changed" in same


def test_who_comes_second_is_told_and_keeps_their_choice_on_screen(cast: Cast) -> None:
    client = as_(cast.alice)
    first = client.get(PAGE).content.decode()
    asked = client.post(PAGE, chosen(first, messages="36")).content.decode()
    client.post(PAGE, chosen(asked, messages="36"))
    late = client.post(PAGE, chosen(first, messages="12", calls="7"))
    shown = late.content.decode()
    assert late.status_code == 409
    assert "Somebody changed this meanwhile." in shown
    assert '<option value="12" selected>' in shown
    stale = client.post(PAGE, chosen(asked, messages="36"))  # sent twice: what it confirmed is so already
    assert stale.status_code == 409
    row = retention_of(cast.brand)
    assert row is not None
    assert (row.version, row.message_months, row.call_days) == (1, 36, 30)


def test_the_installation_is_the_limit_and_the_page_says_so(cast: Cast, settings: Any) -> None:
    settings.NESTOR_KEEP_PAYLOADS_FOR = 14
    client = as_(cast.alice)
    page = client.get(PAGE).content.decode()
    assert "At most 14 days: whoever runs the desk set that." in page
    assert '<option value="30"' not in page.split('id="raw"')[1].split("</select>")[0]
    assert client.post(PAGE, chosen(page, raw="30")).status_code == 422
    Retention.objects.create(brand=cast.brand, raw_days=90)  # chosen before the limit was lowered
    assert '<option value="" selected>14 days' in client.get(PAGE).content.decode()


def test_counting_stops_somewhere_and_says_so(old: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "MOST_COUNTED", 2)
    monkeypatch.setattr("nestor.faces.web.views.retention.MOST_COUNTED", 2)
    client = as_(old.alice)
    asked = client.post(PAGE, chosen(client.get(PAGE).content.decode(), messages="12")).content.decode()
    assert "Messages: 2 or more, in conversations: 2 or more." in asked


@pytest.mark.parametrize(
    "given",
    [
        {"messages": "1"},
        {"messages": "-12"},
        {"messages": "12 "},
        {"messages": "١٢"},
        {"messages": "9" * 5000},
        {"messages": "<b>"},
        {"messages": "\x00"},
        {"raw": "0"},
        {"raw": "3650"},
        {"raw": "None"},
        {"calls": ""},
        {"calls": "31"},
        {"calls": "1e1"},
    ],
)
def test_nonsense_is_answered_and_nothing_is_kept(cast: Cast, given: dict[str, str]) -> None:
    client = as_(cast.alice)
    answer = client.post(PAGE, chosen(client.get(PAGE).content.decode(), **given))
    assert answer.status_code == 422
    assert "That cannot be chosen. Nothing was changed." in answer.content.decode()
    assert retention_of(cast.brand) is None


@pytest.mark.parametrize("seen", ["", "-1", "x", "٣", "9" * 40, "1"])
def test_a_page_that_was_never_shown_is_overtaken(cast: Cast, seen: str) -> None:
    given = {"messages": "12", "raw": "", "calls": "30", "seen": seen, "confirmed": "x" * 5000}
    assert as_(cast.alice).post(PAGE, given).status_code == 409
    row = retention_of(cast.brand)
    assert row is None or (row.version, row.message_months) == (0, None)
    assert as_(cast.alice).post(PAGE, {}).status_code == 422


def test_the_page_is_for_the_head_of_this_brand(old: Cast) -> None:
    for seat in (old.bob, old.sam, old.vera):
        assert as_(seat).get(PAGE).status_code == 403
        assert as_(seat).post(PAGE, {"messages": "6"}).status_code == 403
        assert PAGE not in as_(seat).get("/me/").content.decode()
    client = as_(old.alice)
    assert PAGE in client.get("/settings/brand/").content.decode()
    asked = client.post(PAGE, chosen(client.get(PAGE).content.decode(), messages="6")).content.decode()
    client.post(PAGE, chosen(asked, messages="6"))
    theirs = as_(old.chloe).get(PAGE).content.decode()
    assert '<option value="" selected>for good</option>' in theirs
    assert retention_of(old.other_brand) is None
