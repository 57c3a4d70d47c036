"""A team of three works a busy day of three brands at the desk's own pages: nothing is lost, nothing goes out twice.

The real network in its process, the real desk with its workers, forms over HTTP. The script is brought forward by
two hours at a time; after each, the desk comes to rest and the team works its lists empty.
"""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nestor.brands.models import Brand, Channel
from nestor.inbox.models import Message
from nestor.networks.practice.admin import PracticeServer, times_accepted
from nestor.people.models import User
from nestor.people.reads import Seat, seats_of
from nestor.publisher.models import Delivery
from nestor.routing.models import Route
from nestor.routing.reads.views import counts_for
from nestor.routing.rules import OWED
from nestor.triage.models import Reading
from nestor.vocabulary import Lane
from nestor.work.models import Wakeup
from tests.services.day.colleague import Colleague
from tests.services.day.stage import TEAM, Desk, found_desk, open_network, wait_for

pytestmark = pytest.mark.skipif(
    not os.environ.get("NESTOR_TEST_DAY"), reason="four minutes: NESTOR_TEST_DAY=1 asks for it"
)
TWO_HOURS = 600.0  # seconds two hours of the script take
QUIET = ("praise", "chatter", "spam", "abuse")
SETTLED = ("sent", "refused", "cancelled", "late", "unconfirmed")


@dataclass(frozen=True, slots=True)
class Day:
    """Everything a day is played with."""

    network: PracticeServer
    brands: dict[str, Brand]
    team: dict[str, Colleague]


@pytest.fixture
def day(child_environment: dict[str, str], tmp_path: Path, settings: Any) -> Iterator[Day]:
    settings.NESTOR_PRIVATE_NETWORKS = True
    desk = Desk(child_environment)
    with open_network(tmp_path) as network:
        try:
            brands = found_desk(network)
            desk.open()
            team = {name: desk.colleague(name) for name, _role in TEAM}
            yield Day(network, brands, team)
            for person in team.values():
                person.client.close()
        finally:
            desk.close()


def heard(day: Day, *, also_gone: bool = False) -> set[str]:
    """Return what people said to the brands and did not take back, by the network's own ids."""
    ours = {account.account_id for account in day.network.admin.desk_accounts()}
    rows = [row for row in day.network.admin.items() if row["author_id"] not in ours]
    return {str(row["id"]) for row in rows if also_gone or row["deleted_at"] is None}


def come_to_rest(day: Day) -> None:
    """Wait until everything said has been read and routed, and everything written has left."""

    def under_way() -> str:
        everywhere = "the test looks at every brand"
        rows = Message.objects.across_brands(everywhere).filter(is_ours=False)
        known = set(rows.filter(shown_at__isnull=False).values_list("network_id", flat=True))
        unheard = sorted(heard(day) - known)[:5]
        waiting = Delivery.objects.across_brands(everywhere).exclude(state__in=SETTLED)
        unsent = list(waiting.values_list("public_id", "state", "due_at")[:5])
        owed = list(Wakeup.objects.values_list("subscriber", "due_at", "trouble")[:5])
        troubled = Channel.objects.across_brands(everywhere).exclude(trouble="").values_list("name", "trouble")
        return f"{unheard} {unsent} {owed} {list(troubled)}" if unheard or unsent or owed else ""

    wait_for("the desk at rest", under_way)


def written(day: Day) -> Counter[str]:
    """Return how many answers the team sent in each conversation."""
    return Counter(name for person in day.team.values() for name in person.answered)


def check_counters(day: Day) -> None:
    """Assert that the counters people see are what is there."""
    for name, role in TEAM:
        for seat in seats_of(User.objects.get(email=f"{name.lower()}@nestor.example")):
            counts = counts_for(seat)
            assert {lane: n for lane, n in counts.lanes.items() if n} == truth(seat), (name, role, seat.brand.slug)


def truth(seat: Seat) -> dict[str, int]:
    rows = Route.objects.of(seat.brand).filter(is_open=True, snoozed_until__isnull=True)
    if seat.role != "head":
        rows = rows.filter(is_sealed=False)
    return dict(Counter(rows.values_list("lane", flat=True)))


def work(day: Day) -> None:
    """Let the three work at once: each a brand, and the head whatever is sealed, anywhere, and the press."""
    desks = {"Alice": "studio", "Bob": "railway", "Fatou": "townhall"}
    head = User.objects.get(email="alice@nestor.example").public_id
    owed = ",".join(sorted(lane.value for lane in OWED - {Lane.PRESS}))

    def at_own_desk(name: str) -> None:
        person = day.team[name]
        person.speak_for(desks[name])
        if name != "Alice":
            person.hand_over(person.rows("lane=press&whose=nobody"), head)
        person.work_through(f"lane={owed}")
        person.clear(f"lane={','.join(QUIET)}")

    with ThreadPoolExecutor(len(desks)) as pool:
        list(pool.map(at_own_desk, desks))
    for brand in desks.values():
        day.team["Alice"].speak_for(brand)
        day.team["Alice"].work_through(f"lane={','.join(sorted(lane.value for lane in OWED))}")


@pytest.mark.slow
def test_a_team_of_three_works_a_busy_day(day: Day) -> None:
    rounds, planned, answers = 0, 1, -1
    while planned or answers != written(day).total():  # until nobody has anything more to say
        answers = written(day).total()
        planned = day.network.admin.replay(ahead_seconds=TWO_HOURS if rounds else 0)["planned"]
        come_to_rest(day)
        check_counters(day)
        work(day)
        rounds += 1
    come_to_rest(day)
    check_counters(day)
    said = heard(day)
    assert rounds > 5
    assert 1_400 <= len(said) <= 1_800
    check_nothing_is_lost(said, heard(day, also_gone=True))
    check_answers_left_once(day)


def check_nothing_is_lost(said: set[str], ever_said: set[str]) -> None:
    rows = Message.objects.across_brands("the test looks at every brand").filter(is_ours=False)
    kept = Counter(rows.values_list("network_id", flat=True))
    assert said <= set(kept) <= ever_said  # what was taken back at once may never have been seen
    assert set(kept.values()) == {1}
    assert Reading.objects.across_brands("as above").filter(message__is_ours=False).count() == len(kept)
    assert not rows.filter(conversation__route__isnull=True).exists()
    assert not Route.objects.across_brands("as above").filter(is_open=True).exclude(lane__in=QUIET).exists()


def check_answers_left_once(day: Day) -> None:
    answers = written(day)
    deliveries = Delivery.objects.across_brands("as above")
    assert Counter(deliveries.values_list("conversation__public_id", flat=True)) == answers
    assert set(deliveries.values_list("state", flat=True)) == {"sent"}
    accepted = times_accepted(day.network.testimonies())
    assert Counter(accepted.values()) == {1: answers.total()}
    assert all(person.answered for person in day.team.values())
    objections = {one.partition(":")[0] for person in day.team.values() for one in person.objections}
    assert "same_answer" in objections
    assert objections <= {"same_answer", "second_answer", "second_answer_app"}  # nothing that stops
