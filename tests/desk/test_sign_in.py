"""Signing in: passwords, second factors and recovery codes, what a guesser learns, and what each role may do."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as desk_settings
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client

from nestor.composer.actions import save_draft
from nestor.guard.actions import give_clearance
from nestor.guard.models import Clearance
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.people.actions import end_role
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.people.rules import ROLE_MAY, Permission, may
from nestor.people.sign_in import DeskAccountAdapter
from nestor.publisher.actions import send_answer
from nestor.routing.actions import hand_over, resolve_conversation, take_conversation
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane, Role
from nestor.work.models import JournalEntry
from tests.desk.cast import NOON, PASSWORD, Cast, batch, said
from tests.desk.conftest import Settle

LOGIN, SECOND, TOTP_ON = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/"
REAUTHENTICATE = "/accounts/reauthenticate/"
WRONG = "correct horse battery stapler"


@pytest.fixture(autouse=True)
def _nobody_has_tried_before(db: None, settings: Any) -> None:
    cache.clear()
    settings.MFA_TOTP_TOLERANCE = 1  # a test may begin in one half minute and end in the next


def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def totp(secret: str) -> str:
    """Return the code that an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def words(answer: HttpResponse) -> str:
    """Return what a person reads, without what differs by request."""
    text = re.sub(r"<script.*?</script>|<[^>]+>|\s+", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(text.split())


def test_the_right_password_opens_the_desk(cast: Cast) -> None:
    client = browser()
    assert not is_in(client)
    assert sign_in(client, cast.bob.user.email.upper()).status_code == 302
    assert is_in(client)


def test_guessing_is_slowed_down_for_everybody_at_that_address(cast: Cast) -> None:
    client = browser()
    for _ in range(5):
        assert "not correct" in words(sign_in(client, cast.bob.user.email, WRONG))
    refused = sign_in(client, cast.bob.user.email)
    assert "Too many failed" in words(refused)
    assert not is_in(client)
    assert sign_in(browser(), cast.alice.user.email).status_code == 302


def test_trying_many_addresses_is_slowed_down_too(cast: Cast) -> None:
    client = browser()
    answers = [sign_in(client, f"somebody{number}@nestor.example", WRONG) for number in range(40)]
    assert answers[-1].status_code == 429 or "Too many" in words(answers[-1])
    assert not is_in(client)


def test_the_count_outlives_the_process(cast: Cast) -> None:
    assert "Database" in str(desk_settings.CACHES["default"]["BACKEND"])


def test_a_guesser_does_not_learn_who_works_here(cast: Cast) -> None:
    known = sign_in(browser(), cast.bob.user.email, WRONG)
    unknown = sign_in(browser(), "nobody@nestor.example", WRONG)
    assert known.status_code == unknown.status_code == 200
    assert words(known).replace(cast.bob.user.email, "") == words(unknown).replace("nobody@nestor.example", "")


def test_forgotten_passwords_tell_a_stranger_nothing(cast: Cast) -> None:
    answers = []
    for email in (cast.bob.user.email, "nobody@nestor.example"):
        client = browser()
        sent: Any = client.post("/accounts/password/reset/", {"email": email})
        answers.append((sent.status_code, sent.headers.get("Location")))
    assert answers[0] == answers[1]
    assert cast.bob.user.email in [to for one in mail.outbox for to in one.to]


def test_nobody_signs_up(cast: Cast) -> None:
    before = User.objects.count()
    page = browser().get("/accounts/signup/")
    assert 'name="password1"' not in page.content.decode()
    browser().post("/accounts/signup/", {"email": "eve@evil.example", "password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.count() == before
    assert not DeskAccountAdapter().is_open_for_signup(page.wsgi_request)


def test_somebody_who_left_cannot_come_in(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.user.pk).update(is_active=False)
    client = browser()
    sign_in(client, cast.bob.user.email)
    assert not is_in(client)


def test_somebody_taken_off_the_team_sees_nothing_at_once(cast: Cast) -> None:
    client = browser()
    sign_in(client, cast.bob.user.email)
    end_role(cast.brand, cast.bob.user, NOON, actor_id=None)
    assert client.get("/inbox/").status_code == 403


@pytest.mark.parametrize("weak", ["elevenchars", "qwerty123456", "bob@nestor.example", "bob.nestor.example"])
def test_weak_passwords_are_refused(weak: str, cast: Cast) -> None:
    with pytest.raises(ValidationError):
        validate_password(weak, cast.bob.user)


def test_passwords_are_stored_slow_to_guess(cast: Cast) -> None:
    assert User.objects.get(pk=cast.bob.user.pk).password.startswith("scrypt$")


def test_a_second_factor_from_activation_to_recovery(cast: Cast) -> None:
    client, secret = browser(), turn_on(cast)
    codes = recovery_codes(cast)
    assert SECOND in sign_in(client, cast.bob.user.email).headers["Location"]
    assert not is_in(client)
    assert "Incorrect code" in words(second(client, "000000"))
    assert not is_in(client)
    code = totp(secret)
    second(client, code)
    assert is_in(client)
    again = browser()
    sign_in(again, cast.bob.user.email)
    second(again, code)
    assert not is_in(again), "the same code opens once"
    second(again, codes[0])
    assert is_in(again)
    third = browser()
    sign_in(third, cast.bob.user.email)
    second(third, codes[0])
    assert not is_in(third), "a recovery code is spent"


def turn_on(cast: Cast) -> str:
    """Turn the second factor on as Bob; return the secret his app keeps."""
    client = browser()
    sign_in(client, cast.bob.user.email)
    asked: Any = client.get(TOTP_ON)
    assert REAUTHENTICATE in asked.headers["Location"], "an open screen is not enough"
    client.post(REAUTHENTICATE, {"password": PASSWORD, "next": TOTP_ON})
    page: Any = client.get(TOTP_ON)
    secret = str(page.context["form"].secret)
    assert secret in page.content.decode()
    refused: Any = client.post(TOTP_ON, {"code": "000000"})
    assert not Authenticator.objects.exists(), refused.status_code
    client.post(TOTP_ON, {"code": totp(secret)})
    assert Authenticator.objects.filter(user=cast.bob.user, type="totp").exists()
    return secret


def recovery_codes(cast: Cast) -> list[str]:
    stored = Authenticator.objects.get(user=cast.bob.user, type="recovery_codes")
    found: list[str] = stored.wrap().get_unused_codes()
    return found


def second(client: Client, code: str) -> Any:
    return client.post(SECOND, {"code": code})


def test_secrets_of_the_second_factor_are_sealed(cast: Cast) -> None:
    secret = turn_on(cast)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in recovery_codes(cast))
    assert stored.count("gAAAA") == 2


def test_codes_cannot_be_guessed_one_after_the_other(cast: Cast) -> None:
    turn_on(cast)
    client = browser()
    sign_in(client, cast.bob.user.email)
    answers = [second(client, f"{number:06}") for number in range(12)]
    assert "Too many" in words(answers[-1])
    assert not is_in(client)


def test_a_session_changes_its_name_at_sign_in_and_its_cookie_is_guarded(cast: Cast) -> None:
    client = browser()
    client.get(LOGIN)
    before = client.session.session_key
    answer = sign_in(client, cast.bob.user.email)
    cookie = answer.cookies["sessionid"]
    assert client.session.session_key != before
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    client.get("/accounts/logout/")
    assert is_in(client), "a link cannot sign anybody out"
    client.post("/accounts/logout/")
    assert not is_in(client)


def test_cookies_need_https_where_people_use_it() -> None:
    code = (
        "import json; from nestor.config import settings as s; "
        "print(json.dumps([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0]))"
    )

    def cookies(url: str) -> list[bool]:
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "NESTOR_URL": url}, capture_output=True, check=True
        )
        found: list[bool] = json.loads(done.stdout)
        return found

    assert cookies("https://desk.example") == [True, True, True]
    assert cookies("http://127.0.0.1:8000") == [False, False, False]


