"""Telling people of the team: each once until seen, nothing but codes, nothing beyond the brand."""

import pytest

from nestor.notices.actions import tell
from nestor.notices.models import Notice
from nestor.notices.rules import Occasion
from nestor.work.models import Event
from tests.desk.cast import NOON, Cast


def told(cast: Cast) -> set[str]:
    return {row.user.name for row in Notice.objects.of(cast.brand).select_related("user")}


def test_whoever_is_named_is_told_once_until_they_have_seen_it(cast: Cast) -> None:
    for expected in (1, 0):
        done = tell(cast.brand.pk, Occasion.MENTIONED, "0123456789abcdef", NOON, to=[cast.bob.user.pk])
        assert done == expected
    assert told(cast) == {"Bob"}
    Notice.objects.of(cast.brand).update(seen_at=NOON)
    assert tell(cast.brand.pk, Occasion.MENTIONED, "0123456789abcdef", NOON, to=[cast.bob.user.pk]) == 1
    assert Event.objects.filter(name="NoticeMade").count() == 2


@pytest.mark.parametrize(("is_sealed", "expected"), [(True, {"Alice", "Sam"}), (False, {"Alice"})])
def test_what_concerns_nobody_in_particular_reaches_who_is_on_call(
    cast: Cast, is_sealed: bool, expected: set[str]
) -> None:
    tell(cast.brand.pk, Occasion.SEALED, "0123456789abcdef", NOON, is_sealed=is_sealed, lane="alert")
    assert told(cast) == expected
    lanes = set(Notice.objects.of(cast.brand).values_list("lane", flat=True))
    assert lanes == ({""} if is_sealed else {"alert"})
    assert Notice.objects.of(cast.other_brand).count() == 0
