"""What a machine sets for the brand: clocks, how long things are kept, access to channels, who translates."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.utils import timezone

from nestor.brands.actions import report_trouble
from nestor.brands.models import Channel
from nestor.brands.reads import brand_by_slug, secrets_of
from nestor.inbox.actions import take_in
from nestor.inbox.models import BlindSpot, Conversation, Message
from nestor.networks.contract import Reason
from nestor.people.rules import Scope
from nestor.privacy.reads import retention_of
from nestor.routing.actions import resolve_conversation
from nestor.routing.models import ClockMove
from nestor.routing.reads.clocks import targets_of
from nestor.routing.rules.clocks import Cell
from nestor.work.models import JournalEntry
from tests.desk.answering import QUESTION
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.line import Line
from tests.desk.machine import Machine, secret_of


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


# --- clocks


def table(machine: Machine, *targets: Mapping[str, object]) -> dict[str, object]:
    return {
        "mark": machine.get("/clocks")["mark"],
        "warn_share": 50,
        "escalate_after": None,
        "targets": list(targets),
    }


def test_clocks_are_previewed_kept_and_followed(cast: Cast, machine: Machine, settle: Settle, clock: Clock) -> None:
    clock.at = timezone.now() - timedelta(minutes=90)
    take_in(cast.channel, batch(said(QUESTION, published_at=clock.at)), clock.at)
    settle()
    channel = cast.channel.public_id
    wanted: list[Mapping[str, object]] = [
        {"lane": None, "channel": channel, "minutes": 30},
        {"lane": "press", "channel": None, "is_next": True, "minutes": None},
    ]
    would = machine.ask("POST", "/clocks/preview", {"targets": wanted}).json()
    assert would == {"running": 1, "moved": 1, "late_before": 0, "late_after": 1}
    assert targets_of(cast.brand).cells == {}
    kept = machine.ask("PUT", "/clocks", table(machine, *wanted), key="c").json()
    assert targets_of(cast.brand).cells == {
        Cell("", cast.channel.pk): timedelta(minutes=30),
        Cell("press", 0, is_next=True): None,
    }
    assert (kept["warn_share"], kept["escalate_after"], kept["otherwise"]) == (50, None, 120)
    assert {(one["channel"], one["lane"], one["minutes"]) for one in kept["targets"]} == {
        (channel, None, 30),
        (None, "press", None),
    }
    assert kept["move"]["state"] == "running"
    conversation = Conversation.objects.of(cast.brand).get()
    assert machine.get(f"/conversations/{conversation.public_id}/clock")["is_late"] is False
    clock.at = timezone.now()
    settle()
    face = machine.get(f"/conversations/{conversation.public_id}/clock")
    assert (face["is_late"], face["allowed"], face["left"] < 0) == (True, 30 * 60, True)


def test_a_table_somebody_changed_meanwhile_is_not_overwritten(cast: Cast, machine: Machine) -> None:
    old = table(machine, {"lane": None, "channel": None, "minutes": 60})
    assert machine.ask("PUT", "/clocks", old, key="1").status_code == 200
    assert machine.ask("PUT", "/clocks", old, key="1").status_code == 200  # the same key: done already
    late = machine.ask("PUT", "/clocks", old, key="2")
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    assert JournalEntry.objects.filter(verb="set_targets", brand_id=cast.brand.pk).count() == 1


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ({"lane": "praise", "minutes": 60}, 422),
        ({"lane": None, "minutes": 0}, 422),
        ({"lane": None, "minutes": 50_000}, 422),
        ({"lane": None, "minutes": 60, "channel": "0" * 16}, 404),
    ],
)
def test_a_senseless_target_changes_nothing(
    cast: Cast, machine: Machine, target: dict[str, object], status: int
) -> None:
    assert machine.ask("PUT", "/clocks", table(machine, target)).status_code == status
    assert machine.ask("POST", "/clocks/preview", {"targets": [target]}).status_code == status
    twice = table(machine, {"lane": None, "minutes": 60}, {"lane": None, "minutes": 30})
    assert machine.ask("PUT", "/clocks", twice).json()["errors"][0]["code"] == "clock"
    other = {"lane": None, "minutes": 60, "channel": cast.other_channel.public_id}
    assert machine.ask("PUT", "/clocks", table(machine, other)).status_code == 404
    assert targets_of(cast.brand).cells == {}


def test_running_clocks_are_stopped_and_go_on(cast: Cast, machine: Machine) -> None:
    assert machine.ask("POST", "/clocks/stop").json()["code"] == "changed"  # nothing moves
    machine.ask("PUT", "/clocks", table(machine, {"lane": None, "minutes": 60}))
    assert machine.ask("POST", "/clocks/stop", key="s").json()["move"]["state"] == "stopped"
    assert machine.ask("POST", "/clocks/stop", key="s").json()["move"]["state"] == "stopped"
    assert machine.ask("POST", "/clocks/go-on").json()["move"]["state"] == "running"
    assert ClockMove.objects.of(cast.brand).get().state == ClockMove.RUNNING


# --- how long things are kept


@pytest.fixture
def old(cast: Cast, settle: Settle, clock: Clock) -> Cast:
    """A conversation done long ago."""
    clock.at = timezone.now() - timedelta(days=500)
    take_in(cast.channel, batch(said(QUESTION, published_at=clock.at)), clock.at)
    settle()
    resolve_conversation(cast.bob, Conversation.objects.of(cast.brand).select_related("channel").get(), clock.at)
    return cast


def test_what_goes_for_good_is_confirmed_first(old: Cast, machine: Machine, settle: Settle, clock: Clock) -> None:
    before = machine.get("/retention")
    assert (before["version"], before["message_months"], before["call_days"]) == (0, None, 30)
    wanted = {"version": 0, "message_months": 12, "raw_days": None, "call_days": 30}
    refused = machine.ask("PUT", "/retention", wanted, key="r0")
    assert (refused.status_code, refused.json()["code"]) == (422, "unconfirmed")
    would = machine.ask("POST", "/retention/preview", wanted).json()
    assert (would["messages"], would["conversations"]) == (1, 1)
    assert refused.json()["would_go"] == would
    assert retention_of(old.brand) is None
    other = wanted | {"message_months": 6, "confirm": would["confirm"]}
    assert machine.ask("PUT", "/retention", other).json()["code"] == "unconfirmed"  # it confirms one choice
    kept = machine.ask("PUT", "/retention", wanted | {"confirm": would["confirm"]}, key="r1")
    assert (kept.status_code, kept.json()["version"], kept.json()["message_months"]) == (200, 1, 12)
    clock.at = timezone.now()
    settle()
    assert Message.objects.of(old.brand).count() == 0


def test_longer_needs_no_word_and_a_choice_meanwhile_is_told(cast: Cast, machine: Machine) -> None:
    wanted = {"version": 0, "message_months": None, "raw_days": None, "call_days": 30}
    assert machine.ask("PUT", "/retention", wanted).json()["version"] == 0  # it is so already
    shorter = wanted | {"call_days": 7}
    word = machine.ask("POST", "/retention/preview", shorter).json()["confirm"]
    assert machine.ask("PUT", "/retention", shorter | {"confirm": word}).json()["version"] == 1
    assert machine.ask("PUT", "/retention", wanted).json()["code"] == "changed"
    assert machine.ask("POST", "/retention/preview", wanted | {"version": 1}).json()["confirm"] == ""
    assert machine.ask("PUT", "/retention", wanted | {"version": 1}).json()["call_days"] == 30
    assert machine.ask("PUT", "/retention", wanted | {"raw_days": 365}).json()["errors"][0]["code"] == "limit"


# --- access to channels


def test_a_channel_is_connected_again(cast: Cast, machine: Machine, page: Line, present: Clock) -> None:
    at = f"/channels/{page.channel.public_id}"
    report_trouble(page.channel, Reason.SIGN_IN.value, present())
    fields = {one["name"]: one for one in machine.get(f"{at}/access")["fields"]}
    assert (fields["token"]["kind"], fields["token"]["now"], fields["place"]["now"]) == ("secret", "", "page")
    refused = machine.ask("POST", f"{at}/reconnect", {"secrets": {"token": "wrong"}})
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (422, "no_access", "sign_in")
    assert secrets_of(page.channel)["token"] == page.account.token
    other = page.server.admin.desk_account("page", ref="other", handle="@other", name="Autre")
    wrong = machine.ask("POST", f"{at}/reconnect", {"secrets": {"token": other.token}})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "other_account")
    for body in ({"settings": {"token": "x"}}, {"secrets": {"url": "x"}}, {"settings": {"allow_private": "1"}}):
        assert machine.ask("POST", f"{at}/reconnect", body).json()["errors"][0]["code"] == "field"
    done = machine.ask("POST", f"{at}/reconnect", {"secrets": {"token": page.account.token}}, key="c")
    assert (done.status_code, done.json()["trouble"], done.json()["is_connected"]) == (200, "", True)
    assert Channel.objects.of(cast.brand).filter(network="practice").count() == 2


def test_access_is_for_who_may_connect(cast: Cast, page: Line) -> None:
    machine = Machine(secret_of(cast.alice, set(Scope) - {Scope.CHANNELS}))
    assert machine.ask("POST", f"/channels/{page.channel.public_id}/reconnect", {}).json()["code"] == "scope"


def test_a_blind_spot_is_read_again(cast: Cast, machine: Machine) -> None:
    start = NOON - timedelta(hours=3)
    spot = BlindSpot.objects.create(
        brand=cast.brand, channel=cast.channel, reason="asleep", from_at=start, until_at=NOON, closed_at=NOON
    )
    at = f"/channels/{cast.channel.public_id}/blind-spots"
    (shown,) = machine.get(at)["items"]
    assert machine.ask("POST", f"{at}/read-again", {"from_at": shown["from_at"]}).json() == {"changed": True}
    assert BlindSpot.objects.of(cast.brand).get(pk=spot.pk).closed_at is None
    assert machine.ask("POST", f"{at}/read-again", {"from_at": "2026-01-01T00:00:00Z"}).status_code == 404


# --- who translates, what stands beside, the journal


def test_who_translates_is_chosen_as_it_says_of_itself(
    wordbook: None, cast: Cast, settle: Settle, machine: Machine
) -> None:
    take_in(cast.channel, batch(said("¿A qué hora abre la estación mañana? Necesito comprar un billete.")), NOON)
    settle()
    message = Message.objects.of(cast.brand).get().public_id
    none = machine.ask("POST", f"/messages/{message}/translation", {"language": "fr"})
    assert (none.status_code, none.json()["code"], none.json()["reason"]) == (409, "no_translation", "not_chosen")
    shown = machine.get("/translator")
    assert (shown["key"], shown["installed"]) == ("", ["wordbook"])
    wrong = machine.ask("PUT", "/translator", {"key": "wordbook", "host": "elsewhere.example"})
    assert wrong.json()["errors"][0]["code"] == "translator"
    assert machine.ask("PUT", "/translator", {"key": "nobody"}).json()["errors"][0]["code"] == "translator"
    assert machine.ask("PUT", "/translator", {"key": "wordbook"}, key="t").json()["key"] == "wordbook"
    done = machine.ask("POST", f"/messages/{message}/translation", {"language": "fr"}).json()
    assert (done["source"], done["language"], done["is_cut"], bool(done["text"])) == ("es", "fr", False, True)
    assert machine.ask("PUT", "/translator", {"key": ""}).json()["key"] == ""
    assert brand_by_slug(cast.brand.slug).translator == ""


def test_what_could_be_joined_is_listed(cast: Cast, settle: Settle, machine: Machine) -> None:
    take_in(cast.channel, batch(said(QUESTION), said("Et le dimanche ?", 2)), NOON)
    settle()
    first, second = Conversation.objects.of(cast.brand).order_by("thread_id")
    listed = machine.get(f"/conversations/{first.public_id}/beside")["items"]
    assert [one["id"] for one in listed] == [second.public_id]
    body = {"other": second.public_id}
    merged = machine.ask("POST", f"/conversations/{first.public_id}/merge", body, key="m")
    assert machine.ask("POST", f"/conversations/{first.public_id}/merge", body, key="m").json() == merged.json()
    assert JournalEntry.objects.filter(verb="merge_conversations").count() == 1
    apart = machine.ask("POST", f"/conversations/{first.public_id}/unmerge", body, key="u")
    assert machine.ask("POST", f"/conversations/{first.public_id}/unmerge", body, key="u").json() == apart.json()
    assert JournalEntry.objects.filter(verb="unmerge_conversation").count() == 1


def test_the_journal_is_narrowed(cast: Cast, settle: Settle, machine: Machine) -> None:
    take_in(cast.channel, batch(said(QUESTION), said("Et le dimanche ?", 2)), NOON)
    settle()
    first, second = (one.public_id for one in Conversation.objects.of(cast.brand).order_by("thread_id"))
    machine.ask("POST", f"/conversations/{first}/take")
    machine.ask("POST", f"/conversations/{second}/resolve")
    machine.ask("POST", f"/channels/{cast.channel.public_id}/hold", {"reason": "x"})
    assert {one["verb"] for one in machine.get("/journal", conversation=first)["items"]} == {"take_conversation"}
    held = machine.get("/journal", verb="hold_channel")["items"]
    assert [one["channel"] for one in held] == [cast.channel.public_id]
    assert {one["channel"] for one in machine.get("/journal", channel=cast.channel.public_id)["items"]} == {
        cast.channel.public_id
    }
    assert machine.get("/journal", conversation="0" * 16)["items"] == []
    assert machine.get("/journal", until="2026-03-01")["items"] == []
    assert machine.get("/journal", since="9999-12-31")["items"] == []
    today = timezone.now().date().isoformat()
    assert [one["verb"] for one in machine.get("/journal", since=today, network="practice")["items"]].count(
        "hold_channel"
    ) == 1
    pages = machine.get("/journal", limit=1)
    assert machine.get("/journal", limit=1, after=pages["next"])["items"] != pages["items"]
