"""How often a page without sign-in may be asked for from one place."""

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

MINUTE = 60


def is_too_much(request: HttpRequest, what: str, most: int, now: datetime) -> bool:
    """Count this request; return whether its place has asked for more than `most` within this minute."""
    place = get_adapter(request).get_client_ip(request)
    key = f"often:{what}:{place}:{int(now.timestamp()) // MINUTE}"
    cache.add(key, 0, 2 * MINUTE)
    try:
        return bool(cache.incr(key) > most)
    except ValueError:  # it lapsed between the two
        return False
