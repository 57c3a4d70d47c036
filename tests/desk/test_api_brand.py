"""What a machine does to the brand itself: its opening hours, its settings; and what a token of channels may."""

from typing import Any

import pytest

from nestor.brands.models import Brand
from nestor.brands.reads import closures_of, periods_of
from nestor.inbox.models import BlindSpot
from nestor.people.actions import give_role
from nestor.people.rules import Scope
from nestor.vocabulary import Role
from nestor.work.models import JournalEntry
from tests.desk.cast import NOON, Cast
from tests.desk.machine import Machine, secret_of

WEEK = [
    {"day": "mon", "opens_at": "14:00", "closes_at": "18:00"},
    {"day": "mon", "opens_at": "09:00", "closes_at": "12:30"},
    {"day": "sat", "opens_at": "20:00", "closes_at": "02:00"},
    {"day": "sun", "opens_at": "00:00", "closes_at": "00:00"},
]
CLOSED = [{"day": "2026-12-25", "name": "Noël"}, {"day": "2026-05-01", "name": ""}]


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


def test_opening_hours_are_read_and_replaced(cast: Cast, machine: Machine) -> None:
    before = machine.get("/hours")
    body = {"mark": before["mark"], "week": WEEK, "closed": CLOSED}
    after = machine.ask("PUT", "/hours", body, key="h1").json()
    assert [one["opens_at"] for one in after["week"]] == ["09:00", "14:00", "20:00", "00:00"]
    assert after["closed"] == [{"day": "2026-05-01", "name": ""}, {"day": "2026-12-25", "name": "Noël"}]
    assert (after["zone"], after == machine.get("/hours")) == ("Europe/Paris", True)
    assert len(periods_of(cast.brand)) == 4
    assert machine.ask("PUT", "/hours", body, key="h1").json() == after  # the same key: done already
    assert JournalEntry.objects.filter(verb="set_opening_hours", brand_id=cast.brand.pk).count() == 1
    assert not closures_of(cast.other_brand)


def test_hours_somebody_changed_meanwhile_are_not_overwritten(cast: Cast, machine: Machine) -> None:
    seen = machine.get("/hours")["mark"]
    assert machine.ask("PUT", "/hours", {"mark": seen, "week": WEEK, "closed": []}).status_code == 200
    late = machine.ask("PUT", "/hours", {"mark": seen, "week": [], "closed": CLOSED}, key="late")
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    assert (len(periods_of(cast.brand)), closures_of(cast.brand)) == (4, [])
    fresh = {"mark": machine.get("/hours")["mark"], "week": [], "closed": []}
    assert machine.ask("PUT", "/hours", fresh).json()["is_open"] is True  # without any period it never closes


@pytest.mark.parametrize(
    ("week", "closed", "at", "code"),
    [
        ([WEEK[0], {**WEEK[0], "opens_at": "17:00"}], [], "week", "hours"),
        ([{**WEEK[0], "closes_at": "14:00"}], [], "week", "hours"),
        ([{**WEEK[0], "opens_at": f"{n:02}:00", "closes_at": f"{n:02}:30"} for n in range(7)], [], "week", "hours"),
        ([WEEK[0]] * 40, [], "week", "hours"),
        ([WEEK[0]] * 43, [], "week", "too_long"),
        ([{**WEEK[0], "closes_at": "24:00"}], [], "week/0/closes_at", "string_pattern_mismatch"),
        ([{**WEEK[0], "closes_at": "18:00\n"}], [], "week/0/closes_at", "string_pattern_mismatch"),
        ([{**WEEK[0], "day": "lun"}], [], "week/0/day", "literal_error"),
        ([], [{"day": "1999-12-31"}], "closed", "year"),
        ([], [{"day": "2026-12-25", "name": "No\u202eël"}], "closed", "name"),
        ([], [{"day": "2026-12-25", "name": "x" * 121}], "closed/0/name", "string_too_long"),
        ([], [{"day": "25/12/2026"}], "closed/0/day", "value_error"),
    ],
)
def test_hours_that_make_no_sense_are_refused_whole(
    machine: Machine, week: Any, closed: Any, at: str, code: str
) -> None:
    before = machine.get("/hours")
    answer = machine.ask("PUT", "/hours", {"mark": before["mark"], "week": week, "closed": closed})
    says = answer.json()
    assert (answer.status_code, says["code"]) == (422, "invalid")
    assert [(one["at"], one["code"]) for one in says["errors"]][:1] == [(at, code)]
    assert machine.get("/hours") == before


def test_what_is_wrong_with_hours_is_said_in_french(cast: Cast) -> None:
    machine = Machine(secret_of(cast.alice), "fr")
    body = {"mark": machine.get("/hours")["mark"], "week": [WEEK[0], WEEK[0]], "closed": []}
    (error,) = machine.ask("PUT", "/hours", body).json()["errors"]
    assert error["detail"] == "Deux plages d’un même jour se chevauchent, il y en a plus de six, ou l’une est vide."


def test_a_brand_is_shown_and_changed(cast: Cast, machine: Machine) -> None:
    shown = machine.get("/brand")
    assert (shown["slug"], shown["name"]) == ("ligne-verte", "Ligne Verte")
    wanted = {name: value for name, value in shown.items() if name != "slug"}
    wanted |= {"name": " Ligne  Bleue ", "zone": "Indian/Reunion", "own_contacts": ["3635", " 3635 ", ""], "tint": 2.0}
    changed = machine.ask("PUT", "/brand", wanted).json()
    assert (changed["name"], changed["zone"], changed["own_contacts"]) == ("Ligne Bleue", "Indian/Reunion", ["3635"])
    assert Brand.objects.get(slug="ligne-verte").tint == 2
    line = JournalEntry.objects.get(verb="change_brand")
    assert (line.brand_id, line.actor_id) == (cast.brand.pk, cast.alice.user.pk)
    bad = (
        ({"name": " "}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"tint": 8}, "tint"),
        ({"language": "de"}, "language"),
        ({"own_contacts": ["x"] * 101}, "own_contacts"),
        ({"slug": "x"}, "slug"),
    )
    for part, at in bad:
        answer = machine.ask("PUT", "/brand", wanted | part)
        assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, at), part
    assert machine.get("/brand") == changed
    assert Brand.objects.get(pk=cast.other_brand.pk).zone == cast.other_brand.zone


def test_the_brand_is_for_its_head_alone(cast: Cast) -> None:
    narrow = Machine(secret_of(cast.alice, set(Scope) - {Scope.BRAND}))
    substitute = Machine(secret_of(cast.sam))
    for machine, code in ((narrow, "scope"), (substitute, "role")):
        for path in ("/hours", "/brand"):
            refused = machine.ask("GET", path)
            assert (refused.status_code, refused.json()["code"]) == (403, code), path
            assert machine.ask("PUT", path, {}).status_code in (403, 422)
    stranger = Machine(secret_of(cast.chloe))
    assert stranger.get("/brand")["slug"] != "ligne-verte"


def test_the_scope_of_channels_is_enough_to_have_one_read_again(cast: Cast) -> None:
    at = f"/channels/{cast.channel.public_id}/backfill"
    body = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-02T10:00:00Z"}
    machine = Machine(secret_of(cast.sam, [Scope.CHANNELS]))
    assert machine.ask("POST", at, body).json() == {"changed": True}
    assert machine.ask("GET", "/webhooks").json()["code"] == "scope"
    give_role(cast.brand, cast.sam.user, Role.AGENT, NOON, actor_id=None)
    assert machine.ask("POST", at, body, key="2").json()["code"] == "role"
    assert BlindSpot.objects.of(cast.brand).count() == 1
