"""Trying new access to an account, whether it comes from the channels page or by the API."""

from collections.abc import Mapping

from django.conf import settings

from nestor.brands.models import Channel
from nestor.brands.reads import secrets_of
from nestor.brands.secrets import SecretLost
from nestor.networks import registry
from nestor.networks.contract import Account, Network


class OtherAccount(Exception):
    """The access belongs to another account than the channel's."""


def load_network(key: str) -> Network | None:
    """Return the network, or None where this installation does not have it."""
    try:
        return registry.load(key)
    except (registry.UnknownNetwork, registry.BrokenNetwork):
        return None


def try_access(channel: Channel, network: Network, given: Mapping[str, str], secrets: Mapping[str, str]) -> Account:
    """Ask the network who we are with these settings and secrets, those that are stored where none is given.

    Raise `NetworkTrouble` with the network's no, or `OtherAccount`.
    """
    try:
        stored = secrets_of(channel)
    except SecretLost:
        stored = {}
    connector = network.open(_open_to(given), stored | dict(secrets))
    try:
        account = connector.who_am_i()
    finally:
        connector.close()
    if channel.account_id and account.network_id != channel.account_id:
        raise OtherAccount
    return account


def _open_to(given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings with the installation's leave to call private addresses, which no form can give."""
    chosen = {name: text for name, text in given.items() if name != registry.ALLOW_PRIVATE}
    return chosen | ({registry.ALLOW_PRIVATE: "1"} if settings.NESTOR_PRIVATE_NETWORKS else {})
