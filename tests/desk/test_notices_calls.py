"""Calls: whoever is on call, then the next, until somebody takes it or it ends; a worker that dies changes nothing."""

from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from nestor.brands.actions import report_trouble
from nestor.notices.actions import tell
from nestor.notices.actions.calls import end_calls, escalate, take_call
from nestor.notices.actions.rota import add_shifts, set_policy, swap_duty
from nestor.notices.models import Call, Notice, Sending
from nestor.notices.reads import STILL
from nestor.notices.rules import Occasion
from nestor.people.actions import add_user, give_role
from nestor.people.models import User
from nestor.vocabulary import Role
from nestor.work.models import JournalEntry
from tests.desk.cast import NOON, Cast
from tests.desk.conftest import Clock, Settle
from tests.desk.post import post_office

ABOUT = "0123456789abcdef"
ALL_DAY = (time(0), time(0))
NIGHT = (time(18), time(9))


@pytest.fixture(autouse=True)
def _still_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no conversation behind what these tests tell of: nothing says that it is over."""
    monkeypatch.delitem(STILL, Occasion.ESCALATED)


def told(cast: Cast) -> list[str]:
    rows = Notice.objects.of(cast.brand).filter(occasion=Occasion.ESCALATED.value).select_related("user")
    return [row.user.name for row in rows.order_by("pk")]


def call(cast: Cast, at: datetime = NOON, **more: object) -> Call:
    tell(cast.brand.pk, Occasion.ESCALATED, ABOUT, at, **more)  # type: ignore[arg-type]
    return Call.objects.of(cast.brand).get(occasion=Occasion.ESCALATED.value)  # type: ignore[no-any-return]


@pytest.fixture
def rota(cast: Cast) -> Cast:
    """Bob is told first, Sam second, all week."""
    assert add_shifts(cast.alice, cast.bob.user, range(7), ALL_DAY, NOON) == 7
    assert add_shifts(cast.alice, cast.sam.user, range(7), ALL_DAY, NOON, rank=2) == 7
    return cast


def test_one_after_another_is_told_until_nobody_is_left(rota: Cast, settle: Settle, clock: Clock) -> None:
    call(rota)
    assert told(rota) == ["Bob"]
    for expected in (["Bob", "Sam"], ["Bob", "Sam", "Alice"], ["Bob", "Sam", "Alice"]):
        clock.pass_(minutes=11)
        settle()
        assert told(rota) == expected
    row = Call.objects.of(rota.brand).get(occasion=Occasion.ESCALATED.value)
    assert (row.rung, row.due_at, row.over_at) == (3, None, None)
    assert JournalEntry.objects.filter(verb="escalate_call", subject_id=row.pk).count() == 2


def test_once_taken_nobody_else_is_told_and_what_waited_stays(rota: Cast, settle: Settle, clock: Clock) -> None:
    row = call(rota)
    settle()
    assert take_call(rota.bob, row, clock())
    assert not take_call(rota.sam, row, clock())
    clock.pass_(hours=2)
    settle()
    assert told(rota) == ["Bob"]
    assert Notice.objects.of(rota.brand).get(occasion=Occasion.ESCALATED.value).seen_at == NOON


def test_who_only_looks_takes_nothing(rota: Cast) -> None:
    row = call(rota)
    assert not take_call(rota.vera, row, NOON)
    assert not take_call(rota.chloe, row, NOON)


def test_of_what_is_sealed_only_those_who_may_know_are_told(rota: Cast, settle: Settle, clock: Clock) -> None:
    row = call(rota, is_sealed=True, lane="alert")
    assert told(rota) == ["Sam"]  # Bob is on call, and may not know
    assert not take_call(rota.bob, row, NOON)
    clock.pass_(minutes=11)
    settle()
    assert told(rota) == ["Sam", "Alice"]
    assert set(Notice.objects.of(rota.brand).values_list("lane", flat=True)) == {""}


def test_a_swap_is_followed(rota: Cast) -> None:
    day = (NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    assert swap_duty(rota.alice, rota.sam.user, day, NOON)
    call(rota)
    assert told(rota) == ["Sam"]


def test_in_a_gap_who_heads_stands_in_and_sleeps_unless_it_cannot_wait(
    cast: Cast, settle: Settle, clock: Clock
) -> None:
    clock.at = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # 03:00 in Paris
    add_shifts(cast.alice, cast.bob.user, range(7), (time(9), time(18)), clock())
    add_shifts(cast.alice, cast.sam.user, range(7), NIGHT, clock(), rank=2)
    call(cast, clock())
    assert told(cast) == ["Sam"]
    settle()
    assert Sending.objects.of(cast.brand).get().is_quiet is False  # on call: it is never quiet
    clock.pass_(minutes=11)
    settle()
    assert told(cast) == ["Sam", "Alice"]
    waits = Sending.objects.of(cast.brand).get(notice__user=cast.alice.user)
    assert (waits.state, waits.is_quiet) == ("waiting", True)


def test_with_no_rota_who_heads_is_on_call_at_night_too(cast: Cast, settle: Settle, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    call(cast, clock())
    settle()
    assert Sending.objects.of(cast.brand).get(notice__user=cast.alice.user).is_quiet is False


def test_what_ends_by_itself_goes_to_nobody_else(
    rota: Cast, settle: Settle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = call(rota)
    monkeypatch.setitem(STILL, Occasion.ESCALATED, lambda _brand, _about: False)
    clock.pass_(minutes=11)
    settle()
    assert told(rota) == ["Bob"]
    row.refresh_from_db()
    assert (row.over_at, row.taken_by) == (clock(), None)


def test_a_room_says_that_a_matter_is_over(rota: Cast) -> None:
    call(rota)
    assert end_calls(rota.brand.pk, [Occasion.ESCALATED], [ABOUT], NOON) == 1
    assert end_calls(rota.brand.pk, [Occasion.ESCALATED], [ABOUT], NOON) == 0
    assert Notice.objects.of(rota.brand).filter(seen_at__isnull=True).count() == 0
    call_again = tell(rota.brand.pk, Occasion.ESCALATED, ABOUT, NOON)
    assert call_again == 1


def test_the_same_matter_calls_once(rota: Cast) -> None:
    call(rota)
    assert tell(rota.brand.pk, Occasion.ESCALATED, ABOUT, NOON) == 0


def test_looking_twice_at_a_due_call_takes_one_step(rota: Cast, clock: Clock) -> None:
    row = call(rota)
    clock.pass_(minutes=11)
    assert escalate(row.pk, clock())
    assert not escalate(row.pk, clock())  # due again only after the delay
    assert told(rota) == ["Bob", "Sam"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_one_step(cast_for_threads: Cast) -> None:
    cast = cast_for_threads
    add_shifts(cast.alice, cast.bob.user, range(7), ALL_DAY, NOON)
    row = call(cast)
    later, gate, done = NOON + timedelta(minutes=11), Barrier(2), list[bool]()

    def work() -> None:
        gate.wait()
        done.append(escalate(row.pk, later))
        connections.close_all()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(done) == [False, True]
    assert told(cast) == ["Bob", "Alice"]


def test_where_every_way_to_somebody_failed_the_next_is_told_at_once(rota: Cast, settle: Settle, settings: Any) -> None:
    with post_office() as post:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, post.to_recipients = post.host, post.port, "550 nobody here"
        call(rota)
        settle()
    assert told(rota) == ["Bob", "Sam", "Alice"]  # none of them can be reached: all have it on their page


def test_the_delay_is_the_heads(rota: Cast, settle: Settle, clock: Clock) -> None:
    assert set_policy(rota.alice, ["mail"], [], 60, NOON)
    call(rota)
    clock.pass_(minutes=59)
    settle()
    assert told(rota) == ["Bob"]
    clock.pass_(minutes=2)
    settle()
    assert told(rota) == ["Bob", "Sam"]


def test_only_who_heads_changes_the_rota(cast: Cast) -> None:
    for seat in (cast.bob, cast.sam, cast.vera):
        assert add_shifts(seat, cast.bob.user, [0], ALL_DAY, NOON) == 0
        assert not swap_duty(seat, cast.bob.user, (NOON, NOON + timedelta(hours=1)), NOON)
        assert not set_policy(seat, [], [], 10, NOON)
    assert add_shifts(cast.alice, cast.vera.user, [0], ALL_DAY, NOON) == 0  # only looks: cannot be called
    assert add_shifts(cast.alice, cast.chloe.user, [0], ALL_DAY, NOON) == 0


def test_who_left_is_called_no_more(rota: Cast) -> None:
    User.objects.filter(pk=rota.bob.user.pk).update(is_active=False)
    call(rota)
    assert told(rota) == ["Sam"]


def test_a_channel_in_trouble_calls_once_for_each_trouble(cast: Cast, settle: Settle, clock: Clock) -> None:
    def about_channels() -> list[str]:
        rows = Notice.objects.of(cast.brand).filter(occasion=Occasion.CHANNEL_BLIND.value, about=cast.channel.public_id)
        return [row.user.name for row in rows.select_related("user")]

    report_trouble(cast.channel, "sign_in", clock())
    settle()
    settle()
    assert about_channels() == ["Alice"]
    report_trouble(cast.channel, "", clock())
    settle()
    assert Call.objects.of(cast.brand).get(about=cast.channel.public_id).over_at is not None
    clock.pass_(minutes=1)
    report_trouble(cast.channel, "outage", clock())
    settle()
    assert about_channels() == ["Alice"]  # that mostly passes by itself
    clock.pass_(minutes=11)
    settle()
    assert about_channels() == ["Alice", "Alice"]


def test_a_team_of_two_heads_is_told_together_where_there_is_no_rota(cast: Cast) -> None:
    ines = add_user("ines@nestor.example", "Inès", None, NOON)
    give_role(cast.brand, ines, Role.HEAD, NOON, actor_id=None)
    call(cast)
    assert sorted(told(cast)) == ["Alice", "Inès"]
