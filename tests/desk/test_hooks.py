"""Whom the desk tells outside: signed, ids alone, once for each id, again after a failure, never what is sealed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from nestor.brands.actions import hold_channel
from nestor.brands.models import ChannelSecret
from nestor.config.rotation import _everything_sealed
from nestor.hooks import actions, reads
from nestor.hooks.models import Call, Receiver
from nestor.hooks.rules import AGAIN_AFTER, KINDS
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.notices.models import Notice
from nestor.people.reads import Seat
from nestor.routing.actions import resolve_conversation
from nestor.routing.models import Route
from nestor.work.models import JournalEntry, Wakeup
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.receiver import Ear, Heard, listening


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Remember nothing of another test's receivers."""
    reads.forget_who_listens()
    yield
    reads.forget_who_listens()


@pytest.fixture
def ear(settings: Any) -> Iterator[Ear]:
    settings.NESTOR_PRIVATE_NETWORKS = True
    with listening() as one:
        yield one


def told(seat: Seat, ear: Ear, kinds: tuple[str, ...] = KINDS) -> tuple[Receiver, str]:
    made = actions.add_receiver(seat, "Tableau de bord", ear.url, kinds, NOON)
    assert made is not None
    return made


def is_signed(heard: Heard, secret: str) -> bool:
    """Return whether a call proves to come from who knows the secret, as Standard Webhooks says."""
    name, stamp = heard.headers["webhook-id"], heard.headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    good = base64.b64encode(hmac.new(key, f"{name}.{stamp}.".encode() + heard.body, hashlib.sha256).digest()).decode()
    return f"v1,{good}" in heard.headers["webhook-signature"].split(" ")


def test_what_happens_is_told_with_ids_alone_and_signed(cast: Cast, ear: Ear, settle: Settle) -> None:
    receiver, secret = told(cast.alice, ear, ("ConversationRouted", "ChannelHeld"))
    take_in(cast.channel, batch(said("Bonjour, à quelle heure ouvre la gare ?")), NOON)
    take_in(cast.other_channel, batch(said("Chez les autres", 2)), NOON)
    hold_channel(cast.channel, "Grève", NOON, actor_id=None)
    settle()
    conversation = Conversation.objects.of(cast.brand).get()
    bodies = [json.loads(one.body) for one in ear.heard]
    assert {body["kind"] for body in bodies} == {"ConversationRouted", "ChannelHeld"}
    routed = next(body for body in bodies if body["kind"] == "ConversationRouted")
    assert routed["conversation"] == conversation.public_id
    assert set(routed) == {"id", "kind", "at", "conversation"}
    assert next(body for body in bodies if body["kind"] == "ChannelHeld")["channel"] == cast.channel.public_id
    assert all(is_signed(one, secret) for one in ear.heard)
    assert not any(is_signed(one, actions.fresh_secret()) for one in ear.heard)
    assert not any(word in one.body.decode() for one in ear.heard for word in ("gare", "Grève", "Dan"))
    assert {one.headers["webhook-id"] for one in ear.heard} == {f"msg_{body['id']}" for body in bodies}
    calls = reads.calls_page(receiver, None, 50)
    assert {(call.state, call.status, call.tries) for call in calls} == {(Call.TOLD, 200, 1)}
    before = len(ear.heard)
    settle()
    assert len(ear.heard) == before


