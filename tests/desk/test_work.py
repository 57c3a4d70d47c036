"""Events, wake-ups, leases, the journal and idempotency keys."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from nestor.brands.models import Brand
from nestor.work import actions, jobs, reads, registry
from nestor.work.events import EVENTS, DeskKnocked, Happening, rebuild
from nestor.work.models import Event, IdempotencyKey, JournalEntry, Pulse, Wakeup
from nestor.work.registry import Job, Subscriber, register
from nestor.work.rules import Pointer
from tests.desk.cast import NOON, Cast
from tests.desk.conftest import Clock

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class BellRang(Happening):
    """Rings in these tests only."""

    bell_id: int


del EVENTS["BellRang"]  # declared for this file, put on the list by the fixture below


class Listener:
    """A subscriber that remembers what it was told, and fails on the bells it is told to."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.calls = 0
        self.bad: set[int] = set()

    def serve(self, happenings: Sequence[Happening], now: datetime) -> None:
        self.calls += 1
        for one in happenings:
            assert isinstance(one, BellRang)
            if one.bell_id in self.bad:
                raise ValueError("what Eve wrote")
            Pulse.objects.update_or_create(part=f"bell {one.bell_id}", defaults={"host": "x", "pid": 1, "at": now})
            self.heard.append(one.bell_id)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    one = Listener()
    monkeypatch.setitem(EVENTS, "BellRang", BellRang)
    monkeypatch.setitem(registry.SUBSCRIBERS, "test.bell", Subscriber("test.bell", "BellRang", one.serve))
    return one


def ring(*numbers: int) -> list[int]:
    return actions.announce_all([BellRang(brand_id=1, bell_id=number) for number in numbers], NOON)


def rung() -> set[str]:
    return set(Pulse.objects.values_list("part", flat=True))


def test_an_event_holds_ids_and_nothing_else() -> None:
    with pytest.raises(TypeError, match="must be an id"):
        BellRang(brand_id=1, bell_id="what Eve wrote").ids()  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        BellRang(brand_id=1, bell_id=True).ids()


def test_an_event_can_be_rebuilt(db: None, listener: Listener) -> None:
    (event,) = ring(7)
    stored = Event.objects.get(pk=event)
    assert rebuild(stored.name, stored.brand_id, stored.ids) == BellRang(brand_id=1, bell_id=7)
    assert (stored.version, stored.at) == (1, NOON)


def test_each_event_is_owed_once_to_each_subscriber(db: None, listener: Listener) -> None:
    ring(1, 2, 3)
    assert Wakeup.objects.filter(subscriber="test.bell").count() == 3
    assert reads.backlog() == 3


def test_an_event_of_a_transaction_that_is_rolled_back_never_happened(db: None, listener: Listener) -> None:
    with transaction.atomic():
        ring(1)
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert not Wakeup.objects.exists()


def test_wake_ups_are_served_together_and_in_order(db: None, listener: Listener) -> None:
    ring(*range(actions.BATCH + 30))
    (first,) = reads.due_wakeups(NOON, 10)
    jobs.serve_wakeups(first, NOON)
    assert listener.calls == 1
    assert listener.heard == list(range(actions.BATCH))
    assert reads.backlog() == 30
    jobs.work_until_idle(lambda: NOON)
    assert listener.heard == list(range(actions.BATCH + 30))
    assert reads.backlog() == 0


