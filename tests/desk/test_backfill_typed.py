"""`nestor backfill`: an interval is read again, by this command or by the worker that runs."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from nestor.brands.actions import connect_channel, disconnect_channel
from nestor.brands.models import Channel
from nestor.brands.reads import connector_of
from nestor.faces.cli import backfill
from nestor.faces.cli.errors import Exit
from nestor.inbox.actions import fill_blind_spot
from nestor.inbox.actions.importing import open_archive
from nestor.inbox.models import BlindSpot, Message
from nestor.networks.contract import Account
from nestor.networks.practice.admin import Mode, PracticeServer
from nestor.vocabulary import new_public_id
from nestor.work.actions import show_pulse
from tests.desk.cast import Cast, assemble
from tests.desk.terminal import Terminal, terminal

DAY_BEFORE = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return terminal(capsys)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    file: Path = tmp_path_factory.mktemp("practice") / "practice.sqlite3"
    with PracticeServer(file) as running:
        yield running


def place(cast: Cast, practice: PracticeServer) -> Channel:
    """Connect a channel at the practice network under whose post somebody has spoken."""
    account = practice.admin.desk_account("page", ref=new_public_id(), handle="@ligne", name="Ligne Verte")
    post = practice.admin.speak(account, "Horaires d’été", kind="post")
    practice.admin.say("page", "Bonjour, à quelle heure ?", reply_to=post)
    return connect_channel(
        cast.brand,
        "practice",
        Account(account.account_id, account.handle, account.name),
        datetime.now(UTC),
        settings={"url": practice.url, "place": "page"},
        secrets={"token": account.token},
        name="La page",
    )


@pytest.fixture
def channel(cast: Cast, practice: PracticeServer, settings: object) -> Channel:
    settings.NESTOR_PRIVATE_NETWORKS = True  # type: ignore[attr-defined]  # pytest-django's own
    return place(cast, practice)


def test_the_command_reads_by_itself_where_no_worker_runs(cast: Cast, channel: Channel, typed: Terminal) -> None:
    done = typed("backfill", "--brand", cast.brand.slug, "--channel", "la PAGE", "--from", DAY_BEFORE)
    assert (done.code, done.err) == (Exit.OK, "")
    assert "New messages: 1." in done.out
    (message,) = Message.objects.of(cast.brand).filter(is_ours=False)
    assert message.shown_at is not None
    (spot,) = BlindSpot.objects.of(cast.brand)
    assert (spot.reason, spot.found) == ("asked", 1)
    again = typed("backfill", "--brand", cast.brand.slug, "--channel", channel.public_id, "--from", DAY_BEFORE)
    assert "New messages: 0." in again.out


@pytest.mark.parametrize(
    "wrong",
    [
        ("--from", "yesterday"),
        ("--from", "2999-01-01"),
        ("--from", "2026-01-02", "--to", "2026-01-01"),
        ("--from", "2026-01-01", "--to", "2999-01-01"),
    ],
)
def test_an_interval_that_is_none(wrong: tuple[str, ...], cast: Cast, channel: Channel, typed: Terminal) -> None:
    assert typed("backfill", "--brand", cast.brand.slug, "--channel", "La page", *wrong).code == Exit.USAGE
    assert not BlindSpot.objects.of(cast.brand).exists()


def test_channels_that_cannot_be_read(cast: Cast, channel: Channel, typed: Terminal, practice: PracticeServer) -> None:
    now = datetime.now(UTC)
    open_archive(cast.brand, "Vieux courrier", now)

    def refused(name: str) -> str:
        done = typed("backfill", "--brand", cast.brand.slug, "--channel", name, "--from", DAY_BEFORE)
        assert done.code == Exit.FAILED
        return done.err

    assert "imported files" in refused("Vieux courrier")
    assert channel.public_id in refused("nowhere")
    with practice.admin.broken(Mode.DEAD_TOKEN):
        assert "does not accept this sign-in" in refused("La page")
    disconnect_channel(channel, now, actor_id=None)
    assert "not connected" in refused("La page")
    assert not BlindSpot.objects.of(cast.brand).exists()


def test_two_channels_of_one_name_are_told_apart_by_id(cast: Cast, channel: Channel, typed: Terminal) -> None:
    Channel.objects.of(cast.brand).filter(pk=cast.channel.pk).update(name="La page")
    done = typed("backfill", "--brand", cast.brand.slug, "--channel", "La page", "--from", DAY_BEFORE)
    assert done.code == Exit.FAILED
    assert cast.channel.public_id in done.err
    assert channel.public_id in done.err


def test_a_network_that_breaks_off_leaves_the_rest_to_the_desk(
    cast: Cast, channel: Channel, practice: PracticeServer, typed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = backfill.check_channel

    def look_then_break(one: Channel) -> None:
        looked(one)
        practice.admin.break_it(Mode.ERROR_BEFORE, verb="read")
        practice.admin.break_it(Mode.ERROR_BEFORE, verb="feed")

    monkeypatch.setattr(backfill, "check_channel", look_then_break)
    try:
        done = typed("backfill", "--brand", cast.brand.slug, "--channel", "La page", "--from", DAY_BEFORE)
    finally:
        practice.admin.mend()
    assert (done.code, "goes on once" in done.err) == (Exit.FAILED, True)
    (spot,) = BlindSpot.objects.of(cast.brand)
    assert spot.closed_at is None
    assert spot.due_at is not None


def test_a_worker_that_runs_does_it(
    transactional_db: None, practice: PracticeServer, typed: Terminal, settings: object
) -> None:
    settings.NESTOR_PRIVATE_NETWORKS = True  # type: ignore[attr-defined]  # pytest-django's own
    cast = assemble()
    channel = place(cast, practice)
    connector_of(channel).close()
    show_pulse("work", datetime.now(UTC))
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            for spot in list(BlindSpot.objects.of(cast.brand).filter(closed_at__isnull=True)):
                fill_blind_spot(spot.pk, datetime.now(UTC))
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        done = typed("backfill", "--brand", cast.brand.slug, "--channel", "La page", "--from", DAY_BEFORE)
    finally:
        over.set()
        worker.join()
    assert (done.code, done.err) == (Exit.OK, "")
    assert "New messages: 1." in done.out
    assert "background work reads them" in done.out
