"""A real server on loopback that answers each connection as a test says, byte by byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

Script = Callable[["Call"], None]


class Call:
    """One accepted connection: what was asked, and the means to answer badly."""

    def __init__(self, connection: socket.socket, stop: threading.Event) -> None:
        self._connection = connection
        self._stop = stop
        self.request = b""

    def read_request(self) -> None:
        """Read the head and as much of the body as Content-Length announces."""
        while b"\r\n\r\n" not in self.request:
            if not (chunk := self._connection.recv(65_536)):
                return
            self.request += chunk
        head, _, body = self.request.partition(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                missing = int(line.split(b":")[1]) - len(body)
                while missing > 0 and (chunk := self._connection.recv(65_536)):
                    self.request += chunk
                    missing -= len(chunk)

    def say(self, raw: bytes) -> None:
        self._connection.sendall(raw)

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.say("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def drip(self, byte: bytes, every: float) -> None:
        """Send one byte again and again until the other side leaves or the server stops."""
        while not self._stop.wait(every):
            self.say(byte)

    def hang(self) -> None:
        """Say nothing more until the server stops."""
        self._stop.wait(30)

    def header(self, name: str) -> str:
        for line in self.request.partition(b"\r\n\r\n")[0].split(b"\r\n"):
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode()
        return ""


class Misbehaving:
    """The server; `calls` are all connections it got, in order."""

    def __init__(self, script: Script, *, reads_request: bool = True) -> None:
        self._script = script
        self._reads_request = reads_request
        self._stop = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.calls: list[Call] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            call = Call(connection, self._stop)
            self.calls.append(call)
            self._threads.append(threading.Thread(target=self._serve, args=(connection, call)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket, call: Call) -> None:
        with connection:
            try:
                if self._reads_request:
                    call.read_request()
                self._script(call)
            except OSError:
                return  # the other side left: that is what most of these tests are about


@contextmanager
def in_turn(*scripts: Script) -> Iterator[Misbehaving]:
    """Serve the first connection by the first script, and so on; the last one serves all that follow."""
    taken = iter(range(10_000))
    lock = threading.Lock()

    def serve(call: Call) -> None:
        with lock:
            turn = next(taken)
        scripts[min(turn, len(scripts) - 1)](call)

    with Misbehaving(serve) as server:
        yield server
