"""Which addresses the desk may call. Pure: names are resolved elsewhere, once, and the answer is judged here.

Source: IANA special-purpose address registries (IPv4 and IPv6), read 2026-11-20.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# Inside a house: reached only where the operator said so for this very host.
_INDOORS_4 = tuple(
    IPv4Network(block) for block in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
_INDOORS_6 = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))

# Never: nothing a connector could want lives there.
_NEVER_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "100.100.100.200/32",  # a cloud's metadata inside 100.64/10
        "168.63.129.16/32",  # a cloud's host agent on a public address
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_NEVER_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo included: may carry another address inside
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries an IPv4 address inside
        "3fff::/20",
        "fd00:ec2::254/128",  # a cloud's metadata inside fc00::/7
        "fd20:ce::254/128",  # another's
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def may_call(text: str, *, allow_private: bool) -> bool:
    """Say whether the desk may open a connection to this resolved address (text form, scope id allowed).

    `allow_private` opens loopback, private ranges and IPv4-mapped forms; never metadata, link-local or multicast.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        return _may_call_6(address, allow_private=allow_private)
    return _may_call_4(address, allow_private=allow_private)


def _may_call_4(address: IPv4Address, *, allow_private: bool) -> bool:
    if any(address in block for block in _NEVER_4):
        return False
    return allow_private or not any(address in block for block in _INDOORS_4)


def _may_call_6(address: IPv6Address, *, allow_private: bool) -> bool:
    if address.ipv4_mapped is not None:
        return allow_private and _may_call_4(address.ipv4_mapped, allow_private=True)
    if address in _NAT64:
        return _may_call_4(IPv4Address(int(address) & 0xFFFFFFFF), allow_private=False)
    if any(address in block for block in _NEVER_6):
        return False
    if any(address in block for block in _INDOORS_6):
        return allow_private
    return address in _GLOBAL_6
