"""Deeds to somebody's message: by a rule where a voice is taken away, one at a time, on the real practice network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from nestor.brands.actions import connect_channel
from nestor.brands.models import Channel
from nestor.inbox.actions import open_cursor
from nestor.inbox.models import Message
from nestor.networks.contract import Account, Deed
from nestor.networks.practice.admin import PracticeServer
from nestor.publisher.actions.moderation import ask_deed
from nestor.publisher.models import Moderation
from nestor.publisher.rules import deeds_for
from nestor.work.jobs import work_until_idle
from tests.desk.cast import Cast


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "practice.sqlite3") as running:
        yield running


@pytest.fixture
def channel(cast: Cast, server: PracticeServer, settings: Any) -> Channel:
    settings.NESTOR_PRIVATE_NETWORKS = True
    account = server.admin.desk_account("page", ref="desk-page", handle="@desk-page")
    known = Account(account.account_id, account.handle, account.name)
    place, now = {"url": server.url, "place": "page"}, timezone.now()
    made = connect_channel(cast.brand, "practice", known, now, settings=place, secrets={"token": account.token})
    open_cursor(made, now)
    return made


def message_said(server: PracticeServer, channel: Channel, text: str) -> Message:
    """Let a visitor comment below the page, and the desk read it."""
    post = server.admin.say("page", "Horaires d’été", author_id=channel.account_id, kind="post")
    said = server.admin.say("page", text, by="dan", reply_to=post)
    work_until_idle()
    row: Message = Message.objects.of(channel.brand_id).select_related("channel").get(network_id=said)
    return row


def test_a_hidden_comment_is_hidden_there_and_here(cast: Cast, server: PracticeServer, channel: Channel) -> None:
    message = message_said(server, channel, "Regardez mon site, gagnez vite.")
    assert ask_deed(cast.bob, message, Deed.HIDE, "Charte, article 3 : publicité", timezone.now()) is not None
    work_until_idle()
    assert Moderation.objects.of(cast.brand).get(message=message).state == "done"
    message.refresh_from_db()
    assert message.state == "hidden"
    there = next(item for item in server.admin.items("page") if item["id"] == message.network_id)
    assert there["state"] == "hidden"


def test_no_voice_is_taken_away_without_a_rule(cast: Cast, server: PracticeServer, channel: Channel) -> None:
    message = message_said(server, channel, "Vos trains sont en retard, comme toujours.")
    assert ask_deed(cast.bob, message, Deed.HIDE, "  ", timezone.now()) is None
    assert ask_deed(cast.vera, message, Deed.HIDE, "Charte, article 3", timezone.now()) is None
    assert not Moderation.objects.of(cast.brand).exists()


def test_one_deed_at_a_time(cast: Cast, server: PracticeServer, channel: Channel) -> None:
    message = message_said(server, channel, "Bonjour !")
    assert ask_deed(cast.bob, message, Deed.LIKE, "", timezone.now()) is not None
    assert ask_deed(cast.bob, message, Deed.HIDE, "Charte, article 3", timezone.now()) is None


def test_only_what_changes_something_is_offered() -> None:
    abilities = ["approve", "hold", "spam", "trash", "reply"]
    assert deeds_for(abilities, "hold") == [Deed.APPROVE, Deed.SPAM, Deed.TRASH]
    assert Deed.APPROVE not in deeds_for(abilities, "approved")
    assert deeds_for([], "hold") == []
