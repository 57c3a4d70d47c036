"""`nestor guard`: a linter for what is about to be published, JSON Lines in, JSON Lines out. Needs no database."""

import re
from dataclasses import dataclass, field
from gettext import gettext as _
from pathlib import Path
from typing import Any, BinaryIO

import click
import yaml

from nestor.config.environment import Environment
from nestor.faces.cli.errors import CommandFailed, Exit
from nestor.faces.cli.guard_lines import asked_in, judged
from nestor.faces.cli.json_lines import BadLine, as_line, numbered_lines
from nestor.guard.rules.contract import BrandSettings, Level

_BRAND = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LONGEST_SETTINGS = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What a brand says of itself in its settings file."""

    settings: BrandSettings = field(default_factory=BrandSettings)
    numbers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def _without_aliases(text: str) -> Any:
    """Return YAML as plain values; anchors and aliases are refused, since a few of them make gigabytes."""
    if any(isinstance(token, yaml.AliasToken | yaml.AnchorToken) for token in yaml.scan(text)):
        raise ValueError("alias")
    return yaml.safe_load(text)


def _strings(values: dict[str, Any], key: str) -> tuple[str, ...]:
    found = values.get(key) or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError(key)
    return tuple(found)


def own_rules_in(path: Path) -> OwnRules:
    """Return a brand's rules from its YAML file; ValueError or yaml.YAMLError when it makes no sense."""
    with path.open("rb") as file:
        raw = file.read(_LONGEST_SETTINGS + 1)
    if len(raw) > _LONGEST_SETTINGS:
        raise ValueError("size")
    values = _without_aliases(raw.decode("utf-8")) or {}
    known = {"levels", "region", "public_body", "allowed_words", "public_numbers", "public_addresses"}
    if not isinstance(values, dict) or not known.issuperset(values):
        raise ValueError("keys")
    levels, region, is_public_body = (
        values.get("levels") or {},
        values.get("region", "FR"),
        values.get("public_body", False),
    )
    if not isinstance(levels, dict) or not isinstance(region, str) or not isinstance(is_public_body, bool):
        raise ValueError("types")  # noqa: TRY004  one error for a file that makes no sense
    settings = BrandSettings(
        levels={str(code): Level(level) for code, level in levels.items()},
        region=region,
        is_public_body=is_public_body,
        allowed_words=frozenset(word.lower() for word in _strings(values, "allowed_words")),
    )
    return OwnRules(settings, _strings(values, "public_numbers"), _strings(values, "public_addresses"))


def _own_rules(brand: str | None) -> OwnRules:
    if brand is None:
        return OwnRules()
    if not _BRAND.fullmatch(brand):
        raise click.BadParameter(_("a brand's short name has small letters, digits and hyphens"))
    path = Environment().folder("NESTOR_HOME") / "guard" / f"{brand}.yaml"
    if not path.is_file():
        raise click.BadParameter(_("there are no rules of this brand: {path}").format(path=path))
    try:
        return own_rules_in(path)
    except (ValueError, RecursionError, yaml.YAMLError):
        raise CommandFailed(_("The brand's rules cannot be read: {path}").format(path=path)) from None


def _judge_all(source: BinaryIO, own: OwnRules) -> tuple[int, int, int]:
    """Write one answer per line, in order; return how many were checked, how many stopped and how many were bad."""
    checked = stopped = bad = 0
    for number, raw in numbered_lines(source):
        try:
            asked = asked_in(raw, own.numbers, own.addresses)
        except BadLine as trouble:
            bad += 1
            click.echo(_("line {line}: {code}").format(line=number, code=trouble.code), err=True)
            click.echo(as_line({"line": number, "error": trouble.code, "verdict": "stop"}))
            continue
        row = judged(asked, own.settings)
        checked += 1
        stopped += row["verdict"] == "stop"
        click.echo(as_line(row))
    return checked, stopped, bad


@click.command("guard", help=_("Check texts before they are published. FILE holds JSON Lines; - is standard input."))
@click.argument("source", metavar="[FILE|-]", type=click.File("rb"), default="-")
@click.option("--brand", help=_("Use this brand's own levels, words, numbers and addresses."))
def command(source: BinaryIO, brand: str | None) -> int:
    """Return 1 when something stops, 2 when a line could not be read."""
    checked, stopped, bad = _judge_all(source, _own_rules(brand))
    summary = _("{checked} checked, {stopped} stopped, {bad} bad lines")
    click.echo(summary.format(checked=checked, stopped=stopped, bad=bad), err=True)
    if bad:
        return Exit.USAGE
    return Exit.FOUND if stopped else Exit.OK
