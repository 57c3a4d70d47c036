"""The launcher's decisions, without a network: the file is loaded and told where its folder is."""

import ast
import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.house.source import ROOT

PIP_CONFIGURED = """\
global.cert='/etc/authority.pem'
global.extra-index-url='file:///nowhere/simple https://mirror.example/more'
global.index-url='https://mirror.example/simple'
global.timeout='60'
install.index-url='https://install.example/simple'
site.ignored='x'
not a setting
:env:.trusted-host='mirror.example'
:env:.timeout='180'
"""


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher of a checkout in an empty folder, with a Python that is this one's."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "UV_DEFAULT_INDEX", "SSL_CERT_FILE", "UV_INDEX"):
        monkeypatch.delenv(name, raising=False)
    for name in ("pyproject.toml", "hatch_build.py", "nestor"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "src/nestor").mkdir(parents=True)
    (tmp_path / "src/nestor/__init__.py").write_text('__version__ = "1"\n')
    loader = SourceFileLoader("launcher", str(tmp_path / "nestor"))
    spec = spec_from_loader("launcher", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def install(launcher: ModuleType, chosen: str = "base") -> None:
    """Leave what a complete installation leaves."""
    launcher.PYTHON.parent.mkdir(parents=True, exist_ok=True)
    if not launcher.PYTHON.exists():
        launcher.PYTHON.symlink_to(sys.executable)
    stamp = {"chosen": chosen, "digest": launcher.digest(chosen), "root": str(launcher.ROOT)}
    launcher.STAMP.write_text(json.dumps(stamp))


def test_nothing_is_installed_in_an_empty_folder(launcher: ModuleType) -> None:
    assert not launcher.is_installed("base")
    assert not launcher.is_usable_venv()


def test_a_complete_installation_is_recognised(launcher: ModuleType) -> None:
    install(launcher)
    assert launcher.is_installed("base")


@pytest.mark.parametrize(
    "name", ["requirements/base.txt", "requirements/uv.txt", "pyproject.toml", "src/nestor/__init__.py"]
)
def test_whatever_it_was_made_of_makes_it_stale(launcher: ModuleType, name: str) -> None:
    install(launcher)
    with (launcher.ROOT / name).open("a") as file:
        file.write("\n# changed\n")
    assert not launcher.is_installed("base")


def test_another_python_makes_it_stale(launcher: ModuleType) -> None:
    install(launcher)
    launcher.PYTHON.unlink()
    assert not launcher.is_installed("base")
    launcher.PYTHON.symlink_to("/bin/sh")
    assert not launcher.is_installed("base")


@pytest.mark.parametrize("left", ["", "{", "[]", "null", '{"digest": 3}', "\x00"])
def test_a_broken_stamp_is_no_stamp(launcher: ModuleType, left: str) -> None:
    install(launcher)
    launcher.STAMP.write_text(left)
    assert not launcher.is_installed("base")


def test_a_checkout_with_the_tests_libraries_keeps_them(launcher: ModuleType) -> None:
    install(launcher, "dev")
    assert launcher.is_installed("base")
    assert launcher.choose("base") == "dev"
    install(launcher, "base")
    assert launcher.choose("dev") == "dev"
    (launcher.ROOT / "requirements/dev.txt").write_text("")
    assert launcher.is_installed("base")


def test_a_moved_folder_is_set_up_anew(launcher: ModuleType) -> None:
    install(launcher)
    (launcher.VENV / "pyvenv.cfg").write_text("")
    stamp = json.loads(launcher.STAMP.read_text())
    launcher.STAMP.write_text(json.dumps({**stamp, "root": "/somewhere/else"}))
    assert not launcher.is_usable_venv()


def test_pip_configuration_is_read_in_its_order(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = configured(launcher, monkeypatch)
    assert settings["index-url"] == "https://install.example/simple"
    assert settings["timeout"] == "180"
    assert "ignored" not in settings


def configured(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    def listed(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, stdout=PIP_CONFIGURED)

    monkeypatch.setattr(launcher, "pip", lambda: ["pip"])
    monkeypatch.setattr(launcher.subprocess, "run", listed)
    found: dict[str, str] = launcher.pip_settings()
    return found


def test_uv_is_told_what_pip_was_told(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(launcher, monkeypatch)
    monkeypatch.setenv("UV_INDEX_STRATEGY", "first-index")
    told = launcher.uv_environment()
    assert told["UV_DEFAULT_INDEX"] == "https://install.example/simple"
    assert told["UV_INDEX"] == "https://mirror.example/more"
    assert told["UV_INSECURE_HOST"] == "mirror.example"
    assert told["UV_HTTP_TIMEOUT"] == "180"
    assert told["UV_PYTHON_PREFERENCE"] == "only-system"
    assert "UV_INDEX_STRATEGY" not in told  # what is set for uv itself stays
    assert "SSL_CERT_FILE" not in told  # that file does not exist


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("OSError: [Errno 28] No space left on device", "disk_full"),
        ("error: Read-only file system (os error 30)", "read_only"),
        ("invalid peer certificate: UnknownIssuer", "certificate"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "bad_hash"),
        ("Hash mismatch for `django==5.2`", "bad_hash"),
        ("Temporary failure in name resolution", "no_network"),
        ("ERROR: No matching distribution found for babel==2.18.0", "no_network"),
        ("something else", "failed"),
    ],
)
def test_what_installers_print_becomes_a_reason(launcher: ModuleType, printed: str, reason: str) -> None:
    launcher.VENV.mkdir()
    launcher.LOG.write_text(printed)
    with pytest.raises(launcher.Trouble) as caught:
        launcher.require(False)
    assert str(caught.value) == reason


def test_both_languages_say_everything(launcher: ModuleType) -> None:
    values = {"venv": 1, "count": 1, "seconds": 1, "log": 1, "free": 1, "root": 1, "needed": 1}
    assert launcher.ENGLISH.keys() == launcher.FRENCH.keys()
    assert set(launcher.SIGNS) | set(launcher.SYSTEM.values()) <= launcher.ENGLISH.keys()
    for key, sentence in launcher.FRENCH.items():
        assert sentence.format(**values).count("1") == launcher.ENGLISH[key].format(**values).count("1")


@pytest.mark.parametrize(
    ("names", "is_french"),
    [({"LANG": "fr_FR.UTF-8"}, True), ({"LANG": "C"}, False), ({}, False), ({"LC_ALL": "en_GB", "LANG": "fr"}, False)],
)
def test_the_terminal_chooses_the_language(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, names: dict[str, str], is_french: bool
) -> None:
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert ("bibliothèques" in launcher.words("libraries", count=3)) is is_french


def test_a_step_reports_how_it_ended(launcher: ModuleType) -> None:
    launcher.VENV.mkdir()
    assert launcher.run([sys.executable, "-c", "print('went well')"])
    assert not launcher.run([sys.executable, "-c", "raise SystemExit(3)"])
    assert not launcher.run(["/nowhere/uv"])
    assert "went well" in launcher.LOG.read_text()


def test_no_room_on_the_disk_stops_before_anything_is_made(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "ROOM_NEEDED", 10**18)
    with pytest.raises(launcher.Trouble, match="disk_full"):
        launcher.set_up("base")
    assert not launcher.VENV.exists()


def test_system_errors_are_said_without_a_traceback(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: list[str]) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(launcher, "hand_over", full)
    assert launcher.main() == launcher.FAILED
    assert "Not enough room" in capsys.readouterr().err


def test_the_second_launcher_waits_for_the_first(launcher: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    install(launcher)
    done = json.loads(launcher.STAMP.read_text())
    launcher.STAMP.unlink()
    handle = os.open(launcher.ROOT, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    second = threading.Thread(target=launcher.prepare, args=("base",))
    second.start()
    second.join(0.3)
    assert second.is_alive()
    launcher.STAMP.write_text(json.dumps(done))
    os.close(handle)
    second.join(10)
    assert not second.is_alive()
    assert "waiting" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("given", "wanted", "command"),
    [
        (["demo", "--port", "1"], "base", ["nestor", "demo", "--port", "1"]),
        ([], "base", ["nestor", "--help"]),
        (["bench", "triage"], "dev", ["nestor", "bench", "triage"]),
        (["test", "--all", "-k", "x"], "dev", ["python", "-m", "tests.run", "--all", "-k", "x"]),
    ],
)
def test_it_hands_over(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, given: list[str], wanted: str, command: list[str]
) -> None:
    became: list[Any] = []
    monkeypatch.setenv("NESTOR_HOME", "kept")
    monkeypatch.chdir(launcher.ROOT)
    monkeypatch.setattr(launcher, "prepare", became.append)
    monkeypatch.setattr(launcher.os, "execv", lambda _, arguments: became.append(arguments))
    launcher.hand_over(given)
    assert became[0] == wanted
    assert [Path(became[1][0]).name, *became[1][1:]] == command


def test_an_old_python_is_told_so() -> None:
    source = (ROOT / "nestor").read_text()
    assert ast.parse(source, feature_version=(3, 6)).body  # an older Python must be able to read it to say anything
    guard = source[: source.index("import ast")].replace("sys.version_info[:2]", "(3, 9)")
    guard = guard.replace("shutil.which(_name)", "None")
    ran = subprocess.run([sys.executable, "-c", guard], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "Nestor needs Python 3.11" in ran.stderr
