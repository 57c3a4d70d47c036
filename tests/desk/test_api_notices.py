"""What a machine learns of what its person is told, and of the first steps of their desk."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nestor.brands.models import Channel
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.notices.actions import tell
from nestor.notices.models import Call, Notice
from nestor.notices.rules import Occasion
from nestor.people.actions import give_role
from nestor.people.reads import seats_of
from nestor.people.rules import Scope
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane, Role
from tests.desk.answering import QUESTION
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.machine import Machine, secret_of


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


@pytest.fixture
def asked(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    Notice.objects.of(cast.brand).delete()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


def told(cast: Cast, asked: Conversation) -> None:
    """Alice is told three things of this brand, one of them sealed, and one of another."""
    alice = cast.alice.user
    give_role(cast.other_brand, alice, Role.AGENT, NOON, actor_id=None)
    for minutes, occasion in enumerate((Occasion.MENTIONED, Occasion.ASSIGNED)):
        tell(cast.brand.pk, occasion, asked.public_id, NOON + timedelta(minutes=minutes), to=[alice.pk])
    tell(cast.brand.pk, Occasion.SEALED, "0123456789abcdef", NOON, to=[alice.pk], is_sealed=True)
    tell(cast.other_brand.pk, Occasion.BULK_DONE, "", NOON, to=[alice.pk])


def test_notices_are_ones_own_at_one_brand_and_never_sealed(cast: Cast, asked: Conversation) -> None:
    told(cast, asked)
    machine = Machine(secret_of(cast.alice), "fr")
    page = machine.get("/notices", limit=1)
    rest = machine.get("/notices", limit=1, after=page["next"])
    items = page["items"] + rest["items"]
    assert [(one["occasion"], one["about"]) for one in items] == [
        ("assigned", asked.public_id),
        ("mentioned", asked.public_id),
    ]
    assert items[1]["says"] == "On vous nomme dans une note."
    assert rest["next"] is None
    assert Machine(secret_of(cast.sam)).get("/notices")["items"] == []
    elsewhere = next(one for one in seats_of(cast.alice.user) if one.brand == cast.other_brand)
    assert elsewhere.role is Role.AGENT


def test_seen_is_what_was_named_or_all_that_may_be_known(cast: Cast, asked: Conversation, machine: Machine) -> None:
    told(cast, asked)
    first = machine.get("/notices")["items"][0]["id"]
    foreign = Notice.objects.of(cast.other_brand).get().public_id
    assert machine.ask("POST", "/notices/seen", {"notices": [foreign]}).json() == {"changed": False}
    assert machine.ask("POST", "/notices/seen", {"notices": [first]}).json() == {"changed": True}
    assert [one["id"] for one in machine.get("/notices", unseen="true")["items"]] != [first]
    assert machine.ask("POST", "/notices/seen", {"notices": None}).json() == {"changed": True}
    assert machine.get("/notices", unseen="true")["items"] == []
    unseen = Notice.objects.across_brands("a test").filter(seen_at__isnull=True)
    assert {row.occasion for row in unseen} == {"sealed", "bulk_done"}
    assert machine.ask("POST", "/notices/seen", {}).status_code == 422
    assert machine.ask("POST", "/notices/seen", {"notices": ["x"]}).status_code == 422


def test_what_was_sealed_since_is_told_no_more(cast: Cast, asked: Conversation, settle: Settle) -> None:
    told(cast, asked)
    machine = Machine(secret_of(cast.alice))
    assert len(machine.get("/notices")["items"]) == 2
    correct_reading(cast.alice, Message.objects.of(cast.brand).get(conversation=asked), Lane.ALERT, NOON)
    settle()
    assert machine.get("/notices")["items"] == []


def test_a_call_is_taken_once(cast: Cast, machine: Machine) -> None:
    tell(cast.brand.pk, Occasion.ESCALATED, "", NOON)
    (notice,) = machine.get("/notices")["items"]
    assert (notice["is_call"], notice["is_open_call"]) == (True, True)
    at = f"/notices/{notice['id']}/take"
    assert machine.ask("POST", at, key="t1").json() == {"changed": True}
    assert machine.ask("POST", at, key="t1").json() == {"changed": True}
    assert machine.ask("POST", at).json() == {"changed": False}
    assert Call.objects.of(cast.brand).get().taken_by_id == cast.alice.user.pk
    assert machine.get("/notices")["items"][0]["is_open_call"] is False
    tell(cast.brand.pk, Occasion.MENTIONED, "", NOON, to=[cast.alice.user.pk])
    plain = next(one for one in machine.get("/notices")["items"] if one["occasion"] == "mentioned")
    assert machine.ask("POST", f"/notices/{plain['id']}/take").status_code == 404
    assert Machine(secret_of(cast.sam)).ask("POST", at).status_code == 404
    reader = Machine(secret_of(cast.alice, [Scope.READ]))
    assert reader.ask("POST", at).json()["code"] == "scope"


def test_first_steps_are_told_by_what_happened(cast: Cast, asked: Conversation, machine: Machine) -> None:
    shown = machine.get("/first-steps")
    assert (shown["done"], len(shown["items"])) == (0, 10)
    machine.ask("POST", f"/conversations/{asked.public_id}/take")
    machine.ask("POST", f"/conversations/{asked.public_id}/resolve")
    steps = {one["step"]: one for one in machine.get("/first-steps")["items"]}
    assert (steps["take"]["is_done"], steps["thanked"]["parts"]) == (True, [True, False])
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    assert machine.get("/first-steps", since=later)["done"] == 0
    assert machine.ask("GET", "/first-steps", since="yesterday").status_code == 422
    substitute = Machine(secret_of(cast.sam))
    give_role(cast.brand, cast.sam.user, Role.AGENT, NOON, actor_id=None)
    assert "gap" not in {one["step"] for one in substitute.get("/first-steps")["items"]}
    Channel.objects.of(cast.brand).update(network="wordpress")
    assert machine.ask("GET", "/first-steps").status_code == 404
