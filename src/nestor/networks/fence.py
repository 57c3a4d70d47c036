"""A process that was frozen while it sent something must not go on sending when it wakes.

Between the last look at the clock and the system call that writes there is always an instant in which a process can be
stopped (SIGSTOP, a laptop's lid, a host that swaps) for hours, while somebody else decides what becomes of its work.
Nothing the process does itself closes that gap, so the kernel does: a timer that runs on while everything sleeps
kills the process when its time is over. Linux only; elsewhere the gap stays, some microseconds wide.
"""

import ctypes
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_CLOCK_BOOTTIME = 7  # goes on while the machine sleeps; linux/time.h
_SIGEV_SIGNAL = 0
_MARGIN = 1.25  # whoever is not frozen gives up by itself at 1


class _SignalEvent(ctypes.Structure):
    """`struct sigevent`, 64 bytes: timer_create(2)."""

    _fields_ = [
        ("value", ctypes.c_void_p),
        ("signo", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("_rest", ctypes.c_byte * 48),
    ]


class _Time(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


class _TimerSpec(ctypes.Structure):
    """`struct itimerspec`: timer_settime(2)."""

    _fields_ = [("interval", _Time), ("value", _Time)]


@cache
def _libc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return libc if hasattr(libc, "timer_create") else None


@contextmanager
def dead_after(seconds: float) -> Iterator[None]:
    """Let the kernel kill this process (SIGKILL), frozen or not, unless the block ends in time, and a quarter more."""
    libc = _libc()
    if libc is None:
        yield
        return
    timer = _armed(libc, max(seconds, 0.001) * _MARGIN)
    try:
        yield
    finally:
        libc.timer_delete(timer)


def _armed(libc: ctypes.CDLL, seconds: float) -> ctypes.c_void_p:
    event = _SignalEvent(signo=signal.SIGKILL, notify=_SIGEV_SIGNAL)
    timer = ctypes.c_void_p()
    if libc.timer_create(_CLOCK_BOOTTIME, ctypes.byref(event), ctypes.byref(timer)) != 0:
        raise OSError(ctypes.get_errno(), "timer_create")
    spec = _TimerSpec(_Time(0, 0), _Time(int(seconds), int(seconds % 1 * 1_000_000_000)))
    if libc.timer_settime(timer, 0, ctypes.byref(spec), None) != 0:
        libc.timer_delete(timer)
        raise OSError(ctypes.get_errno(), "timer_settime")
    return timer
