"""How one is reached and who is on call: the pages' forms, what they refuse, and what is forgotten with a person."""

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nestor.notices.actions import tell
from nestor.notices.forget import export_colleague, forget_colleague
from nestor.notices.models import Address, Habit, Notice, Policy, Reach, Shift, Swap
from nestor.notices.reads import reach_of
from nestor.notices.rules import Occasion
from nestor.notices.rules.reach import Way
from nestor.people.actions.team import remove
from nestor.people.models import User
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast
from tests.desk.conftest import Settle
from tests.desk.test_notices_ways import Browser

SLOT = {"rank": "1", "days": ["0", "1"], "starts_at": "18:00", "ends_at": "09:00"}


def test_ways_are_chosen_by_topic_urgency_and_lane(cast: Cast) -> None:
    bob = as_(cast.bob)
    given = {"topic:asks": ["phone"], "lane:press": ["mail", "push"], "urgency:3": ["nonsense"], "lane:x": ["mail"]}
    assert bob.post("/me/reached/ways", given).status_code == 302
    found = reach_of(cast.bob)
    assert found["topic:asks"] == {Way.PHONE}
    assert found["lane:press"] == {Way.MAIL, Way.PUSH}
    assert found["topic:call"] == found["urgency:3"] == frozenset()  # nothing was ticked
    assert Reach.objects.of(cast.brand).count() == 1
    page = bob.get("/me/reached/").content.decode()
    assert 'name="lane:press" value="mail" checked' in page
    assert reach_of(cast.alice)["topic:asks"] == {Way.MAIL, Way.PUSH}


def test_quiet_and_the_digest_are_ones_own(cast: Cast) -> None:
    bob = as_(cast.bob)
    given = {
        "days-0": ["5", "6"],
        "from-0": "00:00",
        "to-0": "00:00",
        "days-1": ["0", "9", "x"],
        "from-1": "22:30",
        "to-1": "06:15",
        "digest": "1",
        "digest_at": "07:45",
    }
    assert bob.post("/me/reached/times", given).status_code == 302
    row = Habit.objects.get(user=cast.bob.user)
    assert row.quiet == [[0, "22:30", "06:15"], [5, "00:00", "00:00"], [6, "00:00", "00:00"]]
    assert row.digest_at == time(7, 45)
    assert 'value="22:30"' in bob.get("/me/reached/").content.decode()
    bob.post("/me/reached/times", {})
    row.refresh_from_db()
    assert row.quiet == []
    assert row.digest_at is None


@pytest.mark.parametrize("wrong", ["", "25:00", "x", "\x00", "9" * 9000])
def test_a_senseless_time_changes_nothing(cast: Cast, wrong: str) -> None:
    answer = as_(cast.bob).post("/me/reached/times", {"days-0": ["0"], "from-0": wrong, "to-0": "08:00"}, follow=True)
    assert "nothing was changed" in answer.content.decode()
    assert not Habit.objects.exists()


def test_places_are_ones_own(cast: Cast) -> None:
    given = {"subscription": Browser("https://fcm.googleapis.com/x").subscription, "name": "<b>Firefox</b>"}
    bob = as_(cast.bob)
    assert bob.post("/me/reached/browser", given, "application/json").status_code == 200
    row = Address.objects.get()
    page = bob.get("/me/reached/").content.decode()
    assert "&lt;b&gt;Firefox" in page
    assert "fcm.googleapis" not in page
    alice = as_(cast.alice)
    assert "Firefox" not in alice.get("/me/reached/").content.decode()
    for deed in ("try", "remove"):
        assert alice.post(f"/me/reached/{row.public_id}/{deed}").status_code == 404
    assert bob.post(f"/me/reached/{row.public_id}/remove").status_code == 302
    assert not Address.objects.exists()


def test_a_telephone_nobody_chose_is_refused_in_words(cast: Cast) -> None:
    bob = as_(cast.bob)
    answer = bob.post("/me/reached/phone", {"name": "x", "address": "tgram://123456789:abcdefg_hijklmnop/12315544/"})
    assert answer.status_code == 422
    assert "did not choose this service" in answer.content.decode()
    answer = bob.post("/me/reached/phone", {"name": "x", "address": "nonsense"})
    assert "Apprise does not know such an address" in answer.content.decode()
    assert not Address.objects.exists()


def test_the_key_is_one_for_the_whole_desk(cast: Cast) -> None:
    keys = {as_(seat).get("/me/reached/key").json()["key"] for seat in (cast.alice, cast.bob, cast.chloe)}
    assert len(keys) == 1
    worker = as_(cast.bob).get("/push-worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")


def test_the_head_fills_the_rota_and_everybody_sees_it(cast: Cast) -> None:
    alice, bob = as_(cast.alice), as_(cast.bob)
    given = SLOT | {"whose": cast.bob.user.public_id}
    assert bob.post("/rota/slots", given).status_code == 403
    assert alice.post("/rota/slots", given).status_code == 302
    assert Shift.objects.of(cast.brand).count() == 2
    page = bob.get("/rota/?week=2026-03-03").content.decode()
    assert page.count("18:00–00:00") == 4  # in the cell's title and its words, two evenings
    assert "Nobody is on call for 138 hours of this week" in page
    assert 'id="policy"' not in page
    assert "Bob" not in as_(cast.chloe).get("/rota/?week=2026-03-03").content.decode()
    ids = list(Shift.objects.of(cast.brand).values_list("public_id", flat=True))
    assert as_(cast.chloe).post("/rota/slots/remove", {"slot": ids}).status_code == 404
    assert alice.post("/rota/slots/remove", {"slot": ids}).status_code == 302
    assert not Shift.objects.of(cast.brand).exists()


