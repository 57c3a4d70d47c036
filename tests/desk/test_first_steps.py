"""First steps: each is done by doing it, through the desk's own pages; nobody sees another's; they can be put away."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nestor.brands.models import Channel
from nestor.faces.web.first_steps import EXERCISES
from nestor.inbox.actions import take_in
from nestor.inbox.models import BlindSpot, Conversation
from nestor.people.reads import Seat
from nestor.routing.models import Route
from nestor.routing.reads.first_steps import proofs_at
from nestor.routing.rules.first_steps import Step
from nestor.work.models import JournalEntry
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle

INSULT = "Vous êtes un crétin, allez vous faire voir."


@pytest.fixture
def asked(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said("À quelle heure ouvre la gare demain ?"), said("Et le guichet ?", 2)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).order_by("id")[0]
    return found


def done(client: Client) -> list[str]:
    page = client.get("/first-steps/").content.decode()
    return re.findall(r'step is-done" id="step-([\w-]+)"', page)


def post(client: Client, url: str, *args: str, **fields: object) -> None:
    answer = client.post(reverse(url, args=args), fields)
    assert answer.status_code in (200, 204, 302), (url, answer.status_code)


def test_every_step_has_its_words() -> None:
    assert [one.step for one in EXERCISES] == list(Step)
    assert len(EXERCISES) == 10


def test_nothing_is_done_before_it_is_done_and_the_first_is_open(cast: Cast, asked: Conversation) -> None:
    page = as_(cast.alice).get("/first-steps/").content.decode()
    assert "0 of 10 done" in page
    assert re.findall(r'id="step-([\w-]+)" open', page) == ["take"]


def test_what_is_done_with_a_conversation_is_seen(cast: Cast, asked: Conversation) -> None:
    client, name = as_(cast.alice), asked.public_id
    post(client, "take", name)
    assert done(client) == ["take"]
    post(client, "answer", name, text="Bonjour, la gare ouvre à 8 h.", key="k")
    post(client, "lane", name, lane="complaint")
    post(client, "put_label", name, name="gare")
    assert done(client) == ["take", "answer", "correct"]
    post(client, "save_view", asked="lane=question", name="Questions")
    post(client, "snooze", name, until=(timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"))
    post(client, "write_note", name, text="Elle attend les horaires. @Bob", key="n")
    assert done(client) == ["take", "answer", "correct", "label", "put-off"]
    post(client, "hand_over", name, to=cast.bob.user.public_id)
    post(client, "answer", name, text=INSULT, key="k2", do="ask")
    assert done(client) == ["take", "answer", "correct", "label", "put-off", "hand-over", "stopped"]
    assert "7 of 10 done" in client.get("/first-steps/").content.decode()


def test_resolved_counts_once_a_thank_you_left_it_resolved(cast: Cast, asked: Conversation) -> None:
    client = as_(cast.alice)
    post(client, "resolve", asked.public_id)
    assert done(client) == []
    assert 'class="is-done"' in client.get("/first-steps/").content.decode()
    thanked_at = timezone.now() + timedelta(minutes=1)
    Route.objects.of(cast.brand).filter(conversation=asked).update(last_at=thanked_at)
    assert done(client) == ["thanked"]
    Route.objects.of(cast.brand).filter(conversation=asked).update(is_open=True)
    assert done(client) == []


def test_a_gap_counts_once_it_was_read_to_its_end(cast: Cast, asked: Conversation) -> None:
    client, now = as_(cast.alice), timezone.localtime()
    start, end = (now - timedelta(hours=2)), (now - timedelta(hours=1))
    form = "%Y-%m-%dT%H:%M"
    post(client, "backfill", cast.channel.public_id, start=start.strftime(form), end=end.strftime(form))
    assert done(client) == []
    BlindSpot.objects.of(cast.brand).update(closed_at=timezone.now())
    assert done(client) == ["gap"]


def test_many_at_once_counts_once_it_was_undone(cast: Cast, asked: Conversation) -> None:
    client = as_(cast.alice)
    rows = list(Conversation.objects.of(cast.brand).values_list("public_id", flat=True))
    page = client.post("/inbox/bulk", {"deed": "resolve", "row": rows}, headers={"HX-Request": "true"}).content.decode()
    assert done(client) == []
    bulk = re.search(r'data-bulk="([\w-]+)"', page)
    assert bulk is not None
    post(client, "bulk_undo", bulk[1])
    assert done(client) == ["many"]


def test_a_desk_practises_together_and_nobody_is_told_who_did_it(cast: Cast, asked: Conversation) -> None:
    before = JournalEntry.objects.count()
    post(as_(cast.alice), "take", asked.public_id)
    client = as_(cast.bob)
    assert done(client) == ["take"]
    assert "Alice" not in client.get("/first-steps/").content.decode()
    assert JournalEntry.objects.count() == before + 1  # looking leaves no line


def test_another_brand_sees_nothing_of_it(cast: Cast, asked: Conversation) -> None:
    post(as_(cast.alice), "take", asked.public_id)
    assert done(as_(cast.chloe)) == []
    assert proofs_at([cast.chloe], None) == frozenset()
    assert proofs_at([cast.alice], None) == {"take_conversation"}
    assert proofs_at([cast.alice], timezone.now() + timedelta(hours=1)) == frozenset()


def test_one_can_begin_again_and_go_on_from_there(cast: Cast, asked: Conversation) -> None:
    client, name = as_(cast.bob), asked.public_id
    post(client, "take", name)
    post(client, "keep_first_steps", do="begin-again")
    assert done(client) == []
    assert done(as_(cast.alice)) == ["take"]
    post(client, "hand_over", name, to="")
    post(client, "take", name)
    assert done(client) == ["take"]
    assert client.post("/first-steps/keep", {"do": "nonsense"}).status_code == 400


def test_a_role_is_asked_only_what_it_may_do(cast: Cast, asked: Conversation) -> None:
    page = as_(cast.bob).get("/first-steps/").content.decode()
    assert "0 of 9 done" in page
    assert "step-gap" not in page
    assert as_(cast.vera).get("/first-steps/").status_code == 403
    assert "First steps" not in as_(cast.vera).get("/").content.decode()


def test_only_where_there_is_a_practice_network(cast: Cast, asked: Conversation) -> None:
    Channel.objects.of(cast.brand).update(network="wordpress")
    client = as_(cast.alice)
    assert client.get("/first-steps/").status_code == 404
    assert "First steps" not in client.get("/").content.decode()
    assert "First steps" not in client.get("/palette", {"q": "first"}).content.decode()


def test_they_can_be_put_away_and_brought_back(cast: Cast, asked: Conversation) -> None:
    client = as_(cast.alice)
    assert "Next: Take a conversation" in client.get("/").content.decode()
    assert "/first-steps/" in client.get("/palette", {"q": "first"}).content.decode()
    post(client, "keep_first_steps", do="put-away")
    assert "Next: Take" not in client.get("/").content.decode()
    assert "0 of 10 done" in client.get("/first-steps/").content.decode()
    post(client, "keep_first_steps", do="bring-back")
    assert "Next: Take a conversation" in client.get("/").content.decode()


def test_they_are_told_in_french(cast: Cast, asked: Conversation) -> None:
    client = Client(headers={"accept-language": "fr"})
    client.force_login(cast.alice.user)
    page = client.get("/first-steps/").content.decode()
    assert "Premiers pas" in page
    assert "0 sur 10" in page


def test_the_page_costs_few_queries_however_much_was_done(cast: Cast, asked: Conversation) -> None:
    client = as_(cast.alice)
    walk(cast.alice, asked)
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/first-steps/").status_code == 200
    assert len(seen) <= 10, [one["sql"][:120] for one in seen]


def walk(seat: Seat, asked: Conversation) -> None:
    client = as_(seat)
    post(client, "take", asked.public_id)
    post(client, "resolve", asked.public_id)
    now = timezone.localtime()
    form = "%Y-%m-%dT%H:%M"
    start = (now - timedelta(hours=2)).strftime(form)
    channel = Channel.objects.of(seat.brand).get()
    post(client, "backfill", channel.public_id, start=start, end=now.strftime(form))
