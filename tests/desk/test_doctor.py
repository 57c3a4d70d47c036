"""`nestor doctor`: each thing that can be wrong is found, said in words, and does not hide the others."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nestor.brands.actions import connect_channel, hold_channel
from nestor.brands.models import Brand, Channel, ChannelSecret
from nestor.config.health import Check, Health, examine
from nestor.faces.cli.doctor import sentences
from nestor.faces.cli.errors import Exit
from nestor.inbox.actions.importing import open_archive
from nestor.networks.contract import Account
from nestor.networks.practice.admin import DeskAccount, Mode, PracticeServer
from nestor.work.actions import show_pulse
from nestor.work.jobs import work_until_idle
from nestor.work.models import Wakeup
from tests.desk.cast import Cast
from tests.desk.post import post_office
from tests.desk.terminal import Terminal, terminal
from tests.house.source import PACKAGE


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return terminal(capsys)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    file: Path = tmp_path_factory.mktemp("practice") / "practice.sqlite3"
    with PracticeServer(file) as running:
        yield running


def present() -> datetime:
    return datetime.now(UTC)


def checks(wait: Callable[[float], None] = lambda _: None) -> dict[str, Check]:
    """Return what the examination says, by code."""
    return {check.code: check for check in examine(present, wait)}


def connected(cast: Cast, practice: PracticeServer) -> tuple[Channel, DeskAccount]:
    """Give the brand one channel that works instead of the one that never did."""
    Channel.objects.of(cast.brand).update(is_connected=False)
    Channel.objects.of(cast.other_brand).update(is_connected=False)
    account = practice.admin.desk_account("square", handle="@ligne", name="Ligne Verte")
    who = Account(account.account_id, account.handle, account.name)
    settings, secrets = {"url": practice.url, "place": "square"}, {"token": account.token}
    return connect_channel(cast.brand, "practice", who, present(), settings=settings, secrets=secrets), account


@pytest.fixture
def may_call_home(settings: object) -> None:
    settings.NESTOR_PRIVATE_NETWORKS = True  # type: ignore[attr-defined]  # pytest-django's own


def doctor(**environment: str) -> subprocess.CompletedProcess[str]:
    """Examine an installation of its own."""
    return subprocess.run(
        [sys.executable, "-m", "nestor", "doctor"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.sqlite3", "postgresql://nobody@127.0.0.1:9/none"])
def test_a_database_that_is_away_ends_the_examination(url: str, tmp_path: Path) -> None:
    done = doctor(NESTOR_HOME=str(tmp_path), NESTOR_DATABASE=url)
    assert done.returncode == Exit.FOUND
    assert "The database does not answer" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_an_empty_database_waits_for_its_schema(tmp_path: Path) -> None:
    done = doctor(NESTOR_HOME=str(tmp_path), NESTOR_DATABASE=f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert done.returncode == Exit.FOUND
    assert re.search(r"waits for \d\d migrations", done.stdout)
    assert (done.stderr, "Unexpected" in done.stdout) == ("", False)


def test_a_slip_of_the_finger_is_noticed(cast: Cast, monkeypatch: pytest.MonkeyPatch, typed: Terminal) -> None:
    monkeypatch.setenv("NESTOR_UNDO_FRO", "9")
    assert "NESTOR_UNDO_FRO is not a setting" in typed("doctor").out


def test_the_demo_is_pointed_out(cast: Cast, settings: object) -> None:
    settings.NESTOR_DEMO = True  # type: ignore[attr-defined]  # pytest-django's own
    assert checks()["demo_is_on"].health is Health.WARNING


def test_nobody_works(cast: Cast) -> None:
    assert checks()["work_is_not_running"].health is Health.ILL


def test_a_pulse_of_long_ago_is_nobody(cast: Cast) -> None:
    show_pulse("work", present() - timedelta(minutes=5))
    assert checks()["work_is_not_running"].health is Health.ILL


def work_meanwhile(_seconds: float) -> None:
    work_until_idle(present)


def test_somebody_works_and_answers(cast: Cast) -> None:
    show_pulse("work", present())
    assert checks(work_meanwhile)["work_answers"].health is Health.WELL


def test_somebody_works_and_does_not_answer(cast: Cast) -> None:
    show_pulse("work", present())
    found = checks()["work_does_not_answer"]
    assert found.health is Health.ILL
    assert found.facts["backlog"] == Wakeup.objects.count()


def test_what_fails_again_and_again_is_named(cast: Cast) -> None:
    Wakeup.objects.update(tries=5, trouble="KeyError")
    assert checks()["work_is_stuck"].facts["trouble"] == "KeyError"


def test_a_folder_that_takes_no_files(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.NESTOR_FILES = tmp_path / "files"
    assert checks()["files_can_be_kept"].health is Health.WELL
    assert not list((tmp_path / "files").glob("[!.]*"))
    (tmp_path / "taken").write_text("a file where a folder should be")
    settings.NESTOR_FILES = tmp_path / "taken"
    assert checks()["files_cannot_be_kept"].health is Health.ILL


def test_a_disk_that_is_nearly_full(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks()["disk_free"].facts["megabytes"] > 0
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**8))
    assert checks()["disk_free"].health is Health.ILL


def test_clocks_that_differ(cast: Cast) -> None:
    found = {check.code: check for check in examine(lambda: present() + timedelta(minutes=3), lambda _: None)}
    assert 170 < found["clock_differs"].facts["seconds"] < 190
    assert "disk_free" in found


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "\x00"])
def test_a_zone_nobody_knows(zone: str, cast: Cast, settings: object) -> None:
    settings.NESTOR_ZONE = zone  # type: ignore[attr-defined]  # pytest-django's own
    found = checks()
    assert found["zone_unknown"].health is Health.ILL
    assert "zones_known" not in found


def test_a_broker_that_is_away(cast: Cast, settings: object) -> None:
    settings.NESTOR_CARRIER = "rabbitmq"  # type: ignore[attr-defined]  # pytest-django's own
    settings.NESTOR_RABBITMQ = "amqp://guest:guest@127.0.0.1:9"  # type: ignore[attr-defined]
    assert checks()["broker_away"].facts == {"host": "127.0.0.1"}


@pytest.mark.usefixtures("may_call_home")
def test_a_channel_that_answers(cast: Cast, practice: PracticeServer, typed: Terminal) -> None:
    connected(cast, practice)
    open_archive(cast.brand, "Vieux courrier", present())
    found = [check for check in examine(present, lambda _: None) if check.part == "channel"]
    assert [(check.code, check.facts["handle"]) for check in found] == [("channel_answers", "@ligne")]
    assert "Vieux courrier" not in typed("doctor").out


@pytest.mark.usefixtures("may_call_home")
def test_a_channel_that_refuses_says_why_and_what_to_do(cast: Cast, practice: PracticeServer, typed: Terminal) -> None:
    _, account = connected(cast, practice)
    practice.admin.revoke_tokens(account.account_id)
    done = typed("doctor")
    assert done.code == Exit.FOUND
    assert "does not accept this sign-in" in done.out
    assert account.token not in done.out + done.err


@pytest.mark.usefixtures("may_call_home")
def test_one_bad_channel_does_not_hide_the_next(cast: Cast, practice: PracticeServer) -> None:
    channel, _ = connected(cast, practice)
    now = present()
    connect_channel(cast.brand, "gone_network", Account("x", "@x"), now, settings={}, secrets={}, name="A")
    lost = connect_channel(
        cast.brand, "practice", Account("y", "@y"), now, settings=channel.settings, secrets={"token": "t"}, name="B"
    )
    ChannelSecret.objects.of(cast.brand).filter(channel=lost).update(sealed="gAAAAA-lost")
    found = [check for check in examine(present, lambda _: None) if check.part == "channel"]
    assert [check.code for check in found] == ["channel_refuses", "channel_refuses", "channel_answers"]


@pytest.mark.usefixtures("may_call_home")
def test_a_connector_with_a_defect_is_one_bad_channel(
    cast: Cast, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch, typed: Terminal
) -> None:
    connected(cast, practice)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("what Eve wrote")

    monkeypatch.setattr("nestor.networks.practice.connect.PracticeConnector.who_am_i", fail)
    done = typed("doctor")
    assert "ZeroDivisionError" in done.out
    assert "Eve" not in done.out + done.err
    assert "answers are on their way" in done.out


@pytest.mark.usefixtures("may_call_home")
def test_a_network_that_answers_nonsense(cast: Cast, practice: PracticeServer) -> None:
    connected(cast, practice)
    with practice.admin.broken(Mode.MALFORMED):
        assert checks()["channel_refuses"].facts["reason"] == "malformed"


@pytest.mark.usefixtures("may_call_home")
def test_a_held_channel_is_pointed_out(cast: Cast, practice: PracticeServer) -> None:
    channel, _ = connected(cast, practice)
    hold_channel(channel, "storm", present(), actor_id=None)
    assert checks()["channel_is_held"].health is Health.WARNING


def test_sign_in_needs_its_table(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    caches = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "not_made"}}
    settings.CACHES = caches  # type: ignore[attr-defined]  # pytest-django's own
    assert checks()["schema_is_old"].facts["count"] == 1


def test_no_brand_yet_is_said(db: None, typed: Terminal) -> None:
    assert not Brand.objects.exists()
    assert "nestor add-brand" in typed("doctor").out


def test_hostile_names_cannot_steer_the_terminal(cast: Cast, typed: Terminal) -> None:
    Channel.objects.of(cast.brand).update(name="\x1b[2J\u202eenod si llA")
    out = typed("doctor").out
    assert "\x1b[2J" not in out
    assert "\u202e" not in out


def test_every_code_has_words() -> None:
    text = (PACKAGE / "config/health.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'Check\(\s*"\w+",\s*[^,]+,\s*"(\w+)"', text))
    assert len(codes) > 10
    assert codes <= set(sentences())


def test_a_mail_server_is_asked_without_a_mail(cast: Cast, settings: Any) -> None:
    with post_office() as post:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = post.host, post.port
        assert checks()["mail_answers"].health is Health.WELL
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "eve", "guess"
        assert checks()["mail_refuses"].health is Health.ILL
        assert post.mails == []
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    assert checks()["mail_is_away"].health is Health.ILL
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert checks()["mail_is_off"].health is Health.WARNING
