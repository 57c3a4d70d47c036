"""`nestor import`: messages of the past, from a file."""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from gettext import gettext as _
from io import BufferedReader, FileIO
from pathlib import Path
from typing import IO, Any

import click
from django.utils import timezone

from nestor.brands.models import Brand
from nestor.brands.reads import channels_of
from nestor.faces.cli.errors import CommandFailed, Exit
from nestor.faces.cli.ground import bar, find_brand, let_read
from nestor.faces.cli.import_words import explain_row
from nestor.inbox.actions.importing import begin_import, finish_import, open_archive, take_in_rows
from nestor.inbox.formats import FORMATS, HEAD, BadRow, GoodRow, Manner, Unreadable, guess_format
from nestor.inbox.formats.contract import Wrong
from nestor.inbox.formats.dates import moment
from nestor.inbox.models import ImportRun
from nestor.vocabulary import MessageKind

BATCH = 500  # rows of one transaction
BUFFER = 65_536
SHOWN = 20  # bad rows shown in the terminal
COLUMNS = {"text": "text_column", "published_at": "date_column", "author": "author_column", "id": "id_column"}


@dataclass(slots=True)
class Tally:
    """What became of the rows so far; `report` gets the bad ones as JSON Lines."""

    report: IO[str] | None = None
    rows: int = 0
    added: int = 0
    known: int = 0
    bad: int = 0
    begun: float = field(default_factory=time.monotonic)

    def note_bad(self, rows: Iterable[BadRow]) -> None:
        """Say what is wrong with each row, the first of them on the terminal."""
        for row in rows:
            self.bad += 1
            sentence = explain_row(row.code, row.params)
            if self.report is not None:
                entry = {"line": row.line, "code": row.code, "params": dict(row.params), "sentence": sentence}
                self.report.write(json.dumps(entry, ensure_ascii=False) + "\n")
            if self.bad <= SHOWN:
                click.echo(_("Line {line}: {sentence}").format(line=row.line, sentence=sentence), err=True)
            elif self.bad == SHOWN + 1:
                click.echo(_("Further bad rows are not shown; --report FILE keeps them all."), err=True)

    def summary(self) -> str:
        """Return the counts as one line."""
        pace = round(self.rows / max(time.monotonic() - self.begun, 0.001))
        return _("Rows: {rows}; new: {added}; known already: {known}; bad: {bad} ({pace} rows/s).").format(
            rows=self.rows, added=self.added, known=self.known, bad=self.bad, pace=pace
        )


def batches(rows: Iterator[GoodRow | BadRow]) -> Iterator[list[GoodRow | BadRow]]:
    """Yield rows by the batch; a file that breaks off gives what it has, and its end is a bad row."""
    batch: list[GoodRow | BadRow] = []
    seen = False
    try:
        for row in rows:
            seen = True
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except Unreadable as broken:
        if not seen:
            raise
        batch.append(BadRow(int(broken.params.get("line", 0)), broken.code, broken.params))
    if batch:
        yield batch


def take_in_file(run: ImportRun, rows: Iterator[GoodRow | BadRow], file: BufferedReader, tally: Tally) -> None:
    """Take a file in, batch after batch; whatever interrupts it, the batches before are in."""
    status = os.fstat(file.fileno())
    with bar(_("rows")) as progress:
        task = progress.add_task(_("Reading"), total=status.st_size or None, count=0)
        for batch in batches(rows):
            taken = take_in_rows(run, batch, timezone.now())
            tally.rows, tally.added, tally.known = (
                tally.rows + len(batch),
                tally.added + taken.added,
                tally.known + taken.known,
            )
            tally.note_bad(taken.bad)
            position = file.tell() if file.seekable() else 0
            progress.update(task, completed=position, count=tally.rows)
    finish_import(run, timezone.now())


def own_names(brand: Brand) -> frozenset[str]:
    """Return the addresses and handles under which the brand itself writes."""
    handles = (channel.handle for channel in channels_of(brand))
    return frozenset(str(name).strip().lower() for name in (*brand.own_contacts, *handles) if name)


def undated_at(said: str | None, manner: Manner) -> datetime | None:
    """Return the moment for rows without one."""
    if said is None:
        return None
    try:
        return moment(said, manner)
    except Wrong as wrong:
        raise click.BadParameter(explain_row(wrong.code, wrong.params), param_hint="--date") from wrong


