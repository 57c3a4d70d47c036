"""`nestor add-brand`: who the desk speaks for."""

from collections.abc import Sequence
from datetime import date, datetime
from gettext import gettext as _
from typing import Any

import click
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from nestor.brands.actions import found_brand, set_opening_hours
from nestor.faces.cli.errors import CommandFailed
from nestor.faces.closures import public_holidays
from nestor.faces.hours import BadHours, Period, read_hours
from nestor.work.rules.zones import zones

SLUG = 60  # characters
YEARS = 2  # of holidays: this one and the next


def check_hours(_context: click.Context, _option: click.Parameter, value: str | None) -> list[Period]:
    """Return the periods, or explain."""
    try:
        return read_hours(value) if value else []
    except BadHours as wrong:
        sentence = _("“{part}” makes no sense; write for instance “mon-fri 09:00-18:00, sat 10:00-13:00”.")
        raise click.BadParameter(sentence.format(part=wrong)) from wrong


def check_zone(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """Return the zone if it is one."""
    if value not in zones():
        raise click.BadParameter(_("There is no such zone; write for instance Europe/Paris."))
    return value


def as_list(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> list[str]:
    """Return several values as the database keeps them."""
    return [value.strip()[:200] for value in values if value.strip()]


def closed_days(country: str, language: str, now: datetime) -> list[tuple[date, str]]:
    """Return the public holidays of this year and the next; raise `BadParameter` for an unknown country."""
    try:
        return public_holidays(country.upper(), language, range(now.year, now.year + YEARS))
    except KeyError as error:
        raise click.BadParameter(_("No holidays are known for it."), param_hint="--holidays") from error


def slug_of(name: str, wanted: str) -> str:
    """Return the slug wanted, or one made of the name."""
    slug = slugify(wanted or name)[:SLUG]
    if not slug or (wanted and slug != wanted):
        raise click.BadParameter(_("Give small letters, digits and hyphens."), param_hint="--slug")
    return slug


@click.command("add-brand", help=_("Add a brand or institution the desk speaks for."))
@click.argument("name", metavar=_("NAME"))
@click.option("--slug", default="", help=_("Short name in addresses and commands; otherwise made of the name."))
@click.option("--zone", default=settings.NESTOR_ZONE, show_default=True, callback=check_zone, help=_("Its time zone."))
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help=_("Its language."))
@click.option(
    "--hours", callback=check_hours, help=_("Opening hours, e.g. “mon-fri 09:00-18:00”; none is always open.")
)
@click.option("--holidays", "country", metavar=_("COUNTRY"), help=_("Closed on this country’s holidays, e.g. FR."))
@click.option(
    "--contact",
    "own_contacts",
    multiple=True,
    callback=as_list,
    help=_("A number or address of its own that may be published."),
)
@click.option("--institution", "is_institution", is_flag=True, help=_("It is a public institution."))
def command(name: str, slug: str, hours: Sequence[Period], country: str | None, **given: Any) -> None:
    """Found the brand with its hours, all or nothing."""
    now, slug = timezone.now(), slug_of(name, slug)
    name = " ".join(name.split())
    if not 0 < len(name) <= 120 or not name.isprintable():
        raise click.BadParameter(_("Give a name of at most 120 characters."), param_hint="NAME")
    closures = closed_days(country, given["language"], now) if country else []
    try:
        with transaction.atomic():
            brand = found_brand(name, slug, now, **given)
            if hours or closures:
                set_opening_hours(brand, hours, closures, now)
    except IntegrityError as error:
        raise CommandFailed(_("There is a brand “{slug}” already.").format(slug=slug)) from error
    click.echo(_("Added: {name}. Its short name is {slug}.").format(name=brand.name, slug=slug))
