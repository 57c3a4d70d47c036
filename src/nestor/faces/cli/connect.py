"""`nestor connect`: open an account on a network, prove that it works, keep it."""

import os
import sys
from collections.abc import Mapping
from gettext import gettext as _

import click
from django.conf import settings
from django.utils import timezone

from nestor.brands.actions import connect_channel
from nestor.faces.cli.errors import CommandFailed
from nestor.faces.cli.ground import find_brand
from nestor.faces.cli.network_words import explain_reason, field_label, word_of
from nestor.networks import registry
from nestor.networks.contract import Account, Field, Network, NetworkTrouble

VARIABLE = "NESTOR_CONNECT_{field}"


def list_networks() -> None:
    """Say which networks there are and what each asks for."""
    for key in registry.known():
        try:
            network = registry.load(key)
        except (registry.BrokenNetwork, registry.UnknownNetwork) as broken:
            click.echo(f"{key}  {broken}", err=True)
            continue
        click.echo(f"{key}  {network.name}")
        for field in network.fields:
            secret = _(" (secret)") if field.kind == "secret" else ""
            choices = f": {', '.join(field.choices)}" if field.choices else ""
            click.echo(f"    {field.name}{secret}  {field_label(key, field.name)}{choices}")


def load_network(key: str) -> Network:
    """Return the network; raise `CommandFailed` for one that is not there or not usable."""
    try:
        return registry.load(key)
    except registry.UnknownNetwork as unknown:
        known = ", ".join(registry.known())
        raise CommandFailed(
            _("There is no network “{key}”. There are: {known}").format(key=key, known=known)
        ) from unknown
    except registry.BrokenNetwork as broken:
        raise CommandFailed(str(broken)) from broken


def read_pairs(pairs: tuple[str, ...], network: Network) -> dict[str, str]:
    """Return what --set gave; secrets are refused, since other users of the machine see a command line."""
    fields = {field.name: field for field in network.fields}
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in fields:
            known = ", ".join(one.name for one in network.fields if one.kind != "secret")
            raise click.BadParameter(_("Give field=value; fields are: {known}").format(known=known), param_hint="--set")
        if fields[name].kind == "secret":
            sentence = _("{name} is secret: give it when asked, on standard input or in {variable}.")
            raise click.UsageError(sentence.format(name=name, variable=variable_of(name)))
        found[name] = value.strip()
    return found


def variable_of(name: str) -> str:
    """Return the environment variable of a field."""
    return VARIABLE.format(field=name.upper())


def ask(network: Network, field: Field, given: Mapping[str, str]) -> str:
    """Return a field's value: from the command line, the environment, or whoever sits there."""
    value = given.get(field.name) or os.environ.get(variable_of(field.name), "").strip()
    if not value:
        value = _ask_person(network, field) if sys.stdin.isatty() else _read_line(field)
    if field.required and not value:
        sentence = _("{field} is missing: give it with --set or in {variable}.")
        raise CommandFailed(sentence.format(field=field.name, variable=variable_of(field.name)))
    if field.kind == "choice" and value not in field.choices:
        sentence = _("{field} is one of: {choices}")
        raise CommandFailed(sentence.format(field=field.name, choices=", ".join(field.choices)))
    return value


def _ask_person(network: Network, field: Field) -> str:
    if help_text := word_of(f"{network.key}.{field.name}.help"):
        click.echo(help_text, err=True)
    choice = click.Choice(field.choices) if field.kind == "choice" else str
    said: str = click.prompt(
        field_label(network.key, field.name),
        default=field.default or ("" if not field.required else None),
        hide_input=field.kind == "secret",
        show_default=bool(field.default),
        type=choice,
        err=True,
    )
    return said.strip()


def _read_line(field: Field) -> str:
    """Return a secret from standard input, one line each; other fields have their default."""
    return sys.stdin.readline().strip() if field.kind == "secret" else field.default


def try_it(network: Network, chosen: Mapping[str, str], secrets: Mapping[str, str]) -> Account:
    """Return who we are there; raise `CommandFailed` with what the network said."""
    leave = {registry.ALLOW_PRIVATE: "1"} if settings.NESTOR_PRIVATE_NETWORKS else {}
    try:
        if network.begin(chosen, settings.URL, ""):
            raise CommandFailed(_("One signs in to this network in a browser; connect it on the Channels page."))
        connector = network.open({**chosen, **leave}, secrets)
        try:
            return connector.who_am_i()
        finally:
            connector.close()
    except NetworkTrouble as trouble:
        raise CommandFailed(explain_reason(trouble.reason.value, trouble.detail)) from trouble


@click.command("connect", help=_("Connect an account on a network."))
@click.argument("key", metavar=_("NETWORK"), required=False)
@click.option("--brand", "slug", metavar="SLUG", help=_("Brand the account speaks for."))
@click.option("--name", default="", help=_("What the channel is called at the desk."))
@click.option("--set", "pairs", multiple=True, metavar=_("FIELD=VALUE"), help=_("A setting; never a secret."))
def command(key: str | None, slug: str | None, name: str, pairs: tuple[str, ...]) -> None:
    """Without a network, list those there are."""
    if key is None:
        list_networks()
        return
    if slug is None:
        raise click.UsageError(_("Say with --brand whom the account speaks for."))
    brand, network = find_brand(slug), load_network(key)
    given = read_pairs(pairs, network)
    values = {field.name: ask(network, field, given) for field in network.fields}
    kept_apart = {field.name for field in network.fields if field.kind == "secret"}
    chosen = {field: value for field, value in values.items() if field not in kept_apart and value}
    secrets = {field: value for field, value in values.items() if field in kept_apart and value}
    account = try_it(network, chosen, secrets)
    channel = connect_channel(brand, key, account, timezone.now(), settings=chosen, secrets=secrets, name=name)
    click.echo(_("Connected: {name} ({handle}).").format(name=channel.name, handle=account.handle))
    for warning in account.warnings:
        click.echo(_("Warning: {warning}").format(warning=word_of(f"{key}.warning.{warning}") or warning), err=True)
