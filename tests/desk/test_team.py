"""The team: invited by a link that works once, roles changed, suspended, removed; a brand is never without a head."""

import re
import smtplib
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import mail
from django.test import Client
from django.utils import timezone

from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.people.actions import give_role, team
from nestor.people.models import Invitation, TeamRole, User
from nestor.people.reads import seats_of, team_of
from nestor.people.reads.team import team_rows
from nestor.people.rules import Permission, matrix, may
from nestor.routing import actions as routing
from nestor.routing.models import Route
from nestor.vocabulary import Role
from nestor.work.models import JournalEntry
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import NOON, PASSWORD, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.test_lists import check_counters

INES = "ines@nestor.example"
GIVEN = {"name": "Inès", "password": "correct horse battery staple", "language": "fr"}
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


def invited(cast: Cast, email: str = INES, role: Role = Role.AGENT) -> str:
    secret = team.invite(cast.alice, email, role, timezone.now())
    assert secret is not None
    return secret


def test_a_link_lets_one_person_in_once(cast: Cast) -> None:
    link = f"/join/{invited(cast)}/"
    page = Client(headers={"accept-language": "en"}).get(link)
    assert "Join Ligne Verte" in page.content.decode()
    assert page.headers["Cache-Control"].startswith("max-age=0")
    client = Client()
    answer = client.post(link, GIVEN)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    ines = User.objects.get(email=INES)
    assert client.session[SESSION_KEY] == str(ines.pk)
    assert [(seat.brand, seat.role) for seat in seats_of(ines)] == [(cast.brand, Role.AGENT)]
    assert (ines.name, ines.language, ines.check_password(GIVEN["password"])) == ("Inès", "fr", True)
    for again in (Client().get(link), Client().post(link, GIVEN | {"name": "Eve"})):
        assert again.status_code == 404
    verbs = set(JournalEntry.objects.filter(brand_id=cast.brand.pk).values_list("verb", flat=True))
    assert verbs >= {"invite", "join_team", "give_role"}
    assert INES not in str(list(JournalEntry.objects.values_list("facts", "reason")))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"password": "short"}, "too short"),
        ({"password": "password1234"}, "too common"),
        ({"name": " "}, "required"),
        ({"name": "\u202e\u200b"}, "Give a name"),
        ({"language": "xx"}, "valid choice"),
    ],
)
def test_a_weak_password_or_no_name_leaves_the_link_good(cast: Cast, changed: dict[str, str], says: str) -> None:
    link = f"/join/{invited(cast)}/"
    client = Client(headers={"accept-language": "en"})
    answer = client.post(link, GIVEN | changed)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not User.objects.filter(email=INES).exists()
    assert client.post(link, GIVEN).status_code == 302


def test_a_link_lapses_and_can_be_taken_back(cast: Cast) -> None:
    secret = team.invite(cast.alice, INES, Role.AGENT, timezone.now() - timedelta(days=8))
    assert Client().get(f"/join/{secret}/").status_code == 404
    fresh = invited(cast)
    assert Invitation.objects.of(cast.brand).count() == 1
    assert team.withdraw_invitation(cast.alice, Invitation.objects.of(cast.brand).get(), NOON)
    assert Client().post(f"/join/{fresh}/", GIVEN).status_code == 404
    assert Client().get("/join/x/").status_code == 404
    assert not User.objects.filter(email=INES).exists()


def test_who_has_an_account_joins_with_it(cast: Cast) -> None:
    link = f"/join/{invited(cast, 'chloe@nestor.example', Role.VIEWER)}/"
    assert "has an account already" in Client(headers={"accept-language": "en"}).get(link).content.decode()
    assert Client().post(link, GIVEN).headers["Location"].startswith("/accounts/login/")
    assert as_(cast.bob).post(link).status_code == 302
    assert len(seats_of(cast.bob.user)) == 1
    assert as_(cast.chloe).post(link).headers["Location"] == "/"
    assert [seat.role for seat in seats_of(cast.chloe.user)] == [Role.VIEWER, Role.HEAD]


