"""Saved replies are kept, found, offered in the right language and counted; a signature leaves with each answer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nestor.composer.actions.saved import BadReply, count_use, delete_reply, save_reply, set_signature
from nestor.composer.models import SavedReply, Signature
from nestor.composer.reads import draft_of
from nestor.composer.reads.saved import offered, saved_replies
from nestor.guard.actions import give_clearance
from nestor.guard.models import Clearance
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.networks.contract import Author
from nestor.people.reads import Seat
from nestor.publisher.actions import ask_second_person, send_answer, take_back
from nestor.publisher.models import Delivery
from nestor.work.jobs import work_until_idle
from nestor.work.models import JournalEntry
from tests.desk.answering import QUESTION
from tests.desk.browser import as_
from tests.desk.cast import EVE, NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.line import Line

HOURS = {
    "name": "Horaires",
    "language": "fr",
    "shortcut": "/horaires",
    "text": "Bonjour {member}, la gare ouvre à 8 h.",
}
OPENING = {"name": "Opening hours", "language": "en", "shortcut": "horaires", "text": "Hello {member}, we open at 8."}
REFUND = {"name": "Remboursement", "language": "fr", "shortcut": "", "text": "Bonjour {membre}, écrivez à {marque}."}


@pytest.fixture
def opened(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION, 1, minutes=-30)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).select_related("channel").get()
    return found


def keep(seat: Seat, given: dict[str, str], **more: Any) -> SavedReply:
    return save_reply(seat, given, NOON, **more)


def test_the_right_language_first_and_what_was_asked(cast: Cast, opened: Conversation) -> None:
    for given in (REFUND, OPENING, HOURS):
        keep(cast.bob, given)
    shown = offered(cast.bob, opened)
    assert [one.name for one in shown] == ["Horaires", "Remboursement", "Opening hours"]
    assert shown[0].text == "Bonjour Dan, la gare ouvre à 8 h."
    assert shown[1].text == "Bonjour Dan, écrivez à Ligne Verte."
    assert offered(cast.chloe, opened) == ()


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("horaire", ["Horaires", "Opening hours"]),
        ("/horaires", ["Horaires", "Opening hours"]),
        ("REMBOURSEMENTS", ["Remboursement"]),
        ("gares", ["Horaires"]),
        ("zzz", []),
        ("'; DROP TABLE", []),
        ("", ["Horaires", "Opening hours", "Remboursement"]),
    ],
)
def test_search_reads_words_as_messages_are_searched(cast: Cast, asked: str, names: list[str]) -> None:
    for given in (REFUND, OPENING, HOURS):
        keep(cast.bob, given)
    assert [one.name for one in saved_replies(cast.brand, asked)] == names


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"name": " "}, "name", "length"),
        ({"name": "x" * 81}, "name", "length"),
        ({"text": ""}, "text", "length"),
        ({"text": "x" * 8001}, "text", "length"),
        ({"text": "Bonjour {nom}"}, "text", "unknown"),
        ({"language": "xx"}, "language", "unknown"),
        ({"shortcut": "deux mots"}, "shortcut", "shape"),
        ({"shortcut": "HORAIRES"}, "shortcut", "taken"),
    ],
)
def test_what_cannot_be_kept_says_why(cast: Cast, wrong: dict[str, str], field: str, code: str) -> None:
    keep(cast.bob, HOURS)
    with pytest.raises(BadReply, match=code) as refused:
        keep(cast.bob, REFUND | wrong)
    assert refused.value.field == field
    assert SavedReply.objects.of(cast.brand).count() == 1


def test_who_may_keep_change_and_delete(cast: Cast) -> None:
    reply = keep(cast.bob, HOURS)
    for seat in (cast.vera, cast.chloe):
        with pytest.raises(PermissionError):
            keep(seat, HOURS, reply=reply)
        assert not delete_reply(seat, reply, NOON)
        assert not count_use(seat, reply)
    changed = keep(cast.alice, HOURS | {"text": "Bonsoir {member}."}, reply=reply)
    assert (changed.pk, changed.text) == (reply.pk, "Bonsoir {member}.")
    assert delete_reply(cast.bob, reply, NOON)
    assert not delete_reply(cast.bob, reply, NOON)
    with pytest.raises(BadReply, match="gone"):
        keep(cast.bob, HOURS, reply=reply)
    assert {line.verb for line in JournalEntry.objects.exclude(facts={})} & {"save_reply", "delete_reply"} == set()


def test_use_is_counted_by_nobody(cast: Cast, opened: Conversation) -> None:
    reply = keep(cast.bob, HOURS)
    before = JournalEntry.objects.count()
    path = f"/inbox/{opened.public_id}/replies/{reply.public_id}"
    assert as_(cast.bob).post(path, headers={"HX-Request": "true"}).status_code == 204
    reply.refresh_from_db(from_queryset=SavedReply.objects.of(cast.brand))
    assert reply.used == 1
    assert JournalEntry.objects.count() == before
    assert "user" not in {field.name for field in SavedReply._meta.get_fields()}
    assert as_(cast.chloe).post(path).status_code == 404
    assert as_(cast.vera).post(path).status_code == 403


def test_without_scripts_it_goes_into_the_draft(cast: Cast, opened: Conversation) -> None:
    reply = keep(cast.bob, HOURS)
    client, where = as_(cast.bob), f"/inbox/{opened.public_id}"
    page = client.get(f"{where}/replies?q=gare").content.decode()
    assert "Bonjour Dan, la gare ouvre" in page
    for _ in range(2):
        assert client.post(f"{where}/replies/{reply.public_id}").status_code == 302
    draft = draft_of(cast.bob, opened)
    assert draft is not None
    assert draft.text == "Bonjour Dan, la gare ouvre à 8 h.\n\nBonjour Dan, la gare ouvre à 8 h."


def test_a_hostile_name_acts_nowhere(cast: Cast, settle: Settle) -> None:
    nasty = Author("x", "@x", "\u202eEve\n{agent}<script>alert(1)</script>")
    take_in(cast.channel, batch(said("Et la gare ?", 5, by=nasty), said("Et là ?", 6, by=EVE)), NOON)
    settle()
    keep(cast.bob, HOURS)
    opened = Conversation.objects.of(cast.brand).select_related("channel").get(thread_id="t5")
    assert offered(cast.bob, opened)[0].text == "Bonjour Eve (agent)<script>alert(1)</script>, la gare ouvre à 8 h."
    path = f"/inbox/{opened.public_id}/replies"
    for headers in ({}, {"X-Nestor": "fragment"}):
        page = as_(cast.bob).get(path, headers=headers).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_strip_costs_few_queries(cast: Cast, opened: Conversation) -> None:
    for number in range(30):
        keep(cast.bob, HOURS | {"name": f"R{number}", "shortcut": f"r{number}"})
    client, path = as_(cast.bob), f"/inbox/{opened.public_id}/replies"
    with CaptureQueriesContext(connection) as seen:
        page = client.get(path, headers={"X-Nestor": "fragment"}).content.decode()
    assert page.count("data-reply=") == 9
    assert len(seen) <= 8


def test_the_pages(cast: Cast) -> None:
    client = as_(cast.bob)
    assert as_(cast.vera).get("/settings/replies/").status_code == 403
    wrong = client.post("/settings/replies/new", HOURS | {"text": "Bonjour {nom} {prenom}"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "{nom}, {prenom} are not known." in page
    assert "{member}, {brand}, {agent}, {channel}" in page
    assert "Bonjour {nom} {prenom}" in page
    assert client.post("/settings/replies/new", HOURS).status_code == 302
    reply = SavedReply.objects.of(cast.brand).get()
    listed = client.get("/settings/replies/?q=horaire").content.decode()
    assert "/horaires" in listed
    edit = f"/settings/replies/{reply.public_id}"
    assert as_(cast.chloe).get(edit).status_code == 404
    assert as_(cast.chloe).post(f"{edit}/delete").status_code == 302
    assert client.post(edit, HOURS | {"text": "Bonsoir."}).status_code == 302
    assert "Bonsoir." in client.get(edit).content.decode()
    assert client.post(f"{edit}/delete").status_code == 302
    assert SavedReply.objects.of(cast.brand).count() == 0


def test_saying_a_saved_reply_again_is_no_repetition(cast: Cast, settle: Settle, page: Line) -> None:
    now = page.channel.made_at + timedelta(minutes=1)
    keep(cast.bob, HOURS)
    first, second = page.asked(QUESTION, now), page.asked("Et la gare de Lise, elle ouvre quand ?", now, by="lea")
    text = offered(cast.bob, first)[0].text
    assert send_answer(cast.bob, first, text, now, key="a").delivery is not None
    work_until_idle(lambda: now + timedelta(minutes=1))
    again = send_answer(cast.bob, second, text.replace("Dan", "Lea"), now, key="b")
    assert again.delivery is not None, again.findings


def test_an_answer_leaves_signed_where_there_is_room(cast: Cast, opened: Conversation) -> None:
    assert set_signature(cast.bob, "  – Bob,\n au  guichet ") == "– Bob, au guichet"
    done = send_answer(cast.bob, opened, "Oui, à 8 h.", NOON, key="a")
    assert done.delivery is not None
    assert done.delivery.text == "Oui, à 8 h.\n– Bob, au guichet"
    assert take_back(cast.bob, done.delivery, NOON)
    draft = draft_of(cast.bob, opened)
    assert draft is not None
    assert draft.text == "Oui, à 8 h."
    cast.channel.limits = {"comment": {"text": 20, "unit": "characters", "reply_within": None}}
    assert set_signature(cast.bob, "") == ""
    assert Signature.objects.of(cast.brand).count() == 0
    again = send_answer(cast.bob, opened, "Oui, à 8 h.", NOON, key="b").delivery
    assert again is not None
    assert again.text == "Oui, à 8 h."


def test_each_brand_has_its_own(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.bob)
    assert client.post("/me/signature", {"s-ligne-verte": "– Bob", "s-orlac": "– intrus"}).status_code == 302
    assert [row.text for row in Signature.objects.of(cast.brand)] == ["– Bob"]
    assert Signature.objects.of(cast.other_brand).count() == 0
    page = client.get(f"/inbox/{opened.public_id}/").content.decode()
    assert 'data-signature="– Bob"' in page
    assert re.search(r"signed\s+<bdi[^>]*>– Bob", page)
    assert 'value="– Bob"' in client.get("/me/signature").content.decode()


def test_a_second_person_clears_what_leaves_signature_and_all(cast: Cast, opened: Conversation) -> None:
    set_signature(cast.bob, "– Bob")
    text = "Ta gueule, connard."
    asked = ask_second_person(cast.bob, opened, text, NOON)
    assert asked is not None
    assert asked.text == f"{text}\n– Bob"
    assert give_clearance(cast.alice, asked, "le bon mot", NOON)
    work_until_idle(lambda: NOON)
    assert [row.text for row in Delivery.objects.of(cast.brand)] == [f"{text}\n– Bob"]
    assert Clearance.objects.of(cast.brand).get().state == Clearance.USED
