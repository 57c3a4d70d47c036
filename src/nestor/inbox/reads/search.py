"""Messages that hold words: by the full-text index where few do, along time where many do."""

from dataclasses import dataclass

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.models import Message
from nestor.inbox.reads import may_see
from nestor.people.reads import Seat
from nestor.work.reads import words
from nestor.work.reads.lookups import Among
from nestor.work.rules.words import MOST_INDEXED, Query


@dataclass(frozen=True, slots=True)
class Hits:
    """Messages that answer a query, in no order; `is_many` says that only walking along time finds them."""

    rows: BrandQuerySet
    is_many: bool


def hits(seat: Seat, query: Query) -> Hits:
    """Return the messages this person may see that answer a query; the same ones on either database."""
    rows = Message.objects.of(seat.brand).filter(may_see(seat))
    ids = rare_ids(seat.brand, query)
    return (
        Hits(words.along(rows, query), is_many=True)
        if ids is None
        else Hits(rows.filter(Among("pk", ids)), is_many=False)
    )


def rare_ids(brand: Brand | int, query: Query) -> list[int] | None:
    """Return the ids of all messages that answer, from the index; None when there are too many to look at them all."""
    brand_id = brand if isinstance(brand, int) else brand.pk
    return words.rare_ids("inbox_message", "inbox_search", brand_id, query)


def texts_of(seat: Seat, ids: list[int]) -> dict[int, tuple[str, bool]]:
    """Return the words of messages this person may see, and whether they are ours, by internal id."""
    rows = Message.objects.of(seat.brand).filter(may_see(seat), pk__in=ids)
    return {pk: (text[:MOST_INDEXED], is_ours) for pk, text, is_ours in rows.values_list("pk", "text", "is_ours")}
