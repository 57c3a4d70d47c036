"""Changing the key that encrypts secrets, in steps each of which can be the last before a crash.

1. A new key stands in front of the old ones: it encrypts, all decrypt; processes that run notice (`keys.KeyFile`).
2. Everything stored is encrypted again with the new key.
3. Old keys go, once nothing stored needs them any more.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken

from nestor.brands.actions import rotate_secrets
from nestor.brands.models import ChannelSecret, InstallationSecret
from nestor.config.keys import add_secret_key, drop_old_secret_keys, secret_keys
from nestor.hooks.actions import rotate_receiver_secrets
from nestor.hooks.models import Receiver
from nestor.notices.actions.choosing import reseal_addresses
from nestor.notices.models import Address
from nestor.people.actions import SEALED_BY_LIBRARY, reseal_sign_in


def add_key(home: Path) -> int:
    """Put a new key in front; return how many there are."""
    add_secret_key(home)
    return len(secret_keys(home))


def reseal() -> int:
    """Encrypt everything stored with the newest key; return how many secrets. Raise `SecretLost`."""
    return rotate_secrets() + rotate_receiver_secrets() + reseal_sign_in() + reseal_addresses()


def count_needing_old_keys(home: Path) -> int:
    """Return how many stored secrets the newest key alone does not open."""
    newest = Fernet(secret_keys(home)[0])
    return sum(not _opens(newest, sealed) for sealed in _everything_sealed())


def drop_old_keys(home: Path) -> int:
    """Remove all keys but the newest; return how many secrets still need one of them, in which case all stay."""
    needed = count_needing_old_keys(home)
    if not needed:
        drop_old_secret_keys(home)
    return needed


def _opens(key: Fernet, sealed: str) -> bool:
    try:
        key.decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def _everything_sealed() -> Iterator[str]:
    across = ChannelSecret.objects.across_brands("the key file is the installation's")
    yield from across.values_list("sealed", flat=True)
    yield from Address.objects.values_list("sealed", flat=True)
    yield from InstallationSecret.objects.values_list("sealed", flat=True)
    receivers = Receiver.objects.across_brands("the key file is the installation's")
    for secrets in receivers.values_list("secret", "old_secret"):
        yield from filter(None, secrets)
    data: dict[str, Any]
    for data in Authenticator.objects.values_list("data", flat=True):
        yield from (data[name] for name in SEALED_BY_LIBRARY if data.get(name))
        yield from data.get("migrated_codes") or ()
