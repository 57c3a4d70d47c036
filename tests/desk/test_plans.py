"""How SQLite finds rows: by what is rare, never by reading all that a brand has."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nestor.inbox.actions import take_in
from nestor.networks.contract import Batch
from nestor.routing.reads import inbox_page
from nestor.routing.reads.search import search_page
from nestor.routing.rules.filters import InboxFilter, State
from nestor.vocabulary import Lane
from nestor.work.actions.planning import ROWS, foretell_sizes
from nestor.work.reads import words
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
        assert cursor.fetchone() == (f"{ROWS} {ROWS // 2} 2 1",)


OPEN = InboxFilter()
ANY = InboxFilter(state=State.ANY)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (OPEN, "route_open"),
        (replace(OPEN, lanes=(Lane.PRESS,)), "route_lane"),
        (replace(OPEN, whose="nobody"), "route_assignee"),
        (replace(OPEN, whose="me"), "route_assignee"),
        (InboxFilter(state=State.SNOOZED), "route_put_off"),
        (ANY, "route_time"),
    ],
)
def test_a_list_is_read_along_time_and_not_sorted(cast: Cast, settle: Settle, wanted: InboxFilter, index: str) -> None:
    take_in(cast.channel, Batch(tuple(said(f"Merci pour le n° {n} !", n) for n in range(3))), NOON)
    settle()
    with CaptureQueriesContext(connection) as asked:
        inbox_page(cast.alice, wanted, NOON)
    lists = [one["sql"] for one in asked.captured_queries if "LIMIT 51" in one["sql"]]
    steps = [step for sql in lists for step in steps_of(sql)]
    assert lists
    assert not [step for step in steps if step.startswith("SCAN routing")]
    assert any(f"USING INDEX {index} " in step for step in steps), steps
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


def test_common_words_are_looked_for_along_time(cast: Cast, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MOST_RARE", 1)
    take_in(cast.channel, Batch(tuple(said(f"Merci pour le n° {n} !", n) for n in range(3))), NOON)
    settle()
    with CaptureQueriesContext(connection) as asked:
        assert len(search_page(cast.alice, replace(ANY, words="merci"), NOON).rows) == 3
    (walk,) = [one["sql"] for one in asked.captured_queries if "INSTR(" in one["sql"]]
    steps = steps_of(walk)
    assert "SEARCH inbox_message USING INDEX message_time (brand_id=?)" in steps
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps
