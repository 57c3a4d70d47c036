"""A proxy in front of the real site that breaks answers: requests go through, what comes back is up to the test."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

Deal = Callable[[bytes, bytes], bytes | None]
"""Given request and answer, return what the client gets; None: nothing, the connection is held open."""


class Proxy:
    """Stands before a site. `deal` is asked for each call; without one everything passes."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._stop = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = int(self._listening.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}"
        self.deal: Deal | None = None
        self.forwards: Callable[[bytes], bool] = lambda _request: True
        self.calls: list[bytes] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self.pause()
        for thread in self._threads:
            thread.join()

    def pause(self) -> None:
        """Stop listening: nothing answers at this address until `go_on`."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def go_on(self) -> None:
        """Listen again at the same address."""
        self._listening = socket.create_server(("127.0.0.1", self._port))
        self._listen()

    def _listen(self) -> None:
        self._threads.append(threading.Thread(target=self._accept, args=(self._listening,)))
        self._threads[-1].start()

    def _accept(self, listening: socket.socket) -> None:
        while not self._stop.is_set():
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = _whole_request(connection)
            self.calls.append(request)
            answer = self._forward(request) if self.forwards(request) else b""
            given = self.deal(request, answer) if self.deal else answer
            if given is None:
                self._stop.wait(30)
            elif given:
                connection.sendall(given)

    def _forward(self, request: bytes) -> bytes:
        closing = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
        with socket.create_connection(self._target, timeout=30) as upstream:
            upstream.sendall(closing)
            parts = []
            while chunk := upstream.recv(65_536):
                parts.append(chunk)
        return b"".join(parts)


def _whole_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        if not (chunk := connection.recv(65_536)):
            return request
        request += chunk
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0 and (chunk := connection.recv(65_536)):
        request += chunk
        missing -= len(chunk)
    return request


def is_write(request: bytes) -> bool:
    """Say whether a raw request changes something."""
    return request.startswith((b"POST", b"PUT", b"DELETE"))


def until(is_so: Callable[[], bool], within: float = 10.0) -> bool:
    """Wait for what another process is about to do; return whether it came."""
    give_up = time.monotonic() + within
    while not is_so():
        if time.monotonic() > give_up:
            return False
        threading.Event().wait(0.02)
    return True
