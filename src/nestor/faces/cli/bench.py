"""`nestor bench`: what each stage costs and what a crash breaks. Runs in a checkout: the benches are not installed."""

import importlib
import sys
from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path

import click

from nestor.config.places import CHECKOUT
from nestor.faces.cli.errors import CommandFailed


def load(name: str) -> Callable[..., int | None]:
    """Import one bench from the checkout."""
    if not (CHECKOUT / "bench").is_dir():
        raise CommandFailed(_("Benches run in a checkout of Nestor; this is an installed package."))
    sys.path.insert(0, str(CHECKOUT))
    found: Callable[..., int | None] = importlib.import_module(f"bench.{name}").main
    return found


@click.group("bench", help=_("Measure what each stage costs and count what a crash breaks."))
def command() -> None:
    """Group of benches."""


DATA = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=_("Folder with public sets; docs/operator-guide.md says in which layout."),
)


@command.command("triage", help=_("Reading: how right and how fast, against peers in the same run."))
@DATA
def triage(data: Path | None) -> None:
    """Measure reading."""
    load("triage")(data)


@command.command("guard", help=_("The guard: what it stops, what it lets pass, what a draft costs."))
@DATA
def guard(data: Path | None) -> None:
    """Measure the guard."""
    load("guard")(data)


@command.command("deliveries", help=_("Kill senders and workers, and count what is lost or doubled."))
@click.option("--kills", default=10_000, show_default=True, type=click.IntRange(10, 1_000_000), help=_("How many."))
@click.option("--seed", default=1, show_default=True, help=_("The same seed kills at the same lines."))
@click.option("--processes", default=4, show_default=True, type=click.IntRange(1, 32), help=_("At the same time."))
def deliveries(kills: int, seed: int, processes: int) -> int:
    """Count what a crash breaks."""
    return load("deliveries")(kills, seed, processes) or 0


@command.command("inbox", help=_("Pages, searches, intake and live events, before a million messages."))
@click.option("--messages", default=1_000_000, show_default=True, type=click.IntRange(20_000), help=_("How many."))
@click.option(
    "--minutes", default=60.0, show_default=True, help=_("How long messages arrive before open pages; 0: not at all.")
)
def inbox(messages: int, minutes: float) -> int:
    """Measure the desk."""
    return load("inbox.run")(messages, minutes) or 0
