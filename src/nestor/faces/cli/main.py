"""The table of commands and what they have in common: language, errors, exit codes.

Modules are loaded when their command is called, so that `nestor --help` answers at once. A new command is a module
here exporting `command` (a click command that returns an exit code or nothing) and one line in the table.
"""

import gettext as catalogues
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _

import click

from nestor import __version__
from nestor.config.places import LOCALE
from nestor.faces.cli.errors import Exit, explain, where

# Before any option is declared: its help is translated there and then, and so are click's own words.
catalogues.bindtextdomain("cli", LOCALE)
catalogues.textdomain("cli")


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: its module in this folder, its line in `nestor --help`, and whether it works on the database."""

    module: str
    summary: str
    needs_desk: bool = True


def N_(text: str) -> str:  # noqa: N802  the usual name of gettext's marker for texts translated later
    return text


COMMANDS: dict[str, Entry] = {
    "demo": Entry("demo", N_("Open a living desk with a written community, on this machine only."), needs_desk=False),
    "serve": Entry(
        "serve", N_("Run the desk: pages, live events and background work behind one port."), needs_desk=False
    ),
    "work": Entry("work", N_("Run background work only, for installations on several hosts.")),
    "doctor": Entry("doctor", N_("Check database, disk, clock, services, channels and sending; say what to do.")),
    "add-brand": Entry("add_brand", N_("Add a brand or institution the desk speaks for.")),
    "add-user": Entry("add_user", N_("Add somebody to the desk.")),
    "connect": Entry("connect", N_("Connect an account on a network.")),
    "disconnect": Entry("disconnect", N_("Read and send no more by a channel; what was said stays.")),
    "import": Entry("import_", N_("Read messages from a file: JSON Lines, CSV, mbox or a WordPress export.")),
    "backfill": Entry("backfill", N_("Read again what a channel missed.")),
    "triage": Entry("triage", N_("Say what the desk makes of a text, and why."), needs_desk=False),
    "train": Entry("train", N_("Train the reading model from the written corpora."), needs_desk=False),
    "guard": Entry("guard", N_("Check a text as if it were about to be published."), needs_desk=False),
    "mcp": Entry("mcp_server", N_("Let an assistant read, draft and propose. It never sends.")),
    "rotate-keys": Entry("rotate_keys", N_("Encrypt all stored secrets with a new key.")),
    "bench": Entry("bench", N_("Measure what each stage costs and count what a crash breaks."), needs_desk=False),
}


class Commands(click.Group):
    """The table as a click group."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return load(COMMANDS[name]) if name in COMMANDS else None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(entry.summary)) for name, entry in COMMANDS.items()])


def _full_name(entry: Entry) -> str:
    return f"nestor.faces.cli.{entry.module}"


def load(entry: Entry) -> click.Command:
    """Import one command, after Django where it works on the desk."""
    if entry.needs_desk:
        import django  # noqa: PLC0415  a third of a second that `--help` does not need
        from django.utils import translation  # noqa: PLC0415

        django.setup()
        translation.activate(language())
    command = importlib.import_module(_full_name(entry)).command
    if not isinstance(command, click.Command):
        raise TypeError(f"{_full_name(entry)}.command is not a click command")
    return command


def language() -> str:
    """Return `fr` or `en`, as the terminal's locale asks."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name, ""):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="nestor", message="%(prog)s %(version)s")
def desk() -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; whatever goes wrong ends as one sentence on standard error."""
    desk.help = _("Nestor, the community manager's desk.")
    try:
        with desk.make_context("nestor", list(arguments)) as context:
            code = desk.invoke(context)
            sys.stdout.flush()
    except click.exceptions.Exit as left:  # --help and --version
        code = left.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("Interrupted."), err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:  # `nestor … | head`: nobody reads on, and that is fine
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001  the last one on the way out
        return _report(error)
    return code if isinstance(code, int) else Exit.OK


def _report(error: Exception) -> int:
    if os.environ.get("NESTOR_LOG_LEVEL", "").upper() == "DEBUG":
        traceback.print_exception(error)
    if sentence := explain(error):
        click.secho(_("Error: {sentence}").format(sentence=sentence), fg="red", err=True)
        return Exit.FAILED
    click.secho(
        _("Unexpected error ({where}): this is a defect of Nestor.").format(where=where(error)), fg="red", err=True
    )
    click.echo(_("NESTOR_LOG_LEVEL=DEBUG shows the details."), err=True)
    return Exit.DEFECT


def main() -> None:
    """Entry point of the installed command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
    sys.exit(run(sys.argv[1:]))
