"""Attaching pictures to an answer and sending it."""

from pathlib import Path

from nestor.composer.actions.files import attach_files
from nestor.inbox.models import Conversation
from nestor.media.actions import Given
from nestor.media.models import File
from nestor.people.reads import Seat
from nestor.publisher.actions import send_answer
from nestor.publisher.models import Delivery
from tests.desk.answering import ANSWER
from tests.desk.conftest import Clock
from tests.desk.pictures import photograph


def on_disk(shelf: Path) -> int:
    return sum(1 for _ in shelf.glob("*/*/*"))


def attached(
    seat: Seat, conversation: Conversation, clock: Clock, *, alt: str = "La gare", content: bytes = b""
) -> File:
    done = attach_files(seat, conversation, [Given("gare.jpg", content or photograph(), alt)], clock())
    assert done is not None
    assert done.turned == ()
    return done.kept[0]


def sent(
    seat: Seat, conversation: Conversation, clock: Clock, *files: File, text: str = ANSWER, key: str = "k"
) -> Delivery:
    seen = [file.public_id for file in files]
    done = send_answer(seat, conversation, text, clock(), key=key, files=seen)
    assert done.delivery is not None, done.findings
    return done.delivery
