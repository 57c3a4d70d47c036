"""`python -m nestor.networks.practice serve`: the practice network as a process of its own, on loopback only."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import click
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nestor.networks.practice.community import BadCommunity, read_worlds
from nestor.networks.practice.server.app import App
from nestor.networks.practice.server.hooks import Caller
from nestor.networks.practice.server.network import open_network, wall_clock
from nestor.networks.practice.server.replay import DEFAULT_SPEED
from nestor.networks.practice.server.stock import Beginning, stock
from nestor.networks.practice.server.store import Store


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
            click.echo(json.dumps({"ready": base_url}))
            sys.stdout.flush()


@click.group()
def main() -> None:
    """Run the simulated network that Nestor's demo and tests talk to."""


@main.command()
@click.option(
    "--file", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where it keeps everything."
)
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="On 127.0.0.1; 0 takes a free one.")
@click.option(
    "--stock",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A world, or a folder of worlds, to fill an empty file with.",
)
@click.option(
    "--speed", default=float(DEFAULT_SPEED), type=click.FloatRange(1, 100_000), help="Script seconds a second."
)
@click.option("--start-day", default=25, type=click.IntRange(1, 30), help="The day of the script that begins now.")
@click.option(
    "--start-hour", type=click.FloatRange(0, 23.99), help="The hour of that day; without it, the hour it is now."
)
def serve(
    *, file: Path, port: int, folder: Path | None, speed: float, start_day: int, start_hour: float | None
) -> None:
    """Serve until told to stop; prints one line of JSON with the address when ready."""
    store = Store(file)
    network = open_network(store)
    if folder is not None:
        minute = None if start_hour is None else int(start_hour * 60)
        try:
            stock(network, read_worlds(folder), Beginning(wall_clock(), start_day, minute), speed)
        except BadCommunity as wrong:
            raise click.ClickException(str(wrong)) from None
    caller = Caller(file, wall_clock)
    caller.start()
    configuration = uvicorn.Config(
        App(network, CuttableProtocol.cut),
        host="127.0.0.1",
        port=port,
        http=CuttableProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
    )
    try:
        AnnouncedServer(configuration, lambda base_url: store.keep_fact("base_url", base_url)).run()
    finally:
        caller.stop()
        store.close()


if __name__ == "__main__":
    main()
