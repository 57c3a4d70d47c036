"""Files of the past come in once, row by row, whatever is wrong with some of them, and are history from then on."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.db.utils import IntegrityError

from nestor.faces.cli.errors import Exit
from nestor.faces.cli.import_words import sentences
from nestor.inbox.actions import importing, read_now
from nestor.inbox.actions.importing import begin_import, finish_import, open_archive, take_in_rows
from nestor.inbox.formats import BadRow, GoodRow
from nestor.inbox.models import Cursor, ImportRun, Message, MessageVersion
from nestor.inbox.reads import thread
from nestor.inbox.rules import ARCHIVE
from nestor.people.models import Identity
from nestor.routing.models import Route
from nestor.routing.reads import inbox_page
from nestor.routing.rules.filters import InboxFilter, State
from nestor.work.actions import show_pulse
from nestor.work.models import JournalEntry, Wakeup
from tests.desk.cast import NOON, Cast, said
from tests.desk.conftest import Clock, Settle
from tests.desk.terminal import Terminal, terminal
from tests.house.source import PACKAGE


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return terminal(capsys)


def write(folder: Path, count: int, *, first: int = 1, bad_line: str = "") -> Path:
    """Write a file of that many messages, and perhaps a bad line at the end."""
    path = folder / "past.jsonl"
    lines = [
        json.dumps({"id": f"m{n}", "text": f"Train {n} en retard ?", "date": "2026-01-05T10:00:00Z", "author": "Dan"})
        for n in range(first, first + count)
    ]
    path.write_text("\n".join([*lines, bad_line] if bad_line else lines) + "\n", encoding="utf-8")
    return path


def messages(cast: Cast) -> int:
    return Message.objects.of(cast.brand).filter(channel__network=ARCHIVE).count()


def test_a_file_comes_in_is_read_and_is_history(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    done = typed("import", write(tmp_path, 3), "--brand", cast.brand.slug)
    assert (done.code, done.err) == (Exit.OK, "")
    assert "new: 3" in done.out
    assert not Wakeup.objects.exists()
    assert inbox_page(cast.bob, InboxFilter(), NOON).rows == ()
    rows = inbox_page(cast.bob, InboxFilter(state=State.DONE), NOON).rows
    assert [row.channel for row in rows] == ["past"] * 3
    assert [row for row in rows if row.due_at] == []
    assert Message.objects.of(cast.brand).filter(shown_at__isnull=True).count() == 0


def test_twice_adds_nothing(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path, 5)
    typed("import", file, "--brand", cast.brand.slug)
    again = typed("import", file, "--brand", cast.brand.slug)
    assert "new: 0; known already: 5" in again.out
    assert messages(cast) == 5
    assert MessageVersion.objects.of(cast.brand).count() == 0
    assert [(run.rows, run.added) for run in ImportRun.objects.of(cast.brand).order_by("started_at")] == [
        (5, 5),
        (5, 0),
    ]


def test_another_brand_sees_nothing_of_it(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    typed("import", write(tmp_path, 2), "--brand", cast.brand.slug)
    assert inbox_page(cast.chloe, InboxFilter(state=State.DONE), NOON).rows == ()
    assert Message.objects.of(cast.other_brand).count() == 0


def test_a_bad_row_is_named_and_the_rest_comes_in(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    report = tmp_path / "bad.jsonl"
    file = write(tmp_path, 2, bad_line='{"text": "Eve a dit ceci"')
    done = typed("import", file, "--brand", cast.brand.slug, "--report", report)
    assert done.code == Exit.FOUND
    assert "Line 3: This is not JSON." in done.err
    (entry,) = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert (entry["line"], entry["code"]) == (3, "not_json")
    assert "Eve" not in report.read_text(encoding="utf-8") + done.err
    assert messages(cast) == 2


def test_many_bad_rows_do_not_flood_the_terminal(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "past.jsonl"
    file.write_text("{\n" * 500, encoding="utf-8")
    done = typed("import", file, "--brand", cast.brand.slug)
    assert done.code == Exit.FOUND
    assert "bad: 500" in done.out
    assert done.err.count("Line ") == 20


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("a.csv", ""), "The file is empty."),
        (("a.csv", "x,y\n1,2\n"), "No column looks like the text"),
        (("a.xml", "<rss/>"), "not a WordPress export"),
        (("a.xml", '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]><rss/>'), "document type"),
        (("a.mbox", "Bonjour"), "There is no mail"),
        (("a.pdf", "%PDF"), "cannot be guessed"),
    ],
)
def test_a_file_that_is_none_is_refused(
    file: tuple[str, str], sentence: str, cast: Cast, typed: Terminal, tmp_path: Path
) -> None:
    name, content = file
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = typed("import", tmp_path / name, "--brand", cast.brand.slug)
    assert done.code == Exit.FAILED
    assert sentence in done.err
    assert messages(cast) == 0


def test_the_command_line_is_checked_first(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path, 1)
    nowhere = typed("import", file, "--brand", "nowhere")
    assert nowhere.code == Exit.FAILED
    assert cast.brand.slug in nowhere.err
    assert typed("import", file, "--brand", cast.brand.slug, "--date", "soon").code == Exit.USAGE
    assert typed("import", file, "--brand", cast.brand.slug, "--report", file).code == Exit.USAGE
    assert typed("import", tmp_path / "none", "--brand", cast.brand.slug).code == Exit.USAGE
    assert file.read_text(encoding="utf-8")
    assert messages(cast) == 0


def test_a_table_with_its_own_columns(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "avis.csv"
    file.write_text("Réf;Le;Qui;Quoi\n7;02/01/2026 08:00;Dan;Merci !\n8;;Eve;Nul\n", encoding="cp1252")
    columns = ("--text-column", "Quoi", "--date-column", "Le", "--author-column", "Qui", "--id-column", "Réf")
    done = typed(
        "import",
        file,
        "--brand",
        cast.brand.slug,
        *columns,
        "--date",
        "2026-01-01",
        "--kind",
        "review",
        "--channel",
        "Avis",
    )
    assert done.code == Exit.OK, done.err
    found = Message.objects.of(cast.brand).order_by("network_id")
    assert [(one.network_id, one.kind, one.channel.name) for one in found] == [
        ("7", "review", "Avis"),
        ("8", "review", "Avis"),
    ]
    assert found[0].published_at == datetime(2026, 1, 2, 7, 0, tzinfo=UTC)


def test_what_the_brand_said_itself_is_ours(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "past.jsonl"
    ours = {"id": "2", "text": "Bonjour Dan", "date": "2026-01-02", "author": {"handle": "@ours"}, "in_reply_to": "1"}
    asked = {"id": "1", "text": "Bonjour ?", "date": "2026-01-01", "author": {"handle": "@dan"}}
    file.write_text("\n".join(map(json.dumps, [asked, ours])), encoding="utf-8")
    typed("import", file, "--brand", cast.brand.slug)
    (route,) = Route.objects.of(cast.brand)
    assert not route.is_open
    assert [one.message.is_ours for one in thread(route.conversation, cast.bob)] == [False, True]
    assert not Identity.objects.of(cast.brand).filter(handle="@ours").exists()


def test_a_worker_that_runs_is_left_to_read(cast: Cast, typed: Terminal, tmp_path: Path) -> None:
    show_pulse("work", datetime.now(UTC))
    done = typed("import", write(tmp_path, 2), "--brand", cast.brand.slug)
    assert "background work reads them" in done.out
    assert Wakeup.objects.filter(subscriber="triage.read_arrived").count() == 2


def test_an_archive_is_never_polled(cast: Cast, clock: Clock, settle: Settle) -> None:
    archive = open_archive(cast.brand, "Vieux courrier", clock())
    settle()
    assert Cursor.objects.of(cast.brand).filter(channel=cast.channel).exists()
    assert not Cursor.objects.of(cast.brand).filter(channel=archive).exists()
    assert not read_now(archive, clock())
    assert archive.network == ARCHIVE


def test_an_archive_is_opened_once(cast: Cast, clock: Clock) -> None:
    first = open_archive(cast.brand, "Vieux courrier", clock())
    assert open_archive(cast.brand, " vieux  Courrier", clock()).pk == first.pk
    assert open_archive(cast.other_brand, "Vieux courrier", clock()).pk != first.pk


def row(number: int, text: str, **more: object) -> GoodRow:
    return GoodRow(number, said(text, **{"network_id": "same", **more}))  # type: ignore[arg-type]  # fields of Arrival


def test_an_id_used_twice_overwrites_nothing(cast: Cast, clock: Clock) -> None:
    run = begin_import(open_archive(cast.brand, "a", clock()), "a", clock())
    taken = take_in_rows(run, [row(1, "un"), row(2, "deux")], clock())
    assert (taken.added, taken.bad) == (1, [BadRow(2, "id_taken")])
    again = take_in_rows(run, [row(1, "un"), row(2, "deux")], clock())
    assert (again.added, again.known, again.bad) == (0, 1, [BadRow(2, "id_taken")])
    assert Message.objects.of(cast.brand).get(network_id="same").text == "un"


def test_a_row_that_says_when_it_was_edited_replaces_the_one_before(cast: Cast, clock: Clock) -> None:
    run = begin_import(open_archive(cast.brand, "a", clock()), "a", clock())
    rows = [row(1, "un"), row(2, "deux", edited_at=NOON)]
    for one in rows:
        take_in_rows(run, [one], clock())
    for one in rows:
        assert take_in_rows(run, [one], clock()).known == 1
    assert Message.objects.of(cast.brand).get(network_id="same").text == "deux"
    assert MessageVersion.objects.of(cast.brand).count() == 1


def test_a_batch_that_fails_leaves_nothing_behind(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin_import(open_archive(cast.brand, "a", clock()), "a", clock())

    def fail(*_: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(importing, "announce_all", fail)
    with pytest.raises(IntegrityError):
        take_in_rows(run, [row(1, "un")], clock())
    run.refresh_from_db(from_queryset=ImportRun.objects.of(cast.brand))
    assert (messages(cast), run.rows) == (0, 0)


def test_the_journal_has_counts_and_no_words(cast: Cast, clock: Clock) -> None:
    run = begin_import(open_archive(cast.brand, "a", clock()), "a", clock())
    take_in_rows(run, [row(1, "un"), BadRow(2, "not_json")], clock())
    assert finish_import(run, clock())
    assert not finish_import(run, clock())
    (entry,) = JournalEntry.objects.filter(verb="import_file")
    assert entry.facts == {"rows": 2, "added": 1, "bad": 1}


def test_every_code_has_a_sentence() -> None:
    found = set()
    for path in (PACKAGE / "inbox/formats").glob("*.py"):
        for part in path.read_text(encoding="utf-8").replace("\n", " ").split('("')[1:]:
            found.add(part.split('"')[0])
    known = set(sentences())
    assert {"not_json", "columns", "xml_doctype"} <= known & found
    raised = {code for code in found if code.isidentifier() and "_" in code and f'Wrong("{code}"' in source()}
    assert raised <= known


def source() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "inbox/formats").glob("*.py"))


def test_what_is_in_stays_in_when_it_is_interrupted(
    cast_for_threads: Cast, child_environment: dict[str, str], typed: Terminal, tmp_path: Path
) -> None:
    cast, file = cast_for_threads, write(tmp_path, 700)
    command = [sys.executable, "-m", "nestor", "import", "-", "--brand", cast.brand.slug, "--channel", "past"]
    child = subprocess.Popen(
        command,
        env=child_environment,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  in the background it is ignored
    )
    assert child.stdin
    child.stdin.write(file.read_bytes())
    child.stdin.flush()
    patience = threading.Event()
    for _ in range(600):
        if messages(cast) == 500 or child.poll() is not None:
            break
        patience.wait(0.1)
    os.kill(child.pid, signal.SIGINT)
    _out, err = child.communicate(timeout=30)
    assert child.returncode == Exit.INTERRUPTED, err
    assert b"new: 500" in err
    assert messages(cast) == 500
    done = typed("import", file, "--brand", cast.brand.slug, "--no-read")
    assert "new: 200; known already: 500" in done.out
    connection.close()
