"""When the desk is open: kept, refused, overtaken, with a country's holidays, for the head of this brand alone."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from nestor.brands.models import Brand
from nestor.brands.reads import closures_of, opening_hours, periods_of
from nestor.brands.rules import is_open
from nestor.inbox.actions import take_in
from nestor.routing.models import Route
from nestor.work.models import Event, JournalEntry
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

PAGE = "/settings/hours/"


def mark_on(page: str) -> str:
    """Return the mark of the hours the page shows."""
    return page.split('name="mark" value="')[1].split('"', maxsplit=1)[0]


def typed(seat_page: str, **given: str) -> dict[str, str]:
    """Return a form as it is sent: open on weekdays, or as given."""
    days = {f"day-{number}": "9h-12h, 14h-18h" if number < 5 else "" for number in range(7)}
    return {"mark": mark_on(seat_page), "closures": "25/12/2026 Noël", "do": "keep"} | days | given


def test_hours_are_kept_and_running_clocks_follow(cast: Cast, settle: Settle, clock: Clock) -> None:
    take_in(cast.channel, batch(said("À quelle heure part le train ?")), NOON)
    settle()
    before = Route.objects.of(cast.brand).get().clock_due_at
    client = as_(cast.alice)
    page = client.get(PAGE).content.decode()
    shown = client.post(PAGE, typed(page, **{"day-1": "18:00-02:00"}), follow=True).content.decode()
    assert "Kept." in shown
    assert "18:00–02:00" in shown
    assert "25/12/2026 Noël" in shown
    hours = opening_hours(Brand.objects.get(pk=cast.brand.pk))
    assert not is_open(hours, NOON)  # a Tuesday
    assert closures_of(cast.brand) == [(date(2026, 12, 25), "Noël")]
    clock.at = timezone.now() + timedelta(minutes=5)
    settle()
    after = Route.objects.of(cast.brand).get().clock_due_at
    assert before is not None
    assert after is not None
    assert after - before > timedelta(hours=4)
    line = JournalEntry.objects.filter(verb="set_opening_hours").get()
    assert line.actor_id == cast.alice.user.pk
    assert Event.objects.filter(name="OpeningHoursChanged", brand_id=cast.brand.pk).count() == 1


def test_what_makes_no_sense_is_shown_where_it_stands_and_nothing_is_kept(cast: Cast) -> None:
    client = as_(cast.alice)
    wrong = typed(client.get(PAGE).content.decode(), **{"day-2": "<b>9-12", "closures": "hier <i>"})
    answer = client.post(PAGE, wrong)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="day-2-error"' in shown
    assert 'id="closures-error"' in shown
    assert 'value="9h-12h, 14h-18h"' in shown  # what was right is still there
    assert "<b>9" not in shown
    assert "<i>" not in shown
    assert (periods_of(cast.brand), closures_of(cast.brand)) == ([], [])


def test_who_comes_second_is_told_and_loses_nothing(cast: Cast) -> None:
    client = as_(cast.alice)
    page = client.get(PAGE).content.decode()
    client.post(PAGE, typed(page))
    late = client.post(PAGE, typed(page, **{"day-6": "10-13"}))
    shown = late.content.decode()
    assert late.status_code == 409
    assert 'value="10-13"' in shown
    assert (6, time(10), time(13)) not in periods_of(cast.brand)
    assert client.post(PAGE, typed(shown, **{"day-6": "10-13"})).status_code == 302
    assert (6, time(10), time(13)) in periods_of(cast.brand)


def test_public_holidays_are_added_to_look_at(cast: Cast) -> None:
    client = as_(cast.alice)
    page = client.get(PAGE).content.decode()
    shown = client.post(PAGE, typed(page, do="holidays", country="FR")).content.decode()
    assert "added below" in shown
    assert "25/12/2026 Noël" in shown  # as it was called here
    assert closures_of(cast.brand) == []
    there = client.post(PAGE, typed(page, do="holidays", country="BE")).content.decode()
    assert '<option value="BE" selected>' in there  # not another country's, when asked once more
    none = client.post(PAGE, typed(page, do="holidays", country="<x>"))
    assert "No public holidays are known" in none.content.decode()


@pytest.mark.parametrize("given", [{"closures": "x" * 70_000}, {"day-0": "9-12" * 5000}, {"mark": "nonsense"}])
def test_nonsense_is_answered(cast: Cast, given: dict[str, str]) -> None:
    client = as_(cast.alice)
    assert client.post(PAGE, typed(client.get(PAGE).content.decode(), **given)).status_code in (409, 422)
    assert periods_of(cast.brand) == []


def test_the_page_is_for_the_head_of_this_brand(cast: Cast) -> None:
    for seat in (cast.bob, cast.sam, cast.vera):
        assert as_(seat).get(PAGE).status_code == 403
        assert as_(seat).post(PAGE, {"do": "keep"}).status_code == 403
    as_(cast.alice).post(PAGE, typed(as_(cast.alice).get(PAGE).content.decode()))
    assert "9h-12h" not in as_(cast.chloe).get(PAGE).content.decode()
    assert periods_of(cast.other_brand) == []
