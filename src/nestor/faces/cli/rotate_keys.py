"""`nestor rotate-keys`: a new key for the secrets that are stored."""

from gettext import gettext as _

import click
from django.conf import settings

from nestor.config.rotation import add_key, drop_old_keys, reseal
from nestor.faces.cli.errors import CommandFailed


@click.command("rotate-keys", help=_("Encrypt all stored secrets with a new key."))
@click.option("--add", "only_add", is_flag=True, help=_("Only put a new key in front, to be copied to other hosts."))
@click.option("--reseal", "only_reseal", is_flag=True, help=_("Only encrypt everything again with the newest key."))
@click.option("--drop-old", is_flag=True, help=_("Encrypt again with the newest key, then remove the others."))
def command(only_add: bool, only_reseal: bool, drop_old: bool) -> None:
    """Interrupted anywhere, run it again: old keys stay until --drop-old."""
    if only_add + only_reseal + drop_old > 1:
        raise click.UsageError(_("Choose one of --add, --reseal and --drop-old."))
    if not (only_reseal or drop_old):
        count = add_key(settings.HOME)
        click.echo(_("A new key stands in front ({count} in all).").format(count=count))
    if only_add:
        click.echo(_("Copy the key file to every host, then run `nestor rotate-keys --reseal`."))
        return
    click.echo(_("Secrets encrypted with the newest key: {count}.").format(count=reseal()))
    if not drop_old:
        click.echo(_("Keep a copy of the key file. `nestor rotate-keys --drop-old` removes the old keys."))
        return
    if needed := drop_old_keys(settings.HOME):
        raise CommandFailed(_("{count} secrets still need an old key; none was removed.").format(count=needed))
    click.echo(_("The old keys are gone; a backup older than this needs them."))