@pytest.mark.parametrize(
    "wrong",
    [{"whose": "x"}, {"rank": "9"}, {"days": []}, {"days": ["7"]}, {"starts_at": ""}, {"ends_at": "x"}, {"rank": ""}],
)
def test_a_senseless_slot_changes_nothing(cast: Cast, wrong: dict[str, object]) -> None:
    given = SLOT | {"whose": cast.bob.user.public_id} | wrong
    answer = as_(cast.alice).post("/rota/slots", given, follow=True)
    assert "nothing was changed" in answer.content.decode()
    assert not Shift.objects.of(cast.brand).exists()


def test_somebody_of_another_brand_is_not_put_on_call(cast: Cast) -> None:
    as_(cast.alice).post("/rota/slots", SLOT | {"whose": cast.chloe.user.public_id})
    as_(cast.alice).post("/rota/slots", SLOT | {"whose": cast.vera.user.public_id})
    assert not Shift.objects.of(cast.brand).exists()


def test_a_swap_is_in_the_brands_own_time(cast: Cast) -> None:
    alice = as_(cast.alice)
    User.objects.filter(pk=cast.alice.user.pk).update(zone="Pacific/Auckland")
    evening = {"starts_at": "2099-07-01T18:00", "ends_at": "2099-07-01T23:00"}
    given = {"whose": cast.sam.user.public_id, "rank": "1", **evening}
    assert alice.post("/rota/swaps", given).status_code == 302
    row = Swap.objects.of(cast.brand).get()
    assert (row.user, row.starts_at.isoformat()) == (cast.sam.user, "2099-07-01T16:00:00+00:00")
    for wrong in ({"ends_at": "2099-07-01T17:00"}, {"starts_at": "x"}, {"whose": "zzz"}, {"rank": "7"}):
        assert "nothing was changed" in alice.post("/rota/swaps", given | wrong, follow=True).content.decode()
    assert Swap.objects.of(cast.brand).count() == 1
    assert alice.post(f"/rota/swaps/{row.public_id}/remove").status_code == 302
    assert alice.post("/rota/swaps", given | {"whose": ""}).status_code == 302
    assert Swap.objects.of(cast.brand).get().user is None


@pytest.mark.parametrize(
    ("services", "is_kept"),
    [("tgram\r\nntfys://ntfy.example.org/", True), ("TGRAM", True), ("x y", False), ("../x", False), ("é", False)],
)
def test_services_are_words_or_words_with_a_host(cast: Cast, services: str, is_kept: bool) -> None:
    given = {"ways": ["mail", "phone", "pigeon"], "services": services, "next_after": "15"}
    as_(cast.alice).post("/rota/policy", given)
    assert Policy.objects.of(cast.brand).exists() is is_kept
    if is_kept:
        assert Policy.objects.of(cast.brand).get().ways == ["mail", "phone"]


@pytest.mark.parametrize("minutes", ["0", "241", "x", "-1", ""])
def test_a_senseless_delay_changes_nothing(cast: Cast, minutes: str) -> None:
    as_(cast.alice).post("/rota/policy", {"ways": ["mail"], "services": "", "next_after": minutes})
    assert not Policy.objects.of(cast.brand).exists()


@pytest.mark.parametrize("week", ["", "x", "9999-12-31", "0001-01-01", "2026-02-30", "2026-10-25", "2026-03-29"])
def test_any_week_can_be_asked_for(cast: Cast, week: str) -> None:
    as_(cast.alice).post("/rota/slots", SLOT | {"whose": cast.bob.user.public_id, "days": list("0123456")})
    assert as_(cast.bob).get(f"/rota/?week={week}").status_code == 200


@pytest.mark.parametrize(("path", "most"), [("/rota/", 12), ("/me/reached/", 11)])
def test_pages_cost_few_queries(cast: Cast, path: str, most: int) -> None:
    alice = as_(cast.alice)
    for day in range(7):
        alice.post("/rota/slots", SLOT | {"whose": cast.bob.user.public_id, "days": [str(day)]})
    alice.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert alice.get(path).status_code == 200
    assert len(seen) <= most, [one["sql"][:150] for one in seen]


def choose_everything(cast: Cast) -> None:
    bob, alice = as_(cast.bob), as_(cast.alice)
    given = {"subscription": Browser("https://fcm.googleapis.com/x").subscription, "name": "zanzibar"}
    bob.post("/me/reached/browser", given, "application/json")
    bob.post("/me/reached/times", {"digest": "1", "digest_at": "08:00"})
    bob.post("/me/reached/ways", {"topic:asks": ["mail"]})
    alice.post("/rota/slots", SLOT | {"whose": cast.bob.user.public_id})
    tell(cast.brand.pk, Occasion.MENTIONED, "0123456789abcdef", NOON, to=[cast.bob.user.pk])


def nothing_is_left(cast: Cast) -> bool:
    own = any(table.objects.filter(user=cast.bob.user).exists() for table in (Address, Habit))
    rows = any(table.objects.of(cast.brand).filter(user=cast.bob.user).exists() for table in (Reach, Shift, Notice))
    return not own and not rows


def test_with_a_person_everything_goes(cast: Cast) -> None:
    choose_everything(cast)
    assert export_colleague(cast.bob.user)["addresses"] == [{"way": "push", "name": "zanzibar", "schema": ""}]
    assert forget_colleague(cast.bob.user) >= 5
    assert nothing_is_left(cast)


def test_whoever_leaves_their_last_team_is_reached_nowhere(cast: Cast, settle: Settle) -> None:
    choose_everything(cast)
    assert remove(cast.alice, cast.bob.user, NOON)
    settle()
    assert nothing_is_left(cast)
