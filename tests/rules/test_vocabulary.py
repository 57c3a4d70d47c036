"""Ids: in order, positive, of 63 bits, also from many threads; public ids tell nothing."""

import re
import threading
import time

import pytest

from nestor import vocabulary
from nestor.vocabulary import EPOCH_MS, new_id, new_public_id


def test_ids_increase_and_fit_a_signed_column() -> None:
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert all(0 < one < 2**63 for one in ids)


def test_ids_increase_in_each_of_many_threads() -> None:
    found: list[list[int]] = []

    def make() -> None:
        found.append([new_id() for _ in range(2000)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert all(ids == sorted(ids) for ids in found)
    everything = [one for ids in found for one in ids]
    assert len(set(everything)) == 16_000


@pytest.mark.parametrize("shift_ms", [-3_600_000, -1, 0])
def test_a_clock_set_back_makes_no_id_smaller(monkeypatch: pytest.MonkeyPatch, shift_ms: int) -> None:
    before = new_id()
    away = time.time_ns() + shift_ms * 1_000_000
    monkeypatch.setattr(time, "time_ns", lambda: away)
    ids = [new_id() for _ in range(5)]
    assert all(one > before for one in ids)
    assert ids == sorted(set(ids))


def test_an_id_tells_when_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    later = (EPOCH_MS + 2_000_000_000_000 - 1) * 1_000_000  # in 2088
    monkeypatch.setattr(vocabulary, "_last", 0)
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert (new_id() >> 22) + EPOCH_MS == later // 1_000_000
    assert new_id() < 2**63


def test_public_ids_are_opaque() -> None:
    ids = [new_public_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert all(re.fullmatch("[0-9abcdefghjkmnpqrstvwxyz]{16}", one) for one in ids)
    assert {one[0] for one in ids} == set("0123456789abcdefghjkmnpqrstvwxyz")