def test_a_brand_nobody_listens_to_costs_nothing(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Bonjour ?")), NOON)
    settle()
    hold_channel(cast.channel, "Grève", NOON, actor_id=None)
    assert not Wakeup.objects.filter(subscriber__startswith="hooks.").exists()
    assert Call.objects.of(cast.brand).count() == 0


def test_what_is_sealed_is_withheld_even_when_it_was_owed(cast: Cast, ear: Ear, settle: Settle) -> None:
    receiver, _ = told(cast.alice, ear)
    take_in(cast.channel, batch(said("Bonjour ?")), NOON)
    actions.switch_receiver(cast.alice, receiver, NOON, is_on=False)
    reads.forget_who_listens()
    actions.switch_receiver(cast.alice, receiver, NOON, is_on=True)
    settle()
    ear.heard.clear()
    conversation = Conversation.objects.of(cast.brand).get()
    resolve_conversation(cast.alice, conversation, NOON)
    Route.objects.of(cast.brand).update(is_sealed=True)
    Message.objects.of(cast.brand).update(is_sealed=True)
    settle()
    assert ear.heard == []
    states = {call.state for call in reads.calls_page(receiver, None, 1)}
    assert states == {Call.WITHHELD}


def test_a_failure_is_tried_again_ever_more_rarely_then_given_up(
    cast: Cast, ear: Ear, settle: Settle, clock: Clock
) -> None:
    receiver, _ = told(cast.alice, ear, ("ChannelHeld",))
    ear.status = 500
    hold_channel(cast.channel, "Grève", NOON, actor_id=None)
    settle()
    for after in AGAIN_AFTER[:4]:
        call = Call.objects.of(cast.brand).get()
        assert (call.state, call.status, call.trouble) == (Call.WAITING, 500, "outage")
        assert call.due_at == clock() + after
        clock.at = call.due_at
        settle()
    ear.status = 200
    clock.pass_(hours=2)
    settle()
    call = Call.objects.of(cast.brand).get()
    assert (call.state, call.tries, len(ear.heard)) == (Call.TOLD, 6, 6)
    assert len({one.headers["webhook-id"] for one in ear.heard}) == 1
    receiver.refresh_from_db()
    assert (receiver.failures, receiver.trouble, receiver.failing_since) == (0, "", None)
    assert actions.replay(cast.alice, call, clock())
    assert not actions.replay(cast.alice, call, clock())
    settle()
    assert (len(ear.heard), len({one.headers["webhook-id"] for one in ear.heard})) == (7, 1)


def test_a_receiver_that_failed_for_days_is_called_no_more_and_somebody_hears(
    cast: Cast, ear: Ear, settle: Settle, clock: Clock
) -> None:
    receiver, _ = told(cast.alice, ear, ("ChannelHeld",))
    ear.status = 503
    hold_channel(cast.channel, "Grève", NOON, actor_id=None)
    Receiver.objects.of(cast.brand).update(failures=9, failing_since=NOON - timedelta(days=3))
    settle()
    receiver.refresh_from_db()
    assert (receiver.is_on, receiver.trouble) == (False, "outage")
    notice = Notice.objects.of(cast.brand).get()
    assert (notice.user, notice.occasion, notice.about) == (cast.alice.user, "receiver_off", receiver.public_id)
    assert JournalEntry.objects.filter(verb="give_up_receiver").count() == 1
    ear.status = 200
    clock.pass_(days=1)
    settle()
    assert len(ear.heard) == 1
    assert actions.switch_receiver(cast.alice, receiver, clock(), is_on=True)
    settle()
    assert len(ear.heard) == 2


def test_what_is_gone_is_called_no_more_at_once(cast: Cast, ear: Ear, settle: Settle) -> None:
    receiver, _ = told(cast.alice, ear, ("ChannelHeld",))
    ear.status = 410
    hold_channel(cast.channel, "Grève", NOON, actor_id=None)
    settle()
    receiver.refresh_from_db()
    assert (receiver.is_on, receiver.trouble) == (False, "gone")


def test_a_receiver_that_hangs_is_cut_and_holds_up_nobody(
    cast: Cast, ear: Ear, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CALL_FOR", 0.4)
    hanging, _ = told(cast.alice, ear, ("ChannelHeld",))
    ear.status = 0
    with listening() as other:
        well, _ = told(cast.alice, other, ("ChannelHeld",))
        for number in range(3):
            hold_channel(cast.channel, f"{number}", NOON, actor_id=None)
            cast.channel.refresh_from_db()
            type(cast.channel).objects.of(cast.brand).update(held_at=None)
        settle()
        assert len(other.heard) == 3
    assert len(ear.heard) == 1  # it was left alone after the first
    hanging.refresh_from_db()
    well.refresh_from_db()
    assert (hanging.failures, hanging.trouble, hanging.rest_until) == (1, "outage", NOON + timedelta(seconds=10))
    assert (well.failures, well.rest_until) == (0, None)
    assert {call.state for call in reads.calls_page(hanging, None, 9)} == {Call.WAITING}


def test_an_address_inside_is_never_called(cast: Cast, ear: Ear, settle: Settle, settings: Any) -> None:
    receiver, _ = told(cast.alice, ear, ("ChannelHeld",))
    settings.NESTOR_PRIVATE_NETWORKS = False
    Receiver.objects.of(cast.brand).update(url=ear.url.replace("http:", "https:"))
    hold_channel(cast.channel, "Grève", NOON, actor_id=None)
    settle()
    assert ear.heard == []
    receiver.refresh_from_db()
    assert receiver.trouble == "unsafe"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://x.example",
        "https://",
        "https://u:p@x.example",
        "https://x.example#y",
        "javascript:alert(1)",
        "http://x.example",
        "https://x.example:99999",
        "https://x .example",
        "https://é.example",
        "//x.example",
    ],
)
def test_an_address_that_makes_no_sense_is_refused(cast: Cast, url: str) -> None:
    assert actions.add_receiver(cast.alice, "x", url, KINDS, NOON) is None
    assert Receiver.objects.of(cast.brand).count() == 0


