"""What machines hear: their own brand's, never what is sealed, everything since where they stopped."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections
from django.test import AsyncClient
from django.utils import timezone

from nestor.faces.api.v1.stream import _missed
from nestor.faces.live import hub as hubs
from nestor.faces.live.hub import Told, Watcher, chunk_of, next_of
from nestor.inbox.actions import take_in
from nestor.inbox.events import MessageArrived
from nestor.inbox.models import Conversation
from nestor.people.actions.team import suspend
from nestor.people.rules import Scope
from nestor.routing.events import ConversationRouted
from nestor.routing.models import Route
from nestor.work.actions import announce
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.machine import ROOT, secret_of

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


def moved(conversation: Conversation) -> int:
    """Announce that it moved, now."""
    return announce(ConversationRouted(brand_id=conversation.brand_id, conversation_id=conversation.pk), timezone.now())


def headers(secret: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}", **more}


async def heard(secret: str, until: bytes, **more: str) -> tuple[Any, bytes]:
    """Listen until that is said."""
    answer: Any = await AsyncClient().get(f"{ROOT}/events", headers=headers(secret, **more))
    said_ = b""
    async for part in answer.streaming_content:
        said_ += part
        if until in said_:
            break
    await answer.streaming_content.aclose()
    return answer, said_


def test_a_machine_hears_its_own_brand(cast_for_threads: Cast, routed: Conversation) -> None:
    ours, theirs = secret_of(cast_for_threads.alice), secret_of(cast_for_threads.chloe)

    async def listen() -> tuple[Any, bytes, int]:
        answers: list[Any] = [await AsyncClient().get(f"{ROOT}/events", headers=headers(one)) for one in (ours, theirs)]
        mine, other = [aiter(answer.streaming_content) for answer in answers]
        hello = await anext(mine) + await anext(other)
        await sync_to_async(moved)(routed)
        said_ = hello + await anext(mine)
        waiting = [one.queue.qsize() for one in hubs.hub()._watchers if one.brand_id != routed.brand_id]
        for answer in answers:
            await answer.streaming_content.aclose()
        return answers[0], said_, sum(waiting)

    answer, mine, other = asyncio.run(asyncio.wait_for(listen(), 90))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/event-stream")
    assert b'"kind": "ConversationRouted"' in mine
    assert routed.public_id.encode() in mine
    assert b"Bonjour" not in mine
    assert other == 0


def test_a_machine_goes_on_where_it_stopped(cast_for_threads: Cast, routed: Conversation) -> None:
    secret = secret_of(cast_for_threads.alice)
    first, second = moved(routed), moved(routed)
    arrived = announce(MessageArrived(brand_id=routed.brand_id, message_id=1), timezone.now())
    _, said_ = asyncio.run(asyncio.wait_for(heard(secret, b"hello", **{"last-event-id": str(first)}), 60))
    assert f"id: {second}\n".encode() in said_
    assert f"id: {first}\n".encode() not in said_
    assert f"id: {arrived}\n".encode() not in said_  # nobody hears of what nobody has read
    for lost in ("12", "x", "9" * 19):
        _, said_ = asyncio.run(asyncio.wait_for(heard(secret, b"hello", **{"last-event-id": lost}), 60))
        assert b"event: again" in said_


def test_what_is_sealed_is_not_heard_even_later(cast_for_threads: Cast, routed: Conversation) -> None:
    first = moved(routed)
    moved(routed)
    Route.objects.of(routed.brand_id).update(is_sealed=True)
    assert _missed(Watcher(routed.brand_id, sees_sealed=False), str(first)) == []
    assert _missed(Watcher(cast_for_threads.other_brand.pk, sees_sealed=False), str(first)) is None


def test_who_may_not_listen_is_told_why(cast_for_threads: Cast) -> None:
    async def ask(secret: str) -> Any:
        return await AsyncClient().get(f"{ROOT}/events", headers=headers(secret))

    assert asyncio.run(ask("nonsense")).json()["code"] == "unknown_caller"
    narrow = secret_of(cast_for_threads.alice, [Scope.JOURNAL])
    refused = asyncio.run(ask(narrow))
    assert (refused.json()["code"], refused.json()["scope"]) == ("scope", "read")


def test_everything_that_waits_leaves_in_one_piece() -> None:
    async def drain() -> tuple[bytes, bytes]:
        watcher = Watcher(1, sees_sealed=True)
        for number in range(1, 1001):
            watcher.tell(Told(number, 1, "ConversationRouted", "c" * 16))
        watcher.missed = True
        whole = chunk_of(watcher, await next_of(watcher, 1))
        return whole, chunk_of(watcher, await next_of(watcher, 0))

    whole, nothing = asyncio.run(drain())
    assert (whole.count(b"event: news\n"), whole.startswith(b"event: again"), nothing) == (
        1000,
        True,
        b": still here\n\n",
    )


def test_who_lost_their_seat_hears_no_more(cast_for_threads: Cast, routed: Conversation) -> None:
    secret = secret_of(cast_for_threads.sam)

    async def listen() -> tuple[bytes, int]:
        answer: Any = await AsyncClient().get(f"{ROOT}/events", headers=headers(secret))
        parts = aiter(answer.streaming_content)
        said_ = await anext(parts)
        await sync_to_async(suspend)(cast_for_threads.alice, cast_for_threads.sam.user, timezone.now())
        async for part in parts:  # ends by itself
            said_ += part
        again: Any = await AsyncClient().get(f"{ROOT}/events", headers=headers(secret))
        return said_, again.status_code

    said_, status = asyncio.run(asyncio.wait_for(listen(), 90))
    assert b"TeamChanged" not in said_
    assert status == 401
