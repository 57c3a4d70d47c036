"""A conversation of ten thousand comments opens at its end, in few queries; what came before comes in parts."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nestor.inbox.actions import take_in
from nestor.inbox.models import Attachment, Conversation, Message, MessageVersion
from nestor.inbox.reads import Window, thread
from nestor.publisher.models import Delivery
from nestor.routing.actions import labels, views
from nestor.routing.actions.elsewhere import answer_elsewhere
from nestor.routing.actions.forwarding import Colleague, forward_conversation
from nestor.routing.actions.notes import write_note
from nestor.routing.reads.among import around
from nestor.routing.rules.elsewhere import Elsewhere
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle

MOST_QUERIES = 12
MANY = 10_000


@pytest.fixture
def opened(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said("Le tout premier, quand ouvre la gare ?", 1, minutes=-60)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).select_related("channel").get()
    return found


def fill(cast: Cast, opened: Conversation, number: int) -> None:
    """Let as many comments follow, one a second, several at the same moment."""
    first = Message.objects.of(cast.brand).get(network_id="m1")
    Message.objects.bulk_create(
        Message(
            brand=cast.brand,
            conversation=opened,
            channel=cast.channel,
            network_id=f"many-{place}",
            kind="comment",
            identity_id=first.identity_id,
            text=f"Commentaire {place}.",
            is_ours=place % 10 == 9,
            published_at=NOON + timedelta(seconds=place // 3),
            arrived_at=NOON + timedelta(seconds=place // 3),
            shown_at=NOON,
        )
        for place in range(number)
    )


def everything(cast: Cast, opened: Conversation) -> None:
    """Put one of everything around the conversation."""
    last = Message.objects.of(cast.brand).filter(conversation=opened).order_by("-published_at", "-id")[0]
    Attachment.objects.create(brand=cast.brand, message=last, kind="image", url="https://example.test/a.png")
    MessageVersion.objects.create(brand=cast.brand, message=last, text="Avant", replaced_at=NOON)
    MessageVersion.objects.create(brand=cast.brand, message=last, text="Encore avant", replaced_at=NOON)
    Message.objects.of(cast.brand).filter(pk=last.pk).update(edited_at=NOON, vanished_at=NOON + timedelta(hours=2))
    now = last.published_at + timedelta(minutes=1)
    write_note(cast.bob, opened, "Une note pour @Alice", now, key="k")
    answer_elsewhere(cast.bob, opened, Elsewhere.PHONE, "au standard", now)
    forward_conversation(cast.bob, opened, Colleague("Jean", "j@orlac.example", "fr", "Alors ?", 3), now, key="k")
    label = views.make_label(cast.bob, "Important", now)
    assert label is not None
    assert labels.put_label(cast.bob, opened, label, now)
    for state in ("waiting", "refused"):
        Delivery.objects.create(
            brand=cast.brand,
            channel=cast.channel,
            conversation=opened,
            author=cast.bob.user,
            text="En route",
            mark=state,
            state=state,
            reason="closed",
            made_at=now,
        )


@pytest.mark.slow
def test_ten_thousand_comments_cost_as_little_as_one(cast: Cast, opened: Conversation) -> None:
    client, path = as_(cast.alice), f"/inbox/{opened.public_id}/"
    sizes, counts = [], []
    for number in (300, MANY - 300):
        if number == 300:
            fill(cast, opened, number)
            everything(cast, opened)
        else:
            fill_on(cast, opened, number)
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            page = client.get(path, headers={"X-Nestor": "fragment"}).content.decode()
        counts.append(len(seen))
        sizes.append(len(page))
        assert page.count('<article class="message') <= 110
    assert max(counts) <= MOST_QUERIES, counts
    assert sizes[1] <= sizes[0] * 1.3
    assert f"Commentaire {MANY}" not in page
    assert "Le tout premier" not in page


def fill_on(cast: Cast, opened: Conversation, number: int) -> None:
    """Let more follow what there is."""
    first = Message.objects.of(cast.brand).get(network_id="m1")
    Message.objects.bulk_create(
        (
            Message(
                brand=cast.brand,
                conversation=opened,
                channel=cast.channel,
                network_id=f"more-{place}",
                kind="comment",
                identity_id=first.identity_id,
                text=f"Suite {place}.",
                published_at=NOON + timedelta(hours=3, seconds=place // 3),
                arrived_at=NOON + timedelta(hours=3, seconds=place // 3),
                shown_at=NOON,
            )
            for place in range(number)
        ),
        batch_size=2000,
    )


def test_everything_at_once_stays_within_the_budget_and_is_seen(cast: Cast, opened: Conversation) -> None:
    fill(cast, opened, 5)
    everything(cast, opened)
    client, path = as_(cast.alice), f"/inbox/{opened.public_id}/"
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        page = client.get(path, headers={"X-Nestor": "fragment"}).content.decode()
    assert len(seen) <= MOST_QUERIES, [one["sql"][:120] for one in seen]
    for words in ("2 earlier versions", "Encore avant", "edited", "deleted there", "Not read: picture", "Important"):
        assert words in page
    for words in ("Une note pour", "Answered by phone", "au standard", "Alors ?", "En route", "Le tout premier"):
        assert words in page


def test_what_came_before_is_walked_through_once_and_whole(cast: Cast, opened: Conversation) -> None:
    fill(cast, opened, 350)
    write_note(cast.bob, opened, "Au tout début", NOON - timedelta(minutes=30), key="k")
    client, where = as_(cast.alice), f"/inbox/{opened.public_id}/"
    page = client.get(where, headers={"X-Nestor": "fragment"}).content.decode()
    names: list[str] = []
    notes = 0
    for _ in range(10):
        names = re.findall(r'<article class="message[^"]*" id="m-(\w+)"', page) + names
        notes += page.count("Au tout début")
        link = re.search(r'hx-get="([^"]+/earlier\?before=[^"]+)"', page)
        if link is None:
            break
        page = client.get(link[1]).content.decode()
    rows = Message.objects.of(cast.brand).filter(conversation=opened).order_by("published_at", "id")
    assert names == list(rows.values_list("public_id", flat=True))
    assert notes == 1


def test_without_scripts_the_earlier_part_is_a_page(cast: Cast, opened: Conversation) -> None:
    fill(cast, opened, 150)
    client, where = as_(cast.alice), f"/inbox/{opened.public_id}/"
    link = re.search(r'class="button ghost" href="([^"]+\?before=[^"]+)"', client.get(where).content.decode())
    assert link is not None
    page = client.get(link[1]).content.decode()
    assert "Le tout premier" in page
    assert "Back to the latest" in page
    assert "answer-text" in page
    for senseless in ("x", "é", "AAAA", "9" * 3000):
        assert client.get(f"{where}?before={senseless}").status_code == 200


def test_who_looked_further_back_keeps_it_when_it_is_drawn_again(cast: Cast, opened: Conversation) -> None:
    fill(cast, opened, 250)
    client, where = as_(cast.alice), f"/inbox/{opened.public_id}/"
    page = client.get(where, headers={"X-Nestor": "fragment"}).content.decode()
    assert "data-thread-from" not in page
    link = re.search(r'hx-get="([^"]+/earlier\?before=[^"]+)"', page)
    assert link is not None
    part = client.get(link[1]).content.decode()
    start = re.findall(r'data-thread-from="([^"]+)"', part)[0]
    again = client.get(f"{where}fresh", headers={"X-Nestor-From": start}).content.decode()
    shown = re.findall(r'id="m-(\w+)"', part) + re.findall(r'<article class="message[^"]*" id="m-(\w+)"', page)
    assert set(shown) == set(re.findall(r'<article class="message[^"]*" id="m-(\w+)"', again))
    assert f'data-thread-from="{start}"' in again


def test_windows_of_a_thread(cast: Cast, opened: Conversation) -> None:
    fill(cast, opened, 30)
    whole = thread(opened, cast.bob)
    place = (whole[20].message.published_at, whole[20].message.pk)
    assert thread(opened, cast.bob, Window(most=5)) == whole[-5:]
    assert thread(opened, cast.bob, Window(before=place, most=5)) == whole[15:20]
    assert thread(opened, cast.bob, Window(since=place)) == whole[20:]
    assert thread(opened, cast.chloe) == ()


def test_times_of_what_the_team_said_are_exact(cast: Cast, opened: Conversation) -> None:
    now = NOON + timedelta(microseconds=123_457)
    everything(cast, opened)
    write_note(cast.bob, opened, "à la microseconde", now, key="exact")
    found = {word.public_id: at for at, word in around(opened, cast.bob, now).words}
    assert now in found.values()
