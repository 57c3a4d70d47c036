"""Channels in trouble: whoever is on call is told, once for each trouble."""

from datetime import datetime

from django.db import transaction

from nestor.brands.models import Channel
from nestor.notices import reads
from nestor.notices.actions import tell
from nestor.notices.actions.calls import end_calls
from nestor.notices.models import Call
from nestor.notices.rules import Occasion
from nestor.vocabulary import Urgency


def tell_of_trouble(channel_id: int, now: datetime) -> bool:
    """Tell that a channel cannot be read; False where it can, or that was told."""
    channel = reads.troubled(now).filter(pk=channel_id).first()
    if channel is None:
        return False
    with transaction.atomic():
        since = channel.trouble_since
        known = Call.objects.of(channel.brand_id).filter(
            occasion=Occasion.CHANNEL_BLIND.value, about=channel.public_id, made_at__gte=since
        )
        if known.exists():
            return False
        return bool(tell(channel.brand_id, Occasion.CHANNEL_BLIND, channel.public_id, now, urgency=int(Urgency.TODAY)))


def end_trouble(brand_id: int, channel_id: int, now: datetime) -> int:
    """End the calls for a channel that is well; return how many."""
    channel = Channel.objects.of(brand_id).filter(pk=channel_id, trouble="").first()
    return end_calls(brand_id, [Occasion.CHANNEL_BLIND], [channel.public_id], now) if channel is not None else 0


def is_still_troubled(brand_id: int, about: str) -> bool:
    """Return whether a channel is still in trouble."""
    return Channel.objects.of(brand_id).filter(public_id=about, is_connected=True).exclude(trouble="").exists()
