"""`nestor train`: make the reading model again, from the written corpora and, where there are any, public sets."""

from gettext import gettext as _
from pathlib import Path

import click

from nestor.config.environment import Environment
from nestor.config.places import CORPORA
from nestor.faces.cli.errors import CommandFailed
from nestor.triage.training.card import write_card
from nestor.triage.training.make import Sources, make_model


def _public(folder: Path | None) -> Path | None:
    """Return the folder of the language sets: the one given, or `nlp` inside it."""
    if folder is None:
        return None
    return folder / "nlp" if (folder / "nlp").is_dir() else folder


@click.command("train", help=_("Train the reading model from the written corpora."))
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=_("Folder with public sets; docs/triage.md says in which layout."),
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Where to write the model; default: models/new under NESTOR_HOME."),
)
def command(data: Path | None, out: Path | None) -> None:
    """Train, measure, and write model and card."""
    if not (CORPORA / "triage").is_dir():
        raise CommandFailed(_("The written corpora are not here: {folder}").format(folder=CORPORA))
    folder = out or Environment().folder("NESTOR_HOME") / "models" / "new"
    sources = Sources(CORPORA, _public(data))
    version = make_model(sources, folder, lambda said: click.echo(said, err=True))
    write_card(folder, sources, version)
    click.echo(_("{version} written to {folder}").format(version=version, folder=click.format_filename(folder)))
