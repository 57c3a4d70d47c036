"""Notices to browsers: Web Push (RFC 8030), encrypted for one browser (RFC 8291), signed by the desk (RFC 8292)."""

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone
from py_vapid import Vapid02, VapidException

from nestor.brands.actions import installation_secret
from nestor.networks.contract import Reason, Refused
from nestor.networks.http import HttpSession
from nestor.notices.rules.reach import Why, may_push_to
from nestor.notices.ways.ping import NotPossible, Ping

KEPT_FOR = 4 * 3600  # seconds a push service keeps it for a browser that is away
SIGNED_FOR = 12 * 3600
TOTAL_FOR = 15.0


def public_key() -> str:
    """Return the desk's key as browsers want it when they register."""
    point = _key().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _key() -> Vapid02:
    """Return the key of this installation, made on first use and kept encrypted like every secret."""
    return Vapid02.from_pem(installation_secret("push", "vapid", _fresh_key, timezone.now()).encode())


def _fresh_key() -> str:
    fresh = Vapid02()
    fresh.generate_keys()
    return bytes(fresh.private_pem()).decode()


def checked(subscription: Mapping[str, Any]) -> dict[str, str]:
    """Return a browser's registration with what is needed of it; raise `ValueError`."""
    keys = subscription.get("keys")
    endpoint = subscription.get("endpoint")
    if not isinstance(endpoint, str) or not isinstance(keys, Mapping) or len(endpoint) > 2000:
        raise ValueError("not a registration")
    kept = {"endpoint": endpoint, "p256dh": str(keys.get("p256dh", "")), "auth": str(keys.get("auth", ""))}
    point, auth = _raw(kept["p256dh"]), _raw(kept["auth"])
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    if len(auth) != 16 or urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
        raise ValueError("not a registration")
    return kept


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("not base64") from None


def send(to: Mapping[str, str], ping: Ping, chosen: Collection[str], *, allow_private: bool) -> None:
    """Hand it to the browser's push service; return once it was accepted."""
    address = urlsplit(to["endpoint"])
    if not may_push_to(address.hostname or "", chosen) and not allow_private:
        raise NotPossible(Why.NOT_CHOSEN)
    origin = f"{address.scheme}://{address.netloc}"
    content = json.dumps({"title": ping.title, "body": ping.body, "path": ping.path, "tag": ping.ref})
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_FOR),
        "Urgency": "high" if ping.is_urgent else "normal",
        **_signature(origin),
    }
    session = HttpSession(origin, allow_private=allow_private, total_for=TOTAL_FOR, max_bytes=100_000)
    target = address.path + (f"?{address.query}" if address.query else "")
    try:
        session.request("POST", target, content=encrypted(to, content.encode()), headers=headers)
    finally:
        session.close()


def encrypted(to: Mapping[str, str], content: bytes) -> bytes:
    """Return the content as this browser alone can read it."""
    try:
        body: bytes = http_ece.encrypt(
            content,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=_raw(to["p256dh"]),
            auth_secret=_raw(to["auth"]),
            version="aes128gcm",
        )
    except (ValueError, http_ece.ECEException):
        raise Refused(Reason.INVALID, "the browser's key cannot be used") from None
    return body


def _signature(origin: str) -> dict[str, str]:
    until = int(timezone.now().timestamp()) + SIGNED_FOR
    contact = settings.URL if settings.URL.startswith("https:") else f"mailto:{settings.DEFAULT_FROM_EMAIL}"
    try:
        return dict(_key().sign({"sub": contact, "aud": origin, "exp": until}))
    except VapidException:
        raise Refused(Reason.INVALID, "the desk's own address cannot be used as a contact") from None
