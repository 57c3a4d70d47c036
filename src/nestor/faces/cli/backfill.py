"""`nestor backfill`: read an interval of a channel again."""

import time
from datetime import datetime
from gettext import gettext as _
from zoneinfo import ZoneInfo

import click
from django.utils import timezone

from nestor.brands.models import Brand, Channel
from nestor.brands.reads import TROUBLES, connector_of, reason_of
from nestor.faces.cli.errors import CommandFailed
from nestor.faces.cli.ground import bar, find_brand, find_channel, is_worker_alive, let_read
from nestor.faces.cli.network_words import explain_reason
from nestor.inbox.actions import ask_backfill, fill_blind_spot
from nestor.inbox.models import BlindSpot
from nestor.inbox.rules import ARCHIVE
from nestor.networks.contract import Ability

LOOK_EVERY = 0.5  # seconds


def moment_in(brand: Brand, said: str, option: str) -> datetime:
    """Return the moment in UTC; without a zone it is the brand's."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError as error:
        raise click.BadParameter(_("Write it as 2026-03-01 or 2026-03-01T14:30."), param_hint=option) from error
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(brand.zone))


def check_channel(channel: Channel) -> None:
    """Raise `CommandFailed` unless the channel can be read back now."""
    if channel.network == ARCHIVE:
        raise CommandFailed(_("{name} holds imported files; there is no network to read.").format(name=channel.name))
    if not channel.is_connected:
        raise CommandFailed(_("{name} is not connected.").format(name=channel.name))
    try:
        connector = connector_of(channel)
        try:
            connector.who_am_i()
            can = connector.can()
        finally:
            connector.close()
    except TROUBLES as trouble:
        raise CommandFailed(explain_reason(reason_of(trouble).value)) from trouble
    if Ability.FETCH_BACK not in can:
        raise CommandFailed(_("This network cannot be read back."))


def now_of(spot: BlindSpot) -> BlindSpot:
    """Return the row as it is now."""
    found: BlindSpot = BlindSpot.objects.of(spot.brand_id).get(pk=spot.pk)
    return found


def fill(spot: BlindSpot) -> BlindSpot:
    """Have the interval read, by the worker that runs or here; return it closed. Raise `CommandFailed`."""
    with bar(_("new")) as progress:
        task = progress.add_task(_("Reading"), total=None, count=0)
        while (spot := now_of(spot)).closed_at is None:
            progress.update(task, count=spot.found)
            if is_worker_alive(timezone.now()):
                time.sleep(LOOK_EVERY)
            elif fill_blind_spot(spot.pk, timezone.now()) is None:
                if is_put_off(now_of(spot)):
                    raise CommandFailed(_("The network broke off; the desk goes on once its background work runs."))
                time.sleep(LOOK_EVERY)  # somebody else is at it
    return spot


def is_put_off(spot: BlindSpot) -> bool:
    """Return whether the network wanted to be asked later."""
    return spot.closed_at is None and spot.due_at is not None and spot.due_at > timezone.now()


@click.command("backfill", help=_("Read again what a channel missed."))
@click.option("--brand", "slug", required=True, metavar="SLUG", help=_("Brand the channel speaks for."))
@click.option("--channel", "wanted", required=True, help=_("Id, name or handle of the channel."))
@click.option("--from", "start", required=True, metavar=_("WHEN"), help=_("Beginning, e.g. 2026-03-01T14:30."))
@click.option("--to", "end", metavar=_("WHEN"), help=_("End; otherwise now."))
def command(slug: str, wanted: str, start: str, end: str | None) -> None:
    """Wait until the interval is closed; Ctrl+C leaves the rest to the background work."""
    brand = find_brand(slug)
    channel, now = find_channel(brand, wanted), timezone.now()
    since, until = moment_in(brand, start, "--from"), moment_in(brand, end, "--to") if end else now
    if not since < until <= now:
        raise click.BadParameter(_("The beginning comes before the end, and the end is not in the future."))
    check_channel(channel)
    try:
        spot = fill(ask_backfill(channel, since, until, now, actor_id=None))
    except KeyboardInterrupt:
        click.echo(_("The background work goes on with it."), err=True)
        raise
    click.echo(_("Closed. New messages: {count}.").format(count=spot.found))
    let_read(spot.found)
