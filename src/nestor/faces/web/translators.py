"""Who could translate for a brand, as its settings show it. No page waits for one: nothing of theirs runs here."""

from dataclasses import dataclass

from nestor.brands.models import Brand
from nestor.triage.reads import translator_of
from nestor.triage.translators.contract import CannotTranslate, Described
from nestor.triage.translators.registry import installed

MOST_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Offer:
    """One installed translator by the name of its package; `mark` stands for it in the form."""

    mark: str
    package: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen from. `lost` was chosen and is not installed any more; `asked` has just said what it is."""

    offers: tuple[Offer, ...]
    chosen: Described | None
    chosen_mark: str
    lost: Described | None
    asked: Described | None
    asked_mark: str
    broken: tuple[str, str] | None  # the key, and why it cannot be used


def offered_to(
    brand: Brand, *, asked: Described | None = None, broken: tuple[str, CannotTranslate] | None = None
) -> Offered:
    """Return what the brand can choose from; `asked` and `broken` are what the one somebody chose said of itself."""
    chosen, there = translator_of(brand), installed()
    is_there = chosen is not None and chosen.key in there
    return Offered(
        offers=tuple(
            Offer(key, package[:MOST_SHOWN])
            for key, package in sorted(there.items())
            if chosen is None or key != chosen.key
        ),
        chosen=chosen if is_there else None,
        chosen_mark=mark_of(chosen) if chosen is not None else "",
        lost=None if is_there else chosen,
        asked=asked,
        asked_mark=mark_of(asked) if asked is not None else "",
        broken=(broken[0], broken[1].detail or broken[1].why.value) if broken is not None else None,
    )


def mark_of(one: Described) -> str:
    """Return what stands for a translator in the form: whoever chooses it has seen where it sends texts."""
    return f"{one.key}@{one.host}"
