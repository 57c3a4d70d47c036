"""Networks by their key: found through the entry point group `nestor.networks`, loaded only when asked for."""

import re
import sys
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from nestor.networks.contract import CONTRACT_VERSION, Network

GROUP = "nestor.networks"

# A setting no channel may choose and no form asks for: the desk adds it when the operator has opened private addresses
# (NESTOR_PRIVATE_NETWORKS), and a connector hands it to `HttpSession(allow_private=…)`.
ALLOW_PRIVATE = "allow_private"

_KEY = re.compile(r"[a-z0-9_]{1,40}")


class UnknownNetwork(LookupError):
    """No installed package offers a network of this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no network {key!r} is installed; there are: {', '.join(known()) or 'none'}")
        self.key = key


class BrokenNetwork(Exception):
    """The network is installed and cannot be used: the text says why, for the operator."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"network {key!r} cannot be used: {why}")
        self.key = key


def known() -> tuple[str, ...]:
    """Return the keys of all installed networks, in alphabetical order, without loading any."""
    return tuple(sorted(offered_in(GROUP)))


@cache
def load(key: str) -> Network:
    """Return the network; raise `UnknownNetwork` or `BrokenNetwork`."""
    offered = offered_in(GROUP).get(key)
    if offered is None:
        raise UnknownNetwork(key)
    if len(offered) > 1:
        raise BrokenNetwork(key, "two packages offer it: " + ", ".join(sorted(point.value for point in offered)))
    try:
        network = offered[0].load()
    except Exception as error:  # whatever a third party's module raises while it loads
        raise BrokenNetwork(key, f"loading it failed with {type(error).__name__}: {error}") from error
    return _checked(key, network)


def locale_folders() -> tuple[Path, ...]:
    """Return the `locale/` folders of installed networks, found without running any network's own code."""
    folders = {folder for points in offered_in(GROUP).values() for point in points if (folder := _locale_of(point))}
    return tuple(sorted(folders))


def offered_in(group: str) -> dict[str, list[EntryPoint]]:
    """Return a group's entry points by key; one met twice (a checkout beside an installed copy) counts once.

    Looked up once in the life of a process: it reads a file of every installed package, and pages ask.
    """
    return _offered(group, tuple(sys.path))


@cache
def _offered(group: str, _path: tuple[str, ...]) -> dict[str, list[EntryPoint]]:
    offered: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=group):
        if _KEY.fullmatch(point.name):
            offered.setdefault(point.name, {})[point.value] = point
    return {key: list(points.values()) for key, points in offered.items()}


def _checked(key: str, network: object) -> Network:
    if not isinstance(network, Network):
        raise BrokenNetwork(key, "it does not follow nestor.networks.contract.Network")
    if network.contract != CONTRACT_VERSION:
        raise BrokenNetwork(key, f"it was written for contract {network.contract}, this desk speaks {CONTRACT_VERSION}")
    if network.key != key:
        raise BrokenNetwork(key, f"it calls itself {network.key!r}")
    return network


def _locale_of(point: EntryPoint) -> Path | None:
    package, _, name = point.module.rpartition(".")
    try:
        # Looking for `a.b.c` runs `a.b`: so the parent is asked for and the folder is found beside it.
        found = find_spec(package or name)
    except (ImportError, ValueError):
        return None
    if found is None or not found.submodule_search_locations:
        return None
    parent = Path(next(iter(found.submodule_search_locations)))
    folder = (parent / name if package else parent) / "locale"
    return folder if folder.is_dir() else None
