"""How a brand's name and contacts are kept, whether they come from its page or by the API."""

from collections.abc import Iterable

from nestor.brands.models import Brand
from nestor.work.rules import storable
from nestor.work.rules.zones import known_zones

MOST_CONTACTS = 100


def brand_name(text: str) -> str:
    """Return a name as it is kept; "" for one that cannot be seen."""
    name = storable(" ".join(text.split()), 120)
    return name if name.isprintable() else ""


def contacts_in(lines: Iterable[str]) -> list[str]:
    """Return the lines that say something, each once."""
    tidy = (storable(" ".join(line.split()), 200) for line in lines)
    return list(dict.fromkeys(filter(None, tidy)))


def zones_for(brand: Brand) -> list[str]:
    """Return the zones a brand may have, sorted: those of places, and its own."""
    return sorted({*known_zones(), brand.zone})
