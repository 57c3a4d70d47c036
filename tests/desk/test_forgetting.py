"""After a member was forgotten, no column of any table holds a word of theirs, and the others keep theirs."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from nestor.brands.scoping import BrandRow
from nestor.composer.actions import save_draft
from nestor.composer.models import Draft, DraftFile
from nestor.guard.actions import ask_clearance
from nestor.guard.models import Clearance
from nestor.guard.rules.contract import Family, Finding, Level
from nestor.inbox.actions import receive_webhook, record_sent, take_in
from nestor.inbox.actions.blindness import ask_backfill, fill_blind_spot
from nestor.inbox.models import BlindSpot, Conversation, GoneMessage, Message
from nestor.media import store
from nestor.media.actions import Checked, Given, check_files, keep_file
from nestor.media.models import File
from nestor.media.reads import taken_here
from nestor.networks.contract import Attachment, Author, HangsOn, Receipt
from nestor.people.models import Member
from nestor.publisher.models import Delivery, DeliveryFile
from nestor.routing.actions.elsewhere import answer_elsewhere
from nestor.routing.actions.notes import write_note
from nestor.routing.models import OpenCount, Route
from nestor.routing.rules.elsewhere import Elsewhere
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.line import Line
from tests.desk.pictures import photograph

ROOMS = (
    "publisher",
    "guard",
    "composer",
    "routing",
    "triage",
    "inbox",
    "media",
    "people",
)  # those that stand on others first
PLANTED = "zanzibar"
LEA = Author("lea-1", "@lea", "Léa")
STOP = (Finding("x", "x", Family.INSULT, Level.STOP),)


def planted() -> Author:
    return Author(f"{PLANTED}-1", f"@{PLANTED}", f"{PLANTED} Dan", f"https://example.test/{PLANTED}")


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.NESTOR_FILES = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def member(cast: Cast, clock: Clock, settle: Settle) -> Member:
    """A member whose every word, name and address holds the planted word, met in every room."""
    clock.pass_(hours=1)
    whole: dict[str, Any] = {
        "by": planted(),
        "html": f"<p>{PLANTED}</p>",
        "subject": f"{PLANTED} subject",
        "url": f"https://example.test/{PLANTED}",
        "payload": f'{{"raw": "{PLANTED}"}}',
        "attachments": (Attachment("image", f"https://example.test/{PLANTED}.png", PLANTED),),
        "hangs_on": HangsOn(f"{PLANTED}-post", PLANTED, PLANTED, f"https://example.test/{PLANTED}", is_ours=False),
    }
    first = said(f"{PLANTED}, quand ouvre la gare ?", 1, network_id=f"{PLANTED}-m1", thread_id=f"{PLANTED}-t", **whole)
    take_in(cast.channel, batch(first), NOON)
    settle()
    edited = said(
        f"{PLANTED}, quand ferme la gare ?",
        network_id=f"{PLANTED}-m1",
        thread_id=f"{PLANTED}-t",
        edited_at=NOON + timedelta(minutes=1),
        **whole,
    )
    take_in(cast.channel, batch(edited), NOON + timedelta(minutes=2))
    # They also join a thread that somebody else began, and are answered there.
    take_in(cast.channel, batch(said("Quand ouvre la gare ?", 2, by=LEA, thread_id="shared")), NOON)
    joined = said(PLANTED, 3, thread_id="shared", by=planted(), network_id="m3", minutes=1)
    take_in(cast.channel, batch(joined), NOON)
    settle()
    own, shared = (
        Conversation.objects.of(cast.brand).get(thread_id=f"{PLANTED}-t"),
        Conversation.objects.of(cast.brand).get(thread_id="shared"),
    )
    for number, conversation in enumerate((own, shared)):
        _answer(cast, conversation, f"m{number + 8}", "m3" if number else f"{PLANTED}-m1")
    message = Message.objects.of(cast.brand).select_related("conversation").get(network_id="m3")
    correct_reading(cast.bob, message, Lane.PRAISE, NOON)
    settle()
    receive_webhook(cast.channel, {"x": "y"}, b"{}", NOON)
    found: Member = Member.objects.of(cast.brand).get(name__startswith=PLANTED)
    return found


def _answer(cast: Cast, conversation: Conversation, network_id: str, in_reply_to: str) -> None:
    text = f"Bonjour {PLANTED}"
    save_draft(cast.bob, conversation, text, 1, NOON)
    ask_clearance(cast.bob, conversation, text, STOP, NOON)
    kept, _turned = check_files([Given(f"{PLANTED}.jpg", photograph(PLANTED), PLANTED)], taken_here())
    assert write_note(cast.bob, conversation, f"{text} @alice", NOON, key=network_id, files=kept) is not None
    draft, delivered = Draft.objects.of(cast.brand).get(conversation=conversation), [keep(cast, kept[0]) for _ in "dd"]
    DraftFile.objects.create(brand=cast.brand, draft=draft, file=delivered[0])
    assert answer_elsewhere(cast.bob, conversation, Elsewhere.PHONE, text, NOON + timedelta(hours=2)) is not None
    receipt = Receipt(network_id, NOON, f"https://example.test/{PLANTED}")
    answered = Message.objects.of(cast.brand).get(network_id=in_reply_to)
    record_sent(conversation, receipt, text, "", NOON, in_reply_to=in_reply_to)
    delivery = Delivery.objects.create(
        brand=cast.brand,
        channel=cast.channel,
        conversation=conversation,
        answers=answered,
        text=text,
        mark=network_id,
        state="sent",
        made_at=NOON,
        receipt_url=receipt.url,
        receipt_id=PLANTED,
    )
    DeliveryFile.objects.create(brand=cast.brand, delivery=delivery, file=delivered[1])


def keep(cast: Cast, checked: Checked) -> File:
    with store.held():
        return keep_file(cast.bob, checked, NOON)


def columns_with(word: str) -> Counter[str]:
    """Return every column of every table that holds the word, with how many rows do."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column in connection.introspection.get_table_description(cursor, table):
                name, rows = connection.ops.quote_name(column.name), connection.ops.quote_name(table)
                cursor.execute(f"SELECT COUNT(*) FROM {rows} WHERE LOWER(CAST({name} AS text)) LIKE %s", [f"%{word}%"])
                if count := cursor.fetchone()[0]:
                    found[f"{table}.{column.name}"] = count
    return found


