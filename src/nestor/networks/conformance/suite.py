"""The list of checks, and how one is run against a bench."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from nestor.networks.conformance.bench import Bench, Break
from nestor.networks.contract import Ability, Connector

CHECKS: list["Check"] = []


@dataclass(frozen=True, slots=True)
class Check:
    """One promise of the contract. It applies where the account has the abilities and the bench can break that way."""

    name: str
    promise: str
    examine: Callable[[Bench], None]
    needs: frozenset[Ability]
    lacks: frozenset[Ability]
    breaks: frozenset[Break]

    def reason_to_skip(self, bench: Bench) -> str:
        """Return why this check says nothing about this network, "" when it applies."""
        connector = bench.connect()
        able = connector.can()
        connector.close()
        if missing := self.needs - able:
            return f"cannot {', '.join(sorted(missing))}"
        if present := self.lacks & able:
            return f"only without {', '.join(sorted(present))}"
        if unbroken := [way for way in sorted(self.breaks) if not bench.can_break(way)]:
            return f"this bench cannot break it: {', '.join(unbroken)}"
        return ""


class _Tidy:
    """A bench that closes, once the check is over, every connector the check opened."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._opened: list[Connector] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bench, name)

    def connect(self) -> Connector:
        self._opened.append(self._bench.connect())
        return self._opened[-1]

    def connect_wrongly(self) -> Connector:
        self._opened.append(self._bench.connect_wrongly())
        return self._opened[-1]

    def tidy(self) -> None:
        for connector in self._opened:
            connector.close()


def _tidily(examine: Callable[[Bench], None]) -> Callable[[Bench], None]:
    def examine_and_tidy(bench: Bench) -> None:
        tidy = _Tidy(bench)
        try:
            examine(cast("Bench", tidy))
        finally:
            tidy.tidy()

    return examine_and_tidy


def check(
    *needs: Ability, lacks: tuple[Ability, ...] = (), breaks: tuple[Break, ...] = ()
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Register a function as a check; its docstring is the promise."""

    def register(examine: Callable[[Bench], None]) -> Callable[[Bench], None]:
        promise = (examine.__doc__ or "").strip()
        needed, lacking, broken = frozenset(needs), frozenset(lacks), frozenset(breaks)
        CHECKS.append(Check(examine.__name__, promise, _tidily(examine), needed, lacking, broken))
        return examine

    return register
