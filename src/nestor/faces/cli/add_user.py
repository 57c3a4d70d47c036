"""`nestor add-user`: somebody joins the team of a brand."""

import sys
from datetime import datetime
from gettext import gettext as _

import click
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.utils import timezone

from nestor.brands.models import Brand
from nestor.faces.cli.errors import CommandFailed
from nestor.faces.cli.ground import find_brand
from nestor.people.actions import add_user, give_role
from nestor.people.models import User
from nestor.vocabulary import Role

ATTEMPTS = 3
MOST_EMAIL = 254  # characters, as the database has it


def check_email(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """Return the address if it is one."""
    try:
        validate_email(value)
        MaxLengthValidator(MOST_EMAIL)(value)
    except ValidationError as wrong:
        raise click.BadParameter(" ".join(wrong.messages)) from wrong
    return value.strip().lower()


def ask_password() -> str:
    """Return a password typed twice, or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    said: str = click.prompt(_("Password"), hide_input=True, confirmation_prompt=_("Again"), err=True)
    return said


def join(brand: Brand, email: str, name: str, role: Role, now: datetime) -> None:
    """Add the person with a password; a weak one is asked for again."""
    for attempt in range(ATTEMPTS):
        try:
            _join(brand, email, name, role, now, password=ask_password())
        except ValidationError as weak:
            for message in weak.messages:
                click.echo(message, err=True)
            if attempt == ATTEMPTS - 1 or not sys.stdin.isatty():
                raise CommandFailed(_("Nobody was added.")) from weak
        else:
            return


def _join(brand: Brand, email: str, name: str, role: Role, now: datetime, *, password: str | None) -> None:
    with transaction.atomic():
        user = add_user(email, name, password, now)
        give_role(brand, user, role, now, actor_id=None)


@click.command("add-user", help=_("Add somebody to the desk."))
@click.argument("email", metavar=_("EMAIL"), callback=check_email)
@click.option("--name", default="", help=_("Name shown to the team; needed for somebody new."))
@click.option("--brand", "slug", required=True, metavar="SLUG", help=_("Brand whose team the person joins."))
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.AGENT.value,
    show_default=True,
    help=_("What the person may do."),
)
@click.option("--no-password", is_flag=True, help=_("Without a password: one is set through “forgotten password”."))
def command(email: str, name: str, slug: str, role: str, no_password: bool) -> None:
    """Somebody who has a seat already gets the role for this brand."""
    brand, now, name = find_brand(slug), timezone.now(), " ".join(name.split())
    known = User.objects.filter(email=email).first()
    if known is not None:
        give_role(brand, known, Role(role), now, actor_id=None)
        click.echo(_("{name} is {role} for {brand} now.").format(name=known.name, role=role, brand=brand.name))
        return
    if not 0 < len(name) <= 120 or not name.isprintable():
        raise click.BadParameter(_("Give a name of at most 120 characters."), param_hint="--name")
    if no_password:
        _join(brand, email, name, Role(role), now, password=None)
    else:
        join(brand, email, name, Role(role), now)
    click.echo(_("Added: {name}, {role} for {brand}.").format(name=name, role=role, brand=brand.name))
