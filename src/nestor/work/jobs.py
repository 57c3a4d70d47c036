"""The two loops of every worker: the sweep finds what is due, `look` does one row."""

import logging
import random
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone

from nestor.work import actions, reads
from nestor.work.events import Happening, rebuild
from nestor.work.registry import JOBS, SUBSCRIBERS, Job, Subscriber
from nestor.work.rules import Pointer

log = logging.getLogger("nestor.work")
LUCK = random.SystemRandom()
KNOCK = "knock"  # the part of the desk that answers `doctor`
KEPT_FOR = timedelta(days=30)  # events and keys of submissions
MOST_DUE = 200  # rows one sweep of one job hands over
MOST_CARRIED = 1000  # pointers remembered before those carried long ago are forgotten
CARRY_AGAIN_AFTER = timedelta(seconds=5)  # a pointer that led to nothing by then is carried again


def look(pointer: Pointer, now: datetime) -> bool:
    """Look at one row; False says it failed and was left for a later sweep. Never raises for the row's own trouble."""
    job = JOBS.get(pointer.job)
    if job is None:
        log.warning("no job called %s", pointer.job)
        return False
    try:
        job.look(pointer.row_id, now)
    except Exception as error:  # noqa: BLE001 - one bad row must not stop the worker; the type alone is logged, texts are personal
        log.error("%s failed on row %s: %s", pointer.job, pointer.row_id, _where(error))
        return False
    return True


def serve_wakeups(row_id: int, now: datetime) -> None:
    """Serve one subscriber's due wake-ups together; on failure one by one, so that a bad one stands alone."""
    wakeups = actions.take_wakeups(row_id, now, timedelta(seconds=settings.NESTOR_LEASE_FOR))
    if not wakeups:
        return
    try:
        _serve(wakeups, now)
    except Exception as error:  # noqa: BLE001 - whatever a room raises, the others' wake-ups go on
        if len(wakeups) == 1:
            log.error("%s failed: %s", wakeups[0].subscriber, _where(error))
            actions.postpone_wakeups(wakeups, type(error).__name__, now, LUCK)
            return
        for wakeup in wakeups:
            _serve_alone(wakeup, now)


def _serve_alone(wakeup: actions.Owed, now: datetime) -> None:
    try:
        _serve([wakeup], now)
    except Exception as error:  # noqa: BLE001 - see above
        log.error("%s failed on event %s: %s", wakeup.subscriber, wakeup.event_id, _where(error))
        actions.postpone_wakeups([wakeup], type(error).__name__, now, LUCK)


def _serve(wakeups: list[actions.Owed], now: datetime) -> None:
    subscriber = SUBSCRIBERS.get(wakeups[0].subscriber)
    with transaction.atomic():
        if subscriber is not None and subscriber.serve is not None:
            subscriber.serve([rebuild(row.name, row.brand_id, row.ids) for row in wakeups], now)
        if subscriber is not None and subscriber.serve_numbered is not None:
            numbered = [(row.event_id, rebuild(row.name, row.brand_id, row.ids)) for row in wakeups]
            subscriber.serve_numbered(numbered, now)
        if not actions.settle_wakeups(wakeups):
            raise LeaseLost


class LeaseLost(Exception):
    """Somebody else has the row by now; what was done is rolled back."""