def test_a_form_from_elsewhere_signs_nobody_in(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, cast.bob.user.email).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_this_desk_only(onward: str, cast: Cast) -> None:
    client = browser()
    answer = client.post(f"{LOGIN}?next={onward}", {"login": cast.bob.user.email, "password": PASSWORD, "next": onward})
    assert "evil" not in answer.headers["Location"]
    assert "javascript" not in answer.headers["Location"]


@pytest.mark.parametrize("field", ["login", "password"])
@pytest.mark.parametrize(
    "hostile", ["\x00", "\u202e", "<script>alert(1)</script>", "x" * 100_000, "' OR 1=1 --", "é" * 500]
)
def test_hostile_input_at_the_door(field: str, hostile: str, cast: Cast) -> None:
    client = browser()
    given = {"login": cast.bob.user.email, "password": PASSWORD, field: hostile}
    answer: Any = client.post(LOGIN, given)
    assert answer.status_code in (200, 400)
    assert "<script>alert(1)" not in answer.content.decode()
    assert not is_in(client)


@pytest.fixture
def conversation(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said("Bonjour, à quelle heure ouvre la gare demain ?")), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


def test_the_matrix_of_roles() -> None:
    assert ROLE_MAY[Role.HEAD] == set(Permission)
    assert ROLE_MAY[Role.VIEWER] == {Permission.SEE}
    assert ROLE_MAY[Role.AGENT] < ROLE_MAY[Role.SUBSTITUTE] < ROLE_MAY[Role.HEAD]
    assert not may(Role.AGENT, Permission.CLEAR)
    assert not may(Role.AGENT, Permission.SEE_SEALED)
    assert not any(may(None, permission) for permission in Permission)


