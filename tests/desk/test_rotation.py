"""The key that encrypts secrets changes in steps, any of which may be the last before a crash."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings as desk_settings
from django.db.models import QuerySet

from nestor.brands.actions import keep_installation_secret, keep_secrets
from nestor.brands.models import ChannelSecret, InstallationSecret
from nestor.brands.reads import secrets_of
from nestor.brands.secrets import SecretLost, seal, unseal
from nestor.config import rotation
from nestor.config.keys import KeyFile, secret_keys
from nestor.faces.cli.errors import Exit
from nestor.people.actions import reseal_sign_in
from tests.desk.cast import NOON, Cast
from tests.desk.terminal import Terminal, terminal

SEED = "JBSWY3DPEHPK3PXP"


class Killed(BaseException):
    """The process died here."""


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return terminal(capsys)


@pytest.fixture
def home(tmp_path: Path, settings: object) -> Path:
    """A home of its own, read as a process that has been running since before."""
    settings.HOME = tmp_path  # type: ignore[attr-defined]  # pytest-django's own
    settings.NESTOR_SECRET_KEYS = KeyFile(tmp_path)  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture
def stocked(home: Path, cast: Cast) -> Cast:
    """Secrets of every sort: of a channel, of the installation, of Bob's sign-in."""
    keep_secrets(cast.channel, {"token": "of the channel"}, NOON)
    keep_secrets(cast.other_channel, {"token": "of the other"}, NOON)
    keep_installation_secret("practice", "app", "of the app", NOON)
    TOTP.activate(cast.bob.user, SEED)
    codes = RecoveryCodes.activate(cast.bob.user)
    codes.mark_as_viewed()
    Authenticator.objects.create(
        user=cast.alice.user, type="recovery_codes", data={"migrated_codes": [seal("alice-code")], "used_mask": 0}
    )
    return cast


def check_nothing_is_lost(cast: Cast) -> None:
    """Open every secret as a new process would, and sign in."""
    assert secrets_of(cast.channel) == {"token": "of the channel", "app": "of the app"}
    assert secrets_of(cast.other_channel)["token"] == "of the other"
    bob = Authenticator.objects.get(user=cast.bob.user, type="totp")
    assert unseal(bob.data["secret"]) == SEED
    codes = RecoveryCodes(Authenticator.objects.get(user=cast.bob.user, type="recovery_codes"))
    assert len(codes.get_unused_codes()) == 10
    alice = RecoveryCodes(Authenticator.objects.get(user=cast.alice.user))
    assert alice.get_unused_codes() == ["alice-code"]


def test_after_each_step_everything_opens(stocked: Cast, home: Path) -> None:
    check_nothing_is_lost(stocked)
    rotation.add_key(home)
    check_nothing_is_lost(stocked)
    assert rotation.count_needing_old_keys(home) == 6
    assert rotation.reseal() == 6
    check_nothing_is_lost(stocked)
    assert rotation.count_needing_old_keys(home) == 0
    assert rotation.drop_old_keys(home) == 0
    assert len(secret_keys(home)) == 1
    check_nothing_is_lost(stocked)


