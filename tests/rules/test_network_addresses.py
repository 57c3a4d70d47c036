"""Which addresses the desk may call, judged on their own."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nestor.networks.addresses import may_call

PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a01:e0a::1", "64:ff9b::101:101"]
INDOORS = ["127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"]
INDOORS += ["::1", "fd12:3456::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"]
NEVER = ["169.254.169.254", "0.0.0.0", "224.0.0.251", "255.255.255.255", "192.0.0.192", "168.63.129.16", "198.18.0.1"]
NEVER += ["100.100.100.200", "fe80::1", "fe80::1%eth0", "ff02::1", "::", "fd00:ec2::254", "2002:7f00:1::", "2001::1"]
NEVER += [
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "::127.0.0.1",
    "2001:db8::1",
]
NONSENSE = ["", "localhost", "1.2.3", "1.2.3.4.5", "::1::", "0x7f000001", "１.1.1.1", "1.1.1.1/8", "\x00"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_called(address: str) -> None:
    assert may_call(address, allow_private=False)


@pytest.mark.parametrize("address", INDOORS)
def test_addresses_inside_the_house_need_leave(address: str) -> None:
    assert not may_call(address, allow_private=False)
    assert may_call(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER + NONSENSE)
def test_some_addresses_are_never_called(address: str) -> None:
    assert not may_call(address, allow_private=False)
    assert not may_call(address, allow_private=True)


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_an_ipv4_mapped_address_opens_nothing_its_ipv4_does_not(number: int) -> None:
    plain = str(ipaddress.IPv4Address(number))
    assert not may_call(f"::ffff:{plain}", allow_private=False)
    assert may_call(f"::ffff:{plain}", allow_private=True) == may_call(plain, allow_private=True)


@given(st.ip_addresses())
def test_nothing_but_the_global_internet_is_called_without_leave(address: ipaddress.IPv4Address) -> None:
    if may_call(str(address), allow_private=False):
        assert address.is_global
        assert not address.is_multicast
