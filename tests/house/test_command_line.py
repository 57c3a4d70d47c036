"""The command line: quick to answer, in two languages, with one sentence and an exit code for whatever goes wrong."""

import os
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from nestor.config.environment import BadSetting
from nestor.faces.cli.errors import CommandFailed, Exit, explain, where
from nestor.faces.cli.main import COMMANDS, Entry, run
from nestor.networks.contract import Reason, Refused
from tests.house.source import PACKAGE, ROOT

module = sys.modules["nestor.faces.cli.main"]  # the package offers its function under the same name
SECRET = "what Eve wrote"


def terminal(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command as somebody would."""
    return subprocess.run(
        [sys.executable, "-c", "from nestor.faces.cli import main; main()", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_needs_no_django() -> None:
    shown = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from nestor.faces.cli.main import run; run(['--help'])"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "serve" in shown.stdout
    assert "django" not in shown.stderr


def test_help_is_in_the_language_of_the_terminal() -> None:
    assert "Run the desk" in terminal("--help", LANGUAGE="en").stdout
    french = terminal("--help", LANGUAGE="fr").stdout
    assert "Fait tourner le bureau" in french
    assert "Show" not in french


def test_version() -> None:
    assert terminal("--version").stdout.startswith("nestor 0.")


def test_an_unknown_command_is_a_usage_error() -> None:
    done = terminal("sreve")
    assert done.returncode == Exit.USAGE
    assert "sreve" in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert f"nestor {name}" in capsys.readouterr().out


def test_every_command_is_in_the_table() -> None:
    modules = {path.stem for path in (PACKAGE / "faces/cli").glob("*.py")} - {"__init__", "main", "errors"}
    commands = {stem for stem in modules if "\ncommand" in text_of(stem) or "def command(" in text_of(stem)}
    assert commands == {entry.module for entry in COMMANDS.values()}


def text_of(stem: str) -> str:
    return (PACKAGE / "faces/cli" / f"{stem}.py").read_text(encoding="utf-8")


def failing(error: BaseException | int | None, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command that raises or returns this."""

    @click.command()
    def command() -> int | None:
        if isinstance(error, BaseException):
            raise error
        return error

    monkeypatch.setattr(module, "load", lambda _: command)
    return run([next(iter(COMMANDS))])


@pytest.mark.parametrize(
    ("outcome", "code", "said"),
    [
        (None, Exit.OK, ""),
        (Exit.FOUND, Exit.FOUND, ""),
        (CommandFailed("It is raining."), Exit.FAILED, "It is raining."),
        (click.UsageError("No such thing."), Exit.USAGE, "No such thing."),
        (BadSetting("NESTOR_DEMO", "must be 0 or 1"), Exit.FAILED, "NESTOR_DEMO: must be 0 or 1"),
        (PermissionError(13, "denied", "/etc/shadow"), Exit.FAILED, "/etc/shadow: Permission denied"),
        (OSError(ENOSPC, "full"), Exit.FAILED, "The disk is full."),
        (Refused(Reason.SIGN_IN, SECRET), Exit.FAILED, "sign_in"),
        (KeyboardInterrupt(), Exit.INTERRUPTED, "Interrupted."),
        (ValueError(SECRET), Exit.DEFECT, "ValueError, test_command_line.py:"),
    ],
)
def test_whatever_happens_ends_as_one_sentence(
    outcome: BaseException | int | None,
    code: Exit,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert failing(outcome, monkeypatch) == code
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown
    assert SECRET not in shown


def test_details_are_shown_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NESTOR_LOG_LEVEL", "DEBUG")
    assert failing(ValueError("x"), monkeypatch) == Exit.DEFECT
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_closes_early_is_no_error() -> None:
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"set -o pipefail; {sys.executable} -c 'from nestor.faces.cli import main; main()' --help | true",
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_defects_are_not_explained_away() -> None:
    assert explain(ValueError(SECRET)) is None
    assert where(ValueError(SECRET)) == "ValueError"


def test_a_module_without_a_command_is_a_defect() -> None:
    with pytest.raises(AttributeError):
        module.load(Entry("errors", "", needs_desk=False))


def test_french_says_everything() -> None:
    with (ROOT / "locale/fr/LC_MESSAGES/cli.po").open("rb") as file:
        french = {message.id: message for message in read_po(file, locale="fr") if message.id}
    asked = set()
    for _, _, found, _, _ in extract_from_dir(
        PACKAGE / "faces/cli", keywords={"_": None, "N_": None, "ngettext": (1, 2)}
    ):
        asked.add(tuple(found[:2]) if isinstance(found, tuple | list) else found)
    assert sorted(map(str, asked - set(french))) == []
    empty = [key for key, message in french.items() if not message.string or message.fuzzy]
    assert empty == []
    for message in french.values():
        assert list(message.check()) == []


def test_exit_codes_are_documented() -> None:
    for guide in ("docs/operator-guide.md", "docs/fr/guide-exploitation.md"):
        text = Path(ROOT / guide).read_text(encoding="utf-8")
        assert [code for code in Exit if f"| {int(code)} |" not in text] == []
