"""What was dropped because it had been kept long enough, or erased with who said it, so that it does not come back."""

from collections.abc import Iterable
from datetime import datetime

from nestor.brands.models import Channel
from nestor.brands.scoping import BrandQuerySet, BrandRow
from nestor.inbox.models import GoneMessage, Payload, WebhookCall
from nestor.inbox.rules import digest_of
from nestor.networks.contract import Arrival


def without_gone(channel: Channel, arrivals: Iterable[Arrival]) -> list[Arrival]:
    """Return those that were neither dropped nor erased once. One query, whatever their age: people go any day."""
    found = [(digest_of(one.network_id), one) for one in arrivals]
    if not found:
        return []
    numbers = [number for number, _arrival in found]
    rows = GoneMessage.objects.of(channel.brand_id).filter(channel=channel, number__in=numbers)
    gone = set(rows.values_list("number", flat=True))
    return [one for number, one in found if number not in gone]


def raw_before(brand_id: int, before: datetime) -> tuple[tuple[type[BrandRow], BrandQuerySet], ...]:
    """Return a brand's raw forms that came by then, and what is left of webhook calls as old."""
    calls = WebhookCall.objects.of(brand_id).filter(due_at__isnull=True, received_at__lte=before)
    return (Payload, Payload.objects.of(brand_id).filter(received_at__lte=before)), (WebhookCall, calls)
