"""What each role may do; how long work waits; what both databases can hold."""

import random
from datetime import timedelta

import pytest

from nestor.people.rules import ROLE_MAY, Permission, may
from nestor.vocabulary import Role
from nestor.work.rules import MOST_WAIT, wait_for


def test_every_role_is_known() -> None:
    assert set(ROLE_MAY) == set(Role)


@pytest.mark.parametrize(
    ("role", "may_not"),
    [
        (Role.HEAD, set()),
        (Role.SUBSTITUTE, {Permission.HEAD}),
        (Role.AGENT, {Permission.SEE_SEALED, Permission.CLEAR, Permission.CONNECT, Permission.HEAD}),
        (Role.VIEWER, set(Permission) - {Permission.SEE}),
    ],
)
def test_roles(role: Role, may_not: set[Permission]) -> None:
    assert {one for one in Permission if not may(role, one)} == may_not


@pytest.mark.parametrize("permission", Permission)
def test_nobody_without_a_role_may_anything(permission: Permission) -> None:
    assert not may(None, permission)


def test_whoever_consents_sees_what_is_sealed() -> None:
    assert all(may(role, Permission.SEE_SEALED) for role in Role if may(role, Permission.CLEAR))


@pytest.mark.parametrize("tries", [0, 1, 5, 9, 10, 16, 17, 1000, 10**9])
def test_waits_double_and_are_bounded(tries: int) -> None:
    luck = random.Random(tries)
    for _ in range(50):
        wait = wait_for(tries, luck)
        base = min(MOST_WAIT, timedelta(seconds=2 ** min(tries, 16)))
        assert base * 0.75 <= wait <= base * 1.25
