"""`python -m nestor.networks.practice serve`: the practice network as a process of its own, on loopback only."""

from pathlib import Path
from typing import Any

import click

from nestor.networks.practice.community import BadCommunity
from nestor.networks.practice.server.replay import DEFAULT_SPEED
from nestor.networks.practice.server.run import Wish, run

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def main() -> None:
    """Run the simulated network that Nestor's demo and tests talk to."""


@main.command()
@click.option(
    "--file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where everything is kept."
)
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="On 127.0.0.1; 0 takes a free one.")
@click.option("--stock", type=_FOLDER, help="A world, or a folder of worlds, to fill an empty file with.")
@click.option(
    "--speed", default=float(DEFAULT_SPEED), type=click.FloatRange(1, 100_000), help="Script seconds a second."
)
@click.option("--start-day", default=25, type=click.IntRange(1, 30), help="The day of the script that begins now.")
@click.option("--start-hour", type=click.FloatRange(0, 23.99), help="The hour of that day; else the hour it is now.")
@click.option("--day", "is_busy_day", is_flag=True, help="Everything the script says on one day, beginning at seven.")
@click.option("--with-parent", "ends_with_parent", is_flag=True, help="End when standard input does.")
def serve(**wishes: Any) -> None:
    """Serve until told to stop; prints one line of JSON with the address when ready."""
    try:
        run(Wish(**wishes))
    except BadCommunity as wrong:
        raise click.ClickException(str(wrong)) from None


if __name__ == "__main__":
    main()
