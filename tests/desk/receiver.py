"""A program that is told: a real server on this machine, which answers as it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Heard:
    """One call as it came."""

    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Ear:
    """What a receiver heard, and how it answers: a status, or 0 to say nothing until it is let go."""

    status: int = 200
    heard: list[Heard] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}/told?by=nestor"


@contextmanager
def listening() -> Iterator[Ear]:
    """Listen on a free port."""
    ear = Ear()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            ear.heard.append(Heard({name.lower(): value for name, value in self.headers.items()}, body))
            if ear.status == 0:
                ear.let_go.wait(30)
                return
            self.send_response(ear.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the base class names it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    ear.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield ear
    finally:
        ear.let_go.set()
        server.shutdown()
        server.server_close()
