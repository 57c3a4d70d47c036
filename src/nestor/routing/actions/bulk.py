"""Writes about many conversations at once: begun by a person, done in small steps, stopped or undone at any time."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from nestor.inbox.models import Conversation
from nestor.notices.actions import tell, withdraw
from nestor.notices.rules import Occasion
from nestor.people.reads import Seat, colleague, team_of
from nestor.people.rules import Permission
from nestor.routing.actions import assigned, reopened, resolved
from nestor.routing.actions.labels import keep_labels, labelled, snoozed, unlabelled, woken
from nestor.routing.actions.standing import Move, apply_moves, until_settled
from nestor.routing.events import BulkMoved
from nestor.routing.models import BulkDeed, BulkItem, ConversationLabel, Label, Route
from nestor.routing.reads import chosen, visible_routes
from nestor.routing.rules.bulk import Deed, as_stored, as_was
from nestor.routing.rules.filters import InboxFilter
from nestor.work.actions import announce, note, note_all, release_lease, take_lease
from nestor.work.rules import Lease

MOST = 50_000  # conversations of one deed
STEP = 200  # done in one transaction
INSERTED = 1000  # rows written in one statement
Change = Callable[[Route], dict[str, Any]]


class Overtaken(Exception):
    """It was stopped or is being undone meanwhile: this step is taken back."""


def begin_bulk(
    seat: Seat, deed: Deed, target: str, among: InboxFilter | Sequence[str], now: datetime
) -> BulkDeed | None:
    """Begin one deed to all that a filter chooses, or to these public ids; None without the right or a fit target.

    At most 50,000 at once. The conversations are those of this moment.
    """
    if not seat.may(Permission.ROUTE) or target_of(seat, deed, target) is None:
        return None
    if isinstance(among, InboxFilter):
        rows = chosen(seat, among, now).order_by("-last_at", "-id")
    else:
        rows = visible_routes(seat).filter(conversation__public_id__in=list(among)[:MOST])
    with transaction.atomic():
        ids = list(rows.values_list("conversation_id", flat=True)[:MOST])
        bulk: BulkDeed = BulkDeed.objects.create(
            brand=seat.brand, author=seat.user, deed=deed.value, target=target, total=len(ids), made_at=now, due_at=now
        )
        for start in range(0, len(ids), INSERTED):
            chunk = ids[start : start + INSERTED]
            BulkItem.objects.bulk_create(BulkItem(brand=seat.brand, bulk=bulk, conversation_id=one) for one in chunk)
        note("begin_bulk", bulk, now, brand_id=seat.brand.pk, actor_id=seat.user.pk, facts={"deed": deed.value})
    return bulk


def target_of(seat: Seat, deed: Deed, target: str) -> Any:
    """Return what a deed is to put: a user's id, a label's, a moment; True where none is needed, None if unfit."""
    if deed is Deed.ASSIGN:
        user = seat.user if target == "me" else colleague(seat.brand, target)
        may_answer = {
            member.pk for member, role in team_of(seat.brand) if Seat(member, seat.brand, role).may(Permission.ANSWER)
        }
        return user.pk if user is not None and user.pk in may_answer else None
    if deed in (Deed.LABEL, Deed.UNLABEL):
        return Label.objects.of(seat.brand).filter(public_id=target).values_list("pk", flat=True).first()
    if deed is Deed.SNOOZE:
        return _moment(target)
    return True


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def step_bulk(bulk_id: int, now: datetime) -> bool:
    """Do some more of one deed to many, or undo some more of it; False when somebody else is at it."""
    rows = BulkDeed.objects.across_brands("a worker looks at one due row by its id")
    lease = take_lease(rows.filter(due_at__lte=now), bulk_id, now, timedelta(seconds=settings.NESTOR_LEASE_FOR))
    if lease is None:
        return False
    bulk = rows.select_related("author", "brand").get(pk=bulk_id)
    step = _undo_some if bulk.state == BulkDeed.UNDOING else _do_some
    try:
        return until_settled(lambda: step(bulk, lease, now))
    except Overtaken:
        return False


def _do_some(bulk: BulkDeed, lease: Lease, now: datetime) -> bool:
    items = list(_items(bulk).filter(version=0, before__isnull=True).order_by("pk")[:STEP])
    change = _change_of(bulk, now)
    by_conversation = {item.conversation_id: item for item in items}
    rows = Route.objects.of(bulk.brand_id).filter(conversation_id__in=by_conversation)
    moves = [Move(row.conversation_id, row, values) for row in rows if (values := change(row))]
    apply_moves(bulk.brand_id, moves, now)
    for move in moves:
        item, row = by_conversation[move.conversation_id], move.row
        if row is not None:
            item.before, item.version = (
                as_stored({name: getattr(row, name) for name in move.values}),
                row.version + 1,
            )
    for item in items:
        item.before = item.before if item.before is not None else {}
    _items(bulk).bulk_update(items, ["before", "version"], batch_size=STEP)
    _keep_labels(bulk, [move.conversation_id for move in moves], is_undone=False)
    _journal(bulk, moves, now)
    return _go_on(bulk, lease, now, len(items), changed=F("changed") + len(moves))


def _items(bulk: BulkDeed) -> Any:
    return BulkItem.objects.of(bulk.brand_id).filter(bulk=bulk)


def _change_of(bulk: BulkDeed, now: datetime) -> Change:
    """Return what the deed does to one standing; nothing once its author may not do it any more."""
    deed, author = Deed(bulk.deed), bulk.author
    role = next((role for user, role in team_of(bulk.brand_id) if author is not None and user.pk == author.pk), None)
    if author is None or role is None:
        return lambda _row: {}
    seat = Seat(author, bulk.brand, role)
    target = target_of(seat, deed, bulk.target)
    sees = seat.may(Permission.SEE_SEALED)
    changes: dict[Deed, Change] = {
        Deed.RESOLVE: lambda row: resolved(row, now),
        Deed.REOPEN: reopened,
        Deed.ASSIGN: lambda row: assigned(row, target),
        Deed.UNASSIGN: lambda row: assigned(row, None),
        Deed.LABEL: lambda row: labelled(row, target),
        Deed.UNLABEL: lambda row: unlabelled(row, target),
        Deed.SNOOZE: lambda row: snoozed(row, target) if target > now else {},
        Deed.WAKE: woken,
    }
    may = seat.may(Permission.ROUTE) and target is not None
    return lambda row: changes[deed](row) if may and (sees or not row.is_sealed) else {}


def _keep_labels(bulk: BulkDeed, conversation_ids: Iterable[int], *, is_undone: bool) -> None:
    deed = Deed(bulk.deed)
    if deed not in (Deed.LABEL, Deed.UNLABEL):
        return
    label_id = Label.objects.of(bulk.brand_id).filter(public_id=bulk.target).values_list("pk", flat=True).first()
    if label_id is None:
        return
    if (deed is Deed.LABEL) is not is_undone:
        keep_labels(bulk.brand_id, [(one, label_id) for one in conversation_ids])
    else:
        on = ConversationLabel.objects.of(bulk.brand_id).filter(label_id=label_id)
        on.filter(conversation_id__in=list(conversation_ids)).delete()


def _journal(bulk: BulkDeed, moves: Sequence[Move], now: datetime) -> None:
    verb = f"bulk_{bulk.deed}" if bulk.state != BulkDeed.UNDOING else "bulk_undo"
    facts = {"bulk": bulk.pk}
    note_all(
        verb,
        Conversation,
        [move.conversation_id for move in moves],
        now,
        brand_id=bulk.brand_id,
        actor_id=bulk.author_id,
        facts=facts,
    )


def _go_on(bulk: BulkDeed, lease: Lease, now: datetime, looked_at: int, **changes: Any) -> bool:
    """Give the row back: due again at once, or settled when a step found nothing more."""
    is_undoing = bulk.state == BulkDeed.UNDOING
    after: dict[str, Any] = {"due_at": now}
    if looked_at < STEP:
        after = {"due_at": None, "settled_at": now, "state": BulkDeed.UNDONE if is_undoing else BulkDeed.DONE}
    done = F("done") - looked_at if is_undoing else F("done") + looked_at
    rows = BulkDeed.objects.of(bulk.brand_id).filter(state=bulk.state)
    if not release_lease(rows, lease, done=done, **after, **changes):
        raise Overtaken
    announce(BulkMoved(brand_id=bulk.brand_id, bulk_id=bulk.pk), now)
    if "state" in after and bulk.author_id is not None and bulk.total > STEP:
        tell(bulk.brand_id, Occasion.BULK_DONE, bulk.public_id, now, to=[bulk.author_id])
    if "state" in after and is_undoing:
        withdraw(bulk.brand_id, [Occasion.HANDED_MANY], [bulk.public_id], now)
    elif "state" in after:
        _tell_receiver(bulk, now)
    return True


def _tell_receiver(bulk: BulkDeed, now: datetime) -> None:
    """Tell whom conversations were handed to, once, however many they are. Joins the caller's transaction."""
    if bulk.deed != Deed.ASSIGN.value:
        return
    receiver = next((user for user, _role in team_of(bulk.brand_id) if user.public_id == bulk.target), None)
    has_moved = BulkDeed.objects.of(bulk.brand_id).filter(pk=bulk.pk, changed__gt=0).exists()
    if receiver is not None and receiver.pk != bulk.author_id and has_moved:
        tell(bulk.brand_id, Occasion.HANDED_MANY, bulk.public_id, now, to=[receiver.pk])


