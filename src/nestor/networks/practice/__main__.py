"""`python -m nestor.networks.practice serve`: the practice network as a process of its own, on loopback only."""

import json
import socket
import sys
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
    listening = _listen(port)
    base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    store = Store(file)
    network = open_network(store, base_url)
    if folder is not None:
        minute = None if start_hour is None else int(start_hour * 60)
        try:
            stock(network, read_worlds(folder), Beginning(wall_clock(), start_day, minute), speed)
        except BadCommunity as wrong:
            raise click.ClickException(str(wrong)) from None
    caller = Caller(file, base_url, wall_clock)
    caller.start()
    configuration = uvicorn.Config(
        App(network, CuttableProtocol.cut),
        http=CuttableProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
    )
    click.echo(json.dumps({"ready": base_url}))
    sys.stdout.flush()
    uvicorn.Server(configuration).run(sockets=[listening])
    caller.stop()
    store.close()


def _listen(port: int) -> socket.socket:
    # The protocol is named on purpose: asyncio sends at once only on sockets that say they are TCP.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError:
        raise click.ClickException(f"port {port} of 127.0.0.1 is taken") from None
    listening.listen(128)
    return listening


if __name__ == "__main__":
    main()