def _where(error: Exception) -> str:
    """Return type and place of an error, without its message: messages can hold personal text."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f"{last.tb_frame.f_code.co_filename.rpartition('/nestor/')[2]}:{last.tb_lineno}" if last else "?"
    return f"{type(error).__name__} at {place}"


def answer_knock(happenings: Sequence[Happening], now: datetime) -> None:
    """Show that an event came all the way from its announcement to a worker."""
    actions.show_pulse(KNOCK, now)


KNOCKS = Subscriber("work.answer_knock", event="DeskKnocked", serve=answer_knock)


def forget_old_events(row_id: int, now: datetime) -> None:
    """Forget events and keys of submissions that nobody asks for any more."""
    actions.forget_old_events(now - KEPT_FOR)


def old_events(now: datetime, most: int) -> list[int]:
    """Return one row while there is anything to forget."""
    return reads.old_events(now - KEPT_FOR)


UPKEEP = Job("work.forget_old_events", due=old_events, look=forget_old_events, every=timedelta(minutes=10))
WAKEUPS = Job("work.wakeups", due=reads.due_wakeups, look=serve_wakeups, every=timedelta(milliseconds=200))


CLOCK: ContextVar[Callable[[], datetime] | None] = ContextVar("clock", default=None)


def wall_clock() -> datetime:
    """Return the present of whoever works here: rows found due by one clock are looked at by the same.

    Django's is asked by name at each call, so that the crash suite can let hours pass.
    """
    own = CLOCK.get()
    return timezone.now() if own is None else own()


class Sweep:
    """Finds due rows and hands pointers to a carrier. Keeps no truth: what it forgets, the next sweep finds."""

    def __init__(self, carry: Callable[[Pointer], None], clock: Callable[[], datetime] = wall_clock) -> None:
        self._carry = carry
        self._clock = clock
        self._next: dict[str, datetime] = {}
        self._carried: dict[Pointer, datetime] = {}
        self._lock = threading.Lock()

    def done(self, pointer: Pointer) -> None:
        """Say that a pointer was looked at, so that the row may be carried again when it is due again."""
        with self._lock:
            self._carried.pop(pointer, None)

    def once(self, *, is_forced: bool = False) -> int:
        """Ask every job whose turn it is; return how many pointers were handed over."""
        now, count = self._clock(), 0
        for job in list(JOBS.values()):
            if is_forced or self._next.get(job.name, now) <= now:
                self._next[job.name] = now + job.every
                count += self._sweep_job(job, now)
        return count

    def _sweep_job(self, job: Job, now: datetime) -> int:
        count = 0
        for row_id in job.due(now, MOST_DUE):
            pointer = Pointer(job.name, row_id)
            with self._lock:
                before = self._carried.get(pointer)
                if before is not None and now - before < CARRY_AGAIN_AFTER:
                    continue
                self._carried[pointer] = now
            self._carry(pointer)
            count += 1
        self._forget_carried(now)
        return count

    def _forget_carried(self, now: datetime) -> None:
        """Forget pointers that another process looked at: nobody tells us, and they would pile up for ever."""
        with self._lock:
            if len(self._carried) > MOST_CARRIED:
                self._carried = {one: at for one, at in self._carried.items() if now - at < CARRY_AGAIN_AFTER}

    def run(self, stop: threading.Event, part: str = "work") -> None:
        """Sweep until told to stop; a database that is away is waited for."""
        pulse_at = self._clock()
        while not stop.wait(0.1):
            try:
                self.once()
                if self._clock() >= pulse_at:
                    actions.show_pulse(part, self._clock())
                    pulse_at = self._clock() + timedelta(seconds=5)
            except Exception as error:  # noqa: BLE001 - the sweep is what everything hangs on: it goes on
                log.error("sweep failed: %s", _where(error))
                close_old_connections()
                stop.wait(1.0)


def work_until_idle(now: Callable[[], datetime] = timezone.now, most: int = 10_000) -> int:
    """Do everything that is due, in this thread, until nothing is; return how many rows were looked at.

    Raise `RuntimeError` where something is due again as soon as it was done.
    """
    pointers: list[Pointer] = []
    sweep, count = Sweep(pointers.append, now), 0
    before = CLOCK.set(now)
    try:
        while count < most:
            sweep.once(is_forced=True)
            if not pointers:
                return count
            for pointer in pointers:
                look(pointer, now())
                sweep.done(pointer)
                count += 1
            pointers.clear()
    finally:
        CLOCK.reset(before)
    raise RuntimeError(f"{most} rows were looked at and more are due")
