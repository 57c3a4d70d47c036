"""Connections under `nestor.networks.http`: names resolved once, addresses judged, no operation beyond the deadline."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import certifi
import httpcore

from nestor.networks.addresses import may_call
from nestor.networks.fence import dead_after

_SLICE = 65_536


class Forbidden(Exception):
    """The name leads to an address the desk refuses to call."""


class TooLate(Exception):
    """The moment until which the request might begin has passed; not a byte of it has left."""


def running_clock() -> float:
    """Return seconds on a clock that never jumps and goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no operation outlives the deadline of the current request, however slowly bytes drip."""

    def __init__(self, inner: httpcore.NetworkStream, backend: "SafeBackend") -> None:
        self._inner = inner
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._backend.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._backend.fenced():
            self._backend.begin()
            for start in range(0, len(buffer), _SLICE):
                self._inner.write(buffer[start : start + _SLICE], self._backend.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        allowed = self._backend.left(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, allowed), self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class SafeBackend(httpcore.NetworkBackend):
    """Resolves a name once, judges every address it gave, and connects to one of those very addresses."""

    def __init__(self, private_origin: tuple[str, int] | None) -> None:
        self._inner = httpcore.SyncBackend()
        self._private_origin = private_origin
        self.deadline = 0.0
        self._is_too_late: Callable[[], bool] | None = None
        self._is_fenced = False

    def prepare(self, is_too_late: Callable[[], bool] | None) -> None:
        """Let the next request ask whether it still may when its first byte is about to leave; None: it always may."""
        self._is_too_late = is_too_late
        self._is_fenced = is_too_late is not None

    def fenced(self) -> AbstractContextManager[None]:
        """Return what ends this process if it is frozen in the middle of a write that others may decide about."""
        return dead_after(self.left(None, httpcore.WriteTimeout)) if self._is_fenced else nullcontext()

    def begin(self) -> None:
        asked, self._is_too_late = self._is_too_late, None
        if asked is not None and asked():
            raise TooLate

    def left(self, timeout: float | None, expired: type[Exception]) -> float:
        remaining = self.deadline - running_clock()
        if remaining <= 0:
            raise expired("total time is over")
        return remaining if timeout is None else min(timeout, remaining)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        allow_private = (host, port) == self._private_origin
        addresses = _resolve(host, port, self.left(timeout, httpcore.ConnectTimeout))
        if not all(may_call(address, allow_private=allow_private) for address in addresses):
            raise Forbidden
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                allowed = self.left(timeout, httpcore.ConnectTimeout)
                opened = self._inner.connect_tcp(address, port, allowed, local_address, socket_options)
                return _TimedStream(opened, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _resolve(host: str, port: int, timeout: float) -> list[str]:
    """Return the addresses of a name. The system's resolver knows no time-out, so it is waited for from outside."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="resolve").start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise httpcore.ConnectTimeout("the name was not resolved in time") from None
    if isinstance(answer, Exception):
        raise httpcore.ConnectError("the name does not resolve")
    return answer


@cache
def trust() -> ssl.SSLContext:
    """Return the system's certificate authorities and, for machines that have none, the public ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
