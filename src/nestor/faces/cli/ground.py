"""What several commands stand on: a brand by its slug, a channel by its name, who does the background work."""

from collections.abc import Callable
from datetime import datetime, timedelta
from gettext import gettext as _

import click
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from nestor.brands.models import Brand, Channel
from nestor.brands.reads import channels_of
from nestor.faces.cli.errors import CommandFailed
from nestor.work import jobs, reads

ALIVE_FOR = timedelta(seconds=20)  # a worker says every five seconds that it is there


def find_brand(slug: str) -> Brand:
    """Return the brand; raise `CommandFailed` with the slugs there are."""
    found = Brand.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Brand.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandFailed(
            _("There is no brand “{slug}”. There are: {known}").format(slug=slug, known=known)
            if known
            else _("There is no brand yet. Found one with `nestor add-brand NAME`.")
        )
    return found


def find_channel(brand: Brand, wanted: str) -> Channel:
    """Return the brand's channel of this id or name; raise `CommandFailed` where none or several are meant."""
    rows = list(channels_of(brand))
    found: list[Channel] = [row for row in rows if row.public_id == wanted]
    found = found or [row for row in rows if wanted.casefold() in (row.name.casefold(), row.handle.casefold())]
    if len(found) == 1:
        return found[0]
    known = "\n".join(f"  {row.public_id}  {row.name}" for row in found or rows)
    sentence = _("Several channels are called “{name}”; give the id of one:") if found else _("No channel “{name}”:")
    raise CommandFailed(f"{sentence.format(name=wanted)}\n{known}")


def is_worker_alive(now: datetime) -> bool:
    """Return whether a worker has shown itself lately."""
    return any(pulse.part == "work" and now - pulse.at < ALIVE_FOR for pulse in reads.pulses())


def serve_what_waits(show: Callable[[int], None]) -> None:
    """Serve all events that are owed, here and now; `show` gets how many are left.

    Nothing else is done: no channel is read and no answer is sent by a command that was not asked to.
    """
    while row_ids := list(reads.due_wakeups(timezone.now(), 100)):
        for row_id in row_ids:
            jobs.serve_wakeups(row_id, timezone.now())
            show(reads.backlog())


def bar(unit: str) -> Progress:
    """Return a progress bar on standard error; without a terminal it shows nothing."""
    console = Console(stderr=True)
    words = TextColumn("{task.description}")
    count = TextColumn("{task.fields[count]} " + unit)
    return Progress(
        words,
        BarColumn(),
        count,
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def let_read(added: int) -> None:
    """Have what arrived read: by the worker that runs, or here."""
    if is_worker_alive(timezone.now()):
        if added:
            click.echo(_("The desk’s background work reads them now."))
        return
    with bar(_("left")) as progress:
        task = progress.add_task(_("Understanding"), total=None, count=0)
        serve_what_waits(lambda left: progress.update(task, count=left))