def _undo_some(bulk: BulkDeed, lease: Lease, now: datetime) -> bool:
    items = list(_items(bulk).filter(before__isnull=False).order_by("-pk")[:STEP])
    by_conversation = {item.conversation_id: item for item in items if item.version}
    rows = Route.objects.of(bulk.brand_id).filter(conversation_id__in=by_conversation)
    moves = [
        Move(row.conversation_id, row, as_was(by_conversation[row.conversation_id].before))
        for row in rows
        if row.version == by_conversation[row.conversation_id].version
    ]
    apply_moves(bulk.brand_id, moves, now)
    _keep_labels(bulk, [move.conversation_id for move in moves], is_undone=True)
    _items(bulk).filter(pk__in=[item.pk for item in items]).delete()
    _journal(bulk, moves, now)
    left_alone = len(by_conversation) - len(moves)
    return _go_on(bulk, lease, now, len(items), kept=F("kept") + left_alone, changed=F("changed") - len(moves))


def stop_bulk(seat: Seat, bulk: BulkDeed, now: datetime) -> bool:
    """Do no more of it; what was done stays."""
    rows = BulkDeed.objects.of(seat.brand).filter(pk=bulk.pk, author=seat.user, state=BulkDeed.RUNNING)
    changes = {"state": BulkDeed.STOPPED, "due_at": None, "settled_at": now, "lease_token": "", "leased_until": None}
    with transaction.atomic():
        if rows.update(**changes) != 1:
            return False
        _tell_receiver(bulk, now)
        return True


def undo_bulk(seat: Seat, bulk: BulkDeed, now: datetime) -> bool:
    """Undo it, also while it runs; what somebody changed since is left alone, and counted."""
    states = (BulkDeed.RUNNING, BulkDeed.DONE, BulkDeed.STOPPED)
    rows = BulkDeed.objects.of(seat.brand).filter(pk=bulk.pk, author=seat.user, state__in=states)
    changes = {"state": BulkDeed.UNDOING, "due_at": now, "settled_at": None, "lease_token": "", "leased_until": None}
    with transaction.atomic():
        if rows.update(**changes) != 1:
            return False
        note("undo_bulk", bulk, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
        return True


def forget_bulk(before: datetime) -> int:
    """Forget how conversations stood before deeds that nobody can undo any more."""
    old = BulkDeed.objects.across_brands("upkeep of the installation").filter(settled_at__lt=before)
    items = BulkItem.objects.across_brands("upkeep of the installation")
    some = list(items.filter(bulk_id__in=old.values("pk")).values_list("pk", flat=True)[:5000])
    count: int = items.filter(pk__in=some).delete()[0]
    return count
