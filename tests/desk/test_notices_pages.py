"""The page of notices and its bell: one's own, for every brand, seen when one says so, few queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nestor.faces.live.hub import Watcher, told_of
from nestor.notices.actions import mark_seen, tell
from nestor.notices.models import Call, Notice
from nestor.notices.rules import Occasion
from nestor.people.actions import end_role, give_role
from nestor.vocabulary import Role, new_public_id
from nestor.work.models import Event
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast
from tests.desk.conftest import Settle

ABOUT = "0123456789abcdef"


def name_bob(cast: Cast, **more: object) -> Notice:
    tell(cast.brand.pk, Occasion.MENTIONED, ABOUT, NOON, to=[cast.bob.user.pk], **more)  # type: ignore[arg-type]
    return Notice.objects.of(cast.brand).filter(user=cast.bob.user).latest("pk")  # type: ignore[no-any-return]


def test_ones_own_notices_and_nobody_elses(cast: Cast) -> None:
    notice = name_bob(cast, lane="press")
    page = as_(cast.bob).get("/notices/").content.decode()
    assert "You are named in a note." in page
    assert "Press" in page
    for other in (cast.alice, cast.chloe):
        assert "You are named" not in as_(other).get("/notices/").content.decode()
        assert as_(other).get(f"/notices/{notice.public_id}/").status_code == 404
        assert as_(other).post(f"/notices/{notice.public_id}/take").status_code == 404
    assert as_(cast.bob).get(f"/notices/{notice.public_id}/").headers["Location"] == f"/inbox/{ABOUT}/"
    assert Notice.objects.of(cast.brand).get().seen_at is not None


def test_the_bell_counts_what_one_has_not_seen(cast: Cast) -> None:
    bob = as_(cast.bob)
    assert 'class="dot"' not in bob.get("/notices/bell").content.decode()
    name_bob(cast)
    assert ">1</span>" in bob.get("/notices/bell").content.decode()
    assert "1 not seen" in bob.get("/notices/bell").content.decode()
    assert bob.post("/notices/seen").status_code == 302
    assert 'class="dot"' not in bob.get("/notices/bell").content.decode()
    assert "You have seen everything" in bob.get("/notices/?state=unseen").content.decode()


def test_one_is_seen_and_the_others_stay(cast: Cast) -> None:
    first = name_bob(cast)
    tell(cast.brand.pk, Occasion.BULK_DONE, ABOUT, NOON, to=[cast.bob.user.pk])
    as_(cast.bob).post("/notices/seen", {"notice": first.public_id})
    assert Notice.objects.of(cast.brand).filter(seen_at__isnull=True).count() == 1
    as_(cast.alice).post("/notices/seen", {"notice": new_public_id()})
    assert Notice.objects.of(cast.brand).filter(seen_at__isnull=True).count() == 1


def test_a_call_is_taken_by_one(cast: Cast) -> None:
    give_role(cast.brand, cast.bob.user, Role.HEAD, NOON, actor_id=None)
    tell(cast.brand.pk, Occasion.CHANNEL_BLIND, ABOUT, NOON)
    mine = Notice.objects.of(cast.brand).get(user=cast.bob.user)
    hers = Notice.objects.of(cast.brand).get(user=cast.alice.user)
    bob, alice = as_(cast.bob), as_(cast.alice)
    assert bob.get(f"/notices/{mine.public_id}/").headers["Location"] == f"/notices/#n-{mine.public_id}"
    assert "I take it" in bob.get("/notices/").content.decode()
    assert bob.post(f"/notices/{mine.public_id}/take").headers["Location"] == f"/channels/#c-{ABOUT}"
    assert alice.post(f"/notices/{hers.public_id}/take").headers["Location"] == "/notices/"
    page = alice.get("/notices/").content.decode()
    assert "Taken by <bdi>Bob</bdi>" in page
    assert "I take it" not in page
    assert Call.objects.of(cast.brand).get().taken_by == cast.bob.user
    assert Notice.objects.of(cast.brand).filter(seen_at__isnull=True).count() == 0


def test_a_notice_of_another_brand_leads_there(cast: Cast) -> None:
    give_role(cast.other_brand, cast.bob.user, Role.AGENT, NOON, actor_id=None)
    bob = as_(cast.bob)
    tell(cast.other_brand.pk, Occasion.ASSIGNED, ABOUT, NOON, to=[cast.bob.user.pk])
    notice = Notice.objects.of(cast.other_brand).get()
    assert "Mairie d’Orlac" in bob.get("/notices/").content.decode()
    assert bob.get(f"/notices/{notice.public_id}/").headers["Location"] == f"/inbox/{ABOUT}/"
    assert bob.session["brand"] == "orlac"
    end_role(cast.other_brand, cast.bob.user, NOON, actor_id=None)
    assert as_(cast.bob).get(f"/notices/{notice.public_id}/").status_code == 404
    assert "Mairie" not in as_(cast.bob).get("/notices/").content.decode()


@pytest.mark.parametrize(("path", "most"), [("/notices/", 8), ("/notices/bell", 5)])
def test_pages_cost_few_queries_whatever_they_show(cast: Cast, settle: Settle, path: str, most: int) -> None:
    bob = as_(cast.bob)
    bob.get(path)
    for number in range(60):
        tell(cast.brand.pk, Occasion.MENTIONED, f"{number:016d}", NOON, to=[cast.bob.user.pk])
    settle()
    with CaptureQueriesContext(connection) as seen:
        page = bob.get(path).content.decode()
    assert len(seen) <= most, [one["sql"][:150] for one in seen]
    assert "Earlier ones" in page or path.endswith("bell")


def test_pages_follow_one_another(cast: Cast) -> None:
    for number in range(60):
        when = NOON + timedelta(minutes=number)
        tell(cast.brand.pk, Occasion.MENTIONED, f"{number:016d}", when, to=[cast.bob.user.pk])
    bob = as_(cast.bob)
    page = bob.get("/notices/").content.decode()
    after = page.split("after=")[1].split('"')[0]
    assert bob.get(f"/notices/?after={after}").content.decode().count('id="n-') == 10
    assert bob.get("/notices/?after=nonsense").status_code == 400


def test_the_live_stream_tells_each_of_their_own(cast: Cast) -> None:
    name_bob(cast)
    mark_seen(cast.bob.user, NOON)
    told = told_of(list(Event.objects.filter(name__startswith="Notice")))
    assert [one.kind for one in told] == ["NoticeMade", "NoticeMoved"]
    bob = Watcher(cast.other_brand.pk, sees_sealed=False, whose=cast.bob.user.pk)
    alice = Watcher(cast.brand.pk, sees_sealed=True, whose=cast.alice.user.pk)
    assert all(bob.wants(one) for one in told)
    assert not any(alice.wants(one) for one in told)
