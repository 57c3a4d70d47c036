"""Whom the desk calls, with what signature, how often it tries again, and when it stops trying. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

# What is read is told as `ConversationRouted`: by then it is known whether it is sealed.
KINDS = (
    "ConversationRouted",
    "MessageChanged",
    "OwnMessageSeen",
    "DeliveryMoved",
    "DeliverySent",
    "ClearanceMoved",
    "ChannelConnected",
    "ChannelTroubled",
    "ChannelHeld",
    "ChannelRead",
)
PING = "Ping"  # asked for by a person, to try a receiver
AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 10_800, 21_600, 43_200, 86_400))
LONGEST_REST = timedelta(minutes=30)
OFF_AFTER = timedelta(days=3)  # of nothing but failures
LEAST_FAILURES = 10
OLD_SECRET_FOR = timedelta(hours=24)
SECRET_BEGINS = "whsec_"  # noqa: S105  as Standard Webhooks writes secrets
MOST_ADDRESS = 1000


def is_callable_address(url: str, *, allow_private: bool) -> bool:
    """Return whether the desk may try to call it: https, or http where private networks are allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    schemes = ("https", "http") if allow_private else ("https",)
    is_plain = url.isascii() and url.isprintable() and " " not in url and not (parts.username or parts.fragment)
    return parts.scheme in schemes and bool(parts.hostname) and is_plain and port != 0 and len(url) <= MOST_ADDRESS


def signatures(secrets: Sequence[str], call_id: str, timestamp: int, body: bytes) -> str:
    """Return the header that proves a call is ours (Standard Webhooks): one signature for each secret that is valid."""
    signed = f"{call_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_BEGINS))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def again_at(tries: int, now: datetime) -> datetime | None:
    """Return when a call that failed that often is tried again; None when it is given up."""
    return now + AGAIN_AFTER[tries - 1] if tries <= len(AGAIN_AFTER) else None


def rest_for(failures: int) -> timedelta:
    """Return how long a receiver that cannot be reached is left alone: doubling from five seconds."""
    wanted: timedelta = timedelta(seconds=5) * 2 ** min(failures, 16)
    return min(LONGEST_REST, wanted)


def is_hopeless(failing_since: datetime | None, failures: int, now: datetime) -> bool:
    """Return whether a receiver has failed for so long that it is called no more."""
    return failing_since is not None and now - failing_since >= OFF_AFTER and failures >= LEAST_FAILURES


def known_kinds(wanted: Iterable[str]) -> list[str]:
    """Return those kinds that can be told of, once each, in their order."""
    asked = set(wanted)
    return [kind for kind in KINDS if kind in asked]
