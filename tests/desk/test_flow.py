"""A message's life from arrival to a place in the list, without a network."""

from nestor.inbox.actions import take_in
from nestor.routing.reads import inbox_page
from nestor.routing.reads.views import lane_counts
from nestor.routing.rules.filters import InboxFilter
from tests.desk.cast import Cast, batch, said
from tests.desk.conftest import Clock, Settle


def test_nothing_is_seen_before_it_is_read(cast: Cast, clock: Clock, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Bonjour, à quelle heure ouvre la gare demain ?")), clock())
    assert inbox_page(cast.bob, InboxFilter(), clock()).rows == ()
    settle()
    (row,) = inbox_page(cast.bob, InboxFilter(), clock()).rows
    assert row.lane == "question"
    assert row.who == "Dan"
    assert lane_counts(cast.bob)["question"] == 1


def test_another_brand_sees_nothing(cast: Cast, clock: Clock, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Bonjour, à quelle heure ouvre la gare demain ?")), clock())
    settle()
    assert inbox_page(cast.chloe, InboxFilter(), clock()).rows == ()
    assert lane_counts(cast.chloe)["all"] == 0
