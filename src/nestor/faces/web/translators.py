"""Who could translate for a brand, as its settings show it."""

from dataclasses import dataclass

from nestor.brands.models import Brand
from nestor.triage.reads import translator_of
from nestor.triage.translators.asking import described
from nestor.triage.translators.contract import Described


@dataclass(frozen=True, slots=True)
class Offer:
    """One installed translator; `mark` stands for it in the form."""

    mark: str
    name: str
    host: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen from. `lost` was chosen and is not there any more, or would send texts elsewhere now."""

    offers: tuple[Offer, ...]
    broken: tuple[tuple[str, str], ...]  # the key, and why it cannot be used
    is_chosen: bool
    lost: Described | None


def offered_to(brand: Brand) -> Offered:
    """Return what the brand can choose from; every installed translator is asked what it is."""
    chosen = translator_of(brand)
    sound, broken = described()
    wanted = mark_of(chosen) if chosen else ""
    offers = tuple(Offer(mark_of(one), one.name, one.host, mark_of(one) == wanted) for one in sound)
    is_there = any(one.is_chosen for one in offers)
    return Offered(
        offers=offers,
        broken=tuple((key, error.detail or error.why.value) for key, error in broken),
        is_chosen=chosen is not None,
        lost=None if is_there else chosen,
    )


def mark_of(one: Described) -> str:
    """Return what stands for a translator in the form: whoever chooses it has seen where it sends texts."""
    return f"{one.key}@{one.host}"
