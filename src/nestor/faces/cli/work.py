"""`nestor work`: background work only."""

import signal
import threading
from gettext import gettext as _
from types import FrameType

import click

from nestor.work.carriers import carrier


@click.command("work", help=_("Run background work only, for installations on several hosts."))
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64), help=_("Threads that work."))
def command(threads: int) -> None:
    """Run until SIGTERM or Ctrl+C; what was begun is finished, what was not is found by the next sweep."""
    stop = threading.Event()

    def end(_signum: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    carrier().run(stop, threads)
