"""`nestor doctor`: is the desk well, and if not, what is to be done."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from gettext import gettext as _
from gettext import ngettext
from typing import Any

import click

from nestor.config.health import Check, Health, examine
from nestor.faces.cli.errors import Exit
from nestor.faces.cli.network_words import explain_reason, word_of
from nestor.networks.contract import Reason

MARKS = {Health.WELL: ("✓", "green"), Health.WARNING: ("!", "yellow"), Health.ILL: ("✗", "red")}


def sentences() -> dict[str, tuple[str, str]]:
    """Return, per code, what is the case and what to do about it ("" where nothing is)."""
    return _of_the_desk() | _of_work() | _of_brands()


def _of_the_desk() -> dict[str, tuple[str, str]]:
    return {
        "unknown_setting": (_("{name} is not a setting of Nestor."), _("Look for a slip of the finger.")),
        "demo_is_on": (
            _("The demo is on: whoever opens the page is signed in."),
            _("Set NESTOR_DEMO=0 for real work."),
        ),
        "database_away": (_("The database does not answer: {reason}"), _("Check NESTOR_DATABASE and start it.")),
        "database_answers": (_("The database answers ({engine})."), ""),
        "clock_differs": (
            _("This machine's clock and the database's differ by {seconds} s."),
            _("Synchronise both with a time server; deadlines depend on it."),
        ),
        "schema_is_old": (
            _("The database waits for {count} migrations."),
            _("Run `nestor serve`, which applies them, or `python -m nestor.config.prepare`."),
        ),
        "schema_is_current": (_("The database has this version's schema."), ""),
        "disk_free": (_("{megabytes} MB are free in {folder}."), _("Free at least 500 MB if this is less.")),
        "files_can_be_kept": (_("Attached files can be kept in {folder}."), ""),
        "files_cannot_be_kept": (
            _("Attached files cannot be kept in {folder}."),
            _("Let the desk write there, or set NESTOR_FILES."),
        ),
        "zone_unknown": (_("The time zone {zone} is not known."), _("Correct NESTOR_ZONE or the brand's zone.")),
        "zones_known": (_("All time zones are known ({count})."), ""),
    }


def _of_work() -> dict[str, tuple[str, str]]:
    return {
        "broker_answers": (_("RabbitMQ answers."), ""),
        "broker_away": (_("RabbitMQ at {host} does not answer."), _("Start it, or set NESTOR_CARRIER=local.")),
        "mail_is_off": (
            _("There is no mail server: notices and sign-in mails do not leave."),
            _("Set NESTOR_SMTP, if people are to be reached by mail."),
        ),
        "mail_answers": (_("The mail server {host}:{port} takes the desk's mails."), ""),
        "mail_refuses": (
            _("The mail server {host}:{port} does not accept the desk."),
            _("Check user and password in NESTOR_SMTP."),
        ),
        "mail_is_away": (
            _("The mail server {host}:{port} does not answer."),
            _("Start it, or correct NESTOR_SMTP: what is to leave waits meanwhile."),
        ),
        "work_answers": (_("Background work answers, by the way every answer takes."), ""),
        "work_is_not_running": (
            _("Nobody does the background work: nothing is read and nothing is sent."),
            _("Start `nestor serve`, or `nestor work` on another host."),
        ),
        "work_does_not_answer": (
            _("Background work runs but does not answer; {backlog} events wait."),
            _("Look at its log, then start it again: nothing is lost."),
        ),
        "work_is_stuck": (
            _("{subscriber} fails again and again ({count}, {trouble})."),
            _("Report it: this is a defect."),
        ),
    }


def _of_brands() -> dict[str, tuple[str, str]]:
    return {
        "channel_answers": (_("{brand}: {channel} ({network}) answers as {handle}."), ""),
        "channel_refuses": (
            _("{brand}: {channel} ({network}) cannot be used. {reason}"),
            _("Reconnect it on the Channels page or with `nestor connect`."),
        ),
        "channel_is_broken": (
            _("{brand}: {channel} cannot be examined: {error} in the network “{network}”."),
            _("Report it to whoever wrote that network: this is a defect."),
        ),
        "channel_warns": (_("{brand}: {channel} ({network}) warns: {warning}"), _("The network's README says more.")),
        "channel_is_held": (
            _("{brand}: {channel} is held; nothing goes out there."),
            _("Lift the hold when it is over."),
        ),
        "account_is_unread": (
            _("{brand}: nobody reads {handle} on {network}: no channel of it is connected."),
            _("Connect it with `nestor connect`, or say on the Channels page that it is not used, and why."),
        ),
        "account_cannot_be_read": (
            _("{brand}: nobody reads {handle} on {network}: this desk has no such network."),
            _("Install one, read it by hand, or say on the Channels page that it is not used, and why."),
        ),
        "no_brand": (_("There is no brand yet."), _("Found one with `nestor add-brand NAME`.")),
        "deliveries_waiting": (_("{brand}: {count} answers are on their way."), ""),
    }


def in_words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts as they are shown: codes in words, and nothing that could steer the terminal."""
    shown = {name: clean(value) if isinstance(value, str) else value for name, value in facts.items()}
    if "reason" in facts and facts["reason"] in set(Reason):
        shown["reason"] = explain_reason(facts["reason"])
    if "warning" in facts:
        shown["warning"] = word_of(f"{facts['network']}.warning.{facts['warning']}") or shown["warning"]
    return shown


def clean(text: str) -> str:
    """Return the text without characters that act instead of being seen."""
    return "".join(letter for letter in text if letter.isprintable())


def _show(check: Check, words: dict[str, tuple[str, str]]) -> None:
    mark, colour = MARKS[check.health]
    (what, todo), facts = words[check.code], in_words(check.facts)
    click.echo(f"{click.style(mark, fg=colour)} {what.format(**facts)}")
    if todo and check.health is not Health.WELL:
        click.echo(f"  → {todo.format(**facts)}")


@click.command("doctor", help=_("Check database, disk, clock, services, channels and sending; say what to do."))
def command() -> int:
    """Return 1 when something is ill."""
    words, ill = sentences(), 0
    for check in examine(lambda: datetime.now(UTC), time.sleep):
        _show(check, words)
        ill += check.health is Health.ILL
    if ill:
        click.echo(ngettext("{count} thing to mend.", "{count} things to mend.", ill).format(count=ill))
    else:
        click.echo(_("Everything is well."))
    return Exit.FOUND if ill else Exit.OK
