"""From an empty database to a desk, on the command line: a brand, its team, its channels."""

import fcntl
import io
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest

from nestor.brands.models import Brand, Channel, Closure, OpeningPeriod
from nestor.brands.reads import secrets_of
from nestor.faces.cli.errors import Exit
from nestor.faces.cli.network_words import sentences
from nestor.networks.contract import Reason
from nestor.networks.practice.admin import DeskAccount, PracticeServer
from nestor.people.models import User
from nestor.people.reads import seats_of
from nestor.vocabulary import Role
from tests.desk.cast import PASSWORD, Cast
from tests.desk.terminal import Terminal, terminal

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return terminal(capsys)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    file: Path = tmp_path_factory.mktemp("practice") / "practice.sqlite3"
    with PracticeServer(file) as running:
        yield running


@pytest.fixture
def account(practice: PracticeServer) -> DeskAccount:
    return practice.admin.desk_account("square", handle="@ligne", name="Ligne Verte")


@pytest.fixture
def may_call_home(settings: object) -> None:
    settings.NESTOR_PRIVATE_NETWORKS = True  # type: ignore[attr-defined]  # pytest-django's own


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let the next command find this on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_brand_with_its_hours(typed: Terminal) -> None:
    done = typed(
        *("add-brand", "Ligne Bleue", "--hours", "mon-fri 09:00-18:00, sat 10:00-13:00", "--holidays", "FR"),
        *("--contact", "+33 1 99 00 12 34"),
    )
    assert (done.code, done.err) == (Exit.OK, "")
    brand = Brand.objects.get(slug="ligne-bleue")
    assert brand.own_contacts == ["+33 1 99 00 12 34"]
    assert OpeningPeriod.objects.of(brand).count() == 6
    assert OpeningPeriod.objects.of(brand).get(weekday=5).closes_at == time(13)
    this_year = min(Closure.objects.of(brand).values_list("day", flat=True)).year
    assert Closure.objects.of(brand).get(day=date(this_year, 7, 14)).name == "Fête nationale"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--hours", "whenever"),
        ("--zone", "Mars/Olympus"),
        ("--slug", "Ligne Verte !"),
        ("--holidays", "XX"),
        ("--language", "tlh"),
    ],
)
def test_a_brand_that_makes_no_sense_is_not_added(wrong: tuple[str, str], typed: Terminal) -> None:
    assert typed("add-brand", "Ligne Bleue", *wrong).code == Exit.USAGE
    assert not Brand.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a\x1b[2Jb"])
def test_a_brand_needs_a_name(name: str, typed: Terminal) -> None:
    assert typed("add-brand", name, "--slug", "a").code == Exit.USAGE
    assert not Brand.objects.exists()


def test_a_brand_is_added_once(cast: Cast, typed: Terminal) -> None:
    done = typed("add-brand", "Autre", "--slug", cast.brand.slug, "--hours", "mon 9-18")
    assert done.code == Exit.FAILED
    assert "already" in done.err
    assert Brand.objects.get(slug=cast.brand.slug).name == "Ligne Verte"
    assert not OpeningPeriod.objects.of(cast.brand).exists()


def test_somebody_joins(cast: Cast, typed: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, PASSWORD + "\n")
    done = typed(
        "add-user", "Noor@Nestor.example", "--name", "Noor", "--brand", cast.brand.slug, "--role", "substitute"
    )
    assert (done.code, done.err) == (Exit.OK, "")
    assert PASSWORD not in done.out
    user = User.objects.get(email="noor@nestor.example")
    assert user.check_password(PASSWORD)
    assert [(seat.brand.slug, seat.role) for seat in seats_of(user)] == [(cast.brand.slug, Role.SUBSTITUTE)]


@pytest.mark.parametrize("weak", ["", "short", "x" * 11, "noor@nestor.example", "qwerty123456"])
def test_a_weak_password_adds_nobody(weak: str, cast: Cast, typed: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, weak + "\n")
    done = typed("add-user", "noor@nestor.example", "--name", "Noor", "--brand", cast.brand.slug)
    assert (done.code, "Nobody was added." in done.err) == (Exit.FAILED, True)
    assert not User.objects.filter(email="noor@nestor.example").exists()


def test_without_a_password_nobody_can_guess_one(cast: Cast, typed: Terminal) -> None:
    typed("add-user", "noor@nestor.example", "--name", "Noor", "--brand", cast.brand.slug, "--no-password")
    assert not User.objects.get(email="noor@nestor.example").has_usable_password()


def test_somebody_known_gets_a_role_and_keeps_the_password(cast: Cast, typed: Terminal) -> None:
    done = typed("add-user", cast.bob.user.email.upper(), "--brand", cast.other_brand.slug, "--role", "viewer")
    assert done.code == Exit.OK
    roles = {seat.brand.slug: seat.role for seat in seats_of(cast.bob.user)}
    assert roles == {cast.brand.slug: Role.AGENT, cast.other_brand.slug: Role.VIEWER}
    assert User.objects.get(pk=cast.bob.user.pk).check_password(PASSWORD)


@pytest.mark.parametrize("email", ["noor", "noor@", "@x.example", "a b@x.example", "x" * 300 + "@x.example"])
def test_an_address_that_is_none(email: str, cast: Cast, typed: Terminal) -> None:
    assert typed("add-user", email, "--name", "Noor", "--brand", cast.brand.slug).code == Exit.USAGE


def at_a_terminal(
    command: list[str], answers: list[tuple[bytes, bytes]], environment: dict[str, str]
) -> tuple[int, str]:
    """Run a command at a terminal of its own and answer its questions; return its exit code and all it showed."""
    ours, theirs = pty.openpty()

    def sit_down() -> None:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    child = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        preexec_fn=sit_down,  # noqa: PLW1509  no threads yet
    )
    os.close(theirs)
    shown = b""
    for question, answer in answers:
        while question not in shown.rpartition(b"\x04")[2]:
            shown += os.read(ours, 1000)
        shown += b"\x04"
        os.write(ours, answer + b"\n")
    while piece := read_on(ours):
        shown += piece
    os.close(ours)
    return child.wait(), shown.decode()


