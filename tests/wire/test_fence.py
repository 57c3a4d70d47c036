"""Whoever was frozen while sending is dead before anybody else decides: not a byte leaves when it is woken."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from nestor.networks import http
from nestor.networks.fence import dead_after
from nestor.networks.http import HttpSession
from tests.crash.killer import fork, reap, until_frozen
from tests.wire.misbehaving import in_turn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has timers that outlive a frozen process")


def freeze() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def fate_of_frozen(work: Callable[[], None]) -> int:
    """Let a child freeze itself and never wake it; return the signal that ended it all the same, 0 for none."""
    child = fork(work)
    assert until_frozen(child)
    for _turn in range(1000):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.WTERMSIG(status)
        threading.Event().wait(0.02)
    reap(child, within=0)
    return 0


def fate_of(work: Callable[[], None]) -> int:
    """Let a child do its work and live on for longer than its fence; return the signal that ended it, 0 for none."""

    def work_and_live_on() -> None:
        work()
        threading.Event().wait(0.5)

    return os.WTERMSIG(reap(fork(work_and_live_on)))


def test_a_frozen_process_dies_when_its_time_is_over() -> None:
    reading, writing = os.pipe()

    def write_late() -> None:
        with dead_after(0.2):
            freeze()
            os.write(writing, b"too late")

    assert fate_of_frozen(write_late) == signal.SIGKILL
    os.close(writing)
    assert os.read(reading, 100) == b""
    os.close(reading)


def test_who_is_done_in_time_lives_on() -> None:
    def be_quick() -> None:
        for _turn in range(200):
            with dead_after(0.2):
                pass

    assert fate_of(be_quick) == 0


def test_whoever_fails_in_time_lives_on() -> None:
    def fail() -> None:
        with pytest.raises(ValueError, match="x"), dead_after(0.2):
            raise ValueError("x")

    assert fate_of(fail) == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_sender_frozen_at_the_last_look_sends_nothing(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    now = datetime.now(UTC)

    def look_and_freeze() -> datetime:
        freeze()
        return now

    with in_turn(lambda call: call.answer(200)) as server:

        def send() -> None:
            monkeypatch.setattr(http, "wall_clock", look_and_freeze)
            session = HttpSession(server.url, allow_private=True, total_for=0.4)
            session.request(method, "/", json={"text": "twice"}, not_after=now + timedelta(hours=1))

        assert fate_of_frozen(send) == signal.SIGKILL
    assert not any(call.request for call in server.calls)
