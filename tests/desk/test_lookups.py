"""`Among` finds what `__in` finds, whatever the names hold, and nothing more."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nestor.inbox.models import Message
from nestor.inbox.rules import storable
from nestor.work.reads.lookups import Among
from tests.desk.cast import Cast
from tests.desk.conftest import Clock
from tests.desk.line import Line

NAMES = ["1", "1.0", "0x1", "null", "true", '"', "'", "\\", "é", "e\u0301", "%s", "%", "{1,2}", "a,b", "💥", "\u202e"]


@pytest.fixture
def named(page: Line, cast: Cast, present: Clock) -> list[int]:
    rows = []
    for name in NAMES:
        page.asked("Bonjour ?", present())
        row = Message.objects.of(cast.brand).order_by("-id")[0]
        Message.objects.of(cast.brand).filter(pk=row.pk).update(network_id=name)
        rows.append(row.pk)
    return rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(st.sampled_from(NAMES) | st.text(max_size=20).map(storable), max_size=30))
def test_names(cast: Cast, named: list[int], wanted: list[str]) -> None:
    rows = Message.objects.of(cast.brand)
    found = rows.filter(Among("network_id", wanted)).values_list("network_id", flat=True)
    assert sorted(found) == sorted(set(wanted) & set(NAMES))


def test_ids_rows_of_another_table_and_none(cast: Cast, named: list[int]) -> None:
    rows = Message.objects.of(cast.brand)
    far = [2**63 - 1, -1, 0, 3]
    assert set(rows.filter(Among("pk", [*named[:3], *far])).values_list("pk", flat=True)) == set(named[:3])
    threads = list(rows.filter(pk=named[0]).values_list("conversation_id", flat=True))
    assert set(rows.filter(Among("conversation__id", threads)).values_list("conversation_id", flat=True)) == set(
        threads
    )
    assert not rows.filter(Among("pk", [])).exists()
    assert rows.exclude(Among("pk", [])).count() == rows.count()
    assert rows.filter(Among("pk", named[:2])).update(state="held") == 2
    assert not Message.objects.of(cast.other_brand).filter(Among("pk", named)).exists()
