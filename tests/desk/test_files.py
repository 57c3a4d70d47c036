"""Files: attached to an answer, kept with its draft, sent with it once, seen by who may, gone with their last row."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from nestor.composer.actions import confirm_relief, put_away_draft, replace_draft, save_draft
from nestor.composer.actions.files import attach_files, describe_files, detach_file
from nestor.composer.reads import draft_of, files_in
from nestor.guard.actions import give_clearance
from nestor.guard.models import Clearance
from nestor.inbox.models import Attachment, Conversation, Message
from nestor.media import actions as media
from nestor.media import reads, store
from nestor.media.actions import Given
from nestor.media.models import File
from nestor.networks.practice.server.failures import Mode
from nestor.publisher.actions import FilesMoved, ask_second_person, send_answer, take_back, write_again
from nestor.publisher.actions.sending import attend
from nestor.publisher.models import Delivery
from nestor.publisher.reads.enclosed import file_for, files_of
from nestor.routing.actions.notes import remove_note, write_note
from nestor.routing.actions.relief import offer_relief
from nestor.routing.models import NoteFile
from nestor.work.jobs import work_until_idle
from tests.desk.answering import ANSWER, QUESTION, attend_due, state
from tests.desk.attaching import attached, on_disk, sent
from tests.desk.browser import as_
from tests.desk.cast import Cast
from tests.desk.conftest import Clock
from tests.desk.line import Line
from tests.desk.pictures import photograph, picture

STOPPED = "Vous êtes un imbécile."


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.NESTOR_FILES = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def conversation(square: Line, present: Clock) -> Conversation:
    return square.asked(QUESTION, present())


# -- on the network


def test_what_is_attached_stands_on_the_network_once(
    cast: Cast, square: Line, conversation: Conversation, present: Clock
) -> None:
    file = attached(cast.bob, conversation, present)
    delivery = sent(cast.bob, conversation, present, file)
    assert draft_of(cast.bob, conversation) is None
    assert files_of(delivery) == [file]
    assert sent(cast.bob, conversation, present, file) == delivery, "the same key again"
    present.pass_(seconds=20)
    attend_due(present)
    assert (state(delivery), square.copies(ANSWER)) == ("sent", 1)
    square.read(present())
    rows = Attachment.objects.of(cast.brand).filter(message__is_ours=True)
    message = Message.objects.of(cast.brand).get(text=ANSWER)
    page = urlopen(message.url, timeout=5).read().decode()
    assert 'alt="La gare"' in page
    there = page.partition('<img src="')[2].partition('"')[0]
    assert urlopen(there, timeout=5).read() == reads.bytes_of(file)
    assert rows.count() <= 1
    assert "Kamera" not in page


@pytest.mark.parametrize("way", [Mode.CLOSE_AFTER, Mode.ERROR_AFTER])
def test_what_the_network_did_without_saying_so_is_not_sent_twice(
    cast: Cast, square: Line, conversation: Conversation, present: Clock, way: Mode
) -> None:
    file = attached(cast.bob, conversation, present)
    delivery = sent(cast.bob, conversation, present, file)
    present.pass_(seconds=20)
    square.server.admin.break_it(way, account_id=square.account.account_id, verb="send", count=1)
    attend_due(present)
    assert state(delivery) == "unconfirmed"
    present.pass_(seconds=90)
    for _ in range(4):
        attend_due(present)
        present.pass_(seconds=90)
    assert (state(delivery), square.copies(ANSWER)) == ("sent", 1)


def test_bytes_that_are_lost_stop_the_answer_before_the_network_is_called(
    cast: Cast, square: Line, conversation: Conversation, present: Clock, shelf: Path
) -> None:
    file = attached(cast.bob, conversation, present)
    delivery = sent(cast.bob, conversation, present, file)
    store.remove(file.brand_id, file.digest)
    present.pass_(seconds=20)
    attend_due(present)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, square.copies(ANSWER)) == ("cancelled", "file_lost", 0)


def test_bytes_that_changed_are_never_sent(
    cast: Cast, square: Line, conversation: Conversation, present: Clock, shelf: Path
) -> None:
    file = attached(cast.bob, conversation, present)
    delivery = sent(cast.bob, conversation, present, file)
    store.path_of(file.brand_id, file.digest).write_bytes(b"<script>")
    present.pass_(seconds=20)
    attend_due(present)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, square.copies(ANSWER)) == ("refused", "file_lost", 0)


def test_a_network_that_takes_less_by_now_stops_it(
    cast: Cast, square: Line, conversation: Conversation, present: Clock
) -> None:
    file = attached(cast.bob, conversation, present)
    delivery = sent(cast.bob, conversation, present, file)
    channel = conversation.channel
    channel.limits[conversation.kind]["media_types"] = ["image/png"]
    channel.save(update_fields=["limits"])
    present.pass_(seconds=20)
    attend(delivery.pk, present)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("cancelled", "guard")


# -- in the draft


def test_a_draft_keeps_its_files_and_putting_it_away_leaves_nothing(
    cast: Cast, conversation: Conversation, present: Clock, shelf: Path, django_capture_on_commit_callbacks: Any
) -> None:
    file = attached(cast.bob, conversation, present)
    assert files_in(cast.bob, conversation) == [file]
    assert files_in(cast.alice, conversation) == []
    draft = draft_of(cast.bob, conversation)
    assert draft is not None
    assert draft.text == ""
    save_draft(cast.bob, conversation, ANSWER, 1, present())
    later = present() + timedelta(hours=3)
    work_until_idle(lambda: later)
    assert files_in(cast.bob, conversation) == [file]
    assert on_disk(shelf) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert put_away_draft(cast.bob, conversation, present(), revision=1)
    assert not File.objects.of(cast.brand).exists()
    assert on_disk(shelf) == 0


def test_a_draft_of_files_alone_is_put_away_too(cast: Cast, conversation: Conversation, present: Clock) -> None:
    attached(cast.bob, conversation, present)
    later = present() + timedelta(hours=3)
    work_until_idle(lambda: later)
    assert draft_of(cast.bob, conversation) is not None
    assert put_away_draft(cast.bob, conversation, present())
    assert draft_of(cast.bob, conversation) is None


def test_an_upload_that_was_under_way_does_not_bring_a_draft_back(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    save_draft(cast.bob, conversation, "Je vous", 3, present())
    put_away_draft(cast.bob, conversation, present(), revision=3)
    late = attach_files(cast.bob, conversation, [Given("x.png", picture("PNG"))], present(), revision=3)
    assert late is None
    assert not File.objects.of(cast.brand).exists()
    fresh = attach_files(cast.bob, conversation, [Given("x.png", picture("PNG"))], present(), revision=4)
    assert fresh is not None
    assert len(fresh.kept) == 1


def test_what_cannot_be_taken_says_why_and_the_rest_is_kept(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    given = [
        Given("a.png", picture("PNG")),
        Given("b.png", svg),
        Given("c\u202egnp.\nexe", b""),
        Given("d.jpg", photograph()[:300]),
        Given("x" * 100_000 + ".png", picture("GIF")),
        Given("e.png", picture("PNG")),
        Given("f.png", picture("PNG")),
        Given("g.png", picture("PNG")),
    ]
    done = attach_files(cast.bob, conversation, given, present())
    assert done is not None
    assert [one.code for one in done.turned] == ["type", "empty", "broken", "too_many"]
    assert [one.name for one in done.turned] == ["b.png", "c gnp. exe", "d.jpg", "g.png"]
    assert [file.media_type for file in done.kept] == ["image/png", "image/gif", "image/png", "image/png"]
    assert max(len(file.name) for file in done.kept) == 104
    again = attach_files(cast.bob, conversation, [Given("h.png", picture("PNG"))], present())
    assert again is not None
    assert [one.code for one in again.turned] == ["too_many"]


def test_settings_narrow_what_is_taken(cast: Cast, conversation: Conversation, present: Clock, settings: Any) -> None:
    settings.NESTOR_FILE_TYPES = ["png"]
    settings.NESTOR_FILES_EACH = 1
    done = attach_files(
        cast.bob, conversation, [Given("a.jpg", photograph()), Given("b.png", picture("PNG"))], present()
    )
    assert done is not None
    assert ([one.code for one in done.turned], len(done.kept)) == (["type"], 1)
    settings.NESTOR_FILE_TYPES = []
    assert attach_files(cast.bob, conversation, [Given("b.png", picture("PNG"))], present()) is None


def test_where_the_network_takes_none_nothing_is_offered(cast: Cast, page: Line, present: Clock) -> None:
    found = page.asked(QUESTION, present())
    for limits in found.channel.limits.values():
        del limits["media_types"], limits["file_bytes"]  # as an older version stored it
    found.channel.save(update_fields=["limits"])
    assert attach_files(cast.bob, found, [Given("b.png", picture("PNG"))], present()) is None
    shown = as_(cast.bob).get(reverse("conversation", args=[found.public_id])).content.decode()
    assert 'id="answer-text"' in shown
    assert "attach-file" not in shown


def test_a_file_can_be_described_and_taken_out(cast: Cast, conversation: Conversation, present: Clock) -> None:
    file = attached(cast.bob, conversation, present, alt="")
    other = attached(cast.sam, conversation, present, alt="De Sam")
    found = send_answer(cast.bob, conversation, ANSWER, present(), key="k", files=[file.public_id])
    assert [one.id for one in found.findings] == ["undescribed"]
    assert describe_files(cast.bob, conversation, {file.public_id: " La\ngare ", other.public_id: "x", "?": "x"}) == 1
    assert [one.alt for one in files_in(cast.bob, conversation)] == ["La gare"]
    assert [one.alt for one in files_in(cast.sam, conversation)] == ["De Sam"]
    assert not detach_file(cast.bob, conversation, other.public_id)
    assert detach_file(cast.bob, conversation, file.public_id)
    assert not detach_file(cast.bob, conversation, file.public_id)
    assert list(File.objects.of(cast.brand)) == [other]


def test_nothing_leaves_that_its_author_did_not_see(cast: Cast, conversation: Conversation, present: Clock) -> None:
    file = attached(cast.bob, conversation, present)
    for seen in ([], [file.public_id, "0" * 16]):
        with pytest.raises(FilesMoved):
            send_answer(cast.bob, conversation, ANSWER, present(), key="k", files=seen)
    assert not Delivery.objects.of(cast.brand).exists()
    assert files_in(cast.bob, conversation) == [file]


def test_a_description_that_changes_while_it_is_checked_is_not_sent(
    cast: Cast, conversation: Conversation, present: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = attached(cast.bob, conversation, present)

    def meanwhile(*_: Any) -> tuple[()]:
        describe_files(cast.bob, conversation, {file.public_id: STOPPED})
        return ()

    monkeypatch.setattr("nestor.publisher.actions.second_answer_to", meanwhile)
    with pytest.raises(FilesMoved):
        send_answer(cast.bob, conversation, ANSWER, present(), key="k", files=[file.public_id])
    assert not Delivery.objects.of(cast.brand).exists()


def test_the_guard_reads_descriptions(cast: Cast, conversation: Conversation, present: Clock) -> None:
    file = attached(cast.bob, conversation, present, alt=STOPPED)
    found = send_answer(cast.bob, conversation, ANSWER, present(), key="k", files=[file.public_id])
    assert found.delivery is None
    assert {one.where for one in found.findings} == {"alt0"}


# -- taken back, refused, handed over, cleared


def test_what_is_taken_back_brings_its_files_back(cast: Cast, conversation: Conversation, present: Clock) -> None:
    file = attached(cast.bob, conversation, present)
    delivery = sent(cast.bob, conversation, present, file)
    assert take_back(cast.bob, delivery, present())
    assert files_in(cast.bob, conversation) == [file]
    assert files_of(delivery) == []
    again = sent(cast.bob, conversation, present, file, key="k2")
    assert files_of(again) == [file]


def test_what_was_refused_can_be_written_again_with_its_files(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    file = attached(cast.bob, conversation, present)
    delivery = sent(cast.bob, conversation, present, file)
    Delivery.objects.of(cast.brand).update(state="refused", due_at=None)
    assert write_again(cast.bob, delivery, present())
    (copy,) = files_in(cast.bob, conversation)
    assert copy != file
    assert (copy.digest, copy.alt, copy.name) == (file.digest, file.alt, file.name)
    assert files_of(delivery) == [file]
    put_away_draft(cast.bob, conversation, present())
    assert reads.is_there(file), "the delivery still names the same bytes"
    assert list(File.objects.of(cast.brand)) == [file]


def test_a_colleague_who_takes_over_gets_the_files_too(cast: Cast, conversation: Conversation, present: Clock) -> None:
    file = attached(cast.bob, conversation, present)
    relief = offer_relief(cast.bob, cast.sam.user, present())
    assert relief is not None
    confirm_relief(cast.sam, relief, present())
    assert files_in(cast.sam, conversation) == [file]
    assert files_in(cast.bob, conversation) == []


def test_consent_covers_the_files_that_were_shown(cast: Cast, conversation: Conversation, present: Clock) -> None:
    file = attached(cast.bob, conversation, present)
    replace_draft(cast.bob, conversation, STOPPED, present())
    clearance = ask_second_person(cast.bob, conversation, STOPPED, present())
    assert clearance is not None
    assert file_for(cast.alice, file.public_id) == file, "who judges sees what is judged"
    shown = as_(cast.alice).get(reverse("today")).content.decode()
    assert reverse("small", args=[file.public_id]) in shown
    assert give_clearance(cast.alice, clearance, "assumé", present())
    other = attached(cast.bob, conversation, present, alt="Autre chose", content=picture("PNG"))
    both = send_answer(cast.bob, conversation, STOPPED, present(), key="a", files=[file.public_id, other.public_id])
    assert both.delivery is None
    detach_file(cast.bob, conversation, other.public_id)
    assert sent(cast.bob, conversation, present, file, text=STOPPED).cleared_findings
    clearance.refresh_from_db()
    assert clearance.state == Clearance.USED


def test_what_was_cleared_leaves_by_itself_with_its_files(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    file = attached(cast.bob, conversation, present)
    clearance = ask_second_person(cast.bob, conversation, STOPPED, present())
    assert clearance is not None
    assert give_clearance(cast.alice, clearance, "assumé", present())
    work_until_idle(present)
    assert [files_of(row) for row in Delivery.objects.of(cast.brand)] == [[file]]


# -- notes


def test_a_note_carries_files_and_takes_them_along_when_it_goes(
    cast: Cast, conversation: Conversation, present: Clock, shelf: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client = as_(cast.bob)
    where = reverse("write_note", args=[conversation.public_id])
    two = [SimpleUploadedFile("a.png", picture("PNG")), SimpleUploadedFile("b.jpg", photograph())]
    form = {"text": "Voir le plan", "key": "n1", "file": two, "alts": "Le plan\r\nL’entrée"}
    assert client.post(where, form).status_code == 302
    links = NoteFile.objects.of(cast.brand).select_related("file", "note").order_by("file_id")
    assert [(link.file.name, link.file.alt) for link in links] == [("a.png", "Le plan"), ("b.jpg", "L’entrée")]
    shown = client.get(reverse("conversation", args=[conversation.public_id])).content.decode()
    assert shown.count("/small") == 2
    assert 'alt="Le plan"' in shown
    note = links[0].note
    assert not remove_note(cast.sam, note, present())
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_note(cast.bob, note, present())
    assert (File.objects.of(cast.brand).count(), on_disk(shelf)) == (0, 0)


def test_a_note_with_a_file_that_is_not_taken_is_not_written(cast: Cast, conversation: Conversation) -> None:
    client = as_(cast.bob)
    where = reverse("write_note", args=[conversation.public_id])
    bad = SimpleUploadedFile("plan.png", b"<svg onload=alert(1)>")
    answer = client.post(where, {"text": "Voir le plan", "key": "n1", "file": bad})
    assert answer.status_code == 422
    assert "plan.png" in answer.content.decode()
    assert "Voir le plan" in answer.content.decode()
    assert not NoteFile.objects.of(cast.brand).exists()


def test_the_same_note_twice_is_one_with_one_file(cast: Cast, conversation: Conversation, present: Clock) -> None:
    kept, _turned = media.check_files([Given("a.png", picture("PNG"), "Le plan")], reads.taken_here())
    first = write_note(cast.bob, conversation, "Voir", present(), key="n", files=kept)
    assert first is not None
    assert write_note(cast.bob, conversation, "Voir", present(), key="n", files=kept) == first
    assert NoteFile.objects.of(cast.brand).count() == 1
