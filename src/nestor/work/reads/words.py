"""Rows that hold words, on either database: by the full-text index where few do, each looked at where many do.

A table that can be searched has `search_text`, written by `work.rules.words.search_text`, and an index over it that its
migration makes and that follows every change by itself.
"""

from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from nestor.work.rules.words import Query, Term, beginnings_of, fts5_of, fts5_without, tsquery_of

MOST_RARE = 4000  # hits up to which all of them are looked at
Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


def rare_ids(table: str, index: str, brand_id: int, query: Query) -> list[int] | None:
    """Return the ids of all rows that answer, from the index; None when there are too many to look at them all."""
    if not query.wanted:
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            wanted, unwanted = f'brand_id : "{brand_id}" AND {fts5_of(query)}', fts5_without(query)
            match = f"({wanted}) NOT {unwanted}" if unwanted else wanted
            cursor.execute(
                f"SELECT rowid FROM {index} WHERE {index} MATCH %s LIMIT %s",  # noqa: S608  our own names
                [match, MOST_RARE + 1],
            )
        else:
            cursor.execute(
                f"SELECT id FROM {table}"  # noqa: S608  our own names
                " WHERE search_vector @@ to_tsquery('simple', %s) AND brand_id = %s LIMIT %s",
                [tsquery_of(query), brand_id, MOST_RARE + 1],
            )
        found = [row[0] for row in cursor.fetchall()]
    return found if len(found) <= MOST_RARE else None


def along(rows: Rows, query: Query) -> Rows:
    """Keep the rows that answer, each looked at by itself: quick where many do and the first of an order are wanted."""
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
