"""Whoever speaks for several brands sees them at a glance, at a cost that does not grow with their number."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nestor.brands.actions import found_brand, hold_channel
from nestor.inbox.actions import seal_message, take_in
from nestor.inbox.models import Message
from nestor.people.actions import give_role
from nestor.people.reads import seats_of
from nestor.routing.reads.home import glances
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane, Role
from tests.desk.browser import as_
from tests.desk.cast import NOON, PASSWORD, Cast, batch, connect, said
from tests.desk.conftest import Settle

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def two(cast: Cast, settle: Settle) -> Cast:
    """Bob answers for both brands, in each of which something waits."""
    give_role(cast.other_brand, cast.bob.user, Role.HEAD, NOON, actor_id=None)
    take_in(cast.channel, batch(said("Bonjour, quand ouvre la gare ?", 1), said("Et le samedi ?", 2)), NOON)
    take_in(cast.other_channel, batch(said("Quand ouvre la mairie ?", 3)), NOON)
    settle()
    return cast


def test_each_brand_says_what_waits(two: Cast) -> None:
    hold_channel(two.other_channel, "essai", NOON, actor_id=None)
    ours, theirs = glances(seats_of(two.bob.user), NOON - timedelta(hours=1), LATER)
    assert (ours.seat.brand, ours.open, ours.nobody, ours.arrived, ours.late) == (two.brand, 2, 2, 2, 2)
    assert (theirs.seat.brand, theirs.open, theirs.late, theirs.held) == (two.other_brand, 1, 1, ["Compte theirs"])
    assert ours.next_due_at is not None


def test_what_is_sealed_counts_for_those_who_must_know(two: Cast, settle: Settle) -> None:
    message = Message.objects.of(two.brand).select_related("conversation").get(network_id="m1")
    correct_reading(two.alice, message, Lane.ALERT, NOON)
    theirs = Message.objects.of(two.other_brand).select_related("conversation").get()
    correct_reading(two.chloe, theirs, Lane.ALERT, NOON)
    seal_message(message)
    settle()
    found = {one.seat.brand: one.open for one in glances(seats_of(two.bob.user), NOON, LATER)}
    assert found == {two.brand: 1, two.other_brand: 1}


def test_the_home_costs_the_same_however_many_brands_there_are(two: Cast) -> None:
    client = as_(two.bob)
    client.get("/brands/")
    with CaptureQueriesContext(connection) as few:
        assert client.get("/brands/").status_code == 200
    for number in range(12):
        brand = found_brand(f"Marque {number}", f"marque-{number}", NOON)
        give_role(brand, two.bob.user, Role.AGENT, NOON, actor_id=None)
        connect(brand, f"compte-{number}")
    with CaptureQueriesContext(connection) as many:
        page = client.get("/brands/").content.decode()
    assert "Marque 11" in page
    assert len(many) == len(few) <= 12


def test_one_goes_on_where_one_clicked(two: Cast) -> None:
    client = as_(two.bob)
    where = "/inbox/?clock=late"
    answer = client.post("/me/brand", {"brand": "orlac", "next": where})
    assert answer.headers["Location"] == where
    assert "Mairie d’Orlac" in client.get("/").content.decode()
    assert client.post("/me/brand", {"brand": "orlac", "next": "https://evil.example/"}).headers["Location"] == "/"
    assert as_(two.chloe).post("/me/brand", {"brand": "ligne-verte", "next": where}).status_code == 404
    assert "Ligne Verte" not in as_(two.chloe).get("/brands/").content.decode()


@pytest.mark.parametrize(("who", "where"), [("bob", "/brands/"), ("chloe", "/")])
def test_signing_in_leads_home(two: Cast, who: str, where: str) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": f"{who}@nestor.example", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, where)


def test_there_is_something_to_see(two: Cast) -> None:
    page = as_(two.bob).get("/brands/").content.decode()
    for said_ in ("Your brands", "late", "Speak for it"):
        assert said_ in page
