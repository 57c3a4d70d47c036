"""A network's no, in words; and the words a network brings along for its own fields and warnings."""

from gettext import gettext as _

from django.utils.translation import gettext as from_network


def sentences() -> dict[str, str]:
    """Return, per reason of the contract, what is the case and what to do."""
    return {
        "sign_in": _("The network does not accept this sign-in. Check name, password or token."),
        "forbidden": _("The network does not let this account do that. Give it the rights the documentation names."),
        "gone": _("There is nothing at this address any more."),
        "too_long": _("The network finds this too long."),
        "duplicate": _("The network says it has this already."),
        "invalid": _("A setting makes no sense."),
        "closed": _("Comments or messages are closed there."),
        "limited": _("The network asks to slow down. Try again later."),
        "outage": _("The network is not working properly now. Try again later."),
        "malformed": _("What answers there does not speak like this network. Check the address."),
        "forged": _("A call claimed to come from the network and did not."),
        "unreachable": _("Nothing answers at this address. Check it, and the connection."),
        "unsafe": _("The desk does not call this address: it is private, or its connection is not encrypted."),
    }


def explain_reason(reason: str, detail: str = "") -> str:
    """Return the sentence of a reason, with what the network said where that helps."""
    said = "".join(letter for letter in detail if letter.isprintable())[:200]
    return f"{sentences().get(reason, reason)}{f' ({said})' if said else ''}"


def field_label(network: str, field: str) -> str:
    """Return what a network calls one of its fields."""
    return word_of(f"{network}.{field}") or field


def word_of(key: str) -> str:
    """Return what the network's own catalogue says under this key, "" for nothing."""
    said = from_network(key)
    return "" if said == key else said
