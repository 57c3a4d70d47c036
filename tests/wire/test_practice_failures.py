"""Failures on demand of the practice network, and what its witness says of them."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import nestor
from nestor.networks.contract import Found, Reason, Refused, TryLater, Uncertain, Unknown
from nestor.networks.practice.admin import Admin, Mode, PracticeServer, is_there, times_accepted
from tests.wire.practice_desk import Desk, OpenDesk, eventually


def test_a_failure_strikes_as_often_as_it_was_asked_to(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("page")
    asked = alice.hear()
    admin.break_it(Mode.ERROR_AFTER, account_id=alice.account.account_id, verb="send", count=2)
    outcomes = []
    for number in range(4):
        try:
            outcomes.append(bool(alice.answer(asked, f"Réponse {number}")))
        except Uncertain:
            outcomes.append(False)
    assert outcomes == [False, False, True, True]
    assert [(row["asked"], row["struck"], row["remaining"]) for row in admin.failures()] == [(2, 2, 0)]


def test_a_seeded_failure_strikes_the_same_calls_again(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("page")
    asked = alice.hear()

    def struck(seed: int) -> list[bool]:
        outcomes = []
        with admin.broken(Mode.REFUSE, account_id=alice.account.account_id, verb="send", chance=0.5, seed=seed):
            for _number in range(16):
                try:
                    alice.answer(asked)
                    outcomes.append(False)
                except Refused:
                    outcomes.append(True)
        return outcomes

    first = struck(7)
    assert struck(7) == first
    assert struck(8) != first
    assert 0 < sum(first) < 16


def test_what_is_accepted_late_arrives_after_everybody_gave_up(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("page")
    parcel = alice.parcel(alice.hear())
    with admin.broken(Mode.ACCEPT_LATE, account_id=alice.account.account_id, verb="send", seconds=0.6):
        with pytest.raises(Uncertain):
            alice.connector.send(parcel)
        assert isinstance(alice.connector.find(parcel, datetime.now(UTC)), Unknown)
    assert eventually(lambda: times_accepted(admin.witness(mark=parcel.mark)) == {parcel.mark: 1})
    assert isinstance(alice.connector.find(parcel, datetime.now(UTC)), Found)


def test_a_network_that_forgets_its_marks_is_found_out(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("square")
    parcel = alice.parcel(alice.hear())
    with admin.broken(Mode.FORGET_MARKS, account_id=alice.account.account_id):
        assert alice.connector.send(parcel) != alice.connector.send(parcel)
    assert times_accepted(admin.witness(mark=parcel.mark)) == {parcel.mark: 2}


def test_a_promise_that_nothing_was_done_is_a_later(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("page")
    asked = alice.hear()
    with admin.broken(Mode.ERROR_BEFORE, verb="send", retry_after=7), pytest.raises(TryLater) as caught:
        alice.answer(asked)
    assert caught.value.after == timedelta(seconds=7)


def test_reads_can_lag_for_a_number_of_reads(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("square")
    admin.break_it(Mode.STALE, account_id=alice.account.account_id, verb="read", count=2)
    asked = alice.hear()
    seen = [bool(alice.connector.fetch("").arrivals) for _read in range(3)]
    assert seen == [False, False, True]
    assert alice.connector.fetch("").arrivals[0].network_id == asked


def test_a_token_dies_and_another_lives(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("square")
    cursor = alice.connector.fetch("").cursor
    assert admin.revoke_tokens(alice.account.account_id) == 1
    missed = alice.hear("Pendant la panne")
    with pytest.raises(Refused) as caught:
        alice.connector.fetch(cursor)
    assert caught.value.reason is Reason.SIGN_IN
    again = alice.connect(admin.issue_token(alice.account.account_id))
    assert [arrival.network_id for arrival in again.fetch(cursor).arrivals] == [missed]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_accepted_is_lost_when_the_network_dies(tmp_path: Path, how: signal.Signals) -> None:
    server = PracticeServer(tmp_path / "practice.sqlite3").start()
    alice = Desk(server, "square")
    parcel = alice.parcel(alice.hear())
    receipt = alice.connector.send(parcel)
    cursor = alice.connector.fetch("").cursor
    server.stop(how)
    assert not is_there(f"http://127.0.0.1:{server.port}")
    with pytest.raises(TryLater):
        alice.connector.fetch(cursor)
    assert times_accepted(server.testimonies()) == {parcel.mark: 1}
    with server:
        assert alice.connector.send(parcel).network_id == receipt.network_id
        later = alice.hear("Après le redémarrage")
        assert [arrival.network_id for arrival in alice.connector.fetch(cursor).arrivals] == [later]
    alice.connector.close()


def test_the_witness_hears_what_was_refused_too(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("square")
    asked = alice.hear()
    parcels = [alice.parcel(asked), alice.parcel("sq-999999"), alice.parcel(asked, "x" * 301)]
    for parcel in (parcels[0], *parcels):
        try:
            alice.connector.send(parcel)
        except Refused:
            continue
    heard = [row for row in admin.witness(place="square") if row.account_id == alice.account.account_id]
    assert Counter(row.outcome for row in heard) == {"accepted": 1, "repeated": 1, "gone": 1, "too_long": 1}
    assert {row.mark for row in heard} == {parcel.mark for parcel in parcels}


def test_what_was_sent_is_found_among_hundreds(desk: OpenDesk) -> None:
    alice = desk("page")
    early = alice.parcel(alice.hear())
    alice.connector.send(early)
    crowded = alice.hear("Tout le monde répond ici")
    first = alice.parcel(crowded, "Première")
    alice.connector.send(first)
    for number in range(501):
        alice.answer(crowded, f"Réponse {number}")
    later = datetime.now(UTC) + timedelta(hours=1)
    assert isinstance(alice.connector.find(early, later), Found)
    sighting = alice.connector.find(first, later)
    assert isinstance(sighting, Unknown)  # beyond what the network shows: nobody can tell, and nobody pretends
    assert sighting.reason is Reason.DUPLICATE


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    start = "from pathlib import Path; from nestor.networks.practice.admin import PracticeServer; import os, sys;"
    start += "print(PracticeServer(Path(sys.argv[1])).start().url, flush=True); os.kill(os.getpid(), 9)"
    command = [sys.executable, "-c", start, str(tmp_path / "practice.sqlite3")]
    environment = os.environ | {"PYTHONPATH": str(Path(nestor.__file__).parents[1])}
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert told.returncode == -signal.SIGKILL
    url = told.stdout.strip()
    assert url.startswith("http://127.0.0.1:")
    assert eventually(lambda: not is_there(url))
