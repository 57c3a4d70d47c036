"""Notes for the team: who reads them, whom they tell, what a form refuses; nobody outside ever sees one."""

import pytest

from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.notices.models import Notice
from nestor.routing.actions.merging import merge_conversations
from nestor.routing.actions.notes import remove_note, write_note
from nestor.routing.models import Note
from nestor.routing.reads.notes import notes_of
from nestor.work.actions import KeyReused
from nestor.work.models import Event, JournalEntry
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"


def of_thread(cast: Cast, thread: str) -> Conversation:
    found: Conversation = Conversation.objects.of(cast.brand).get(thread_id=thread)
    return found


@pytest.fixture
def opened(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION, 1, minutes=-30)), NOON)
    settle()
    return of_thread(cast, "t1")


def told(cast: Cast) -> set[str]:
    return {row.user.name for row in Notice.objects.of(cast.brand).select_related("user")}


def test_a_note_tells_whom_it_names_and_never_its_author(cast: Cast, opened: Conversation) -> None:
    note = write_note(cast.bob, opened, "  @alice et @bob : vu avec @VERA.\n", NOON, key="k")
    assert note is not None
    assert told(cast) == {"Alice", "Vera"}
    (row,) = notes_of(opened, cast.alice)
    assert (row.text, row.author, row.is_to_me) == ("@alice et @bob : vu avec @VERA.", "Bob", True)
    assert [row.text[start:end] for start, end in row.namings] == ["@alice", "@bob", "@VERA"]
    entry = JournalEntry.objects.get(verb="write_note")
    assert (entry.facts, entry.reason) == ({}, "")
    event = Event.objects.get(name="NoteMoved")
    assert event.ids == {"note_id": note.pk, "conversation_id": opened.pk}


def test_the_same_form_twice_is_one_note(cast: Cast, opened: Conversation) -> None:
    first = write_note(cast.bob, opened, "@alice", NOON, key="k")
    assert write_note(cast.bob, opened, "@alice", NOON, key="k") == first
    with pytest.raises(KeyReused):
        write_note(cast.bob, opened, "autre chose", NOON, key="k")
    assert Note.objects.of(cast.brand).count() == 1


def test_who_may_write_and_who_may_take_away(cast: Cast, opened: Conversation) -> None:
    assert write_note(cast.vera, opened, "x", NOON, key="k") is None
    assert write_note(cast.chloe, opened, "x", NOON, key="k") is None
    note = write_note(cast.bob, opened, "x", NOON, key="k")
    assert note is not None
    assert not remove_note(cast.sam, note, NOON)
    assert not remove_note(cast.chloe, note, NOON)
    assert remove_note(cast.bob, note, NOON)
    assert not remove_note(cast.bob, note, NOON)
    other = write_note(cast.bob, opened, "y", NOON, key="k2")
    assert other is not None
    assert remove_note(cast.alice, other, NOON)
    assert notes_of(opened, cast.bob) == ()


def test_of_a_sealed_conversation_only_who_must_know_is_told(cast: Cast, opened: Conversation) -> None:
    Message.objects.of(cast.brand).filter(conversation=opened).update(is_sealed=True)
    assert write_note(cast.bob, opened, "x", NOON, key="k") is None
    assert write_note(cast.alice, opened, "@bob @sam @vera", NOON, key="k") is not None
    notices = Notice.objects.of(cast.brand).select_related("user")
    assert [(row.user.name, row.is_sealed) for row in notices] == [("Sam", True)]


def test_a_note_goes_where_its_conversation_goes(cast: Cast, opened: Conversation, settle: Settle) -> None:
    take_in(cast.channel, batch(said(f"{QUESTION} bis", 2, minutes=-10)), NOON)
    settle()
    other = of_thread(cast, "t2")
    write_note(cast.bob, other, "de l’autre", NOON, key="k")
    merge_conversations(cast.bob, opened, other, NOON)
    assert [row.text for row in notes_of(opened, cast.bob)] == ["de l’autre"]


def test_the_page_shows_notes_in_their_place_by_time(cast: Cast, opened: Conversation, clock: Clock) -> None:
    write_note(cast.bob, opened, "entre <b>les</b> deux @alice", NOON, key="k")
    reply = said("Et la billetterie ?", 3, thread_id="t1", minutes=5)
    take_in(cast.channel, batch(reply), clock.pass_(minutes=6))
    Settle(clock)()
    page = as_(cast.alice).get(f"/inbox/{opened.public_id}/fresh").content.decode()
    assert "&lt;b&gt;les&lt;/b&gt;" in page
    assert "<b>les</b>" not in page
    assert '<b class="naming">@alice</b>' in page
    assert page.index(QUESTION[9:]) < page.index("entre &lt;b") < page.index("Et la billetterie")


@pytest.mark.parametrize("with_scripts", [True, False])
def test_the_form(cast: Cast, opened: Conversation, with_scripts: bool) -> None:
    client, where = as_(cast.bob), f"/inbox/{opened.public_id}/note"
    headers = {"HX-Request": "true"} if with_scripts else {}
    done = client.post(where, {"text": "pour @Alice", "key": "k"}, headers=headers)
    assert done.status_code == (200 if with_scripts else 302)
    assert told(cast) == {"Alice"}
    for text in (" ", "x" * 10_001, "autre"):
        refused = client.post(where, {"text": text, "key": "k"}, headers=headers)
        assert refused.status_code == (200 if with_scripts else 422)
        if not with_scripts:
            assert text.strip()[:50] in refused.content.decode()
    assert client.post(where, {"text": "x"}, headers=headers).status_code == 400
    note = Note.objects.of(cast.brand).get()
    gone = client.post(f"{where}/{note.public_id}/remove", headers=headers)
    assert gone.status_code == (200 if with_scripts else 302)
    assert Note.objects.of(cast.brand).count() == 0


def test_other_brands_and_viewers(cast: Cast, opened: Conversation) -> None:
    note = write_note(cast.bob, opened, "secret", NOON, key="k")
    assert note is not None
    where = f"/inbox/{opened.public_id}"
    for path in ("note", f"note/{note.public_id}/remove"):
        assert as_(cast.chloe).post(f"{where}/{path}", {"text": "x", "key": "k"}).status_code == 404
        assert as_(cast.vera).post(f"{where}/{path}", {"text": "x", "key": "k"}).status_code == 403
    assert as_(cast.chloe).get(f"{where}/names").status_code == 404
    assert as_(cast.bob).get(f"{where}/names").json() == {"names": ["Alice", "Sam", "Vera"]}
    page = as_(cast.vera).get(f"{where}/").content.decode()
    assert "secret" in page
    assert "note-text" not in page


def test_two_at_once_write_two_and_take_one_away_once(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    take_in(cast.channel, batch(said(QUESTION, 1, minutes=-30)), NOON)
    settle()
    opened = of_thread(cast, "t1")
    done = at_once(
        lambda: write_note(cast.bob, opened, "un", NOON, key="k"),
        lambda: write_note(cast.bob, opened, "un", NOON, key="k"),
        lambda: write_note(cast.alice, opened, "deux", NOON, key="k"),
    )
    assert [one for one in done if isinstance(one, Exception)] == []
    assert Note.objects.of(cast.brand).count() == 2
    note = Note.objects.of(cast.brand).get(text="un")
    gone = at_once(lambda: remove_note(cast.bob, note, NOON), lambda: remove_note(cast.alice, note, NOON))
    assert sorted(gone) == [False, True]
