"""What a machine does to the team: who is on it, as what, who is on call, and colleagues without an account."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from django.utils import timezone

from nestor.faces.api.v1.team import GivenRole
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.notices.models import Shift
from nestor.people.actions import give_role
from nestor.people.models import TeamRole
from nestor.people.reads import seats_of
from nestor.people.rules import Scope, is_given_by_machines
from nestor.routing.actions.forwarding import answer_forward
from nestor.routing.models import Forward
from nestor.routing.reads.forwarding import forward_by, token_for
from nestor.vocabulary import Role
from nestor.work.models import JournalEntry
from tests.desk.answering import QUESTION
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.machine import Machine, secret_of

MAUD = {"name": "Maud", "email": "maud@mairie.example", "question": "Le quai 3 est-il ouvert ?", "language": "fr"}


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


@pytest.fixture
def asked(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


@pytest.mark.parametrize(
    ("scope", "path"), [(Scope.TEAM, "/team/seats"), (Scope.RETENTION, "/retention"), (Scope.BRAND, "/clocks")]
)
def test_what_is_the_heads_needs_its_own_scope_and_a_head(cast: Cast, scope: Scope, path: str) -> None:
    narrow = Machine(secret_of(cast.alice, set(Scope) - {scope})).ask("GET", path)
    assert (narrow.status_code, narrow.json()["code"], narrow.json()["scope"]) == (403, "scope", scope.value)
    secret = secret_of(cast.sam, [scope])  # a substitute: may make tokens, heads nothing
    refused = Machine(secret).ask("GET", path)
    assert (refused.status_code, refused.json()["code"]) == (403, "role")
    give_role(cast.brand, cast.sam.user, Role.HEAD, NOON, actor_id=None)
    assert Machine(secret).ask("GET", path).status_code == 200


# --- the team


def test_a_seat_is_given_suspended_and_ended(cast: Cast, machine: Machine) -> None:
    bob = f"/team/seats/{cast.bob.user.public_id}"
    assert machine.ask("PUT", f"{bob}/role", {"role": "viewer"}, key="r").json() == {"changed": True}
    assert machine.ask("PUT", f"{bob}/role", {"role": "viewer"}, key="r").json() == {"changed": True}  # the same key
    assert machine.ask("PUT", f"{bob}/role", {"role": "viewer"}).json() == {"changed": False}
    assert machine.ask("POST", f"{bob}/suspend").json() == {"changed": True}
    assert seats_of(cast.bob.user) == []
    shown = next(one for one in machine.get("/team/seats")["items"] if one["name"] == "Bob")
    assert (shown["role"], shown["is_suspended"], shown["email"]) == ("viewer", True, "bob@nestor.example")
    assert machine.ask("POST", f"{bob}/resume").json() == {"changed": True}
    assert machine.ask("DELETE", bob, key="d").json() == {"changed": True}
    assert machine.ask("DELETE", bob).status_code == 404
    verbs = list(JournalEntry.objects.filter(brand_id=cast.brand.pk).order_by("pk").values_list("verb", flat=True))
    assert verbs[-4:] == ["give_role", "suspend", "resume", "end_role"]


def test_no_token_makes_anybody_see_more_than_a_token(cast: Cast, machine: Machine) -> None:
    assert set(get_args(GivenRole)) == {one.value for one in Role if is_given_by_machines(one)}
    for role in ("head", "substitute"):
        assert machine.ask("PUT", f"/team/seats/{cast.bob.user.public_id}/role", {"role": role}).status_code == 422
        body = {"email": "eve@nestor.example", "role": role, "language": "fr"}
        assert machine.ask("POST", "/team/invitations", body).status_code == 422
    sam = f"/team/seats/{cast.sam.user.public_id}"
    assert machine.ask("POST", f"{sam}/suspend").json() == {"changed": True}
    back = Machine(secret_of(cast.alice), "fr").ask("POST", f"{sam}/resume")
    assert (back.status_code, back.json()["code"], back.json()["title"]) == (
        403,
        "at_the_desk",
        "Cela ne se fait qu’au bureau.",
    )
    assert TeamRole.objects.of(cast.brand).get(user=cast.sam.user).suspended_at is not None
    roles = {one["role"]: one["may"] for one in machine.get("/team/roles")["items"]}
    assert ("see_sealed" in roles["substitute"], "see_sealed" in roles["agent"]) == (True, False)


def test_the_last_head_stays(cast: Cast, machine: Machine) -> None:
    alice = f"/team/seats/{cast.alice.user.public_id}"
    for method, path, body in (
        ("PUT", f"{alice}/role", {"role": "agent"}),
        ("POST", f"{alice}/suspend", None),
        ("DELETE", alice, None),
    ):
        answer = machine.ask(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "last_head"), path
    assert machine.get("/team/seats")["items"][0]["is_last_head"] is True


def test_an_invitation_shows_its_link_once(cast: Cast, machine: Machine, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    body = {"email": "Ines@Nestor.example", "role": "agent", "language": "fr"}
    made = machine.ask("POST", "/team/invitations", body, key="i1").json()
    assert (made["email"], made["role"], made["mailed_at"]) == ("ines@nestor.example", "agent", None)
    assert made["link"].startswith(f"{settings.URL}/join/")
    page = machine.client.get(made["link"].removeprefix(settings.URL))
    assert "Ligne Verte" in page.content.decode()
    again = machine.ask("POST", "/team/invitations", body, key="i1").json()
    assert (again["id"], again["link"]) == (made["id"], None)
    assert machine.client.get(made["link"].removeprefix(settings.URL)).status_code == 200  # still the same link
    refused = machine.ask("POST", "/team/invitations", body | {"email": "bob@nestor.example"}).json()
    assert refused["errors"][0]["code"] == "on_team"
    assert machine.ask("POST", "/team/invitations", body | {"email": "nobody"}).json()["errors"][0]["code"] == "mail"
    assert [one["id"] for one in machine.get("/team/invitations")["items"]] == [made["id"]]
    assert machine.ask("DELETE", f"/team/invitations/{made['id']}").json() == {"changed": True}
    assert machine.get("/team/invitations")["items"] == []


# --- on call


def test_the_rota_is_read_and_changed(cast: Cast, machine: Machine) -> None:
    bob = cast.bob.user.public_id
    slots = {"seat": bob, "days": ["mon", "sun"], "starts_at": "20:00", "ends_at": "08:00"}
    assert machine.ask("POST", "/rota/slots", slots, key="s").json() == {"changed": True}
    assert machine.ask("POST", "/rota/slots", slots, key="s").json() == {"changed": True}
    assert Shift.objects.of(cast.brand).count() == 2
    assert machine.ask("POST", "/rota/slots", slots).json() == {"changed": False}  # they are on call then already
    start = timezone.now() - timedelta(hours=1)
    interval = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=3)).isoformat()}
    assert machine.ask("POST", "/rota/swaps", {"seat": cast.sam.user.public_id, **interval}).status_code == 200
    shown = machine.get("/rota")
    assert [(one["day"], one["starts_at"], one["seat"]) for one in shown["slots"]] == [
        ("mon", "20:00", bob),
        ("sun", "20:00", bob),
    ]
    assert shown["on_call"] == [[cast.sam.user.public_id]]
    assert Machine(secret_of(cast.sam, [Scope.READ])).get("/rota") == shown  # everybody of the team may look
    assert machine.ask("DELETE", f"/rota/swaps/{shown['swaps'][0]['id']}").json() == {"changed": True}
    assert machine.ask("DELETE", f"/rota/slots/{shown['slots'][0]['id']}").json() == {"changed": True}
    assert machine.ask("DELETE", f"/rota/slots/{shown['slots'][0]['id']}").status_code == 404
    left = machine.get("/rota")
    assert (len(left["slots"]), left["swaps"]) == (1, [])


def test_a_senseless_duty_is_refused(cast: Cast, machine: Machine) -> None:
    slots = {"seat": cast.vera.user.public_id, "days": ["mon"], "starts_at": "20:00", "ends_at": "08:00"}
    assert machine.ask("POST", "/rota/slots", slots).json()["errors"][0]["code"] == "target"  # who only looks
    assert machine.ask("POST", "/rota/slots", slots | {"seat": cast.chloe.user.public_id}).status_code == 404
    over = {"seat": None, "starts_at": "2026-03-01T10:00:00Z", "ends_at": "2026-03-01T12:00:00Z"}
    assert machine.ask("POST", "/rota/swaps", over).json()["errors"][0]["code"] == "duty"
    assert machine.get("/rota")["slots"] == []


def test_ways_are_chosen_for_the_team(cast: Cast, machine: Machine) -> None:
    assert machine.get("/reach") == {"ways": ["mail", "push"], "services": [], "next_after": 10}
    chosen = {"ways": ["mail"], "services": ["tgram"], "next_after": 5}
    assert machine.ask("PUT", "/reach", chosen).json() == chosen
    assert machine.ask("PUT", "/reach", chosen | {"services": ["a b"]}).json()["errors"][0]["code"] == "service"
    assert machine.get("/reach") == chosen


# --- colleagues without an account


def test_a_conversation_is_forwarded_answered_and_a_link_taken_back(
    cast: Cast, machine: Machine, asked: Conversation
) -> None:
    at = f"/conversations/{asked.public_id}"
    made = machine.ask("POST", f"{at}/forwards", MAUD, key="f1").json()
    assert (made["state"], made["question"], made["link"]) == ("open", MAUD["question"], "")
    assert machine.ask("POST", f"{at}/forwards", MAUD, key="f1").json()["id"] == made["id"]
    other = machine.ask("POST", f"{at}/forwards", MAUD | {"email": "x@mairie.example"}, key="f2").json()
    assert Forward.objects.of(cast.brand).count() == 2
    answer_forward(token_for(made["id"]), "Oui, il est ouvert.", timezone.now())
    assert machine.ask("POST", f"{at}/forwards/{other['id']}/revoke", key="v").json() == {"changed": True}
    assert machine.ask("POST", f"{at}/forwards/{other['id']}/revoke").json() == {"changed": False}
    listed = machine.get(f"{at}/forwards")["items"]
    assert [(one["id"], one["state"]) for one in listed] == [(made["id"], "answered"), (other["id"], "revoked")]
    notes = machine.get(f"{at}/notes")["items"]
    assert [(one["text"], one["is_from_outside"]) for one in notes] == [("Oui, il est ouvert.", True)]
    behind = forward_by(token_for(other["id"]))
    assert behind is not None
    assert behind.revoked_at is not None


def test_forwarding_wants_its_scope_and_sense(cast: Cast, asked: Conversation) -> None:
    at = f"/conversations/{asked.public_id}/forwards"
    narrow = Machine(secret_of(cast.alice, [Scope.READ, Scope.ORGANISE, Scope.ANSWER])).ask("POST", at, MAUD)
    assert (narrow.status_code, narrow.json()["scope"]) == (403, "forward")
    machine = Machine(secret_of(cast.alice, [Scope.FORWARD]))
    for body, where in (
        (MAUD | {"email": "nobody"}, "email"),
        (MAUD | {"days": 2}, "days"),
        (MAUD | {"question": ""}, "question"),
    ):
        assert machine.ask("POST", at, body).json()["errors"][0]["at"] == where
    assert Forward.objects.of(cast.brand).count() == 0
    assert machine.ask("GET", f"/conversations/{asked.public_id}").status_code == 403
