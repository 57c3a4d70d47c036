"""Channels that cannot be read: recorded, shown, filled again from the real practice network, with nothing twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from nestor.brands import reads as brands
from nestor.brands.actions import connect_channel, hold_channel, report_trouble
from nestor.brands.models import Channel, ChannelSecret
from nestor.inbox import actions
from nestor.inbox.actions import ask_backfill, fill_again, fill_blind_spot, read_channel
from nestor.inbox.models import BlindSpot, Cursor, Message, WebhookCall
from nestor.inbox.reads import channel_health, due_blind_spots, due_cursors
from nestor.networks.contract import Account
from nestor.networks.practice.admin import Mode
from nestor.work.models import Event, JournalEntry
from tests.desk.cast import Cast
from tests.desk.conftest import Clock
from tests.desk.line import Line

LEASE = timedelta(seconds=60)


def cursor_of(line: Line) -> Cursor:
    found: Cursor = Cursor.objects.of(line.channel.brand_id).get(channel=line.channel)
    return found


def read_due(clock: Clock) -> None:
    for row_id in list(due_cursors(clock(), 10)):
        read_channel(row_id, clock())


def fill_due(clock: Clock) -> None:
    for _ in range(20):
        for row_id in list(due_blind_spots(clock(), 10)):
            fill_blind_spot(row_id, clock())


def spots(line: Line) -> list[BlindSpot]:
    return list(BlindSpot.objects.of(line.channel.brand_id).filter(channel=line.channel).order_by("from_at", "id"))


def texts(line: Line) -> list[str]:
    rows = Message.objects.of(line.channel.brand_id).filter(channel=line.channel, is_ours=False)
    return sorted(rows.values_list("text", flat=True))


def test_an_outage_is_a_blind_spot_that_a_back_fill_closes(cast: Cast, page: Line, present: Clock) -> None:
    page.say("avant")
    read_due(present)
    last_read_at = present()
    page.server.admin.revoke_tokens(page.account.account_id)
    present.pass_(minutes=1)
    read_due(present)
    (spot,) = spots(page)
    assert (spot.reason, spot.from_at, spot.until_at) == ("sign_in", last_read_at, None)
    page.channel.refresh_from_db()
    assert (page.channel.trouble, page.channel.trouble_since) == ("sign_in", present())
    (health, *_) = [one for one in channel_health(cast.brand) if one.channel == page.channel]
    assert (health.blind_since, health.read_at) == (last_read_at, last_read_at)
    said = [page.say(f"pendant {number}", by=f"v{number}") for number in range(3)]
    for _ in range(3):
        present.pass_(minutes=6)
        read_due(present)
    assert (len(spots(page)), texts(page)) == (1, ["avant"])
    reconnect(page, present())
    read_due(present)
    page.channel.refresh_from_db()
    (spot,) = spots(page)
    assert (spot.until_at, spot.closed_at, page.channel.trouble) == (present(), None, "")
    fill_due(present)
    (spot,) = spots(page)
    assert spot.closed_at == present()
    assert texts(page) == ["avant", "pendant 0", "pendant 1", "pendant 2"]
    assert Message.objects.of(cast.brand).filter(network_id__in=said).count() == 3


def reconnect(line: Line, now: datetime) -> Channel:
    known = Account(line.account.account_id, line.account.handle, line.account.name)
    secrets = {"token": line.server.admin.issue_token(line.account.account_id)}
    channel = connect_channel(
        line.channel.brand, "practice", known, now, settings=line.channel.settings, secrets=secrets
    )
    actions.open_cursor(channel, now)
    return channel


def test_only_what_the_cursor_missed_is_counted_as_found(cast: Cast, page: Line, present: Clock) -> None:
    page.say("un")
    read_due(present)
    known = Message.objects.of(cast.brand).get(text="un")
    Message.objects.of(cast.brand).filter(pk=known.pk).delete()  # as if the cursor had jumped over it
    published_at = known.published_at
    present.pass_(minutes=10)
    spot = ask_backfill(page.channel, published_at - timedelta(minutes=1), present(), present(), actor_id=None)
    fill_due(present)
    spot.refresh_from_db()
    assert (spot.found, spot.closed_at) == (1, present())
    again = Message.objects.of(cast.brand).get(text="un")
    assert again.published_at == published_at
    assert fill_again(spot, present(), actor_id=cast.alice.user.pk)
    fill_due(present)
    assert Message.objects.of(cast.brand).filter(text="un").count() == 1


def test_the_sleep_of_the_desk_is_a_blind_spot_too(cast: Cast, page: Line, present: Clock) -> None:
    read_due(present)
    slept_at = present()
    page.say("pendant la nuit")
    present.pass_(hours=8)
    read_due(present)
    (spot,) = spots(page)
    assert (spot.reason, spot.from_at, spot.until_at) == ("asleep", slept_at, present())
    fill_due(present)
    assert spots(page)[0].closed_at is not None
    assert texts(page) == ["pendant la nuit"]


def test_a_sleep_that_ends_in_an_outage_is_noted_once(cast: Cast, page: Line, present: Clock) -> None:
    read_due(present)
    present.pass_(hours=8)
    page.server.admin.revoke_tokens(page.account.account_id)
    for _ in range(3):
        read_due(present)
        present.pass_(minutes=10)
    reconnect(page, present())
    read_due(present)
    assert [one.reason for one in spots(page)].count("asleep") == 1
    assert all(one.until_at is not None for one in spots(page))


def test_messages_and_cursor_are_one(cast: Cast, page: Line, present: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    read_due(present)
    before = cursor_of(page).position
    page.say("un")

    def fail(*args: Any) -> None:
        raise RuntimeError("the machine died here")

    present.pass_(minutes=1)
    with monkeypatch.context() as broken:
        broken.setattr(actions, "announce_all", fail)
        read_due(present)
    assert (cursor_of(page).position, texts(page)) == (before, [])
    assert spots(page)[0].reason == "malformed"
    present.pass_(minutes=5)
    read_due(present)
    assert texts(page) == ["un"]
    assert cursor_of(page).position != before


def test_a_worker_that_lost_its_lease_keeps_nothing(
    cast: Cast, page: Line, present: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_due(present)
    before = cursor_of(page).position
    page.say("un")
    opened = brands.connector_of

    def overtaken(channel: Channel) -> Any:
        Cursor.objects.of(cast.brand).filter(channel=channel).update(lease_token="somebody else's")
        return opened(channel)

    present.pass_(minutes=1)
    with monkeypatch.context() as slow:
        slow.setattr(brands, "connector_of", overtaken)
        read_due(present)
    assert (texts(page), cursor_of(page).position, spots(page)) == ([], before, [])
    present.pass_(minutes=2)
    read_due(present)
    assert texts(page) == ["un"]


def test_a_channel_is_read_by_one_worker_at_a_time(cast: Cast, page: Line, present: Clock) -> None:
    row_id = cursor_of(page).pk
    Cursor.objects.of(cast.brand).filter(pk=row_id).update(lease_token="another", leased_until=present() + LEASE)
    assert read_channel(row_id, present()) is None
    assert row_id not in due_cursors(present(), 10)
    assert row_id in due_cursors(present() + LEASE, 10)


def test_waiting_grows_with_failures_and_heeds_the_network(cast: Cast, page: Line, present: Clock) -> None:
    read_due(present)
    waits = []
    page.server.admin.revoke_tokens(page.account.account_id)
    for _ in range(6):
        present.at = cursor_of(page).due_at
        read_due(present)
        waits.append(cursor_of(page).due_at - present())
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] <= timedelta(minutes=6)


def test_a_network_out_of_reach_is_asked_again_soon(cast: Cast, page: Line, present: Clock) -> None:
    read_due(present)
    present.at = cursor_of(page).due_at
    with page.server.admin.broken(Mode.CLOSE_BEFORE, account_id=page.account.account_id, verb="feed"):
        read_due(present)
    assert cursor_of(page).failures == 1
    assert cursor_of(page).due_at - present() <= timedelta(seconds=15)


def test_a_network_that_asks_for_time_gets_it(cast: Cast, page: Line, present: Clock) -> None:
    limited = reconnect(page, present())
    with page.server.admin.broken(Mode.LIMIT, account_id=page.account.account_id, verb="feed", seconds=1800):
        read_due(present)
    assert Cursor.objects.of(cast.brand).get(channel=limited).due_at - present() >= timedelta(minutes=29)


def test_an_interval_that_makes_no_sense_is_refused(cast: Cast, page: Line, present: Clock) -> None:
    now = present()
    hour = timedelta(hours=1)
    for start, end in ((now, now), (now, now - hour), (now - hour, now + hour)):
        with pytest.raises(ValueError, match="interval"):
            ask_backfill(page.channel, start, end, now, actor_id=None)
    assert spots(page) == []


def test_beginning_again_takes_the_row_from_whoever_was_at_it(cast: Cast, page: Line, present: Clock) -> None:
    spot = ask_backfill(page.channel, present() - timedelta(hours=1), present(), present(), actor_id=None)
    rows = BlindSpot.objects.of(cast.brand).filter(pk=spot.pk)
    rows.update(lease_token="another", leased_until=present() + LEASE, position="page 7")
    assert fill_again(spot, present(), actor_id=cast.alice.user.pk)
    spot.refresh_from_db()
    assert (spot.lease_token, spot.position) == ("", "")


def test_a_hold_put_on_meanwhile_survives_reconnecting(cast: Cast, page: Line, present: Clock) -> None:
    assert hold_channel(page.channel, "Déraillement", present(), actor_id=None)
    report_trouble(page.channel, "sign_in", present())
    again = reconnect(page, present())
    again.refresh_from_db()
    assert (again.pk, again.trouble, again.is_connected) == (page.channel.pk, "", True)
    assert (again.held_at, again.hold_reason) == (present(), "Déraillement")


def test_no_empty_secret_overwrites_one(cast: Cast, page: Line, present: Clock) -> None:
    known = Account(page.account.account_id, page.account.handle, page.account.name)
    connect_channel(cast.brand, "practice", known, present(), settings=page.channel.settings, secrets={"token": ""})
    assert brands.secrets_of(page.channel)["token"] == page.account.token
    (row,) = ChannelSecret.objects.of(cast.brand).filter(channel=page.channel)
    assert page.account.token not in row.sealed


def test_trouble_is_told_once(cast: Cast, page: Line, present: Clock) -> None:
    assert report_trouble(page.channel, "outage", present())
    assert not report_trouble(page.channel, "outage", present())
    assert Event.objects.filter(name="ChannelTroubled").count() == 1
    assert JournalEntry.objects.filter(verb="report_trouble").count() == 1


# --- webhooks


def call(line: Line, text: str) -> tuple[dict[str, str], bytes]:
    kept = ChannelSecret.objects.of(line.channel.brand_id).filter(channel=line.channel, name="webhook_secret")
    if not kept.exists():
        secret = line.server.admin.hook(line.account.account_id, "http://127.0.0.1:9/", "")
        known = Account(line.account.account_id, line.account.handle, line.account.name)
        connect_channel(
            line.channel.brand,
            "practice",
            known,
            line.channel.made_at,
            settings=line.channel.settings,
            secrets={"webhook_secret": secret},
        )
    return line.server.admin.genuine_call(line.account.account_id, line.say(text))


def open_due(clock: Clock) -> None:
    for row in list(WebhookCall.objects.across_brands("a test").filter(due_at__lte=clock())):
        actions.open_webhook_call(row.pk, clock())


def test_a_call_is_kept_once_and_opened_once(cast: Cast, page: Line, present: Clock) -> None:
    headers, body = call(page, "par un appel")
    assert actions.receive_webhook(page.channel, headers, body, present()) is not None
    assert actions.receive_webhook(page.channel, headers, body, present()) is None
    open_due(present)
    assert texts(page) == ["par un appel"]
    row = WebhookCall.objects.of(cast.brand).get()
    assert (bytes(row.body), row.headers, row.due_at, row.reason) == (b"", {}, None, "")
    assert actions.open_webhook_call(row.pk, present()) is None
    page.read(present())  # polling brings it again
    assert texts(page) == ["par un appel"]


@pytest.mark.parametrize("what", ["body", "signature", "no signature", "nothing", "other account"])
def test_a_forged_call_adds_nothing_and_leaves_nothing(
    cast: Cast, page: Line, square: Line, present: Clock, what: str
) -> None:
    headers, body = call(page, "vrai")
    if what == "body":
        body = body.replace(b"vrai", b"faux")
    elif what == "signature":
        headers = {name: value[:-4] + "0000" if "sign" in name.lower() else value for name, value in headers.items()}
    elif what == "no signature":
        headers = {name: value for name, value in headers.items() if "sign" not in name.lower()}
    elif what == "nothing":
        headers, body = {}, b""
    else:
        call(square, "ailleurs")
    channel = square.channel if what == "other account" else page.channel
    actions.receive_webhook(channel, headers, body, present())
    open_due(present)
    row = WebhookCall.objects.of(cast.brand).get()
    assert (row.reason, bytes(row.body), row.headers, row.due_at) == ("forged", b"", {}, None)
    assert texts(page) == texts(square) == []


def test_old_calls_leave_nothing_for_ever(cast: Cast, page: Line, present: Clock) -> None:
    headers, body = call(page, "vieux")
    actions.receive_webhook(page.channel, headers, body, present())
    open_due(present)
    present.pass_(days=31)
    assert actions.drop_payloads(present()) >= 1
    assert not WebhookCall.objects.of(cast.brand).exists()
    assert texts(page) == ["vieux"]