def forget(member: Member) -> None:
    for room in ROOMS:
        import_module(f"nestor.{room}.forget").forget_member(member)


def test_the_word_is_everywhere_before(cast: Cast, member: Member) -> None:
    tables = {column.split(".")[0] for column in columns_with(PLANTED)}
    assert tables >= {
        "inbox_message",
        "inbox_messageversion",
        "inbox_conversation",
        "inbox_attachment",
        "inbox_payload",
        "inbox_post",
        "people_identity",
        "people_member",
        "composer_draft",
        "guard_clearance",
        "publisher_delivery",
        "media_file",
    }


def test_nothing_of_it_is_left(
    cast: Cast, member: Member, django_capture_on_commit_callbacks: Any, shelf: Path
) -> None:
    assert any(shelf.glob("*/*/*"))
    with django_capture_on_commit_callbacks(execute=True):
        forget(member)
    assert not any(shelf.glob("*/*/*"))
    assert columns_with(PLANTED) == Counter()
    assert columns_with("zanzibar".upper()) == Counter()


def test_the_others_keep_their_words(cast: Cast, member: Member) -> None:
    forget(member)
    (kept,) = Message.objects.of(cast.brand)
    assert kept.text == "Quand ouvre la gare ?"
    assert Member.objects.of(cast.brand).get().name == "Léa"
    assert Conversation.objects.of(cast.brand).get().thread_id == "shared"
    assert Route.objects.of(cast.brand).count() == 1


def test_the_counters_of_the_list_stay_true(cast: Cast, member: Member) -> None:
    forget(member)
    kept = {row.value: row.count for row in OpenCount.objects.of(cast.brand).filter(facet="lane") if row.count}
    assert kept == dict(Counter(Route.objects.of(cast.brand).filter(is_open=True).values_list("lane", flat=True)))


def test_forgetting_twice_changes_nothing(cast: Cast, member: Member) -> None:
    forget(member)
    before = columns_with("")
    forget(member)
    assert columns_with("") == before


