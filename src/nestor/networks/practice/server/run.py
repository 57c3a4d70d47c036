"""The practice network as a process: listens on loopback, says where, ends when told to or when its parent has gone."""

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nestor.networks.practice import day
from nestor.networks.practice.community import DAYS, read_worlds
from nestor.networks.practice.server.app import App
from nestor.networks.practice.server.hooks import Caller
from nestor.networks.practice.server.network import open_network, wall_clock
from nestor.networks.practice.server.replay import DEFAULT_SPEED
from nestor.networks.practice.server.stock import Beginning, stock
from nestor.networks.practice.server.store import Store


@dataclass(frozen=True, slots=True)
class Wish:
    """How to run it. `start_hour` None is the hour it is now; `speed` is in script seconds a second.

    `is_busy_day`: the whole script is laid on its last day, which begins now at seven o'clock.
    """

    file: Path
    port: int = 0
    stock: Path | None = None
    speed: float = float(DEFAULT_SPEED)
    start_day: int = 25
    start_hour: float | None = None
    is_busy_day: bool = False
    ends_with_parent: bool = False


def run(wish: Wish) -> None:
    """Serve until told to stop; raise `BadCommunity` where the stock does not hold together."""
    store = Store(wish.file)
    network = open_network(store)
    if wish.stock is not None:
        worlds, beginning = read_worlds(wish.stock), _beginning(wish)
        stock(network, [day.busy_day(world) for world in worlds] if wish.is_busy_day else worlds, beginning, wish.speed)
    configuration = uvicorn.Config(
        App(network, CuttableProtocol.cut),
        host="127.0.0.1",
        port=wish.port,
        http=CuttableProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
    )
    server = AnnouncedServer(configuration, lambda base_url: store.keep_fact("base_url", base_url))
    if wish.ends_with_parent:
        _end_with_parent(server)
    caller = Caller(wish.file, wall_clock)
    caller.start()
    try:
        server.run()
    finally:
        caller.stop()
        store.close()


def _beginning(wish: Wish) -> Beginning:
    if wish.is_busy_day:
        hour = day.OPENS if wish.start_hour is None else wish.start_hour
        return Beginning(wall_clock(), DAYS, int(hour * 60))
    return Beginning(wall_clock(), wish.start_day, None if wish.start_hour is None else int(wish.start_hour * 60))


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, remembered by client address, so that a connection can be cut without an answer."""

    open_ones: ClassVar[dict[tuple[str, int], Any]] = {}

    def connection_made(self, transport: Any) -> None:
        """Remember the connection."""
        super().connection_made(transport)
        self.open_ones[tuple(transport.get_extra_info("peername")[:2])] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        for address, transport in list(self.open_ones.items()):
            if transport is self.transport:
                del self.open_ones[address]
        super().connection_lost(exc)

    @classmethod
    def cut(cls, address: tuple[str, int]) -> None:
        """Cut the connection of a client."""
        if transport := cls.open_ones.get(address):
            transport.abort()


class AnnouncedServer(uvicorn.Server):
    """A server that tells its address, in one line of JSON, once it listens there."""

    def __init__(self, configuration: uvicorn.Config, note: Callable[[str], None]) -> None:
        super().__init__(configuration)
        self._note = note

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        if self.servers:
            base_url = f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"
            self._note(base_url)
            sys.stdout.write(json.dumps({"ready": base_url}) + "\n")
            sys.stdout.flush()


def _end_with_parent(server: uvicorn.Server) -> None:
    """End the server when whoever started it has gone: then nobody holds the other end of its standard input."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        server.should_exit = True

    threading.Thread(target=wait, name="practice-parent", daemon=True).start()
