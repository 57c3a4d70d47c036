"""Runs a practice network and pulls its strings: for tests, the crash suite and the demo; never for the desk itself."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nestor.networks.contract import NetworkTrouble, Reason, TryLater
from nestor.networks.http import HttpSession
from nestor.networks.practice.server.failures import Mode
from nestor.networks.practice.server.store import as_text
from nestor.networks.practice.server.witness import Testimony, read_file, times_accepted

__all__ = ["Admin", "DeskAccount", "Mode", "PracticeServer", "Testimony", "times_accepted"]

_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DeskAccount:
    """An account a desk connects to; `ref` is `<world>/brand` for those of a written world."""

    account_id: str
    place: str
    ref: str
    handle: str
    name: str
    token: str


class Admin:
    """The admin API, typed. Raises `NetworkTrouble` when the network refuses or is not there."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._session = HttpSession(
            url, headers={"X-Practice-Admin": token}, allow_private=True, read_for=30, max_bytes=64_000_000
        )

    def _ask(self, act: str, **fields: Any) -> Any:
        return self._session.request("POST", f"/admin/{act}", json=fields).json()

    def desk_account(self, place: str, ref: str = "desk", *, handle: str = "@desk", name: str = "Desk") -> DeskAccount:
        """Make an account a desk can connect to."""
        made = self._ask("join", place=place, ref=ref, handle=handle, name=name, is_desk=True)
        return DeskAccount(made["account_id"], place, ref, handle, name, made["token"])

    def desk_accounts(self) -> list[DeskAccount]:
        """Return the accounts desks connect to, in the order they were made; "" for a token that died."""
        return [
            DeskAccount(row["id"], row["place"], row["ref"], row["handle"], row["name"], row["token"] or "")
            for row in self._ask("accounts")
        ]

    def issue_token(self, account_id: str) -> str:
        """Return one more token for an account."""
        return str(self._ask("issue", account_id=account_id)["token"])

    def revoke_tokens(self, account_id: str) -> int:
        """Let every token of an account die; return how many did."""
        return int(self._ask("revoke", account_id=account_id)["revoked"])

    def say(
        self, place: str, text: str, *, by: str = "visitor", published_at: datetime | None = None, **more: Any
    ) -> str:
        """Speak as a visitor; return the message's id.

        More: `reply_to`, `to` (account id, for a fresh mention, message or mail), `kind`, `subject`, `html`, `images`.
        """
        if published_at is not None:
            more["published_at"] = as_text(published_at)
        return str(self._ask("say", place=place, text=text, by=by, **more)["id"])

    def speak(self, account: DeskAccount, text: str, **more: Any) -> str:
        """Speak as a desk's account in the network's own app; `kind="post"` publishes. Return the message's id."""
        return str(self._ask("say", place=account.place, author_id=account.account_id, text=text, **more)["id"])

    def rewrite(self, item_id: str, text: str) -> None:
        """Let its author edit a message."""
        self._ask("rewrite", id=item_id, text=text)

    def remove(self, item_id: str) -> None:
        """Let its author delete a message."""
        self._ask("remove", id=item_id)

    def items(self, place: str = "", *, after: int = 0) -> list[dict[str, Any]]:
        """Return everything anybody said after a number: rows of the table `item`, gone ones included, oldest first."""
        return list(self._ask("items", place=place, after=after))

    def change_manners(self, place: str, **changes: Any) -> dict[str, Any]:
        """Change how a place behaves (`Manners`), return how it does."""
        return dict(self._ask("manners", place=place, changes=changes))

    def break_it(
        self,
        mode: Mode,
        *,
        place: str = "",
        account_id: str = "",
        verb: str = "any",
        count: int | None = None,
        chance: float = 1.0,
        seed: int = 0,
        **settings: Any,
    ) -> int:
        """Let calls fail in this way from now on; `count` None lasts until mended. Return the failure's id.

        Verbs: any, write, send, edit, delete, act, read, feed, find, webhook.
        """
        scope = {"place": place, "account_id": account_id, "verb": verb, "count": count}
        return int(self._ask("fail", mode=mode.value, chance=chance, seed=seed, settings=settings, **scope)["id"])

    def mend(self, failure_id: int | None = None) -> None:
        """Forget one failure, or all of them."""
        self._ask("mend", id=failure_id)

    @contextlib.contextmanager
    def broken(self, mode: Mode, **how: Any) -> Iterator[int]:
        """Break it until the context ends; arguments as for `break_it`."""
        failure_id = self.break_it(mode, **how)
        try:
            yield failure_id
        finally:
            self.mend(failure_id)

    def failures(self) -> list[dict[str, Any]]:
        """Return the failures that are planted, with how often each was asked and struck."""
        return list(self._ask("failures"))

    def witness(self, *, after: int = 0, place: str = "", mark: str = "") -> list[Testimony]:
        """Return every write that reached the network."""
        return [Testimony(**row) for row in self._ask("witness", after=after, place=place, mark=mark)]

    def hook(self, account_id: str, url: str, secret: str = "") -> str:
        """Call this address about what the account can newly see; "" stops it. Return the signing secret."""
        return str(self._ask("hook", account_id=account_id, url=url, secret=secret)["secret"])

    def genuine_call(self, account_id: str, item_id: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of the webhook call about a message; the account must have a hook."""
        made = self._ask("genuine-call", account_id=account_id, id=item_id)
        return dict(made["headers"]), str(made["body"]).encode()

    def events(self) -> list[dict[str, Any]]:
        """Return the webhook calls: waiting, taken, dropped or given_up."""
        return list(self._ask("events"))

    def replay(self, *, ahead_seconds: float = 0) -> dict[str, Any]:
        """Return how far the script is; let its next part happen earlier by so many real seconds."""
        return dict(self._ask("replay", ahead_seconds=ahead_seconds))

    def close(self) -> None:
        """Give back connections."""
        self._session.close()


class PracticeServer:
    """A practice network as a child process. `admin` is there while it runs; the file outlives it."""

    def __init__(self, file: Path, *, port: int = 0, arguments: Sequence[str] = ()) -> None:
        self.file = file
        self.port = port
        self.url = ""
        self._arguments = tuple(arguments)
        self._child: subprocess.Popen[str] | None = None
        self._admin: Admin | None = None

    @property
    def admin(self) -> Admin:
        """The admin API of the running network."""
        if self._admin is None:
            raise TryLater(Reason.UNREACHABLE, _SOON, "the practice network does not run")
        return self._admin

    @property
    def pid(self) -> int:
        """The process id while it runs, 0 otherwise."""
        return self._child.pid if self._child else 0

    def start(self) -> Self:
        """Start it, wait until it answers; started again it takes the same port, as after an outage."""
        command = [sys.executable, "-m", "nestor.networks.practice", "serve"]
        command += ["--with-parent", "--file", str(self.file), "--port", str(self.port), *self._arguments]
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
        )
        line = self._child.stdout.readline() if self._child.stdout else ""
        if not line:
            code = self._child.wait()
            self.stop()
            raise RuntimeError(f"the practice network did not start (exit status {code})")
        self.url = json.loads(line)["ready"]
        self.port = int(self.url.rpartition(":")[2])
        self._admin = Admin(self.url, admin_token(self.file))
        return self

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End it; what was accepted stays in the file."""
        if self._admin:
            self._admin.close()
            self._admin = None
        if self._child:
            self._child.send_signal(signal.SIGCONT)
            self._child.send_signal(with_signal)
            try:
                self._child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe:
                    pipe.close()
            self._child = None

    def testimonies(self) -> list[Testimony]:
        """Return what the witness has, straight from the file, running or not."""
        return read_file(self.file)

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()


def admin_token(file: Path) -> str:
    """Return the admin token that a practice network keeps in its file."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=20)
    try:
        row = connection.execute("SELECT value FROM fact WHERE name = 'admin_token'").fetchone()
    finally:
        connection.close()
    return str(row[0])


def is_there(url: str) -> bool:
    """Say whether a practice network answers at this address."""
    session = HttpSession(url, allow_private=True, connect_for=1, read_for=2, total_for=2)
    try:
        return bool(session.request("GET", "/").json().get("network") == "practice")
    except NetworkTrouble:
        return False
    finally:
        session.close()


def _environment() -> Mapping[str, str]:
    source = str(Path(__file__).resolve().parents[3])
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": f"{source}{os.pathsep}{known}" if known else source}
