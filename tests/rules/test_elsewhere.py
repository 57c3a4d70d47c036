"""One mark answers all that was said before it."""

from datetime import UTC, datetime, timedelta

import pytest

from nestor.faces.web.words import PLACES
from nestor.routing.rules.elsewhere import Elsewhere, is_news

NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "expected"), [(None, True), (-1, True), (0, False), (1, False)])
def test_what_can_be_marked(minutes: int | None, expected: bool) -> None:
    marked = None if minutes is None else NOON + timedelta(minutes=minutes)
    assert is_news(NOON, marked) is expected


def test_every_place_has_a_name() -> None:
    assert list(PLACES) == [place.value for place in Elsewhere]
