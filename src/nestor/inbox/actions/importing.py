"""Take in files of past messages: batch after batch, each with its count, so that what is in stays in."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from nestor.brands.actions import connect_channel
from nestor.brands.models import Brand, Channel
from nestor.inbox.actions.intake import take_in_arrivals
from nestor.inbox.formats.contract import BadRow, GoodRow
from nestor.inbox.models import ImportRun, Message
from nestor.inbox.rules import ARCHIVE
from nestor.networks.contract import Account, Arrival
from nestor.work.actions import announce_all, note

TRIES = 3  # a second import of the same file may be faster with the same rows


@dataclass(slots=True)
class Taken:
    """What became of a batch of rows."""

    added: int = 0
    known: int = 0
    bad: list[BadRow] = field(default_factory=list)


def open_archive(brand: Brand, name: str, now: datetime) -> Channel:
    """Return the brand's archive of that name, made on first use."""
    account = Account(network_id=_archive_id(name), handle="", name=name[:120])
    rows = Channel.objects.of(brand).filter(network=ARCHIVE, account_id=account.network_id, is_connected=True)
    found: Channel | None = rows.first()
    return found or connect_channel(brand, ARCHIVE, account, now, settings={}, secrets={})


def _archive_id(name: str) -> str:
    return hashlib.sha256(" ".join(name.split()).casefold().encode("utf-8", "replace")).hexdigest()[:32]


def begin_import(channel: Channel, name: str, now: datetime) -> ImportRun:
    """Record that a file is being imported."""
    run: ImportRun = ImportRun.objects.create(
        brand_id=channel.brand_id, channel=channel, name=name[:300], started_at=now
    )
    return run


def take_in_rows(run: ImportRun, rows: Sequence[GoodRow | BadRow], now: datetime) -> Taken:
    """Store a batch and count it, in one transaction; rows that are known already change nothing."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _take_in(run, rows, now)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def _take_in(run: ImportRun, rows: Sequence[GoodRow | BadRow], now: datetime) -> Taken:
    taken = Taken(bad=[row for row in rows if isinstance(row, BadRow)])
    wanted = _not_taken(run.channel, [row for row in rows if isinstance(row, GoodRow)], taken)
    done = take_in_arrivals(run.channel, wanted, now)
    announce_all(done.happenings, now)
    taken.added = done.added
    taken.bad.sort(key=lambda row: row.line)
    ImportRun.objects.of(run.brand_id).filter(pk=run.pk).update(
        rows=F("rows") + len(rows), added=F("added") + taken.added, bad=F("bad") + len(taken.bad)
    )
    return taken


def _not_taken(channel: Channel, rows: Sequence[GoodRow], taken: Taken) -> list[Arrival]:
    """Return what is to be stored.

    A row whose id belongs to another text is an edit only if it says when it was edited; otherwise two files use the
    same ids, and one message must not overwrite another.
    """
    ids = {row.arrival.network_id for row in rows}
    stored = Message.objects.of(channel.brand_id).filter(channel=channel, network_id__in=ids)
    known = {row[0]: (row[1], row[2]) for row in stored.values_list("network_id", "text", "edited_at")}
    wanted: list[Arrival] = []
    for row in rows:
        arrival, before = row.arrival, known.get(row.arrival.network_id)
        if before is None or _is_later(arrival, before):
            known[arrival.network_id] = (arrival.text, arrival.edited_at)
            wanted.append(arrival)
        elif before[0] == arrival.text or before[1] is not None:
            taken.known += 1
        else:
            taken.bad.append(BadRow(row.line, "id_taken"))
    return wanted


def _is_later(arrival: Arrival, before: tuple[str, datetime | None]) -> bool:
    """Return whether the row is a later version of what is stored."""
    if arrival.edited_at is None or arrival.text == before[0]:
        return False
    return before[1] is None or arrival.edited_at > before[1]


def finish_import(run: ImportRun, now: datetime) -> bool:
    """Say that the file was read to its end; False when that was said already."""
    with transaction.atomic():
        rows = ImportRun.objects.of(run.brand_id).filter(pk=run.pk, finished_at__isnull=True)
        if rows.update(finished_at=now) != 1:
            return False
        count = ImportRun.objects.of(run.brand_id).values("rows", "added", "bad").get(pk=run.pk)
        note("import_file", run.channel, now, brand_id=run.brand_id, actor_id=None, facts=count)
        return True
