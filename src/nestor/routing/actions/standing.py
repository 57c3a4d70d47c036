"""How standings change: many at once or one, each from the version it was read at, with every counter in step."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F

from nestor.inbox.models import Conversation
from nestor.routing.events import ConversationRouted
from nestor.routing.models import OpenCount, Route, SavedView
from nestor.routing.reads.views import counted_views, facts_of
from nestor.routing.rules.counting import facets_of
from nestor.routing.rules.filters import Facts, Sought, answers
from nestor.work.actions import announce_all

MOST_RETRIES = 5
T = TypeVar("T")


class Contended(Exception):
    """Other workers keep changing this conversation; the work is due again later."""


@dataclass(slots=True)
class Move:
    """What is to become of one conversation's standing: its row as it was read (None: it has none yet), new values."""

    conversation: Conversation
    row: Route | None
    values: dict[str, Any]

    def after(self) -> Route:
        """Return the row as it will be."""
        if self.row is None:
            made = self.conversation
            fixed = {"channel_id": made.channel_id, "kind": made.kind}
            return Route(brand_id=made.brand_id, conversation=made, **{**fixed, **self.values})
        kept = {field.attname: getattr(self.row, field.attname) for field in Route._meta.concrete_fields}
        after = Route(**kept)
        for name, value in self.values.items():
            setattr(after, name, value)
        return after


def until_settled(work: Callable[[], T]) -> T:
    """Do the work in a transaction, again if another worker was faster. Raise `Contended` when that never ends."""
    for _ in range(MOST_RETRIES):
        try:
            with transaction.atomic():
                return work()
        except Contended:
            continue
    raise Contended


def apply_moves(brand_id: int, moves: Sequence[Move], now: datetime) -> None:
    """Store the moves, keep the counters and announce each. Joins the caller's transaction; raise `Contended`."""
    ordered = sorted(moves, key=lambda move: move.row.pk if move.row is not None else 0)
    pairs = [(move.row, move.after()) for move in ordered]
    _insert(brand_id, [after for before, after in pairs if before is None])
    _update(brand_id, [move for move in ordered if move.row is not None])
    recount(brand_id, pairs)
    events = [ConversationRouted(brand_id=brand_id, conversation_id=move.conversation.pk) for move in ordered]
    announce_all(events, now)


def _insert(brand_id: int, rows: Sequence[Route]) -> None:
    if not rows:
        return
    Route.objects.bulk_create(rows, ignore_conflicts=True)
    ids = [row.pk for row in rows]
    if Route.objects.of(brand_id).filter(pk__in=ids).count() != len(ids):
        raise Contended  # another worker gave one of them its standing first


def _update(brand_id: int, moves: Sequence[Move]) -> None:
    groups: dict[tuple[str, ...], list[Move]] = {}
    for move in moves:
        groups.setdefault(tuple(sorted(move.values)), []).append(move)
    for names, group in sorted(groups.items()):
        fields: list[Any] = [Route._meta.get_field(name) for name in names]
        columns = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
        statement = (
            f"UPDATE routing_route SET {columns}, version = version + 1"  # noqa: S608  names of our own columns
            " WHERE id = %s AND brand_id = %s AND version = %s"
        )
        rows = [
            [*map(_stored, fields, map(move.values.__getitem__, names)), row.pk, brand_id, row.version]
            for move in group
            if (row := move.row) is not None
        ]
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
            if cursor.rowcount != len(rows):
                raise Contended


def _stored(field: Any, value: Any) -> Any:
    plain = value.pk if hasattr(value, "pk") else value
    return field.get_db_prep_save(plain, connection)


def recount(brand_id: int, pairs: Iterable[tuple[Route | None, Route | None]]) -> None:
    """Keep every counter in step with standings that changed; None before or after: there is no such standing."""
    moved = [(_facts(before), _facts(after)) for before, after in pairs]
    moved = [(before, after) for before, after in moved if before != after]
    if not moved:
        return
    facets = Counter[tuple[str, str, bool]]()
    for before, after in moved:
        facets.subtract(facets_of(before))
        facets.update(facets_of(after))
    _step_counts(brand_id, facets)
    _step_views(brand_id, moved)


def _facts(row: Route | None) -> Facts | None:
    return None if row is None else facts_of(row)


def _step_counts(brand_id: int, steps: Counter[tuple[str, str, bool]]) -> None:
    for (facet, value, is_sealed), step in sorted(steps.items()):
        if step == 0:
            continue
        key = {"facet": facet, "value": value, "is_sealed": is_sealed}
        rows = OpenCount.objects.of(brand_id).filter(**key)
        if not rows.update(count=F("count") + step):
            OpenCount.objects.bulk_create([OpenCount(brand_id=brand_id, **key)], ignore_conflicts=True)
            rows.update(count=F("count") + step)


def _step_views(brand_id: int, moved: Sequence[tuple[Facts | None, Facts | None]]) -> None:
    for view_id, sought in counted_views(brand_id):
        steps = Counter[bool]()
        for before, after in moved:
            steps.subtract(_counted(before, sought))
            steps.update(_counted(after, sought))
        if any(steps.values()):
            SavedView.objects.of(brand_id).filter(pk=view_id).update(
                count=F("count") + steps[False], sealed_count=F("sealed_count") + steps[True]
            )


def _counted(facts: Facts | None, sought: Sought) -> list[bool]:
    return [facts.is_sealed] if facts is not None and answers(facts, sought) else []
