"""Networks are found by entry point, loaded when asked, refused with a reason: packages as pip installs them."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nestor.networks import registry
from nestor.networks.registry import BrokenNetwork, UnknownNetwork

SOUND = """
from datetime import timedelta
print("loaded")
class Net:
    key, name, contract, fields, poll_every = "{key}", "Third", {contract}, (), timedelta(minutes=1)
    def open(self, settings, secrets): raise AssertionError
    def begin(self, settings, return_url, state): return ""
    def complete(self, settings, answer): return {{}}
NETWORK = Net()
"""
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package that offers one network; its code is `source`."""
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.load.cache_clear()

    def put(module: str, source: str, *, key: str = "third", target: str = "") -> Path:
        package = tmp_path / module
        package.mkdir()
        (package / "__init__.py").write_text(source, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
        points = f"[nestor.networks]\n{key} = {target or f'{module}:NETWORK'}\n"
        (info / "entry_points.txt").write_text(points, encoding="utf-8")
        return package

    return put


def test_a_third_partys_network_is_known_without_being_loaded(install: Install) -> None:
    install("third_known", SOUND.format(key="third", contract=1))
    assert "third" in registry.known()
    assert "third_known" not in sys.modules
    network = registry.load("third")
    assert (network.key, network.name) == ("third", "Third")
    assert registry.load("third") is network


def test_an_unknown_key_says_what_there_is(install: Install) -> None:
    install("third_unknown", SOUND.format(key="third", contract=1))
    for key in ("thrid", "", "../third", "third_unknown:NETWORK"):
        with pytest.raises(UnknownNetwork, match="third"):
            registry.load(key)


@pytest.mark.parametrize(
    ("module", "source", "why"),
    [
        ("third_old", SOUND.format(key="third", contract=99), "contract 99"),
        ("third_misnamed", SOUND.format(key="other", contract=1), "calls itself 'other'"),
        ("third_empty", "NETWORK = object()", "does not follow"),
        ("third_raises", "raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("third_lacks", "", "AttributeError"),
        ("third_needs", "import a_library_nobody_has", "ModuleNotFoundError"),
    ],
)
def test_a_broken_network_says_why(install: Install, module: str, source: str, why: str) -> None:
    install(module, source)
    with pytest.raises(BrokenNetwork, match=why):
        registry.load("third")


def test_two_packages_with_one_key_are_not_chosen_from(install: Install) -> None:
    install("third_one", SOUND.format(key="third", contract=1))
    install("third_two", SOUND.format(key="third", contract=1))
    with pytest.raises(BrokenNetwork, match="two packages"):
        registry.load("third")


def test_a_key_that_could_be_no_key_is_passed_over(install: Install) -> None:
    install("third_odd", SOUND.format(key="third", contract=1), key="Third-Net")
    assert "Third-Net" not in registry.known()


def test_words_of_a_network_are_found_without_its_code(install: Install) -> None:
    package = install("third_words", "raise AssertionError('this code ran')")
    (package / "locale").mkdir()
    assert package / "locale" in registry.locale_folders()
    install("third_silent", "", key="silent")
    assert not [folder for folder in registry.locale_folders() if folder.parent.name == "third_silent"]


def test_a_network_inside_a_package_brings_its_words_too(install: Install) -> None:
    package = install("third_nested", "", target="third_nested.net:NETWORK")
    (package / "net" / "locale").mkdir(parents=True)
    (package / "net" / "__init__.py").write_text("raise AssertionError('this code ran')", encoding="utf-8")
    assert package / "net" / "locale" in registry.locale_folders()


def test_words_of_a_package_that_is_gone_are_no_trouble(install: Install) -> None:
    install("third_gone", "", target="nowhere_at_all.net:NETWORK")
    assert "third" in registry.known()
    assert not [folder for folder in registry.locale_folders() if "nowhere" in str(folder)]
