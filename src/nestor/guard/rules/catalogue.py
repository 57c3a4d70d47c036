"""All rules of the guard, in the order they are tried."""

from nestor.guard.rules.account import ACCOUNT
from nestor.guard.rules.contempt import CONTEMPT
from nestor.guard.rules.contract import Rule
from nestor.guard.rules.insult import RUDE
from nestor.guard.rules.limits import DESCRIBED, FILES, LIMITS, WINDOW
from nestor.guard.rules.links import LINKS
from nestor.guard.rules.personal import PERSONAL
from nestor.guard.rules.promise import PROMISES
from nestor.guard.rules.repeat import REPEATS
from nestor.guard.rules.shape import HIDDEN, LOUD

RULES: tuple[Rule, ...] = (
    LIMITS,
    WINDOW,
    FILES,
    HIDDEN,
    PERSONAL,
    RUDE,
    CONTEMPT,
    ACCOUNT,
    LINKS,
    PROMISES,
    REPEATS,
    DESCRIBED,
    LOUD,
)