def test_totp_works_with_the_new_key(stocked: Cast, home: Path, typed: Terminal, settings: Any) -> None:
    settings.MFA_TOTP_TOLERANCE = 1  # a test may begin in one half minute and end in the next
    assert typed("rotate-keys").code == Exit.OK
    assert typed("rotate-keys", "--drop-old").code == Exit.OK
    totp = TOTP(Authenticator.objects.get(user=stocked.bob.user, type="totp"))
    code = format_hotp_value(hotp_value(SEED, int(time.time()) // 30))
    assert totp.validate_code(code)
    assert not totp.validate_code(code)


def places_to_die() -> list[tuple[object, str]]:
    return [
        (rotation, "add_secret_key"),
        (rotation, "rotate_secrets"),
        (rotation, "reseal_sign_in"),
        (rotation, "drop_old_secret_keys"),
        (QuerySet, "update"),
    ]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("is_done_first", [True, False])
def test_a_crash_anywhere_loses_nothing_and_the_next_run_ends_it(
    place: int, is_done_first: bool, stocked: Cast, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, name = places_to_die()[place]
    done: Callable[..., object] = getattr(owner, name)

    def die(*arguments: object, **more: object) -> object:
        if is_done_first:
            done(*arguments, **more)
        raise Killed

    def whole() -> int:
        rotation.add_key(home)
        rotation.reseal()
        return rotation.drop_old_keys(home)

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, die)
        with pytest.raises(Killed):
            whole()
    check_nothing_is_lost(stocked)
    assert whole() == 0
    check_nothing_is_lost(stocked)
    assert len(secret_keys(home)) == 1


def test_old_keys_stay_while_one_secret_needs_them(
    stocked: Cast, home: Path, typed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation.add_key(home)
    monkeypatch.setattr(rotation, "reseal_sign_in", lambda: 0)
    assert typed("rotate-keys", "--reseal").code == Exit.OK
    done = typed("rotate-keys", "--drop-old")
    assert (done.code, "still need an old key" in done.err) == (Exit.FAILED, True)
    assert len(secret_keys(home)) == 2
    check_nothing_is_lost(stocked)


def test_a_secret_that_no_key_opens_stops_before_anything_changes(stocked: Cast, home: Path, typed: Terminal) -> None:
    ChannelSecret.objects.of(stocked.brand).filter(channel=stocked.channel).update(sealed="gAAAAA-lost")
    before = list(InstallationSecret.objects.values_list("sealed", flat=True))
    assert typed("rotate-keys").code == Exit.FAILED
    assert list(InstallationSecret.objects.values_list("sealed", flat=True)) == before
    assert secrets_of(stocked.other_channel)["token"] == "of the other"


def test_steps_can_be_taken_one_by_one(stocked: Cast, home: Path, typed: Terminal) -> None:
    assert typed("rotate-keys", "--add").code == Exit.OK
    assert rotation.count_needing_old_keys(home) == 6
    assert typed("rotate-keys", "--reseal").code == Exit.OK
    assert rotation.count_needing_old_keys(home) == 0
    assert len(secret_keys(home)) == 2
    assert typed("rotate-keys", "--add", "--drop-old").code == Exit.USAGE


def test_a_process_that_runs_reads_new_keys_without_being_started_again(stocked: Cast, home: Path) -> None:
    running = desk_settings.NESTOR_SECRET_KEYS
    before = running[0]
    rotation.add_key(home)
    assert running[0] != before
    assert running[1:] == [before]
    sealed = seal("with the newest")
    rotation.drop_old_keys(home)
    assert len(running) == 2
    assert unseal(sealed) == "with the newest"


def test_a_key_file_that_goes_away_takes_nothing_from_who_runs(home: Path) -> None:
    sealed = seal("kept")
    (home / "keys" / "secrets.keys").unlink()
    assert unseal(sealed) == "kept"
    assert not (home / "keys" / "secrets.keys").exists()


def test_the_key_file_is_its_owner_s_alone(home: Path) -> None:
    rotation.add_key(home)
    assert (home / "keys" / "secrets.keys").stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing(home: Path) -> None:
    sealed = seal("kept")
    rotation.add_key(home)
    (home / "keys" / "secrets.keys").write_text(secret_keys(home)[0] + "\n", encoding="ascii")
    with pytest.raises(SecretLost):
        unseal(sealed)


def test_a_code_spent_meanwhile_stays_spent(stocked: Cast, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rotation.add_key(home)
    codes = RecoveryCodes(Authenticator.objects.get(user=stocked.bob.user, type="recovery_codes"))
    spent = codes.get_unused_codes()[0]
    genuine = QuerySet.update

    def spend_first(rows: QuerySet[Authenticator], **values: object) -> int:
        if rows.model is Authenticator and codes.get_unused_codes()[0] == spent:
            monkeypatch.setattr(QuerySet, "update", genuine)
            assert codes.validate_code(spent)
        return genuine(rows, **values)

    monkeypatch.setattr(QuerySet, "update", spend_first)
    assert reseal_sign_in() == 3
    again = RecoveryCodes(Authenticator.objects.get(user=stocked.bob.user, type="recovery_codes"))
    assert not again.validate_code(spent)
    assert len(again.get_unused_codes()) == 9


def test_a_secret_changed_meanwhile_is_not_put_back(stocked: Cast, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rotation.add_key(home)
    genuine = QuerySet.update

    def change_first(rows: QuerySet[ChannelSecret], **values: object) -> int:
        if rows.model is ChannelSecret:
            monkeypatch.setattr(QuerySet, "update", genuine)
            keep_secrets(stocked.channel, {"token": "changed"}, datetime.now(UTC))
            keep_secrets(stocked.other_channel, {"token": "changed"}, datetime.now(UTC))
        return genuine(rows, **values)

    monkeypatch.setattr(QuerySet, "update", change_first)
    rotation.reseal()
    assert secrets_of(stocked.channel)["token"] == "changed"
