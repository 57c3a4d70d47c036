"""What an assistant can do: read what its token may read, draft, leave a note; and never send."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import grimp
import pytest
from asgiref.sync import SyncToAsync
from django.db import connections
from django.utils import timezone
from mcp import Client

from nestor.composer.reads import draft_of
from nestor.faces.cli.mcp_tools import server_for
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.people.reads import Seat
from nestor.people.rules import Scope
from nestor.publisher.models import Delivery
from nestor.routing.models import Note, Route
from nestor.work.models import JournalEntry
from tests.desk.answering import ANSWER, QUESTION
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.machine import secret_of

pytestmark = pytest.mark.django_db(transaction=True)
TOOLS = {
    "list_conversations",
    "search",
    "read_conversation",
    "list_channels",
    "check_text",
    "draft_answer",
    "leave_note",
}


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Close what the thread for synchronous code opened: its connection would outlive the database of the tests."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture
def asked(cast_for_threads: Cast, settle: Settle) -> Conversation:
    take_in(cast_for_threads.channel, batch(said(QUESTION)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast_for_threads.brand).get()
    return found


def use(secret: str, tool: str, **given: Any) -> tuple[bool, Any]:
    """Use one tool; return whether it failed, and what it said."""

    async def ask() -> tuple[bool, Any]:
        async with Client(server_for(secret)) as client:
            done = await client.call_tool(tool, given)
            says = "".join(getattr(part, "text", "") for part in done.content)
            return done.is_error, says.partition(f"{tool}: ")[2] if done.is_error else done.structured_content

    return asyncio.run(asyncio.wait_for(ask(), 60))


def read(seat: Seat, tool: str, **given: Any) -> Any:
    failed, answer = use(secret_of(seat), tool, **given)
    assert not failed, answer
    return answer


def test_it_has_these_tools_and_no_other() -> None:
    async def ask() -> list[Any]:
        async with Client(server_for("x")) as client:
            return list((await client.list_tools()).tools)

    tools = asyncio.run(ask())
    assert {tool.name for tool in tools} == TOOLS
    assert all(tool.description for tool in tools)
    assert {tool.name for tool in tools if not tool.annotations.read_only_hint} == {"draft_answer", "leave_note"}


def test_no_way_leads_from_its_tools_to_sending() -> None:
    graph = grimp.build_graph("nestor", cache_dir=None)
    for tools in ("nestor.faces.cli.mcp_tools", "nestor.faces.cli.mcp_server"):
        for sender in ("nestor.publisher.actions", "nestor.publisher.actions.sending", "nestor.hooks.actions"):
            assert graph.find_shortest_chain(tools, sender) is None
    assert graph.find_shortest_chain("nestor.faces.web.urls", "nestor.publisher.actions.sending") is None
    assert graph.find_shortest_chain("nestor.faces.web.urls", "nestor.publisher.actions") is not None


def test_it_reads_what_is_there(cast_for_threads: Cast, asked: Conversation) -> None:
    alice = cast_for_threads.alice
    page = read(alice, "list_conversations", lane="question")
    assert [(one["id"], one["lane"]) for one in page["items"]] == [(asked.public_id, "question")]
    assert read(alice, "search", words="gare")["items"][0]["hit"]["excerpt"]
    thread = read(alice, "read_conversation", conversation=asked.public_id)
    assert [one["text"] for one in thread["messages"]] == [QUESTION]
    assert read(alice, "list_channels")["items"][0]["id"] == cast_for_threads.channel.public_id
    assert use(secret_of(alice), "list_conversations", after="nonsense")[0]
    assert use(secret_of(alice), "list_conversations", lane="nonsense")[0]


def test_it_drafts_and_notes_and_sends_nothing(cast_for_threads: Cast, asked: Conversation, settle: Settle) -> None:
    alice, at = cast_for_threads.alice, asked.public_id
    assert read(alice, "check_text", conversation=at, text="Vous êtes un connard.")["may_go"] is False
    assert draft_of(alice, asked) is None
    assert read(alice, "draft_answer", conversation=at, text=ANSWER)["may_go"] is True
    kept = draft_of(alice, asked)
    assert kept is not None
    assert kept.text == ANSWER
    failed, says = use(secret_of(alice), "draft_answer", conversation=at, text="Autre chose")
    assert (failed, "draft already" in says) == (True, True)
    assert read(alice, "draft_answer", conversation=at, text="Autre chose", replace=True)["may_go"] is True
    note = read(alice, "leave_note", conversation=at, text="Je propose de répondre aussi pour dimanche.")
    assert Note.objects.of(cast_for_threads.brand).get().public_id == note["id"]
    settle()
    assert Delivery.objects.of(cast_for_threads.brand).count() == 0
    assert not JournalEntry.objects.filter(verb__in=("send_answer", "deliver")).exists()


def test_whose_token_is_over_narrow_or_foreign_learns_nothing(cast_for_threads: Cast, asked: Conversation) -> None:
    alice, at = cast_for_threads.alice, asked.public_id
    old = secret_of(alice, now=timezone.now() - timedelta(days=31), days=30)
    for secret in ("", "nonsense", old):
        failed, says = use(secret, "list_conversations")
        assert (failed, "token" in says) == (True, True)
    reader = secret_of(alice, [Scope.READ])
    assert use(reader, "draft_answer", conversation=at, text="x") == (True, "This token lacks the scope “answer”.")
    for tool in ("read_conversation", "check_text", "draft_answer", "leave_note"):
        given = {"conversation": at} | ({} if tool == "read_conversation" else {"text": "x"})
        assert use(secret_of(cast_for_threads.chloe), tool, **given) == (True, "There is nothing here.")
    assert read(cast_for_threads.chloe, "list_conversations", state="any")["items"] == []


def test_what_is_sealed_is_not_there(cast_for_threads: Cast, asked: Conversation) -> None:
    Route.objects.of(cast_for_threads.brand).update(is_sealed=True)
    alice = cast_for_threads.alice
    assert read(alice, "list_conversations", state="any")["items"] == []
    assert read(alice, "search", words="gare")["items"] == []
    failed, says = use(secret_of(alice), "read_conversation", conversation=asked.public_id)
    assert (failed, says) == (True, "There is nothing here.")