def read_on(terminal_: int) -> bytes:
    try:
        return os.read(terminal_, 1000)
    except OSError:  # its other end is gone
        return b""


def test_a_password_is_asked_twice_and_never_shown(cast_for_threads: Cast, child_environment: dict[str, str]) -> None:
    slug, secret = cast_for_threads.brand.slug, PASSWORD.encode()
    command = [sys.executable, "-m", "nestor", "add-user", "noor@nestor.example", "--name", "Noor", "--brand", slug]
    answers = [(b"Password", b"short"), (b"Again", b"short"), (b"Password", secret), (b"Again", secret)]
    code, shown = at_a_terminal(command, answers, child_environment)
    assert code == Exit.OK, shown
    assert "at least 12" in shown
    assert PASSWORD not in shown
    assert User.objects.get(email="noor@nestor.example").check_password(PASSWORD)


def test_networks_are_listed(typed: Terminal) -> None:
    done = typed("connect")
    assert done.code == Exit.OK
    assert "wordpress  WordPress" in done.out
    assert "application_password (secret)" in done.out


@pytest.mark.usefixtures("may_call_home")
def test_a_channel_is_connected_with_its_secret_from_standard_input(
    cast: Cast, typed: Terminal, account: DeskAccount, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped(monkeypatch, account.token + "\n")
    settings_ = ("--set", f"url={practice.url}", "--set", "place=square", "--name", "La place")
    done = typed("connect", "practice", "--brand", cast.brand.slug, *settings_)
    assert done.code == Exit.OK, done.err
    assert account.token not in done.out + done.err
    channel = Channel.objects.of(cast.brand).get(name="La place")
    assert secrets_of(channel) == {"token": account.token}
    assert channel.settings == {"url": practice.url, "place": "square"}
    assert channel.handle == "@ligne"


@pytest.mark.usefixtures("may_call_home")
def test_secrets_may_come_from_the_environment(
    cast: Cast, typed: Terminal, account: DeskAccount, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped(monkeypatch, "")
    monkeypatch.setenv("NESTOR_CONNECT_TOKEN", account.token)
    monkeypatch.setenv("NESTOR_CONNECT_URL", practice.url)
    done = typed("connect", "practice", "--brand", cast.brand.slug, "--set", "place=square")
    assert done.code == Exit.OK, done.err


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ("token=abc", (Exit.USAGE, "token is secret")),
        ("allow_private=1", (Exit.USAGE, "Give field=value")),
        ("url", (Exit.USAGE, "Give field=value")),
        ("place=moon", (Exit.FAILED, "place is one of")),
        ("place=square", (Exit.FAILED, "token is missing")),
    ],
)
def test_what_is_given_wrongly(
    given: str, outcome: tuple[Exit, str], cast: Cast, typed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped(monkeypatch, "")
    done = typed("connect", "practice", "--brand", cast.brand.slug, "--set", given)
    assert (done.code, outcome[1] in done.err) == (outcome[0], True), done.err


NOES = [
    ("", "wrong", Reason.SIGN_IN),
    ("http://127.0.0.1:9", "x", Reason.UNREACHABLE),
    ("http://10.0.0.1", "x", Reason.UNSAFE),
]


@pytest.mark.parametrize("no", NOES)
@pytest.mark.usefixtures("may_call_home")
def test_a_network_s_no_is_a_sentence_and_nothing_is_stored(
    no: tuple[str, str, Reason], cast: Cast, typed: Terminal, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, token, reason = no
    piped(monkeypatch, token + "\n")
    settings_ = ("--set", f"url={url or practice.url}", "--set", "place=square")
    done = typed("connect", "practice", "--brand", cast.brand.slug, *settings_)
    assert done.code == Exit.FAILED
    assert sentences()[reason.value] in done.err
    assert Channel.objects.of(cast.brand).count() == 1


def test_private_addresses_need_the_operator_s_leave(
    cast: Cast, typed: Terminal, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped(monkeypatch, "x\n")
    done = typed(
        "connect", "practice", "--brand", cast.brand.slug, "--set", f"url={practice.url}", "--set", "place=page"
    )
    assert sentences()[Reason.UNSAFE.value] in done.err


def test_unknown_networks_and_brands(cast: Cast, typed: Terminal) -> None:
    assert "There is no network" in typed("connect", "archive", "--brand", cast.brand.slug).err
    assert typed("connect", "practice", "--brand", "nowhere").code == Exit.FAILED
    assert typed("connect", "practice").code == Exit.USAGE


def test_every_reason_has_a_sentence() -> None:
    assert set(sentences()) == {reason.value for reason in Reason}
