"""Files under several hands at once, and under hands that die: nothing needed is lost, nothing else stays."""

import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nestor.brands.reads import limits_as_stored
from nestor.composer.actions import put_away_draft
from nestor.composer.actions.files import attach_files
from nestor.composer.reads import files_in
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.media import actions as media
from nestor.media import reads, store
from nestor.media.actions import Given
from nestor.media.models import File
from nestor.networks.practice.limits import WRITTEN
from nestor.people.reads import Seat
from nestor.publisher.actions import send_answer
from nestor.publisher.models import Delivery
from nestor.publisher.reads.enclosed import files_of
from nestor.routing.actions.notes import write_note
from nestor.routing.models import NoteFile
from tests.desk.answering import ANSWER, QUESTION
from tests.desk.at_once import at_once
from tests.desk.attaching import on_disk
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.pictures import picture

SAME = picture("PNG")
# A process of its own that puts bytes on the shelf and dies, or lingers, at a named place.
WRITER = """
import os, signal, sys
from django.conf import settings
settings.configure(NESTOR_FILES=sys.argv[1])
from nestor.media import store
if sys.argv[2] == "half-written":
    os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
with store.held():
    store.put(int(sys.argv[3]), b"bytes", b"small")
    print("put", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.NESTOR_FILES = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def cast(cast_for_threads: Cast, clock: Clock) -> Cast:
    clock.pass_(hours=1)
    channel = cast_for_threads.channel
    channel.limits = {"comment": limits_as_stored(WRITTEN["page"])}
    channel.save(update_fields=["limits"])
    return cast_for_threads


@pytest.fixture
def conversation(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).select_related("channel").get()
    return found


def attach(seat: Seat, conversation: Conversation, content: bytes = SAME) -> Any:
    return attach_files(seat, conversation, [Given("a.png", content, "La gare")], NOON)


def test_the_limit_holds_however_many_come_at_once(cast: Cast, conversation: Conversation, shelf: Path) -> None:
    done = at_once(*[lambda: attach(cast.bob, conversation)] * 7)
    assert [one for one in done if isinstance(one, Exception)] == []
    assert sum(len(one.kept) for one in done) == 4
    assert [one.code for each in done for one in each.turned] == ["too_many"] * 3
    assert len(files_in(cast.bob, conversation)) == 4
    assert on_disk(shelf) == 2, "the same bytes stand there once"


def test_the_same_bytes_come_and_go_and_are_there_while_a_row_needs_them(
    cast: Cast, conversation: Conversation
) -> None:
    seats = (cast.bob, cast.sam, cast.alice)

    def come_and_go(seat: Seat) -> None:
        for _ in range(6):
            attach(seat, conversation)
            put_away_draft(seat, conversation, NOON)
        attach(seat, conversation)

    def sweep() -> None:
        for _ in range(25):
            media.drop_strays()

    done = at_once(*[lambda seat=seat: come_and_go(seat) for seat in seats], sweep)
    assert [one for one in done if isinstance(one, Exception)] == []
    rows = list(File.objects.of(cast.brand))
    assert len(rows) == 3
    assert all(reads.bytes_of(row) and reads.small_of(row) for row in rows)


def test_one_handed_over_file_goes_with_one_note(cast: Cast, conversation: Conversation) -> None:
    kept, _turned = media.check_files([Given("a.png", SAME)], reads.taken_here())
    file = media.hand_over(cast.bob, kept[0], NOON)
    assert file is not None

    def note(key: str) -> Any:
        return write_note(cast.bob, conversation, f"Voir {key}", NOON, key=key, handed=[file.public_id])

    done = at_once(*[lambda key=key: note(key) for key in "abcd"])
    assert sum(isinstance(one, media.FilesGone) for one in done) == 3
    assert NoteFile.objects.of(cast.brand).count() == 1


def test_attached_this_very_moment_it_is_not_dropped(cast: Cast, conversation: Conversation) -> None:
    for turn in range(6):
        kept, _turned = media.check_files([Given("a.png", SAME)], reads.taken_here())
        file = media.hand_over(cast.bob, kept[0], NOON)
        assert file is not None
        note = partial(write_note, cast.bob, conversation, "Voir", NOON, key=f"k{turn}", handed=[file.public_id])
        wrote, _dropped = at_once(note, partial(media.drop_loose, file.pk))
        linked = NoteFile.objects.of(cast.brand).filter(file_id=file.pk).exists()
        there = File.objects.of(cast.brand).filter(pk=file.pk).exists()
        assert linked == there == (not isinstance(wrote, Exception))
        assert not there or reads.bytes_of(file)


def test_two_clicks_send_one_answer_with_its_file(cast: Cast, conversation: Conversation) -> None:
    file = attach(cast.bob, conversation).kept[0]
    send = lambda: send_answer(cast.bob, conversation, ANSWER, NOON, key="k", files=[file.public_id])  # noqa: E731
    done = at_once(send, send, send)
    (delivery,) = Delivery.objects.of(cast.brand)
    assert [one.delivery for one in done] == [delivery] * 3
    assert files_of(delivery) == [file]
    assert files_in(cast.bob, conversation) == []
    assert reads.bytes_of(file)


def begin_upload(shelf: Path, way: str, cast: Cast) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", WRITER, str(shelf), way, str(cast.brand.pk)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.parametrize("way", ["before its row", "half-written"])
def test_an_upload_that_is_killed_leaves_nothing_for_long(cast: Cast, shelf: Path, way: str) -> None:
    writer = begin_upload(shelf, way, cast)
    assert writer.stdout is not None
    assert writer.stdin is not None
    if way == "before its row":
        assert writer.stdout.readline() == b"put\n"
        writer.send_signal(signal.SIGKILL)
    assert writer.wait(timeout=20) == -signal.SIGKILL
    writer.stdout.close()
    writer.stdin.close()
    assert not File.objects.of(cast.brand).exists()
    assert on_disk(shelf) >= 1
    assert reads.has_strays(NOON, 1) == [0]
    media.drop_strays()
    assert on_disk(shelf) == 0
    assert reads.has_strays(NOON, 1) == []


def test_what_is_being_named_is_waited_for(cast: Cast, shelf: Path) -> None:
    writer = begin_upload(shelf, "lingers", cast)
    assert writer.stdout is not None
    assert writer.stdin is not None
    assert writer.stdout.readline() == b"put\n"
    upkeep = threading.Thread(target=lambda: at_once(media.drop_strays))
    upkeep.start()
    upkeep.join(timeout=0.5)  # as long as it would need many times over
    assert (upkeep.is_alive(), on_disk(shelf)) == (True, 2)
    writer.kill()
    writer.wait(timeout=20)
    writer.stdout.close()
    writer.stdin.close()
    upkeep.join(timeout=20)
    assert (upkeep.is_alive(), on_disk(shelf)) == (False, 0)
    with store.held(alone=True):
        assert list(store.stored()) == []
