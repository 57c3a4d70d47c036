"""Files: attached to an answer, kept with its draft, sent with it once, seen by who may, gone with their last row."""

from pathlib import Path
from typing import Any

import pytest

from nestor.composer.actions.files import attach_files
from nestor.composer.reads import draft_of
from nestor.inbox.models import Conversation
from nestor.media.actions import Given
from nestor.publisher.actions import send_answer
from nestor.publisher.reads.enclosed import files_of
from tests.desk.answering import ANSWER, QUESTION, attend_due, state
from tests.desk.cast import Cast
from tests.desk.conftest import Clock
from tests.desk.line import Line
from tests.desk.pictures import photograph


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.NESTOR_FILES = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def conversation(square: Line, present: Clock) -> Conversation:
    return square.asked(QUESTION, present())


def on_disk(shelf: Path) -> list[str]:
    return sorted(one.name for one in shelf.glob("*/*/*"))


def test_what_is_attached_goes_out_once(cast: Cast, square: Line, conversation: Conversation, present: Clock) -> None:
    done = attach_files(cast.bob, conversation, [Given("gare.jpg", photograph(), "La gare")], present())
    assert done is not None
    assert (len(done.kept), done.turned) == (1, ())
    answered = send_answer(cast.bob, conversation, ANSWER, present(), key="k", files=[done.kept[0].public_id])
    assert answered.delivery is not None, answered.findings
    assert draft_of(cast.bob, conversation) is None
    present.pass_(seconds=20)
    attend_due(present)
    assert state(answered.delivery) == "sent"
    assert square.copies(ANSWER) == 1
    assert [file.alt for file in files_of(answered.delivery)] == ["La gare"]
