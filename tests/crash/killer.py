"""Forked children that die, or freeze, at a chosen line of Nestor's own code."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from django.db import connection, connections

import nestor

OWN_CODE = str(Path(nestor.__file__).parent) + os.sep  # not whatever lies in a folder of that name
NEVER = 1 << 60
FAILED = 70  # exit status of a child whose work raised


class Fuse:
    """Counts lines of our own code in every thread of this process, and pulls the trigger at one of them."""

    def __init__(self, at_line: int, trigger: signal.Signals) -> None:
        self.lines = 0
        self._at_line = at_line
        self._trigger = trigger

    def light(self) -> None:
        """Begin to count."""
        threading.settrace(self._enter)
        sys.settrace(self._enter)

    def _may_pull(self) -> bool:
        """A frozen process keeps its database locks, so nobody could overtake it: it freezes between transactions."""
        return self._trigger is signal.SIGKILL or not connection.in_atomic_block

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._step if frame.f_code.co_filename.startswith(OWN_CODE) else None

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines >= self._at_line and self._may_pull():
                self._at_line = NEVER
                os.kill(os.getpid(), self._trigger)
        return self._step


def fork(work: Callable[[], None], at_line: int = NEVER, trigger: signal.Signals = signal.SIGKILL) -> int:
    """Do the work in a child that dies or freezes at that line; return its process id."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = FAILED
    try:
        if at_line != NEVER:  # counting lines makes everything many times slower
            Fuse(at_line, trigger).light()
        work()
        status = 0
    finally:
        sys.settrace(None)
        os._exit(status)


def count_lines(work: Callable[[], None]) -> int:
    """Do the work in a child that lives, and return how many lines of our own code it ran."""
    reading, writing = os.pipe()
    connections.close_all()
    child = os.fork()
    if child:
        os.close(writing)
        with os.fdopen(reading) as report:
            text = report.read()
        os.waitpid(child, 0)
        return int(text or 0)
    fuse = Fuse(NEVER, signal.SIGKILL)
    try:
        fuse.light()
        work()
    finally:
        sys.settrace(None)
        os.write(writing, str(fuse.lines).encode())
        os._exit(0)


def reap(child: int, within: float = 30.0) -> int:
    """Wait for a child to end; kill it when the time is over. Return its wait status."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def until_frozen(child: int, within: float = 30.0) -> bool:
    """Wait until a child freezes; False if it ended before."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
        if done:
            return os.WIFSTOPPED(status)
        time.sleep(0.002)
    return False
