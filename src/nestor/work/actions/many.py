"""Rows by the thousand, written or changed by one prepared statement: a few times faster than the ORM's own way.

For what arrives in masses (messages, readings, events), nothing else. Everything here joins the caller's transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

PLAIN = frozenset(
    "AutoField BigAutoField BigIntegerField BooleanField CharField ForeignKey IntegerField OneToOneField"
    " PositiveIntegerField PositiveSmallIntegerField SlugField TextField".split()
)
Adapt = Callable[[Any], Any]


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, str, Adapt | None, Any], ...]:
    """Return each column's attribute, quoted name, what adapts its value (None: nothing), and its default."""
    found = []
    for field in model._meta.concrete_fields:
        name = connection.ops.quote_name(str(field.column))
        found.append((field.attname, name, _adapter(field), field.default if field.has_default() else None))
    return tuple(found)


def _adapter(field: "models.Field[Any, Any]") -> Adapt | None:
    kind = field.get_internal_type()
    if kind in PLAIN:
        return None
    if kind == "DateTimeField":
        return connection.ops.adapt_datetimefield_value
    return lambda value: field.get_db_prep_save(value, connection)


def write_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, ignore_conflicts: bool = False) -> None:
    """Insert rows given by attribute (`message_id`, not `message`); what is missing gets its default."""
    if not rows:
        return
    columns = _columns(model)
    names = ", ".join(name for _, name, _, _ in columns)
    places = ", ".join(["%s"] * len(columns))
    table = connection.ops.quote_name(model._meta.db_table)
    end = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    values = [[_value(row, *column) for column in columns] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places}){end}", values)  # noqa: S608  our own names


def _value(row: Mapping[str, Any], attribute: str, _name: str, adapt: Adapt | None, default: Any) -> Any:
    value = row[attribute] if attribute in row else default() if callable(default) else default
    return _adapted(value, adapt)


def change_rows(
    model: type[models.Model], brand_id: int, rows: Sequence[tuple[int, Mapping[str, Any]]], *, guard: str = ""
) -> int:
    """Give rows of a brand new values, by id; return how many changed. All rows name the same attributes.

    `guard` is one more condition of our own on each row, with as many `%s` as the row has values under the key "guard".
    """
    if not rows:
        return 0
    names = [name for name in rows[0][1] if name != "guard"]
    known = {attribute: (name, adapt) for attribute, name, adapt, _ in _columns(model)}
    chosen = [known[name] for name in names]
    sets = ", ".join(f"{name} = %s" for name, _ in chosen)
    table = connection.ops.quote_name(model._meta.db_table)
    where = f"id = %s AND brand_id = %s{' AND ' + guard if guard else ''}"
    values = [
        [
            *(_adapted(given[name], adapt) for name, (_, adapt) in zip(names, chosen, strict=True)),
            pk,
            brand_id,
            *guarded,
        ]
        for pk, given in rows
        for guarded in [map(_guarded, given.get("guard", ()))]
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {where}", values)  # noqa: S608  our own names
        return int(cursor.rowcount)


def _guarded(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _adapted(value: Any, adapt: Adapt | None) -> Any:
    return value if adapt is None or value is None else adapt(value)
