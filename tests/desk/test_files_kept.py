"""Who may see a file, how pages attach and show it, and that nothing stays that nobody needs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nestor.composer.actions.files import attach_files
from nestor.composer.models import Draft
from nestor.composer.reads import draft_of, files_in
from nestor.inbox.models import Conversation, Message
from nestor.media import actions as media
from nestor.media import reads, store
from nestor.media.actions import Checked, Given
from nestor.media.models import File
from nestor.publisher.models import Delivery
from nestor.publisher.reads.enclosed import file_for, files_of
from nestor.routing.actions.merging import merge_conversations
from nestor.routing.actions.notes import write_note
from nestor.routing.models import NoteFile, Route
from tests.desk.answering import ANSWER, QUESTION, attend_due, state
from tests.desk.attaching import attached, on_disk, sent
from tests.desk.browser import as_
from tests.desk.cast import Cast
from tests.desk.conftest import Clock
from tests.desk.line import Line
from tests.desk.pictures import photograph, picture


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.NESTOR_FILES = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def conversation(square: Line, present: Clock) -> Conversation:
    return square.asked(QUESTION, present())


# -- who sees them


def test_only_who_may_see_what_it_hangs_on_gets_a_file(cast: Cast, conversation: Conversation, present: Clock) -> None:
    file = attached(cast.bob, conversation, present)
    where = reverse("file", args=[file.public_id])
    assert [as_(seat).get(where).status_code for seat in (cast.bob, cast.alice, cast.chloe)] == [200, 404, 404]
    assert Client().get(where).status_code == 302
    sent(cast.bob, conversation, present, file)
    assert [as_(seat).get(where).status_code for seat in (cast.bob, cast.alice, cast.vera, cast.chloe)] == [200] * 3 + [
        404
    ]
    Message.objects.of(cast.brand).filter(conversation=conversation).update(is_sealed=True)
    conversation.route.refresh_from_db()
    seals = [(seat, file_for(seat, file.public_id) is not None) for seat in (cast.alice, cast.sam, cast.bob, cast.vera)]
    assert [may for _, may in seals] == [True, True, False, False]


def test_a_file_goes_where_its_conversation_goes(
    cast: Cast, square: Line, conversation: Conversation, present: Clock
) -> None:
    kept = square.asked("Et le guichet ?", present(), by="eve")
    file = attached(cast.bob, conversation, present)
    delivery = sent(cast.bob, conversation, present, file)
    note = write_note(cast.bob, conversation, "Voir", present(), key="n", files=checked_picture())
    assert note is not None
    noted = NoteFile.objects.of(cast.brand).get(note=note).file
    assert merge_conversations(cast.bob, kept, conversation, present())
    assert (file_for(cast.vera, file.public_id), file_for(cast.vera, noted.public_id)) == (file, noted)
    shown = as_(cast.vera).get(reverse("conversation", args=[kept.public_id])).content.decode()
    assert all(reverse("small", args=[one.public_id]) in shown for one in (file, noted))
    present.pass_(seconds=20)
    attend_due(present)
    assert state(delivery) == "sent"
    assert file_for(cast.vera, file.public_id) == file
    Message.objects.of(cast.brand).filter(conversation=kept).update(is_sealed=True)
    Route.objects.of(cast.brand).filter(conversation=kept).update(is_sealed=True)
    for one in (file, noted):
        assert (file_for(cast.vera, one.public_id), file_for(cast.sam, one.public_id)) == (None, one)


def checked_picture() -> list[Checked]:
    return media.check_files([Given("plan.png", picture("PNG"), "Le plan")], reads.taken_here())[0]


def test_bytes_are_served_as_bytes(cast: Cast, conversation: Conversation, present: Clock) -> None:
    evil = Given('"><script>alert(1)</script>\r\nX: y.png', picture("PNG"), '"><script>alert(2)</script>')
    done = attach_files(cast.bob, conversation, [evil], present())
    assert done is not None
    client = as_(cast.bob)
    for name, kind in (("file", "image/png"), ("small", "image/webp")):
        answer = client.get(reverse(name, args=[done.kept[0].public_id]))
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "\n" not in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-cache" in answer.headers["Cache-Control"]
        known = client.get(
            reverse(name, args=[done.kept[0].public_id]), headers={"if-none-match": answer.headers["ETag"]}
        )
        assert (known.status_code, known.content) == (304, b"")
    shown = client.get(reverse("conversation", args=[conversation.public_id])).content.decode()
    assert "<script>alert(" not in shown


# -- the page


def test_without_scripts_a_form_attaches_describes_takes_out_and_sends(
    cast: Cast, conversation: Conversation, present: Clock
) -> None:
    client = as_(cast.bob)
    at = [conversation.public_id]
    form = {"text": ANSWER, "key": "k1", "file": SimpleUploadedFile("gare.jpg", photograph())}
    first = client.post(reverse("answer", args=at), form)
    assert first.status_code == 302
    assert not Delivery.objects.of(cast.brand).exists(), "described first"
    (file,) = files_in(cast.bob, conversation)
    shown = client.get(reverse("conversation", args=at)).content.decode()
    assert f'name="alt-{file.public_id}"' in shown
    assert ANSWER in shown
    more = {"text": "Autre", "file": SimpleUploadedFile("b.png", picture("PNG")), f"alt-{file.public_id}": "La gare"}
    assert client.post(reverse("attach", args=at), more).status_code == 302
    other = files_in(cast.bob, conversation)[1]
    draft = draft_of(cast.bob, conversation)
    assert draft is not None
    assert draft.text == "Autre"
    out = reverse("detach", args=[conversation.public_id, other.public_id])
    assert client.post(out, {"text": ANSWER}).status_code == 302
    gone = client.post(
        reverse("answer", args=at), {"text": ANSWER, "key": "k1", "with": [file.public_id, other.public_id]}
    )
    assert gone.status_code == 302
    assert not Delivery.objects.of(cast.brand).exists()
    last = client.post(reverse("answer", args=at), {"text": ANSWER, "key": "k1", "with": file.public_id})
    assert last.status_code == 302
    (delivery,) = Delivery.objects.of(cast.brand)
    assert [one.alt for one in files_of(delivery)] == ["La gare"]


def test_a_form_beyond_all_measure_is_refused_unread(cast: Cast, conversation: Conversation, settings: Any) -> None:
    settings.NESTOR_FILE_SIZE = settings.NESTOR_FILES_EACH = 1
    client, where = as_(cast.bob), reverse("attach", args=[conversation.public_id])
    answer = client.post(where, {"file": SimpleUploadedFile("x.png", b"x" * 2_000_001)})
    assert answer.status_code == 413
    one = client.post(where, {"file": SimpleUploadedFile("x.png", b"x" * 1_000_001)}, headers={"hx-request": "true"})
    assert (one.status_code, "x.png" in one.content.decode()) == (200, True)
    assert (one.headers["HX-Retarget"], one.headers["HX-Reswap"]) == ("#attached", "outerHTML")
    assert not File.objects.of(cast.brand).exists()


def test_other_brands_and_viewers_attach_nothing(cast: Cast, conversation: Conversation) -> None:
    where = reverse("attach", args=[conversation.public_id])
    for seat, status in ((cast.chloe, 404), (cast.vera, 403)):
        form = {"file": SimpleUploadedFile("gare.jpg", photograph())}
        assert as_(seat).post(where, form).status_code == status
    assert not File.objects.of(cast.brand).exists()
    assert not Draft.objects.of(cast.brand).exists()


# -- handed over


def test_what_is_handed_over_is_ones_own_once_and_counted(
    cast: Cast, conversation: Conversation, present: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _turned = media.check_files([Given("a.png", picture("PNG"))], reads.taken_here())
    file = media.hand_over(cast.bob, kept[0], present(), key="h")
    assert file is not None
    assert media.hand_over(cast.bob, kept[0], present(), key="h") == file
    assert (file_for(cast.bob, file.public_id), file_for(cast.alice, file.public_id)) == (file, None)
    with pytest.raises(media.FilesGone):
        write_note(cast.sam, conversation, "Voir", present(), key="s", handed=[file.public_id])
    assert write_note(cast.bob, conversation, "Voir", present(), key="n", handed=[file.public_id]) is not None
    with pytest.raises(media.FilesGone):
        write_note(cast.bob, conversation, "Encore", present(), key="n2", handed=[file.public_id])
    assert file_for(cast.alice, file.public_id) == file
    monkeypatch.setattr(media, "MOST_HANDED", 1)
    assert media.hand_over(cast.bob, kept[0], present()) is not None
    assert media.hand_over(cast.bob, kept[0], present()) is None


# -- nothing stays that nobody needs


def test_the_upkeep_drops_what_nothing_needs_and_nothing_else(
    cast: Cast, conversation: Conversation, present: Clock, shelf: Path
) -> None:
    kept_file = attached(cast.bob, conversation, present)
    kept, _turned = media.check_files([Given("a.png", picture("PNG"))], reads.taken_here())
    loose = media.hand_over(cast.bob, kept[0], present())
    assert loose is not None
    assert list(reads.loose_files(present(), 10)) == []
    stray = store.put(cast.brand.pk, b"of an upload that was killed", b"small")
    other = store.put(10**6, b"of a brand that is gone", b"small")
    part = store.path_of(cast.brand.pk, stray).with_name("abc.part")
    part.write_bytes(b"half")
    later = present() + timedelta(hours=2)
    assert list(reads.loose_files(later, 10)) == [loose.pk]
    assert reads.has_strays(later, 1) == [0]
    media.drop_loose(loose.pk)
    assert media.drop_loose(kept_file.pk) == 0
    assert media.drop_strays() == 4, "loose bytes, two strays, one half"
    assert reads.has_strays(later, 1) == []
    assert list(File.objects.of(cast.brand)) == [kept_file]
    assert reads.bytes_of(kept_file)
    assert not store.path_of(10**6, other).exists()
    assert on_disk(shelf) == 2


def test_a_conversation_that_is_dropped_takes_its_files_with_it(
    cast: Cast, conversation: Conversation, present: Clock, shelf: Path
) -> None:
    file = attached(cast.bob, conversation, present)
    sent(cast.bob, conversation, present, file)
    Conversation.objects.of(cast.brand).filter(pk=conversation.pk).delete()
    later = present() + timedelta(hours=2)
    for row_id in reads.loose_files(later, 10):
        media.drop_loose(row_id)
    media.drop_strays()
    assert (File.objects.of(cast.brand).count(), on_disk(shelf)) == (0, 0)


def test_a_shelf_is_asked_for_digests_alone(cast: Cast) -> None:
    for digest in ("../../etc/passwd", "A" * 64, "", "0" * 63):
        with pytest.raises(store.FileLost):
            store.path_of(cast.brand.pk, digest)
    with pytest.raises(store.FileLost):
        store.read(cast.brand.pk, "0" * 64)
    assert media.drop_loose(1) == 0
