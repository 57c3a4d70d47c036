"""The journal: narrowed by kind, time, subject, brand and network; taken along without names; nothing sealed in it."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nestor.brands.actions import hold_channel, lift_hold
from nestor.faces import journal as lines
from nestor.faces.journal import Asked, read_journal
from nestor.faces.web.views.journal import COLUMNS
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.people.actions import give_role
from nestor.people.actions.members import merge_members
from nestor.people.models import Member
from nestor.people.reads import Seat
from nestor.routing import actions as routing
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane, Role
from nestor.work.actions import note_all
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.test_members import LEA


@pytest.fixture
def deeds(cast: Cast, settle: Settle) -> Conversation:
    """A conversation taken and resolved, a channel held, two members joined."""
    take_in(cast.channel, batch(said("Bonjour, quand ouvre la gare ?"), said("Et le samedi ?", 2, by=LEA)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get(thread_id="t1")
    routing.take_conversation(cast.bob, found, NOON)
    routing.resolve_conversation(cast.bob, found, NOON + timedelta(minutes=1))
    hold_channel(cast.channel, "vérification en cours", NOON + timedelta(days=1), actor_id=cast.alice.user.pk)
    dan, lea = Member.objects.of(cast.brand).order_by("name")
    merge_members(cast.bob, dan, lea, NOON + timedelta(days=2))
    return found


def verbs(seat: Seat, **asked: object) -> list[str]:
    page = read_journal(seat, Asked(**asked), None, 50)  # type: ignore[arg-type]
    return [one.entry.verb for one in page.lines]


def test_lines_are_asked_by_kind_time_network_and_subject(cast: Cast, deeds: Conversation) -> None:
    taken = ["resolve_conversation", "take_conversation"]
    assert verbs(cast.bob, verbs=frozenset(taken)) == taken
    assert verbs(cast.bob, since=NOON + timedelta(hours=1)) == ["merge_members", "hold_channel"]
    assert verbs(cast.bob, subjects={"inbox.Conversation": [deeds.pk]}) == taken
    assert verbs(cast.bob, subjects={}) == []
    assert set(verbs(cast.bob, network="practice")) >= {*taken, "hold_channel", "connect_channel"}
    assert verbs(cast.bob, network="mastodon") == []
    assert "take_conversation" not in verbs(cast.chloe)


def test_a_rare_kind_is_looked_for_a_while_and_one_can_go_on(
    cast: Cast, deeds: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = NOON + timedelta(days=3)
    note_all("take_conversation", Conversation, [deeds.pk] * 200, later, brand_id=cast.brand.pk, actor_id=None)
    monkeypatch.setattr(lines, "SCAN", 20)
    monkeypatch.setattr(lines, "MOST_TURNS", 4)
    asked = Asked(verbs=frozenset({"hold_channel"}))
    page = read_journal(cast.bob, asked, None, 50)
    assert (page.lines, page.is_cut) == ((), True)
    found: list[lines.Line] = []
    while page.after is not None:
        page = read_journal(cast.bob, asked, page.after, 50)
        found += page.lines
    assert [one.entry.verb for one in found] == ["hold_channel"]


def test_the_pages_meet_without_gap_or_repetition(cast: Cast, deeds: Conversation) -> None:
    whole = verbs(cast.alice)
    after, found = None, []
    while True:
        page = read_journal(cast.alice, Asked(), after, 3)
        found += [one.entry.verb for one in page.lines]
        after = page.after
        if after is None:
            break
    assert found == whole


def test_what_is_sealed_leaves_no_line_for_others(cast: Cast, deeds: Conversation, settle: Settle) -> None:
    message = Message.objects.of(cast.brand).select_related("conversation").get(network_id="m1")
    correct_reading(cast.alice, message, Lane.ALERT, NOON)
    settle()
    assert not {"take_conversation", "resolve_conversation", "correct_reading"} & set(verbs(cast.bob))
    assert {"take_conversation", "correct_reading"} <= set(verbs(cast.alice))
    page = as_(cast.bob).get(f"/journal/?conversation={deeds.public_id}").content.decode()
    assert "took a conversation" not in page


def test_the_page_is_narrowed_and_leads_on(cast: Cast, deeds: Conversation) -> None:
    client = as_(cast.bob)
    page = client.get(f"/journal/?channel={cast.channel.public_id}").content.decode()
    assert "held a channel" in page
    assert "took a conversation" not in page
    assert "Only what concerns one channel." in page
    member = Member.objects.of(cast.brand).get(name="Dan")
    page = client.get(f"/journal/?member={member.public_id}").content.decode()
    assert "two members are one person" in page
    assert f"/members/{member.public_id}/" in page
    assert (
        "took a conversation" in client.get("/journal/?about=routing&since=2026-03-03&day=2026-03-03").content.decode()
    )
    assert "Nothing here" in client.get("/journal/?about=routing&since=2026-03-04").content.decode()
    for bad in ("since=x", "since=2026-02-30", "day=9999-12-31", "after=x"):
        assert client.get(f"/journal/?{bad}").status_code == 400


def test_another_brand_of_ones_own_can_be_read_no_other(cast: Cast, deeds: Conversation) -> None:
    give_role(cast.other_brand, cast.bob.user, Role.VIEWER, NOON, actor_id=None)
    hold_channel(cast.other_channel, "ailleurs", NOON, actor_id=cast.chloe.user.pk)
    assert "ailleurs" in as_(cast.bob).get("/journal/?brand=orlac").content.decode()
    assert "ailleurs" not in as_(cast.bob).get("/journal/?brand=ligne-verte").content.decode()
    assert "vérification" not in as_(cast.chloe).get("/journal/?brand=ligne-verte").content.decode()


def test_what_is_taken_along_names_nobody(cast: Cast, deeds: Conversation) -> None:
    lift_hold(cast.channel, "=cmd|' /C calc'!A1", NOON + timedelta(days=4), actor_id=cast.alice.user.pk)
    answer = as_(cast.bob).get("/journal/export.csv?about=channels")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert [row["verb"] for row in rows[:2]] == ["lift_hold", "hold_channel"]
    assert rows[0]["reason"].startswith("'=")
    assert rows[1]["said"] == "Somebody held a channel."
    assert not {"Alice", "Bob"} & set(text.replace(",", " ").split())
    assert as_(cast.bob).get("/journal/export.csv?since=x").status_code == 400


@pytest.mark.parametrize("query", ["", "?about=routing", "?network=practice"])
def test_the_page_costs_few_queries(cast: Cast, deeds: Conversation, query: str) -> None:
    client = as_(cast.alice)
    client.get("/journal/")
    with CaptureQueriesContext(connection) as seen:
        assert client.get(f"/journal/{query}").status_code == 200
    assert len(seen) <= 12, [one["sql"][:120] for one in seen]
