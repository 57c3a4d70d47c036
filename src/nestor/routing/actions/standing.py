"""How standings change: many at once or one, each from the version it was read at, with every counter in step."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import F

from nestor.inbox.models import Conversation
from nestor.notices.actions import tell_of_sealed, withdraw
from nestor.notices.rules import Occasion
from nestor.routing.events import ConversationRouted
from nestor.routing.models import OpenCount, Route, SavedView
from nestor.routing.reads.views import counted_views, facts_of
from nestor.routing.rules.counting import facets_of
from nestor.routing.rules.filters import Facts, Sought, answers
from nestor.routing.rules.telling import comes_under_seal, over
from nestor.vocabulary import new_id
from nestor.work.actions import announce_all
from nestor.work.actions.many import change_rows, write_rows
from nestor.work.reads.lookups import Among

MOST_RETRIES = 5
DEADLOCK = "40P01"  # PostgreSQL ended this transaction so that another could go on
T = TypeVar("T")


class Contended(Exception):
    """Other workers keep changing this conversation; the work is due again later."""


@dataclass(slots=True)
class Move:
    """What is to become of one conversation's standing: its row as it was read (None: it has none yet), new values."""

    conversation_id: int
    row: Route | None
    values: dict[str, Any]

    def facts(self) -> tuple[Facts | None, Facts]:
        """Return what counters go by, before and after."""
        if self.row is None:
            return None, facts_of({"assignee_id": None, "label_ids": (), "snoozed_until": None} | self.values)
        before = vars(self.row)
        return facts_of(before), facts_of(before | self.values)


def until_settled(work: Callable[[], T]) -> T:
    """Do the work in a transaction, again if another worker was faster. Raise `Contended` when that never ends."""
    for _ in range(MOST_RETRIES):
        try:
            with transaction.atomic():
                return work()
        except Contended:
            continue
        except OperationalError as error:
            if connection.in_atomic_block or getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
                raise
    raise Contended


def apply_moves(brand_id: int, moves: Sequence[Move], now: datetime) -> None:
    """Store the moves, keep the counters and announce each. Joins the caller's transaction; raise `Contended`."""
    ordered = sorted(moves, key=lambda move: (move.row.pk if move.row is not None else 0, move.conversation_id))
    _insert(brand_id, [move for move in ordered if move.row is None])
    _update(brand_id, [move for move in ordered if move.row is not None])
    recount(brand_id, [move.facts() for move in ordered])
    events = [ConversationRouted(brand_id=brand_id, conversation_id=move.conversation_id) for move in ordered]
    announce_all(events, now)
    _tell(brand_id, ordered, now)


def _tell(brand_id: int, moves: Sequence[Move], now: datetime) -> None:
    """Call about what came under seal; end what was told of and is over."""
    sealed: list[int] = []
    ended: dict[frozenset[Occasion], list[int]] = {}
    for move in moves:
        before = vars(move.row) if move.row is not None else {}
        after = before | move.values
        if comes_under_seal(before, after):
            sealed.append(move.conversation_id)
        if move.row is not None and (occasions := over(before, after)):
            ended.setdefault(occasions, []).append(move.conversation_id)
    if sealed:
        tell_of_sealed(brand_id, _names(brand_id, sealed), now)
    for occasions, ids in ended.items():
        withdraw(brand_id, occasions, _names(brand_id, ids), now)


def _names(brand_id: int, ids: Sequence[int]) -> list[str]:
    rows = Conversation.objects.of(brand_id).filter(Among("pk", ids)).order_by("pk")
    return list(rows.values_list("public_id", flat=True))


def _insert(brand_id: int, moves: Sequence[Move]) -> None:
    if not moves:
        return
    fixed = {"brand_id": brand_id}
    rows = [fixed | {"id": new_id(), "conversation_id": move.conversation_id} | move.values for move in moves]
    write_rows(Route, rows, ignore_conflicts=True)
    if Route.objects.of(brand_id).filter(Among("pk", [row["id"] for row in rows])).count() != len(rows):
        raise Contended  # another worker gave one of them its standing first


def _update(brand_id: int, moves: Sequence[Move]) -> None:
    groups: dict[tuple[str, ...], list[Move]] = {}
    for move in moves:
        groups.setdefault(tuple(sorted(move.values)), []).append(move)
    for _names, group in sorted(groups.items()):
        rows = [
            (
                row.pk,
                move.values | {"version": row.version + 1, "guard": (row.version,)},
            )
            for move in group
            if (row := move.row) is not None
        ]
        if change_rows(Route, brand_id, rows, guard="version = %s") != len(rows):
            raise Contended


def recount(brand_id: int, pairs: Iterable[tuple[Facts | None, Facts | None]]) -> None:
    """Keep every counter in step with standings that changed; None before or after: there is no such standing."""
    moved = [(before, after) for before, after in pairs if before != after]
    if not moved:
        return
    facets = Counter[tuple[str, str, bool]]()
    for before, after in moved:
        facets.subtract(facets_of(before))
        facets.update(facets_of(after))
    _step_counts(brand_id, facets)
    _step_views(brand_id, moved)


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
