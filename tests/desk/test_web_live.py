"""The live stream: one look for everybody, each told of their own brand alone, nothing missed, sealed things sealed."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections
from django.test import AsyncClient, Client
from django.utils import timezone

from nestor.faces.live.hub import MOST_WAITING, Hub, Told, Watcher, told_of
from nestor.inbox.actions import take_in
from nestor.inbox.events import ChannelRead
from nestor.inbox.models import Conversation
from nestor.routing.events import ConversationRouted
from nestor.routing.models import Route
from nestor.work.actions import announce
from nestor.work.models import Event
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Close what the thread for synchronous code opened: its connection would outlive the database of the tests."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture
def routed(cast_for_threads: Cast, settle: Settle) -> Conversation:
    """A conversation that has its place in the list."""
    take_in(cast_for_threads.channel, batch(said("Bonjour ?")), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast_for_threads.brand).get()
    return found


def moved(conversation: Conversation) -> None:
    """Announce that it moved, now."""
    announce(ConversationRouted(brand_id=conversation.brand_id, conversation_id=conversation.pk), timezone.now())


def drained(watcher: Watcher) -> list[Told]:
    """Return what a page was told."""
    return [watcher.queue.get_nowait() for _turn in range(watcher.queue.qsize())]


def test_one_look_serves_everybody_once(cast_for_threads: Cast, routed: Conversation) -> None:
    hub, start = Hub(), timezone.now() - timedelta(seconds=5)
    ours = [Watcher(cast_for_threads.brand.pk, sees_sealed=True) for _turn in range(50)]
    theirs = Watcher(cast_for_threads.other_brand.pk, sees_sealed=True)

    async def watch() -> None:
        for watcher in (*ours, theirs):
            hub._watchers.add(watcher)
        await sync_to_async(moved)(routed)
        await hub.look(start)
        await hub.look(start)

    asyncio.run(watch())
    assert hub.looks == 2
    for watcher in ours:
        assert [told.conversation for told in drained(watcher)] == [routed.public_id]
    assert drained(theirs) == []


def test_what_is_sealed_is_told_only_to_those_who_must_know(cast_for_threads: Cast, routed: Conversation) -> None:
    Route.objects.of(routed.brand_id).update(is_sealed=True)
    event = announce(ConversationRouted(brand_id=routed.brand_id, conversation_id=routed.pk), timezone.now())
    told = told_of(list(Event.objects.filter(pk=event)))
    alice, bob = Watcher(routed.brand_id, sees_sealed=True), Watcher(routed.brand_id, sees_sealed=False)
    for one in told:
        alice.tell(one)
        bob.tell(one)
    assert len(drained(alice)) == 1
    assert drained(bob) == []


def test_what_is_not_routed_yet_is_not_told(cast_for_threads: Cast) -> None:
    take_in(cast_for_threads.channel, batch(said("Pas encore")), NOON)
    found = Conversation.objects.of(cast_for_threads.brand).get()
    event = announce(ConversationRouted(brand_id=found.brand_id, conversation_id=found.pk), timezone.now())
    assert told_of(list(Event.objects.filter(pk=event))) == []


def test_nothing_but_ids_goes_over_the_wire(cast_for_threads: Cast, routed: Conversation) -> None:
    moved(routed)
    announce(ChannelRead(brand_id=routed.brand_id, channel_id=cast_for_threads.channel.pk), timezone.now())
    client = Client()
    client.force_login(cast_for_threads.bob.user)
    answer = client.get(f"/live/poll?since={int(timezone.now().timestamp() * 1000) - 5000}").json()
    assert {frozenset(one) for one in answer["news"]} == {frozenset({"id", "kind", "conversation"})}
    assert {one["kind"] for one in answer["news"]} >= {"ConversationRouted", "ChannelRead"}
    assert "Bonjour" not in json.dumps(answer)


@pytest.mark.parametrize("since", ["", "x", "-1", "99999999999999999", "1e9", "٣"])
def test_a_senseless_since_is_now(cast_for_threads: Cast, since: str) -> None:
    client = Client()
    client.force_login(cast_for_threads.bob.user)
    assert client.get("/live/poll", {"since": since}).status_code == 200


def test_a_page_that_cannot_keep_up_is_told_to_look_again() -> None:
    watcher = Watcher(1, sees_sealed=True)
    for number in range(MOST_WAITING + 1):
        watcher.tell(Told(number, 1, "ConversationRouted"))
    assert watcher.missed is True
    assert watcher.queue.qsize() == MOST_WAITING


def test_a_returning_page_hears_what_it_missed(cast_for_threads: Cast, routed: Conversation) -> None:
    hub, start = Hub(), timezone.now() - timedelta(seconds=5)
    first, again = Watcher(routed.brand_id, sees_sealed=True), Watcher(routed.brand_id, sees_sealed=True)
    lost = Watcher(routed.brand_id, sees_sealed=True)

    async def watch() -> None:
        hub.join(first)
        await sync_to_async(moved)(routed)
        await hub.look(start)
        seen = first.queue.get_nowait()
        assert seen is not None
        hub.leave(first)
        await sync_to_async(moved)(routed)
        await hub.look(start)
        hub.join(again, str(seen.id))
        hub.join(lost, "12345")
        for watcher in (again, lost):
            hub.leave(watcher)

    asyncio.run(watch())
    assert again.queue.qsize() == 1
    assert (lost.missed, lost.queue.qsize()) == (True, 0)


def test_the_stream_speaks_and_a_stranger_is_refused(cast_for_threads: Cast, routed: Conversation) -> None:
    async def listen() -> tuple[int, int, list[str]]:
        stranger = await AsyncClient().get("/live/")
        client = AsyncClient()
        await sync_to_async(client.force_login)(cast_for_threads.alice.user)
        answer = await client.get("/live/")
        lines = []
        async for part in answer.streaming_content:  # type: ignore[attr-defined]
            lines.append(part.decode())
            if len(lines) == 1:
                await sync_to_async(moved)(routed)
            if "event: news" in lines[-1]:
                break
        await answer.streaming_content.aclose()  # type: ignore[attr-defined]
        return stranger.status_code, answer.status_code, lines

    refused, accepted, lines = asyncio.run(asyncio.wait_for(listen(), 60))
    assert (refused, accepted) == (401, 200)
    assert lines[0].startswith("retry:")
    assert routed.public_id in lines[-1]


def test_what_happens_while_the_page_is_on_its_way_is_told(cast_for_threads: Cast, routed: Conversation) -> None:
    async def listen(since: str) -> str:
        client = AsyncClient()
        await sync_to_async(client.force_login)(cast_for_threads.alice.user)
        page = await client.get("/inbox/")
        (drawn,) = re.findall(r'data-since="(\d+)"', page.content.decode())
        await sync_to_async(moved)(routed)
        answer = await client.get("/live/", {"since": since or drawn})
        heard = ""
        async for part in answer.streaming_content:  # type: ignore[attr-defined]
            heard += part.decode()
            if "event: news" in heard:
                break
        await answer.streaming_content.aclose()  # type: ignore[attr-defined]
        return heard

    for since in ("", "senseless"):
        assert routed.public_id in asyncio.run(asyncio.wait_for(listen(since), 60))
