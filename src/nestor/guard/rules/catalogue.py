"""All rules of the guard, in the order they are tried."""

from nestor.guard.rules.contract import Rule

RULES: tuple[Rule, ...] = ()