def answers(seat: Seat, conversation: Conversation) -> bool:
    try:
        return send_answer(seat, conversation, "À 6 h 30.", NOON, key="k").delivery is not None
    except PermissionError:
        return False


def judges(seat: Seat, conversation: Conversation) -> bool:
    author = User.objects.exclude(pk=seat.user.pk).order_by("pk")[0]
    asked = Clearance.objects.create(
        brand=conversation.brand,
        conversation=conversation,
        author=author,
        text="x",
        fingerprint="f",
        findings=[],
        asked_at=NOON,
    )
    return give_clearance(seat, asked, "Vu ensemble.", NOON)


DEEDS: dict[str, tuple[Permission, Callable[[Seat, Conversation], bool]]] = {
    "answer": (Permission.ANSWER, answers),
    "draft": (Permission.ANSWER, lambda seat, one: save_draft(seat, one, "x", 1, NOON) is not None),
    "take": (Permission.ROUTE, lambda seat, one: take_conversation(seat, one, NOON)),
    "hand over": (
        Permission.ROUTE,
        lambda seat, one: take_conversation(seat, one, NOON) and hand_over(seat, one, None, NOON),
    ),
    "resolve": (Permission.ROUTE, lambda seat, one: resolve_conversation(seat, one, NOON)),
    "correct": (
        Permission.ROUTE,
        lambda seat, one: correct_reading(seat, Message.objects.of(one.brand_id).get(), Lane.PRESS, NOON),
    ),
    "clear": (Permission.CLEAR, judges),
}


@pytest.mark.parametrize("deed", sorted(DEEDS))
def test_each_action_asks_for_its_permission(deed: str, cast: Cast, conversation: Conversation) -> None:
    permission, act = DEEDS[deed]
    refused = cast.vera if permission is not Permission.CLEAR else cast.bob
    lines = JournalEntry.objects.count()
    assert not act(refused, conversation)
    assert JournalEntry.objects.count() == lines
    assert act(cast.sam, conversation)


DOORS = [
    (Permission.CONNECT, "/channels/{channel}/backfill"),
    (Permission.CONNECT, "/channels/{channel}/reconnect"),
    (Permission.HOLD, "/channels/{channel}/hold"),
    (Permission.ROUTE, "/channels/{channel}/read"),
    (Permission.ROUTE, "/inbox/{conversation}/take"),
    (Permission.ROUTE, "/inbox/{conversation}/resolve"),
    (Permission.ANSWER, "/inbox/{conversation}/answer"),
]


@pytest.mark.parametrize(("permission", "path"), DOORS)
def test_each_page_asks_for_its_permission(
    permission: Permission, path: str, cast: Cast, conversation: Conversation
) -> None:
    address = path.format(channel=cast.channel.public_id, conversation=conversation.public_id)
    for seat in (cast.vera, cast.bob, cast.sam, cast.alice):
        client = browser()
        client.force_login(seat.user)
        answer = client.post(address, {"text": "x", "key": "k", "reason": ""})
        assert (answer.status_code == 403) != seat.may(permission), (seat.role, answer.status_code)