def test_a_new_secret_signs_and_the_old_one_for_a_day(cast: Cast, ear: Ear, settle: Settle, clock: Clock) -> None:
    receiver, old = told(cast.alice, ear, ("ChannelHeld",))
    assert actions.rotate_secret(cast.chloe, receiver, NOON) is None
    new = actions.rotate_secret(cast.alice, receiver, NOON)
    assert new is not None
    actions.ping(cast.alice, receiver, NOON)
    settle()
    assert (is_signed(ear.heard[0], old), is_signed(ear.heard[0], new)) == (True, True)
    assert json.loads(ear.heard[0].body)["kind"] == "Ping"
    actions.ping(cast.alice, receiver, clock.pass_(hours=25))
    settle()
    assert (is_signed(ear.heard[1], old), is_signed(ear.heard[1], new)) == (False, True)
    stored = Receiver.objects.of(cast.brand).get().secret
    assert new not in stored
    assert stored in set(_everything_sealed())
    assert actions.rotate_receiver_secrets() == 1
    actions.ping(cast.alice, receiver, clock.pass_(hours=1))
    settle()
    assert is_signed(ear.heard[2], new)
    assert ChannelSecret.objects.of(cast.brand).exists()


def test_another_brand_neither_hears_nor_touches(cast: Cast, ear: Ear, settle: Settle) -> None:
    receiver, _ = told(cast.alice, ear, ("ChannelHeld",))
    hold_channel(cast.other_channel, "Grève", NOON, actor_id=None)
    settle()
    assert ear.heard == []
    for refused in (
        actions.delete_receiver(cast.chloe, receiver, NOON),
        actions.switch_receiver(cast.chloe, receiver, NOON, is_on=False),
        actions.ping(cast.chloe, receiver, NOON),
        actions.delete_receiver(cast.bob, receiver, NOON),
    ):
        assert refused is False
    assert actions.add_receiver(cast.bob, "x", ear.url, KINDS, NOON) is None
    assert actions.delete_receiver(cast.alice, receiver, NOON)


def test_old_calls_are_forgotten_once_they_are_settled(cast: Cast, ear: Ear, settle: Settle, clock: Clock) -> None:
    receiver, _ = told(cast.alice, ear, ("ChannelHeld",))
    hold_channel(cast.channel, "Grève", NOON, actor_id=None)
    settle()
    assert Call.objects.of(cast.brand).count() == 1
    clock.pass_(days=31)
    settle()
    assert reads.calls_page(receiver, None, 9) == []
