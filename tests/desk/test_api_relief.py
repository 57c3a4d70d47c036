"""What a machine hands over of all that its person has."""

import pytest

from nestor.composer.models import Draft
from nestor.inbox.models import Conversation
from nestor.people.actions import give_role
from nestor.people.models import User
from nestor.people.reads import seats_of
from nestor.routing.models import Relief, Route
from nestor.vocabulary import Role
from tests.desk.cast import NOON, Cast
from tests.desk.conftest import Clock, Settle
from tests.desk.machine import Machine, secret_of
from tests.desk.test_relief import fill


@pytest.fixture
def full(cast: Cast, settle: Settle) -> list[Conversation]:
    """Sam has two conversations and a draft."""
    return fill(cast, settle, 2, cast.sam)


def holders(cast: Cast) -> set[int | None]:
    return set(Route.objects.of(cast.brand).values_list("assignee_id", flat=True))


def test_all_one_has_is_offered_and_taken_over(
    cast: Cast, full: list[Conversation], settle: Settle, clock: Clock
) -> None:
    giver, receiver = Machine(secret_of(cast.sam)), Machine(secret_of(cast.alice))
    shown = giver.get("/relief")
    assert (shown["threads"], shown["drafts"], shown["offers"]) == (2, 1, [])
    assert cast.alice.user.public_id in shown["colleagues"]
    body = {"to": cast.alice.user.public_id}
    made = giver.ask("POST", "/relief", body, key="o1")
    assert (made.status_code, made.json()["state"], made.json()["threads"]) == (201, "offered", 2)
    assert giver.ask("POST", "/relief", body, key="o1").json() == made.json()
    assert holders(cast) == {cast.sam.user.pk}
    (offer,) = receiver.get("/relief")["offers"]
    at = f"/relief/{offer['id']}"
    assert giver.ask("POST", f"{at}/confirm").status_code == 404  # whoever offers does not say yes
    begun = receiver.ask("POST", f"{at}/confirm", key="c1")
    assert (begun.status_code, begun.json()["total"]) == (202, 2)
    assert receiver.ask("POST", f"{at}/confirm", key="c1").json()["id"] == begun.json()["id"]
    clock.at = NOON.replace(year=2126)
    settle()
    assert holders(cast) == {cast.alice.user.pk}
    assert Draft.objects.of(cast.brand).get().author_id == cast.alice.user.pk
    assert receiver.get(f"/bulk/{begun.json()['id']}")["changed"] == 2
    again = receiver.ask("POST", f"{at}/confirm")
    assert (again.status_code, again.json()["code"]) == (409, "changed")
    assert giver.ask("POST", f"{at}/withdraw").json() == {"changed": False}


def test_declined_or_kept_nothing_moves(cast: Cast, full: list[Conversation]) -> None:
    giver, receiver = Machine(secret_of(cast.sam)), Machine(secret_of(cast.alice))
    for machine, verb, state in ((receiver, "decline", "declined"), (giver, "withdraw", "withdrawn")):
        at = f"/relief/{giver.ask('POST', '/relief', {'to': cast.alice.user.public_id}).json()['id']}"
        other = giver if machine is receiver else receiver
        assert other.ask("POST", f"{at}/{verb}").status_code == 404
        assert machine.ask("POST", f"{at}/{verb}").json() == {"changed": True}
        assert machine.ask("POST", f"{at}/{verb}").json() == {"changed": False}
        assert Relief.objects.of(cast.brand).latest("pk").state == state
    assert holders(cast) == {cast.sam.user.pk}


def test_only_a_colleague_who_can_take_it_is_offered_it(cast: Cast, full: list[Conversation]) -> None:
    machine = Machine(secret_of(cast.sam))
    vera = User.objects.get(name="Vera")
    for to, status, code in (
        (cast.sam.user.public_id, 422, "invalid"),
        (vera.public_id, 422, "invalid"),
        (cast.chloe.user.public_id, 404, "not_found"),
        ("0" * 16, 404, "not_found"),
        ("me", 422, "invalid"),
    ):
        answer = machine.ask("POST", "/relief", {"to": to})
        assert (answer.status_code, answer.json()["code"]) == (status, code), to
    assert Relief.objects.of(cast.brand).count() == 0


def test_an_offer_is_between_two_people(cast: Cast, full: list[Conversation]) -> None:
    made = Machine(secret_of(cast.sam)).ask("POST", "/relief", {"to": cast.bob.user.public_id}).json()
    third = Machine(secret_of(cast.alice))
    assert third.get("/relief")["offers"] == []
    for verb in ("confirm", "decline", "withdraw"):
        assert third.ask("POST", f"/relief/{made['id']}/{verb}").status_code == 404
    give_role(cast.other_brand, cast.sam.user, Role.SUBSTITUTE, NOON, actor_id=None)
    seat = next(one for one in seats_of(cast.sam.user) if one.brand == cast.other_brand)
    elsewhere = Machine(secret_of(seat))  # the same person's token, at another brand
    assert elsewhere.get("/relief")["offers"] == []
    assert elsewhere.ask("POST", f"/relief/{made['id']}/withdraw").status_code == 404