def test_a_bad_one_stands_alone(db: None, listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    listener.bad = {2}
    ring(1, 2, 3)
    with caplog.at_level(logging.DEBUG):
        jobs.work_until_idle(lambda: NOON)
    assert rung() == {"bell 1", "bell 3"}
    (left,) = Wakeup.objects.all()
    assert (left.event.ids, left.tries, left.trouble, left.lease_token) == ({"bell_id": 2}, 1, "ValueError", "")
    assert NOON < left.due_at <= NOON + timedelta(seconds=2)
    assert "Eve" not in caplog.text


def test_a_failure_waits_longer_each_time_and_is_never_given_up(db: None, listener: Listener, clock: Clock) -> None:
    listener.bad = {1}
    ring(1)
    waits = []
    for _ in range(14):
        jobs.work_until_idle(clock)
        row = Wakeup.objects.get()
        waits.append(row.due_at - clock())
        clock.at = row.due_at
    assert row.tries == 14
    assert timedelta(minutes=7) < waits[-1] <= timedelta(minutes=12.5)
    assert waits[0] < timedelta(seconds=2)
    assert [one.subscriber for one in reads.stuck_wakeups()] == ["test.bell"]
    listener.bad = set()
    jobs.work_until_idle(clock)
    assert reads.backlog() == 0


def test_a_lost_lease_rolls_back_what_was_done(db: None, listener: Listener) -> None:
    ring(1)
    (first,) = reads.due_wakeups(NOON, 10)
    held = actions.take_wakeups(first, NOON, LEASE)
    Wakeup.objects.update(lease_token="somebody else's")  # while we slept
    with pytest.raises(jobs.LeaseLost):
        jobs._serve(held, NOON)
    assert listener.heard == [1]
    assert rung() == set()
    actions.postpone_wakeups(held, "LeaseLost", NOON, random.Random(1))
    assert Wakeup.objects.get().tries == 0


def test_a_worker_that_died_is_followed_by_another(db: None, listener: Listener) -> None:
    ring(1, 2)
    (first,) = reads.due_wakeups(NOON, 10)
    assert len(actions.take_wakeups(first, NOON, LEASE)) == 2
    assert reads.due_wakeups(NOON, 10) == []
    assert actions.take_wakeups(first, NOON, LEASE) == []
    later = NOON + LEASE
    assert reads.due_wakeups(later, 10) == [first]
    jobs.serve_wakeups(first, later)
    assert listener.heard == [1, 2]


def test_wake_ups_of_a_subscriber_nobody_registers_any_more_go(db: None, listener: Listener) -> None:
    ring(1)
    registry.SUBSCRIBERS.pop("test.bell")
    jobs.work_until_idle(lambda: NOON)
    assert reads.backlog() == 0


def test_a_name_is_registered_once(listener: Listener) -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register(Subscriber("test.bell", "BellRang", listener.serve))


def test_one_bad_row_stops_nobody(db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[int] = []

    def look(row_id: int, now: datetime) -> None:
        seen.append(row_id)
        if row_id == 2:
            raise RuntimeError("what Eve wrote")

    due = iter([[1, 2, 3], []])
    job = Job("test.look", due=lambda *_: next(due, []), look=look)
    monkeypatch.setattr(jobs, "JOBS", {"test.look": job})
    with caplog.at_level(logging.DEBUG):
        assert jobs.work_until_idle(lambda: NOON) == 3
    assert seen == [1, 2, 3]
    assert "RuntimeError" in caplog.text
    assert "Eve" not in caplog.text
    assert not jobs.look(Pointer("nobody's", 1), NOON)


def test_a_sweep_carries_a_row_once_until_it_was_looked_at(
    db: None, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    job = Job("test.look", due=lambda *_: [1, 2], look=lambda *_: None)
    monkeypatch.setattr(jobs, "JOBS", {"test.look": job})
    carried: list[Pointer] = []
    sweep = jobs.Sweep(carried.append, clock)
    assert sweep.once(is_forced=True) == 2
    assert sweep.once(is_forced=True) == 0
    sweep.done(Pointer("test.look", 1))
    assert sweep.once(is_forced=True) == 1
    clock.pass_(seconds=6)
    assert sweep.once(is_forced=True) == 2


def test_a_sweep_does_not_remember_for_ever(db: None, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    numbers = iter(range(10**9))
    job = Job("test.look", due=lambda *_: [next(numbers) for _ in range(500)], look=lambda *_: None)
    monkeypatch.setattr(jobs, "JOBS", {"test.look": job})
    sweep = jobs.Sweep(lambda *_: None, clock)
    for _ in range(50):
        clock.pass_(seconds=10)
        sweep.once(is_forced=True)
    assert len(sweep._carried) <= jobs.MOST_CARRIED + 500


def test_a_lease_is_taken_once_and_released_by_its_holder(cast: Cast, listener: Listener) -> None:
    ring(1)
    rows = Wakeup.objects.filter(subscriber="test.bell")
    row_id = rows.get().pk
    lease = actions.take_lease(rows, row_id, NOON, LEASE)
    assert lease is not None
    assert actions.take_lease(rows, row_id, NOON, LEASE) is None
    assert reads.is_still_held(rows, lease, NOON + LEASE - timedelta(microseconds=1))
    assert not reads.is_still_held(rows, lease, NOON + LEASE)
    again = actions.take_lease(rows, row_id, NOON + LEASE, LEASE)
    assert again is not None
    assert not actions.release_lease(rows, lease, tries=5)
    assert actions.release_lease(rows, again, tries=6)
    assert rows.get().tries == 6
    assert actions.take_lease(rows.filter(tries=0), row_id, NOON, LEASE) is None


@pytest.mark.parametrize("model", [Event, JournalEntry])
def test_what_happened_cannot_be_changed(
    cast: Cast, listener: Listener, model: type[Event] | type[JournalEntry]
) -> None:
    ring(1)
    row = model.objects.order_by("id").first()
    assert row is not None
    before = model.objects.count()
    attempts: list[Any] = [
        lambda: model.objects.update(brand_id=5),
        lambda: model.objects.filter(pk=row.pk).delete(),
        lambda: model.objects.all().delete(),
        row.save,
        lambda: row.save(update_fields=["brand_id"]),
        row.delete,
        lambda: model.objects.bulk_update([row], ["brand_id"]),
        lambda: model.objects.update_or_create(pk=row.pk, defaults={"brand_id": 5}),
        lambda: model.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["id"], update_fields=["brand_id"]
        ),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError, match="append-only"), transaction.atomic():
            attempt()
    assert model.objects.count() == before
    assert model.objects.get(pk=row.pk).brand_id != 5


def test_a_copy_of_a_line_cannot_take_its_place(cast: Cast) -> None:
    row = JournalEntry.objects.order_by("id").first()
    assert row is not None
    forged = JournalEntry(
        id=row.pk, brand_id=5, verb="x", subject="x", subject_id=1, facts={}, reason="what Eve wrote", at=NOON
    )
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"), transaction.atomic():
        forged.save()
    assert JournalEntry.objects.get(pk=row.pk).verb == row.verb


def test_the_journal_is_read_page_by_page_and_by_brand(cast: Cast) -> None:
    for number in range(7):
        actions.note("test", cast.brand, NOON, brand_id=cast.brand.pk, actor_id=number)
    seen: list[int] = []
    before = None
    while rows := list(reads.journal(cast.brand.pk, before, most=3)):
        seen += [row.pk for row in rows]
        before = rows[-1].at, rows[-1].pk
    everything = JournalEntry.objects.filter(brand_id=cast.brand.pk).order_by("-at", "-id")
    assert seen == list(everything.values_list("pk", flat=True))
    other = set(JournalEntry.objects.filter(brand_id=cast.other_brand.pk).values_list("pk", flat=True))
    assert not other & set(seen)


def test_the_same_key_is_the_same_submission(db: None) -> None:
    print_ = actions.fingerprint_of({"text": "Bonjour", "at": NOON})
    row, is_new = actions.claim_key(1, "answer", "k", print_, NOON)
    assert is_new
    actions.keep_result(row, {"delivery": "d"})
    again, is_new = actions.claim_key(1, "answer", "k", print_, NOON)
    assert (again.pk, is_new, again.result) == (row.pk, False, {"delivery": "d"})
    with pytest.raises(actions.KeyReused) as caught:
        actions.claim_key(1, "answer", "k", actions.fingerprint_of({"text": "Bonsoir"}), NOON)
    assert "Bons" not in str(caught.value)


def test_a_key_belongs_to_its_brand_and_purpose(db: None) -> None:
    claims = [(1, "a", "k"), (2, "a", "k"), (1, "b", "k"), (1, "a", "l")]
    assert all(actions.claim_key(*one, "print", NOON)[1] for one in claims)


def test_what_is_old_and_owed_to_nobody_is_forgotten(db: None, listener: Listener) -> None:
    ring(1, 2)
    actions.claim_key(1, "answer", "k", "print", NOON)
    (first,) = reads.due_wakeups(NOON, 1)
    Wakeup.objects.filter(pk=first).delete()
    later = NOON + jobs.KEPT_FOR + timedelta(days=1)
    assert not reads.old_events(NOON)
    (row_id,) = reads.old_events(later)
    jobs.forget_old_events(row_id, later)
    assert [event.ids for event in Event.objects.all()] == [{"bell_id": 2}]
    assert not IdempotencyKey.objects.exists()


def test_a_knock_comes_all_the_way(db: None) -> None:
    actions.announce(DeskKnocked(brand_id=0, knock_id=1), NOON)
    jobs.work_until_idle(lambda: NOON)
    assert [one.part for one in reads.pulses()] == [jobs.KNOCK]


def test_waits_are_spread(db: None, listener: Listener) -> None:
    ring(*range(20))
    wakeups = actions.take_wakeups(Wakeup.objects.values_list("pk", flat=True)[0], NOON, timedelta(seconds=60))
    actions.postpone_wakeups(wakeups, "x" * 500, NOON, random.Random(1))
    due = set(Wakeup.objects.values_list("due_at", flat=True))
    assert len(due) == 20
    assert Brand.objects.count() == 0
