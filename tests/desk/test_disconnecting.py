"""A channel is disconnected: nothing is read or sent, whoever waits is told; connecting again goes on from there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nestor.brands.actions import connect_channel, disconnect_channel, report_trouble
from nestor.brands.models import Channel, ChannelSecret
from nestor.faces.cli.errors import Exit
from nestor.inbox.actions.importing import open_archive
from nestor.inbox.models import Conversation, Cursor, Message
from nestor.inbox.reads import due_cursors
from nestor.networks.contract import Account, Reason
from nestor.notices.models import Call, Notice
from nestor.notices.rules import Occasion
from nestor.publisher.actions import send_answer
from nestor.publisher.models import Delivery
from nestor.publisher.reads import waiting_by_channel
from nestor.publisher.rules import DISCONNECTED, State
from nestor.routing.actions.clocks import set_targets
from nestor.routing.reads.clocks import epoch_of, targets_of
from nestor.routing.rules.clocks import Cell
from nestor.work.models import JournalEntry
from tests.desk.answering import ANSWER, QUESTION
from tests.desk.browser import as_
from tests.desk.cast import Cast
from tests.desk.conftest import Clock, Settle
from tests.desk.line import Line
from tests.desk.machine import Machine, secret_of
from tests.desk.terminal import Terminal, terminal

typed = pytest.fixture(terminal, name="typed")


@pytest.fixture
def waiting(cast: Cast, page: Line, present: Clock) -> Delivery:
    """An answer that waits to leave."""
    conversation = page.asked(QUESTION, present())
    delivery = send_answer(cast.bob, conversation, ANSWER, present(), key="k").delivery
    assert delivery is not None
    return delivery


def now_of(delivery: Delivery) -> Delivery:
    found: Delivery = Delivery.objects.of(delivery.brand_id).get(pk=delivery.pk)
    return found


def test_the_page_says_what_ends_and_what_stays_first(cast: Cast, page: Line, waiting: Delivery) -> None:
    client, at = as_(cast.alice), f"/channels/{page.channel.public_id}/disconnect"
    before = client.get("/channels/").content.decode()
    assert "1 answer waits: it does not leave, and its author is told." in before
    assert f'action="{at}"' in before
    assert as_(cast.bob).post(at).status_code == 403  # who answers connects nothing
    assert as_(cast.chloe).post(at).status_code == 404
    assert Channel.objects.of(cast.brand).get(pk=page.channel.pk).is_connected
    after = client.post(at, follow=True).content.decode()
    assert "Disconnected. What was said stays; whoever had an answer waiting is told." in after
    assert "Nothing is read or sent here. What was said stays." in after
    assert f'action="{at}"' not in after
    assert "Leave empty to keep the one stored" not in after.partition(f"c-{page.channel.public_id}")[2]
    for deed in ("read", "backfill"):
        refused = client.post(f"/channels/{page.channel.public_id}/{deed}", follow=True).content.decode()
        assert "It is not connected." in refused
    assert "Nothing was changed: that is so already." in client.post(at, follow=True).content.decode()
    assert JournalEntry.objects.filter(verb="disconnect_channel", brand_id=cast.brand.pk).count() == 1
    assert f"#c-{page.channel.public_id}" not in client.get("/").content.decode()  # no trouble anybody must see to


def test_what_waits_does_not_leave_and_its_author_is_told(
    cast: Cast, page: Line, waiting: Delivery, present: Clock, settle: Settle
) -> None:
    assert waiting_by_channel(cast.brand) == {page.channel.pk: 1}
    disconnect_channel(page.channel, present(), actor_id=None)
    settle()
    stopped = now_of(waiting)
    assert (stopped.state, stopped.reason, stopped.text) == (State.CANCELLED, DISCONNECTED, waiting.text)
    told = Notice.objects.of(cast.brand).get(occasion=Occasion.DELIVERY_ASKS.value)
    assert told.user == cast.bob.user
    present.pass_(minutes=5)
    settle()
    assert page.copies(ANSWER) == 0
    shown = as_(cast.bob).get("/").content.decode()
    assert "The channel was disconnected." in shown


def test_what_is_written_afterwards_does_not_wait_for_ever(
    cast: Cast, page: Line, present: Clock, settle: Settle
) -> None:
    conversation = page.asked(QUESTION, present())
    disconnect_channel(page.channel, present(), actor_id=None)
    settle()
    delivery = send_answer(cast.bob, conversation, ANSWER, present(), key="k").delivery
    assert delivery is not None
    present.at = timezone.now() + timedelta(minutes=1)
    delivery = now_of(delivery)
    Delivery.objects.of(cast.brand).filter(pk=delivery.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    settle()
    assert (now_of(delivery).state, now_of(delivery).reason) == (State.CANCELLED, DISCONNECTED)
    assert page.copies(ANSWER) == 0


def test_connected_again_it_goes_on_where_it_stopped(cast: Cast, page: Line, present: Clock, settle: Settle) -> None:
    page.asked(QUESTION, present())
    report_trouble(page.channel, Reason.SIGN_IN.value, present())
    assert disconnect_channel(page.channel, present(), actor_id=cast.alice.user.pk)
    assert not disconnect_channel(page.channel, present(), actor_id=cast.alice.user.pk)
    settle()
    assert not ChannelSecret.objects.of(cast.brand).filter(channel=page.channel).exists()
    assert not Call.objects.of(cast.brand).filter(over_at__isnull=True).exists()
    assert Cursor.objects.of(cast.brand).get(channel=page.channel).pk not in list(due_cursors(present(), 100))
    page.say("Et le dimanche ?")
    present.pass_(seconds=30)
    account = Account(page.account.account_id, page.account.handle, page.account.name)
    again = connect_channel(
        cast.brand,
        "practice",
        account,
        present(),
        settings=page.channel.settings,
        secrets={"token": page.account.token},
    )
    assert again.pk == page.channel.pk
    page.read(present())
    texts = set(
        Message.objects.of(cast.brand).filter(channel=page.channel, is_ours=False).values_list("text", flat=True)
    )
    assert texts == {QUESTION, "Et le dimanche ?"}


def test_targets_of_a_disconnected_channel_rest(cast: Cast, page: Line, present: Clock) -> None:
    mine, every = Cell("", page.channel.pk), Cell("")
    span = timedelta(minutes=30)
    assert set_targets(cast.alice, {mine: span, every: span}, epoch_of(cast.brand), present())
    disconnect_channel(page.channel, present(), actor_id=None)
    client = as_(cast.alice)
    assert f"-{page.channel.public_id}" not in client.get("/settings/clocks/").content.decode()
    machine = Machine(secret_of(cast.alice))
    assert [one["channel"] for one in machine.get("/clocks")["targets"]] == [None]
    epoch = epoch_of(cast.brand)
    with pytest.raises(ValueError, match="no connected channel"):
        set_targets(cast.alice, {mine: span}, epoch, present())
    assert set_targets(cast.alice, {every: span * 2}, epoch, present())
    assert targets_of(cast.brand).cells == {every: span * 2, mine: span}  # there again once it is connected


def test_the_inbox_says_that_it_is_disconnected(cast: Cast, page: Line, present: Clock) -> None:
    page.asked(QUESTION, present())
    disconnect_channel(page.channel, present(), actor_id=None)
    client = as_(cast.alice)
    named = f"{page.channel.name} (disconnected)"
    assert named in client.get("/inbox/").content.decode()  # something is open there
    conversation = Conversation.objects.of(cast.brand).get(channel=page.channel)
    opened = client.get(f"/inbox/{conversation.public_id}/").content.decode()
    assert "This channel is disconnected: nothing leaves by it." in opened
    assert "answer-form" not in opened
    assert named in client.get("/inbox/narrow").content.decode()
    assert named in client.get("/inbox/", {"channel": page.channel.public_id}).content.decode()


def test_the_command_asks_first(cast: Cast, page: Line, typed: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    at = ("disconnect", "--brand", cast.brand.slug, "--channel", page.channel.public_id)
    monkeypatch.setattr("click.confirm", lambda *_words, **_options: False)
    refused = typed(*at)
    assert (refused.code, "Nothing was changed." in refused.err) == (Exit.FAILED, True)
    assert "Messages, notes, answers and the journal stay" in refused.err
    assert Channel.objects.of(cast.brand).get(pk=page.channel.pk).is_connected
    done = typed(*at, "--yes")
    assert (done.code, done.out) == (Exit.OK, f"Disconnected: {page.channel.name}.\n")
    assert not Channel.objects.of(cast.brand).get(pk=page.channel.pk).is_connected
    assert typed(*at, "--yes").code == Exit.FAILED
    open_archive(cast.brand, "Vieux courrier", timezone.now())
    assert "imported files" in typed("disconnect", "--brand", cast.brand.slug, "--channel", "Vieux courrier").err


def test_a_machine_disconnects_it(cast: Cast, page: Line) -> None:
    machine, at = Machine(secret_of(cast.alice)), f"/channels/{page.channel.public_id}"
    done = machine.ask("POST", f"{at}/disconnect", key="d")
    assert (done.status_code, done.json()["is_connected"]) == (200, False)
    assert machine.ask("POST", f"{at}/read").json() == {"changed": False}
    interval = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-02T10:00:00Z"}
    assert machine.ask("POST", f"{at}/backfill", interval).json()["code"] == "changed"
    body = {"secrets": {"token": page.account.token}}
    assert machine.ask("POST", f"{at}/reconnect", body).json()["is_connected"] is True
    assert machine.ask("POST", f"{at}/disconnect", key="d").json()["is_connected"] is True  # done already, once
