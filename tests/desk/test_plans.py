"""How SQLite finds rows: by what is rare, never by reading all that a brand has."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nestor.inbox.actions import take_in
from nestor.networks.contract import Batch
from nestor.work.actions.planning import ROWS, foretell_sizes
from tests.desk.cast import NOON, Cast, said
from tests.desk.conftest import Settle

LARGE = ("inbox_message", "inbox_conversation", "triage_reading", "routing_route", "people_identity", "people_member")


@pytest.fixture(autouse=True)
def on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL counts rows by itself")


def steps_of(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall()]


def test_taking_in_reading_and_routing_read_no_brand_from_end_to_end(cast: Cast, settle: Settle) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        take_in(cast.channel, Batch(tuple(said(f"Où est mon colis n° {n} ?", n) for n in range(60))), NOON)
        settle()
    asked_of_large = [
        one["sql"]
        for one in asked.captured_queries
        if one["sql"].startswith(("SELECT", "UPDATE", "DELETE")) and any(f'"{table}"' in one["sql"] for table in LARGE)
    ]
    assert len(asked_of_large) > 8
    slow = {
        step
        for sql in asked_of_large
        for step in steps_of(sql)
        if any(table in step for table in LARGE) and ("(brand_id=?)" in step or step.startswith("SCAN"))
    }
    assert slow == set()


def test_the_figures_are_written_for_every_index_and_again_without_harm(db: None) -> None:
    first = foretell_sizes("default")
    assert first == foretell_sizes("default") > 100
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'message_identity'")
        assert cursor.fetchone() == (f"{ROWS} {ROWS // 2} 2",)
