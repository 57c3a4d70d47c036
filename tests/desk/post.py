"""What stands on the other end of a notice: a mail server, and a server that takes calls, both on this machine."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)  # its thread outlives the output of the test it served


@dataclass
class Post:
    """A mail server that keeps what it gets; `answer` is what it says to each recipient, or to the content."""

    mails: list[EmailMessage] = field(default_factory=list)
    to_recipients: str = ""
    to_content: str = ""
    host: str = "127.0.0.1"
    port: int = 0

    async def handle_RCPT(  # noqa: N802  as aiosmtpd calls it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipients:
            return self.to_recipients
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        if isinstance(content, bytes):
            self.mails.append(BytesParser(_class=EmailMessage, policy=default).parsebytes(content))
        return self.to_content or "250 OK"

    @property
    def said(self) -> str:
        """Return everything that arrived, as one text."""
        return "\n".join(f"{one}\n{one.get_content()}" for one in self.mails)


@contextmanager
def post_office() -> Iterator[Post]:
    """Run the mail server on a free port."""
    post = Post()
    with socket.socket() as probe:
        probe.bind((post.host, 0))
        post.port = probe.getsockname()[1]
    controller = Controller(post, hostname=post.host, port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@dataclass
class Doorbell:
    """A server that takes calls and keeps them; `status` is what it answers."""

    status: int = 201
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    location: str = ""
    url: str = ""

    @property
    def host(self) -> str:
        """Return host and port."""
        return self.url.removeprefix("http://")

    def json(self, place: int = -1) -> Any:
        """Return what one call said."""
        return json.loads(self.calls[place][2])


@contextmanager
def doorbell() -> Iterator[Doorbell]:
    """Run the server on a free port."""
    bell = Doorbell()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            bell.calls.append((self.path, dict(self.headers.items()), body))
            self.send_response(bell.status)
            if bell.location:
                self.send_header("Location", bell.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_given: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bell.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield bell
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
