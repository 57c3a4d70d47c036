"""The list of checks, and how one is run against a bench."""

from collections.abc import Callable
from dataclasses import dataclass

from nestor.networks.conformance.bench import Bench, Break
from nestor.networks.contract import Ability

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


def check(
    *needs: Ability, lacks: tuple[Ability, ...] = (), breaks: tuple[Break, ...] = ()
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Register a function as a check; its docstring is the promise."""

    def register(examine: Callable[[Bench], None]) -> Callable[[Bench], None]:
        promise = (examine.__doc__ or "").strip()
        CHECKS.append(Check(examine.__name__, promise, examine, frozenset(needs), frozenset(lacks), frozenset(breaks)))
        return examine

    return register
