"""How a delivery ends: each step a conditional UPDATE from named states."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from nestor.brands.models import Channel
from nestor.inbox.actions import record_sent
from nestor.networks.contract import Receipt
from nestor.notices.actions import tell
from nestor.notices.rules import Occasion
from nestor.publisher.events import DeliveryMoved, DeliverySent
from nestor.publisher.models import Attempt, Delivery
from nestor.publisher.rules import DISCONNECTED, State, sources_of
from nestor.routing.actions import record_answer
from nestor.routing.models import Route
from nestor.work.actions import announce, note

ASKS = (State.REFUSED, State.LATE, State.CANCELLED)  # when the desk, not its author, stopped it


def move(delivery: Delivery, now: datetime) -> None:
    """Announce that a delivery moved."""
    ids = {"brand_id": delivery.brand_id, "delivery_id": delivery.pk, "conversation_id": delivery.conversation_id or 0}
    announce(DeliveryMoved(**ids), now)


def settle_sent(delivery: Delivery, receipt: Receipt, now: datetime, *, sources: Iterable[str] | None = None) -> bool:
    """Record the proof that it is there: the answer is in its thread, the clock stops. False if it was known."""
    states = list(sources or sources_of(State.SENT))
    with transaction.atomic():
        rows = Delivery.objects.of(delivery.brand_id).filter(pk=delivery.pk, state__in=states)
        done = rows.update(
            state=State.SENT,
            due_at=None,
            settled_at=now,
            receipt_id=receipt.network_id[:300],
            receipt_url=receipt.url[:2000],
            reason="",
            lease_token="",
            leased_until=None,
        )
        if done != 1:
            return False
        close_attempt(delivery, "sent", "", now)
        if delivery.conversation is not None:
            answered = delivery.answers.network_id if delivery.answers else ""
            message = record_sent(
                delivery.conversation, receipt, delivery.text, delivery.mark, now, in_reply_to=answered
            )
            Delivery.objects.of(delivery.brand_id).filter(pk=delivery.pk).update(message=message)
            record_answer(delivery.conversation, message.published_at, now, is_elsewhere=False)
        note("deliver", delivery, now, brand_id=delivery.brand_id, actor_id=None)
        move(delivery, now)
        ids = {
            "brand_id": delivery.brand_id,
            "delivery_id": delivery.pk,
            "conversation_id": delivery.conversation_id or 0,
        }
        announce(DeliverySent(**ids), now)
        return True


def step(
    delivery: Delivery, target: State, now: datetime, *, outcome: str = "", token: str = "", **changes: Any
) -> bool:
    """Take one declared step, giving the lease back; with `token`, only while that lease is ours.

    False if somebody was faster.
    """
    with transaction.atomic():
        rows = Delivery.objects.of(delivery.brand_id).filter(pk=delivery.pk, state__in=sources_of(target))
        if token:
            rows = rows.filter(lease_token=token)
        if rows.update(state=target, lease_token="", leased_until=None, **changes) != 1:
            return False
        if outcome:
            close_attempt(delivery, outcome, str(changes.get("reason", "")), now)
        if target in (State.REFUSED, State.LATE, State.CANCELLED, State.UNCONFIRMED):
            facts = {"state": target.value, "reason": str(changes.get("reason", ""))}
            note("settle_delivery", delivery, now, brand_id=delivery.brand_id, actor_id=None, facts=facts)
        if target in ASKS and changes.get("reason"):
            ask_author(delivery, now)
        move(delivery, now)
        return True


def ask_author(delivery: Delivery, now: datetime) -> None:
    """Tell whoever wrote it that it did not go out as meant: they decide what becomes of it."""
    if delivery.author_id is None:
        return
    route = Route.objects.of(delivery.brand_id).filter(conversation_id=delivery.conversation_id).first()
    tell(
        delivery.brand_id,
        Occasion.DELIVERY_ASKS,
        delivery.conversation.public_id if delivery.conversation is not None else "",
        now,
        to=[delivery.author_id],
        lane=route.lane if route is not None else "",
        is_sealed=route is not None and route.is_sealed,
    )


def close_attempt(delivery: Delivery, outcome: str, reason: str, now: datetime) -> None:
    """Write down how the attempt that is still open ended."""
    rows = Attempt.objects.of(delivery.brand_id).filter(delivery=delivery, ended_at__isnull=True)
    rows.update(ended_at=now, outcome=outcome, reason=reason)


def stop_unsendable(channel_id: int, brand_id: int, now: datetime) -> int:
    """Cancel what waits to leave by a channel that is disconnected; its authors are told. Return how many."""
    if not Channel.objects.of(brand_id).filter(pk=channel_id, is_connected=False).exists():
        return 0
    rows = Delivery.objects.of(brand_id).filter(channel_id=channel_id, state=State.WAITING)
    waiting = list(rows.select_related("conversation").order_by("id"))
    return sum(step(one, State.CANCELLED, now, due_at=None, settled_at=now, reason=DISCONNECTED) for one in waiting)
