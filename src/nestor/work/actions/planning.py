"""SQLite is told how large tables will be before they are.

Without figures it takes every indexed column for equally choosy: "this brand's rows" for ten of them, and reads all
messages of a brand to find four hundred by their ids. Measured figures (ANALYZE) would do, but are those of the day
they were taken; these are the same on every desk, so that what was tested is what runs. PostgreSQL keeps its own.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper

ROWS = 1_000_000
_BRANDS, _CHANNELS, _PEOPLE, _KINDS = 2, 10, 20, 8
_SHARE = 5  # rows that belong to one message, conversation or member
_SHORT = 20  # letters: lanes, states, kinds


def foretell_sizes(using: str) -> int:
    """Write the figures that SQLite plans by, for every index of ours; return how many. Other databases: none."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return 0
    with transaction.atomic(using), connection.cursor() as cursor:
        known = set(connection.introspection.table_names(cursor))
        figures = [
            (model._meta.db_table, name, " ".join(map(str, counts)))
            for model in apps.get_models()
            if model._meta.managed and model._meta.db_table in known
            for name, counts in _indexes(cursor, model)
        ]
        cursor.execute("ANALYZE work_pulse")  # makes the table of figures where there is none
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)", figures)
        cursor.execute("ANALYZE sqlite_schema")  # reads them
    return len(figures)


def _indexes(cursor: CursorWrapper, model: type[models.Model]) -> Iterator[tuple[str | None, list[int]]]:
    """Yield each index of a table with its figures: rows, then how many share its first column, its first two.

    Without a name: the table itself, whose rows are found by their own number.
    """
    yield None, [ROWS]
    fields = {field.column: field for field in model._meta.concrete_fields}
    cursor.execute('SELECT name, "unique" FROM pragma_index_list(%s)', [model._meta.db_table])
    for name, is_unique in cursor.fetchall():
        cursor.execute("SELECT name FROM pragma_index_info(%s)", [name])
        left, counts = ROWS, [ROWS]
        for (column,) in cursor.fetchall():
            left = max(1, left // _values(fields[column]) if column in fields else left)
            counts.append(left)
        if is_unique:
            counts[-1] = 1
        yield name, counts


def _values(field: "models.Field[object, object]") -> int:
    """Return about how many values a column takes."""
    if field.primary_key or isinstance(field, models.DateTimeField):
        return ROWS
    if isinstance(field, models.ForeignKey):
        to = field.remote_field.model._meta.label
        return {"brands.Brand": _BRANDS, "brands.Channel": _CHANNELS, "people.User": _PEOPLE}.get(to, ROWS // _SHARE)
    if isinstance(field, models.BooleanField):
        return 2
    is_code = isinstance(field, models.SmallIntegerField) or (field.max_length or ROWS) <= _SHORT
    return _KINDS if is_code else ROWS // 2
