"""`Among`: rows whose column holds one of many values, all of them one parameter of the statement."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import F, IntegerField, Lookup


class Among(Lookup):
    """Condition of `filter`: a column, by name, is one of these ids or names; nothing is, of none.

    Django's `__in` prepares each value by itself and makes as many parameters: for the five hundred rows of a batch
    that cost more than finding them.
    """

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, column: str | Any, values: Iterable[int] | Iterable[str]) -> None:
        super().__init__(F(column) if isinstance(column, str) else column, list(values))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition and its parameters."""
        column, params = self.process_lhs(compiler, connection)
        values = self.rhs
        if connection.vendor == "sqlite":
            return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(values))  # noqa: S608  a column
        field = getattr(self.lhs.output_field, "target_field", self.lhs.output_field)
        kind = "bigint" if isinstance(field, IntegerField) else "text"
        return f"{column} = ANY(%s::{kind}[])", (*params, values)
