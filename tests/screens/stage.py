"""The real desk on a free port, with a practice network of its own: what the screens are tried on."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from nestor.config.supervisor import answers
from nestor.networks.practice.admin import Admin, DeskAccount, PracticeServer
from tests.translators.installed import WORDBOOK

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Stage:
    """A desk and its network, as child processes; the network's channels by place."""

    home: Path
    port: int = field(default_factory=free_port)
    network: PracticeServer = field(init=False)
    channels: dict[str, dict[str, str]] = field(default_factory=dict)
    desk: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.network = PracticeServer(self.home / "practice.sqlite3")

    @property
    def url(self) -> str:
        """Return the desk's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin(self) -> Admin:
        """Return what pulls the network's strings."""
        return self.network.admin

    def environment(self) -> dict[str, str]:
        """Return the environment of the desk's processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NESTOR_")}
        return kept | {
            "NESTOR_HOME": str(self.home),
            "NESTOR_DATABASE": f"sqlite:///{self.home / 'nestor.sqlite3'}",
            "NESTOR_URL": self.url,
            "NESTOR_HOSTS": "127.0.0.1",
            "NESTOR_PRIVATE_NETWORKS": "1",
            "NESTOR_UNDO_FOR": "4",
            "NESTOR_LOG_LEVEL": "WARNING",
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", ROOT, WORDBOOK))),
        }

    def set_up(self) -> Self:
        """Start the network, found the desk, start it."""
        self.network.start()
        env = self.environment()
        subprocess.run([sys.executable, "-m", "nestor.config.prepare"], env=env, cwd=ROOT, check=True)
        command = [sys.executable, "-m", "tests.screens.found", self.network.url, str(self.network.file)]
        found = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        self.channels = json.loads(found.stdout)
        return self.open()

    def open(self) -> Self:
        """Start the desk and wait until it answers."""
        command = [sys.executable, "-m", "nestor", "serve", "--port", str(self.port), "--pages", "1", "--threads", "1"]
        self.desk = subprocess.Popen(command, env=self.environment(), cwd=ROOT)
        if not answers("127.0.0.1", self.port, "/healthz", within=60):
            raise RuntimeError("the desk does not answer")
        return self

    def close(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End the desk; its children end with it."""
        if self.desk is not None:
            self.desk.send_signal(with_signal)
            self.desk.wait(timeout=30)
            self.desk = None

    def tear_down(self) -> None:
        """End everything."""
        self.close()
        self.network.stop()

    def state(self) -> str:
        """Return what the desk waits for, for whoever asks why something did not come."""
        asked = {
            "channels": "SELECT channel_id, read_at, due_at, leased_until, failures FROM inbox_cursor",
            "owed": "SELECT subscriber, count(*), min(due_at), max(tries) FROM work_wakeup GROUP BY subscriber",
            "latest": "SELECT id, shown_at, substr(text, 1, 40) FROM inbox_message ORDER BY id DESC LIMIT 3",
        }
        with closing(sqlite3.connect(self.home / "nestor.sqlite3", timeout=20)) as database:
            return "\n".join(f"{name}: {row}" for name, query in asked.items() for row in database.execute(query))

    def account(self, place: str) -> DeskAccount:
        """Return the desk's account at a place."""
        wanted = self.channels[place]["account"]
        return next(one for one in self.admin.desk_accounts() if one.account_id == wanted)

    def say(self, text: str, place: str = "square", *, by: str = "dan", **more: object) -> str:
        """Let a visitor say something to the brand; return the message's id on the network."""
        target: dict[str, object] = {} if "reply_to" in more else {"to": self.channels[place]["account"]}
        return self.admin.say(place, text, by=by, **target, **more)  # type: ignore[arg-type]