def open_file(name: str) -> BufferedReader:
    """Open the file, or standard input for `-`."""
    return BufferedReader(FileIO(0 if name == "-" else name, closefd=name != "-"), BUFFER)


def options_of_rows(command: click.decorators.FC) -> click.decorators.FC:
    """Add what says how rows are to be understood."""
    for option in (
        click.option("--text-column", help=_("Column or field of the text.")),
        click.option("--date-column", help=_("Column or field of the date.")),
        click.option("--author-column", help=_("Column or field of the author.")),
        click.option("--id-column", help=_("Column or field of the id.")),
        click.option(
            "--dates",
            type=click.Choice(["dmy", "mdy"]),
            default="dmy",
            show_default=True,
            help=_("Order of day and month in dates like 03/02/2026; never guessed."),
        ),
        click.option("--date", "undated", metavar=_("WHEN"), help=_("Date of rows that have none.")),
        click.option("--encoding", default="", help=_("Encoding of the file, where it is guessed wrongly.")),
    ):
        command = option(command)
    return command


def manner_of(brand: Brand, given: Mapping[str, Any]) -> Manner:
    """Return how rows are to be understood, from the brand and the options."""
    columns = {name: given[option] for name, option in COLUMNS.items() if given[option]}
    manner = Manner(
        zone=brand.zone,
        now=timezone.now(),
        kind=MessageKind(given["kind"]) if given["kind"] else None,
        day_first=given["dates"] == "dmy",
        encoding=given["encoding"],
        columns=columns,
        own=own_names(brand),
    )
    return replace(manner, undated=undated_at(given["undated"], manner))


def import_file(brand: Brand, file: BufferedReader, given: Mapping[str, Any], tally: Tally) -> None:
    """Take the file in and say what became of it, also when it is interrupted."""
    name = "stdin" if given["file"] == "-" else Path(given["file"]).name
    chosen = given["chosen"] or guess_format(name, file.peek(HEAD)[:HEAD])
    if chosen is None:
        raise CommandFailed(_("The format of {file} cannot be guessed; name it with --format.").format(file=name))
    archive = open_archive(brand, given["channel"] or name.partition(".")[0] or name, timezone.now())
    run = begin_import(archive, name, timezone.now())
    try:
        take_in_file(run, FORMATS[chosen](file, manner_of(brand, given)), file, tally)
    except Unreadable as refusal:
        raise CommandFailed(explain_row(refusal.code, refusal.params)) from refusal
    except KeyboardInterrupt:
        click.echo(tally.summary(), err=True)
        click.echo(_("What is in stays in; the same command adds the rest."), err=True)
        raise
    click.echo(tally.summary())


@click.command("import", help=_("Read messages from a file: JSON Lines, CSV, mbox or a WordPress export."))
@click.argument("file", metavar=_("FILE"), type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True))
@click.option("--brand", "slug", required=True, metavar="SLUG", help=_("Brand the messages were written to."))
@click.option("--channel", help=_("Name of the archive they go to; otherwise that of the file."))
@click.option("--format", "chosen", type=click.Choice(sorted(FORMATS)), help=_("Format; otherwise guessed."))
@click.option("--kind", type=click.Choice([kind.value for kind in MessageKind]), help=_("Kind of the messages."))
@options_of_rows
@click.option("--report", type=click.Path(dir_okay=False, writable=True), help=_("Keep bad rows here, as JSON Lines."))
@click.option("--read/--no-read", default=True, help=_("Have the messages read at once, or leave them to the worker."))
def command(slug: str, report: str | None, read: bool, **given: Any) -> int:
    """Return 1 when a row was bad. Importing the same file again adds nothing."""
    brand = find_brand(slug)
    if report and given["file"] != "-" and Path(report).exists() and Path(report).samefile(given["file"]):
        raise click.BadParameter(_("The report would overwrite the file."), param_hint="--report")
    with ExitStack() as opened:
        file = opened.enter_context(open_file(given["file"]))
        tally = Tally(opened.enter_context(Path(report).open("w", encoding="utf-8")) if report else None)
        import_file(brand, file, given, tally)
    if read:
        let_read(tally.added)
    return Exit.FOUND if tally.bad else Exit.OK