def test_the_invitation_is_mailed_with_a_link_of_its_own(
    cast: Cast, settle: Settle, clock: Clock, settings: object
) -> None:
    settings.EMAIL_BACKEND = LOCMEM  # type: ignore[attr-defined]
    clock.at = timezone.now()
    team.invite(cast.alice, INES, Role.AGENT, clock(), language="fr")
    settle()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([INES], "Rejoindre le bureau de Ligne Verte")
    link = re.search(r"/join/[\w-]+/", str(sent.body))
    assert link is not None
    assert Client().post(link[0], GIVEN).status_code == 302
    settle()
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_is_tried_again(
    cast: Cast, settle: Settle, clock: Clock, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = LOCMEM  # type: ignore[attr-defined]
    real = mail.send_mail

    def away(*_args: object) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(team, "send_mail", away)
    team.invite(cast.alice, INES, Role.AGENT, clock())
    settle()
    row = Invitation.objects.of(cast.brand).get()
    assert (row.failures, row.due_at, row.mailed_at) == (1, clock() + team.FIRST_WAIT, None)
    monkeypatch.setattr(team, "send_mail", real)
    clock.pass_(minutes=2)
    settle()
    assert len(mail.outbox) == 1


def test_the_last_head_stays(cast: Cast) -> None:
    alice, sam = cast.alice, cast.sam
    for deed in (team.suspend, team.remove):
        with pytest.raises(team.LastHead):
            deed(alice, alice.user, NOON)
    with pytest.raises(team.LastHead):
        team.change_role(alice, alice.user, Role.AGENT, NOON)
    assert [row.is_last_head for row in team_rows(cast.brand)] == [True, False, False, False]
    page = as_(alice).post(f"/settings/team/{alice.user.public_id}/remove", follow=True).content.decode()
    assert "a brand needs a head" in page
    assert team.change_role(alice, sam.user, Role.HEAD, NOON)
    assert team.remove(alice, alice.user, NOON)
    assert seats_of(alice.user) == []


def test_two_heads_who_remove_each_other_leave_one(cast_for_threads: Cast) -> None:
    cast = cast_for_threads
    give_role(cast.brand, cast.bob.user, Role.HEAD, NOON, actor_id=None)
    bob = seats_of(cast.bob.user)[0]
    done = at_once(
        lambda: team.remove(cast.alice, cast.bob.user, NOON), lambda: team.suspend(bob, cast.alice.user, NOON)
    )
    assert sorted(type(one).__name__ for one in done) == ["LastHead", "bool"]
    assert TeamRole.objects.of(cast.brand).filter(role="head", suspended_at__isnull=True).count() == 1


def test_one_link_used_by_two_at_once_makes_one_account(cast_for_threads: Cast) -> None:
    secret = invited(cast_for_threads)
    deeds = [lambda name=name: team.accept_as_new(secret, name, PASSWORD, timezone.now()) for name in ("Inès", "Eve")]
    done = at_once(*deeds)
    assert [one for one in done if isinstance(one, Exception)] == []
    assert sum(one is not None for one in done) == 1
    assert User.objects.filter(email=INES).count() == 1


def test_who_leaves_is_out_at_once_and_their_work_is_everybodys(cast: Cast, settle: Settle, clock: Clock) -> None:
    take_in(cast.channel, batch(said("Bonjour, quand ouvre la gare ?")), NOON)
    settle()
    conversation = Conversation.objects.of(cast.brand).get()
    routing.take_conversation(cast.bob, conversation, NOON)
    bob = as_(cast.bob)
    assert bob.get("/inbox/").status_code == 200
    alice = as_(cast.alice)
    assert alice.post(f"/settings/team/{cast.bob.user.public_id}/suspend").status_code == 302
    assert bob.get("/inbox/").headers["Location"].startswith("/accounts/login/")
    bob.force_login(User.objects.get(pk=cast.bob.user.pk))
    assert bob.get("/inbox/").status_code == 403
    assert cast.bob.user not in [user for user, _role in team_of(cast.brand)]
    clock.at = timezone.now() + timedelta(minutes=1)
    settle()
    assert Route.objects.of(cast.brand).get().assignee_id is None
    check_counters(cast)
    assert alice.post(f"/settings/team/{cast.bob.user.public_id}/resume").status_code == 302
    assert bob.get("/inbox/").status_code == 200


def test_sessions_of_before_go_on(cast: Cast) -> None:
    """The hash of a session is Django's own until somebody's sessions are ended for the first time."""
    user = cast.bob.user
    own = AbstractBaseUser.get_session_auth_hash(AnonymousPerson(user.password))  # type: ignore[arg-type]
    assert user.get_session_auth_hash() == own
    user.turn = 1
    assert user.get_session_auth_hash() != own


class AnonymousPerson:
    """What Django's own hash needs of a user."""

    _get_session_auth_hash = AbstractBaseUser._get_session_auth_hash  # type: ignore[attr-defined]

    def __init__(self, password: str) -> None:
        self.password = password


def test_only_the_head_changes_the_team(cast: Cast) -> None:
    bob, chloe = as_(cast.bob), as_(cast.chloe)
    page = bob.get("/settings/team/").content.decode()
    assert "What each role may do" in page
    assert "vera@nestor.example" not in page
    assert bob.post("/settings/team/", {"email": INES, "role": "head"}).status_code == 403
    for deed in ("role", "suspend", "resume", "remove"):
        path = f"/settings/team/{cast.vera.user.public_id}/{deed}"
        assert bob.post(path, {"role": "head"}).status_code == 403
        assert chloe.post(path, {"role": "head"}).status_code == 404
    invited(cast)
    row = Invitation.objects.of(cast.brand).get()
    chloe.post(f"/settings/team/invited/{row.public_id}/withdraw")
    assert Invitation.objects.of(cast.brand).filter(settled_at__isnull=True).exists()
    assert team.invite(cast.bob, INES, Role.HEAD, NOON) is None
    assert not team.suspend(cast.chloe, cast.bob.user, NOON)


def test_the_page_invites_and_says_what_is_wrong(cast: Cast, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # type: ignore[attr-defined]
    alice = as_(cast.alice)
    page = alice.post("/settings/team/", {"email": INES, "role": "agent", "language": "fr"}).content.decode()
    assert "no mail server" in page
    link = re.search(r"http://testserver(/join/[\w-]+/)", page)
    assert link is not None
    assert Client().get(link[1]).status_code == 200
    assert link[1] not in alice.get("/settings/team/").content.decode()
    for given, says in (
        ({"email": "bob@nestor.example", "role": "agent"}, "on the team already"),
        ({"email": "nobody", "role": "agent"}, "valid email"),
        ({"email": INES, "role": "god"}, "valid choice"),
    ):
        answer = alice.post("/settings/team/", given)
        assert says in answer.content.decode()
    assert alice.post(f"/settings/team/{cast.bob.user.public_id}/role", {"role": "god"}).status_code == 400


def test_the_matrix_says_what_the_rules_do() -> None:
    rows = matrix()
    assert [permission for permission, _may in rows] == list(Permission)
    assert all(yes == may(role, permission) for permission, each in rows for role, yes in each.items())
