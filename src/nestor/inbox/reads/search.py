"""Messages that hold words: by the full-text index where few do, along time where many do."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.models import Message
from nestor.inbox.reads import may_see
from nestor.people.reads import Seat
from nestor.work.rules.words import MOST_INDEXED, Query, Term, beginnings_of, fts5_of, fts5_without, tsquery_of

MOST_RARE = 4000  # hits up to which all of them are looked at


@dataclass(frozen=True, slots=True)
class Hits:
    """Messages that answer a query, in no order; `is_many` says that only walking along time finds them."""

    rows: BrandQuerySet
    is_many: bool


def hits(seat: Seat, query: Query) -> Hits:
    """Return the messages this person may see that answer a query; the same ones on either database."""
    rows = Message.objects.of(seat.brand).filter(may_see(seat))
    ids = rare_ids(seat.brand, query)
    return Hits(along_time(rows, query), is_many=True) if ids is None else Hits(rows.filter(pk__in=ids), is_many=False)


def rare_ids(brand: Brand | int, query: Query) -> list[int] | None:
    """Return the ids of all messages that answer, from the index; None when there are too many to look at them all."""
    if not query.wanted:
        return None
    brand_id = brand if isinstance(brand, int) else brand.pk
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            wanted, unwanted = f'brand_id : "{brand_id}" AND {fts5_of(query)}', fts5_without(query)
            match = f"({wanted}) NOT {unwanted}" if unwanted else wanted
            cursor.execute(
                "SELECT rowid FROM inbox_search WHERE inbox_search MATCH %s LIMIT %s", [match, MOST_RARE + 1]
            )
        else:
            cursor.execute(
                "SELECT id FROM inbox_message"
                " WHERE search_vector @@ to_tsquery('simple', %s) AND brand_id = %s LIMIT %s",
                [tsquery_of(query), brand_id, MOST_RARE + 1],
            )
        found = [row[0] for row in cursor.fetchall()]
    return found if len(found) <= MOST_RARE else None


def texts_of(seat: Seat, ids: list[int]) -> dict[int, tuple[str, bool]]:
    """Return the words of messages this person may see, and whether they are ours, by internal id."""
    rows = Message.objects.of(seat.brand).filter(may_see(seat), pk__in=ids)
    return {pk: (text[:MOST_INDEXED], is_ours) for pk, text, is_ours in rows.values_list("pk", "text", "is_ours")}


def along_time(rows: BrandQuerySet, query: Query) -> BrandQuerySet:
    """Keep the rows that answer, each looked at by itself: quick where many do and the latest are wanted first."""
    for term in query.wanted:
        rows = rows.filter(_holds(term))
    for term in query.unwanted:
        rows = rows.exclude(_holds(term))
    return rows


def _holds(term: Term) -> Q:
    head = " ".join(["", *term.tokens[:-1], ""])
    last = term.tokens[-1]
    if not term.is_prefix:
        return _says(f"{head}{last} ")
    found = _says(f"{head}{last}")
    for beginning in beginnings_of(last):
        found |= _says(f"{head}{beginning} ")
    return found


def _says(words: str) -> Q:
    return Q(GreaterThan(StrIndex("search_text", Value(words)), 0))
