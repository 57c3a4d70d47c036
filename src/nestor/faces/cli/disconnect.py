"""`nestor disconnect`: read and send no more by a channel; what was said stays."""

from gettext import gettext as _

import click
from django.utils import timezone

from nestor.brands.actions import disconnect_channel
from nestor.faces.cli.errors import CommandFailed
from nestor.faces.cli.ground import find_brand, find_channel
from nestor.inbox.rules import ARCHIVE
from nestor.publisher.reads import waiting_by_channel


@click.command("disconnect", help=_("Read and send no more by a channel; what was said stays."))
@click.option("--brand", "slug", required=True, metavar="SLUG", help=_("Brand the channel speaks for."))
@click.option("--channel", "wanted", required=True, help=_("Id, name or handle of the channel."))
@click.option("--yes", "is_sure", is_flag=True, help=_("Do not ask."))
def command(slug: str, wanted: str, *, is_sure: bool) -> None:
    """Say what ends and what stays, then ask."""
    brand = find_brand(slug)
    channel = find_channel(brand, wanted)
    if channel.network == ARCHIVE:
        raise CommandFailed(_("{name} holds imported files; there is no network to read.").format(name=channel.name))
    click.echo(_("Nothing is read there and nothing leaves by it any more; the stored access is deleted."), err=True)
    if waiting := waiting_by_channel(brand).get(channel.pk, 0):
        click.echo(
            _("Answers that wait and do not leave: {count}. Their authors are told.").format(count=waiting), err=True
        )
    click.echo(_("Messages, notes, answers and the journal stay; `nestor connect` goes on from there."), err=True)
    if not is_sure and not click.confirm(_("Disconnect {name}?").format(name=channel.name), err=True):
        raise CommandFailed(_("Nothing was changed."))
    if not disconnect_channel(channel, timezone.now(), actor_id=None):
        raise CommandFailed(_("{name} is not connected.").format(name=channel.name))
    click.echo(_("Disconnected: {name}.").format(name=channel.name))
