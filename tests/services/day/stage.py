"""The stage of a day: the written community on its own network, the whole desk behind one port, a team of three."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from nestor.brands.models import Brand
from nestor.config.places import CORPORA
from nestor.config.supervisor import answers
from nestor.faces.cli.demo_rows import connect_account, found_world
from nestor.networks.practice.admin import PracticeServer
from nestor.networks.practice.community import World, read_worlds
from nestor.people.actions import add_user, give_role
from nestor.people.models import User
from nestor.vocabulary import Role
from tests.screens.stage import free_port
from tests.services.day.colleague import Colleague

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "correct horse battery staple"
TEAM = (("Alice", Role.HEAD), ("Bob", Role.AGENT), ("Fatou", Role.AGENT))
PATIENCE = 120  # seconds for what a busy machine must come to by itself


def open_network(folder: Path) -> PracticeServer:
    """Return the network of a busy day, not started yet."""
    wishes = ["--stock", str(CORPORA / "community"), "--day", "--speed", "12"]
    return PracticeServer(folder / "practice.sqlite3", arguments=wishes)


def found_desk(network: PracticeServer) -> dict[str, Brand]:
    """Found the three brands, their channels and the team."""
    now = timezone.now()
    hashed = make_password(PASSWORD)
    team = [(_user(name, hashed), role) for name, role in TEAM]
    accounts = network.admin.desk_accounts()
    brands: dict[str, Brand] = {}
    for world in _worlds():
        brand = brands[world.key] = found_world(world, [], [], [], now)
        for user, role in team:
            give_role(brand, user, role, now, actor_id=None)
        for account in accounts:
            if account.ref == f"{world.key}/brand":
                connect_account(brand, account, network.url, now)
    return brands


def _worlds() -> list[World]:
    return read_worlds(CORPORA / "community")


def _user(name: str, hashed: str) -> User:
    user = add_user(f"{name.lower()}@nestor.example", name, None, timezone.now())
    user.password = hashed
    user.save(update_fields=["password"])
    return user


@dataclass(slots=True)
class Desk:
    """The desk's processes, and who sits at it."""

    environment: dict[str, str]
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def open(self) -> None:
        """Start pages and workers, and wait until they answer."""
        self.port = free_port()
        own = {
            "NESTOR_URL": f"http://127.0.0.1:{self.port}",
            "NESTOR_HOSTS": "127.0.0.1",
            "NESTOR_PRIVATE_NETWORKS": "1",
            "NESTOR_UNDO_FOR": "0",
            "NESTOR_LOG_LEVEL": "WARNING",
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        }
        command = [sys.executable, "-m", "nestor", "serve", "--port", str(self.port), "--pages", "2", "--threads", "2"]
        self.process = subprocess.Popen(command, env={**self.environment, **own}, cwd=ROOT)
        if not answers("127.0.0.1", self.port, "/healthz", within=PATIENCE):
            raise RuntimeError("the desk does not answer")

    def close(self) -> None:
        """End it; its children end with it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def colleague(self, name: str) -> Colleague:
        """Let somebody of the team sign in."""
        client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=120, trust_env=False)
        person = Colleague(name.lower(), client)
        person.sign_in(PASSWORD)
        return person


def wait_for(what: str, missing: Callable[[], str]) -> None:
    """Wait until nothing is missing; ends by itself, and says what never came."""
    pause, left = threading.Event(), ""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        left = missing()
        if not left:
            return
        pause.wait(0.2)
    raise RuntimeError(f"never came: {what}: {left}")
