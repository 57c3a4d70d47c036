"""What was dropped because it had been kept long enough, so that it does not come back; what is next."""

from collections.abc import Iterable
from datetime import datetime

from nestor.brands.models import Channel
from nestor.brands.scoping import BrandQuerySet, BrandRow
from nestor.inbox.models import GoneMessage, Payload, WebhookCall
from nestor.inbox.rules import NEVER_GONE_BEFORE, digest_of
from nestor.networks.contract import Arrival


def without_gone(channel: Channel, arrivals: Iterable[Arrival], now: datetime) -> list[Arrival]:
    """Return those that were not dropped once. One query, and none at all where everything is young."""
    found = list(arrivals)
    old = {one.network_id: digest_of(one.network_id) for one in found if one.published_at < now - NEVER_GONE_BEFORE}
    if not old:
        return found
    rows = GoneMessage.objects.of(channel.brand_id).filter(channel=channel, number__in=old.values())
    gone = set(rows.values_list("number", flat=True))
    return [one for one in found if old.get(one.network_id) not in gone]


def raw_before(brand_id: int, before: datetime) -> tuple[tuple[type[BrandRow], BrandQuerySet], ...]:
    """Return a brand's raw forms that came by then, and what is left of webhook calls as old."""
    calls = WebhookCall.objects.of(brand_id).filter(due_at__isnull=True, received_at__lte=before)
    return (Payload, Payload.objects.of(brand_id).filter(received_at__lte=before)), (WebhookCall, calls)
