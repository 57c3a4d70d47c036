"""Sealing and opening secrets with the keys outside the database (Fernet: AES-128-CBC with HMAC-SHA256)."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretLost(Exception):
    """A stored secret that no present key opens: the key file was lost or replaced. Reconnect the channel."""


def _ring() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.NESTOR_SECRET_KEYS])


def seal(text: str) -> str:
    """Return the text encrypted with the newest key."""
    return _ring().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the text; raise `SecretLost`."""
    try:
        return _ring().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretLost from error


def seal_again(sealed: str) -> str:
    """Return the same secret encrypted with the newest key; raise `SecretLost`."""
    try:
        return _ring().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretLost from error
