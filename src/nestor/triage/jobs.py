"""What wakes triage: a message arrived, or its author changed it."""

from collections.abc import Sequence
from datetime import datetime

from nestor.inbox.events import MessageArrived, MessageEdited
from nestor.triage import actions
from nestor.work.events import Happening
from nestor.work.registry import Subscriber


def read_messages(happenings: Sequence[Happening], now: datetime) -> None:
    """Read what arrived or changed, brand by brand."""
    by_brand: dict[int, list[int]] = {}
    for one in happenings:
        if isinstance(one, MessageArrived | MessageEdited):
            by_brand.setdefault(one.brand_id, []).append(one.message_id)
    for brand_id, message_ids in by_brand.items():
        actions.read_messages(brand_id, message_ids, now)


SUBSCRIBERS = (
    Subscriber("triage.read_arrived", event="MessageArrived", serve=read_messages),
    Subscriber("triage.read_edited", event="MessageEdited", serve=read_messages),
)
