"""Translators by their key: found through the entry point group `nestor.translators`, like networks."""

import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint

from nestor.networks.registry import offered_in
from nestor.triage.translators.contract import (
    CONTRACT_VERSION,
    MOST_NAME,
    CannotTranslate,
    Described,
    Translator,
    Why,
)

GROUP = "nestor.translators"
_PART = "[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_PART}(\.{_PART})*|[0-9a-f:]{{2,45}}")


def known() -> tuple[str, ...]:
    """Return the keys of all installed translators, in alphabetical order, without loading any."""
    return tuple(sorted(offered_in(GROUP)))


def installed() -> dict[str, str]:
    """Return what is installed, by key, as its packages call themselves in their metadata: no code of theirs runs."""
    return {key: ", ".join(sorted({_package(point) for point in points})) for key, points in offered_in(GROUP).items()}


def _package(point: EntryPoint) -> str:
    if point.dist is None:
        return point.value
    return f"{point.dist.metadata['Name']} {point.dist.version}"


def load(key: str) -> Translator:
    """Return the translator; raise `CannotTranslate`. Its code runs: the desk asks this in `child` alone."""
    offered = offered_in(GROUP).get(key)
    if offered is None:
        raise CannotTranslate(Why.GONE)
    if len(offered) > 1:
        raise CannotTranslate(
            Why.BROKEN, "two packages offer it: " + ", ".join(sorted(point.value for point in offered))
        )
    try:
        found = offered[0].load()
    except Exception as error:  # whatever a third party's module raises while it loads
        raise CannotTranslate(Why.BROKEN, f"loading it failed with {type(error).__name__}: {error}") from error
    if not isinstance(found, Translator):
        raise CannotTranslate(Why.BROKEN, "it does not follow nestor.triage.translators.contract.Translator")
    wrong = next(wrongs(key, found), "")
    if wrong:
        raise CannotTranslate(Why.BROKEN, wrong)
    return found


def described(key: str, translator: Translator) -> Described:
    """Return what a translator says of itself."""
    return Described(key, translator.name, translator.host)


def wrongs(key: str, translator: Translator) -> Iterator[str]:
    """Yield what a translator says of itself that makes no sense."""
    if translator.contract != CONTRACT_VERSION:
        yield f"it was written for contract {translator.contract}, this desk speaks {CONTRACT_VERSION}"
    if translator.key != key:
        yield f"it calls itself {translator.key!r}"
    if not _is_name(translator.name):
        yield f"its name is no name of at most {MOST_NAME} characters"
    if not _is_host(translator.host):
        yield "its host is no host's name in lower case, without scheme, port or path"


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isprintable() and 0 < len(name.strip()) <= len(name) <= MOST_NAME


def _is_host(host: object) -> bool:
    return isinstance(host, str) and (not host or _HOST.fullmatch(host) is not None)