def test_reading_their_network_again_brings_nothing_back(cast: Cast, member: Member, settle: Settle) -> None:
    whole: dict[str, Any] = {"by": planted()}
    heard = [
        said(f"{PLANTED}, quand ferme la gare ?", network_id=f"{PLANTED}-m1", thread_id=f"{PLANTED}-t", **whole),
        said(PLANTED, 3, thread_id="shared", network_id="m3", minutes=1, **whole),
        said(f"Bonjour {PLANTED}", network_id="m8", thread_id=f"{PLANTED}-t", is_ours=True),
        said(f"Bonjour {PLANTED}", network_id="m9", thread_id="shared", is_ours=True),
    ]
    forget(member)
    assert GoneMessage.objects.of(cast.brand).count() == 4  # what they said, and what we answered to it
    assert columns_with(PLANTED) == Counter()
    assert take_in(cast.channel, batch(*heard), NOON + timedelta(hours=3)).added == 0
    edited = said(f"{PLANTED} encore", network_id="m3", thread_id="shared", edited_at=NOON, **whole)
    assert take_in(cast.channel, batch(edited), NOON + timedelta(hours=3)).added == 0
    settle()
    assert columns_with(PLANTED) == Counter()
    fresh = said("Me revoilà.", 20, thread_id="shared", by=planted(), minutes=200)
    assert take_in(cast.channel, batch(*heard, fresh), NOON + timedelta(hours=4)).added == 1
    settle()
    back = Message.objects.of(cast.brand).get(network_id="m20")
    assert (back.text, back.conversation.thread_id) == ("Me revoilà.", "shared")
    assert Member.objects.of(cast.brand).filter(name__startswith=PLANTED).count() == 1  # somebody new


def test_a_back_fill_brings_nothing_of_them_back(cast: Cast, page: Line, present: Clock) -> None:
    theirs = page.asked("Je voudrais disparaître.", present())
    page.asked("Quand ouvre la gare ?", present(), by="lea")
    assert theirs.member is not None
    forget(theirs.member)
    assert Message.objects.of(cast.brand).filter(channel=page.channel, is_ours=False).count() == 1
    present.at = timezone.now() + timedelta(seconds=5)  # the network lives a little later
    page.say("Me revoilà.")
    spot = ask_backfill(page.channel, present() - timedelta(days=1), present(), present(), actor_id=None)
    while fill_blind_spot(spot.pk, present.pass_(seconds=1)) is not None:
        pass
    assert BlindSpot.objects.of(cast.brand).get(pk=spot.pk).found == 1
    page.read(present())
    texts = set(Message.objects.of(cast.brand).filter(channel=page.channel).values_list("text", flat=True))
    assert "Je voudrais disparaître." not in texts
    assert texts >= {"Me revoilà.", "Quand ouvre la gare ?"}


def test_nobody_else_is_forgotten(cast: Cast, member: Member) -> None:
    take_in(cast.other_channel, batch(said(f"{PLANTED} ici aussi", by=planted())), NOON)
    forget(member)
    assert {column.split(".")[0] for column in columns_with(PLANTED)} >= {"inbox_message", "people_member"}
    assert Member.objects.of(cast.other_brand).count() == 1


def exported(member: Member) -> Iterator[tuple[str, Any]]:
    for room in ROOMS:
        yield room, import_module(f"nestor.{room}.forget").export_member(member)


def test_an_export_holds_what_they_said_and_were_told(cast: Cast, member: Member) -> None:
    found = dict(exported(member))
    assert sorted(one["text"] for one in found["inbox"]["messages"]) == [
        PLANTED,
        f"{PLANTED}, quand ferme la gare ?",
    ]
    assert found["inbox"]["earlier_versions"] == [f"{PLANTED}, quand ouvre la gare ?"]
    assert [one["text"] for one in found["publisher"]["answers"]] == [f"Bonjour {PLANTED}"] * 2
    assert found["people"]["name"] == f"{PLANTED} Dan"
    assert len(found["triage"]["readings"]) == 2
    assert "Léa" not in str(found)
    assert "Quand ouvre la gare ?" not in str(found).replace(f"{PLANTED}, quand", "")


def test_drafts_and_stopped_words_are_no_part_of_an_export(cast: Cast, member: Member) -> None:
    found = dict(exported(member))
    assert found["composer"] == found["guard"] == {}
    assert Draft.objects.of(cast.brand).count() == 2
    assert Clearance.objects.of(cast.brand).count() == 2


def test_every_room_that_holds_rows_of_a_brand_forgets() -> None:
    holding = {model._meta.app_label for model in apps.get_models() if issubclass(model, BrandRow)}
    assert holding - {"brands", "notices", "hooks", "privacy"} == set(ROOMS)  # those hold nothing of a member
