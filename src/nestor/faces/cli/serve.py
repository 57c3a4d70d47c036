"""`nestor serve`: the whole desk behind one port."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from gettext import gettext as _

import click

from nestor.config.supervisor import Part, Supervisor, answers, listen, page_workers, worker
from nestor.faces.cli.errors import CommandFailed, Exit


def prepare_desk() -> None:
    """Bring the database up to date in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "nestor.config.prepare"], check=False)
    if done.returncode != 0:
        raise CommandFailed(_("The database could not be prepared; the lines above say why. Nothing was started."))


def open_port(host: str, port: int) -> socket.socket:
    """Take the port before anything else is done, so that a taken one is said at once."""
    try:
        return listen(host, port)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        sentence = _("Cannot listen on {host}:{port}: {reason}. Choose another port with --port.")
        raise CommandFailed(sentence.format(host=host, port=port, reason=reason)) from error


def serve_desk(listening: socket.socket, pages: int, threads: int, others: Sequence[Part] = ()) -> int:
    """Start the parts, watch them; return the exit code."""
    host, port = listening.getsockname()[:2]
    parts = [*others, *([worker(threads)] if threads else []), *page_workers(listening, pages)]

    def died(part: str, how: str) -> None:
        click.echo(_("{part} stopped ({how}) and is started again.").format(part=part, how=how), err=True)

    def started() -> None:
        if answers(host, port, "/healthz", within=60):
            click.echo(_("Ready: {address}").format(address=f"http://{host}:{port}"))
        else:
            click.echo(_("The desk does not answer yet; it goes on trying."), err=True)
        sys.stdout.flush()

    return Supervisor(parts, died).run(started)


@click.command("serve", help=_("Run the desk: pages, live events and background work behind one port."))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("Port to listen on."))
@click.option(
    "--pages", default=2, show_default=True, type=click.IntRange(1, 64), help=_("Processes that serve pages.")
)
@click.option(
    "--threads",
    default=2,
    show_default=True,
    type=click.IntRange(0, 64),
    help=_("Threads of background work; 0 where `nestor work` runs on other hosts."),
)
def command(host: str, port: int, pages: int, threads: int) -> int:
    """Run until SIGTERM or Ctrl+C."""
    os.environ.setdefault("NESTOR_URL", f"http://{host}:{port}")
    listening = open_port(host, port)
    prepare_desk()
    return serve_desk(listening, pages, threads) or Exit.OK
