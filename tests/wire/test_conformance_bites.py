"""The conformance suite bites: every connector below has one defect, and the check that must see it does."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from nestor.networks.conformance import CHECKS, NotConforming
from nestor.networks.contract import (
    Absent,
    Account,
    Batch,
    Found,
    NetworkTrouble,
    Parcel,
    Reason,
    Receipt,
    Refused,
    TryLater,
    Uncertain,
    Unknown,
)
from nestor.networks.practice.admin import PracticeServer
from nestor.networks.practice.bench import PracticeBench
from nestor.networks.practice.connect import PracticeConnector
from nestor.vocabulary import new_public_id

Parts = dict[str, Callable[..., Any]]
Defect = Callable[[PracticeConnector], Parts]
AGES_AGO = datetime(2020, 1, 1).astimezone()
RECEIPT = Receipt("sq-1", AGES_AGO)


class Defective:
    """A connector some of whose parts were replaced."""

    def __init__(self, sound: PracticeConnector, defect: Defect) -> None:
        self._sound = sound
        self._parts = defect(sound)

    def __getattr__(self, name: str) -> Any:
        return self._parts.get(name) or getattr(self._sound, name)

    def __repr__(self) -> str:
        return str(self._parts["repr"]()) if "repr" in self._parts else "Defective"


class DefectiveBench(PracticeBench):
    defect: Defect

    def connect(self) -> PracticeConnector:
        return cast("PracticeConnector", Defective(super().connect(), self.defect))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path_factory.mktemp("practice") / "practice.sqlite3") as running:
        for place in ("square", "page"):
            running.admin.change_manners(place, calls_per_minute=100_000)
        yield running


def reading(change: Callable[[Batch], Batch]) -> Defect:
    return lambda sound: {"fetch": lambda since: change(sound.fetch(since))}


def arrivals(**changes: Any) -> Defect:
    return reading(lambda batch: replace(batch, arrivals=tuple(replace(one, **changes) for one in batch.arrivals)))


def changed_text(batch: Batch) -> Batch:
    return replace(batch, arrivals=tuple(replace(one, text=one.text.upper()) for one in batch.arrivals))


def scattered(batch: Batch) -> Batch:
    return replace(batch, arrivals=tuple(replace(one, thread_id=one.network_id) for one in batch.arrivals))


def without_zone(batch: Batch) -> Batch:
    bare = (replace(one, published_at=one.published_at.replace(tzinfo=None)) for one in batch.arrivals)
    return replace(batch, arrivals=tuple(bare))


def turned(batch: Batch) -> Batch:
    return replace(batch, arrivals=batch.arrivals[::-1])


def crashes(*_arguments: Any) -> Any:
    raise KeyError("id")


def unknown_cursors(sound: PracticeConnector) -> Parts:
    seen: list[str] = []

    def fetch(since: str) -> Batch:
        seen.append(since)
        return replace(sound.fetch(since if since.startswith("YWZ") else ""), cursor=f"{len(seen)}")

    return {"fetch": fetch}


def forgets_pages(sound: PracticeConnector) -> Parts:
    return {"fetch": lambda since: replace(sound.fetch(since), more=False)}


def sends(change: Callable[[Parcel], Parcel]) -> Defect:
    return lambda sound: {"send": lambda parcel: sound.send(change(parcel))}


def sends_twice(sound: PracticeConnector) -> Parts:
    def send(parcel: Parcel) -> Receipt:
        sound.send(replace(parcel, mark=new_public_id()))
        return sound.send(parcel)

    return {"send": send}


def tries_again(sound: PracticeConnector) -> Parts:
    def send(parcel: Parcel) -> Receipt:
        try:
            return sound.send(parcel)
        except Uncertain:
            return sound.send(replace(parcel, mark=new_public_id()))

    return {"send": send}


def on_trouble(make: Callable[[NetworkTrouble, Parcel], Receipt | Exception]) -> Defect:
    """Answer trouble of a send by something else."""

    def defect(sound: PracticeConnector) -> Parts:
        def send(parcel: Parcel) -> Receipt:
            try:
                return sound.send(parcel)
            except NetworkTrouble as trouble:
                made = make(trouble, parcel)
                if isinstance(made, Exception):
                    raise made from None
                return made

        return {"send": send}

    return defect


def sees(sighting: Any) -> Defect:
    return lambda _sound: {"find": lambda _parcel, _now: sighting}


def sees_anybodys_words(sound: PracticeConnector) -> Parts:
    def find(parcel: Parcel, now: datetime) -> Any:
        alike = [one for one in sound.fetch("").arrivals if one.text == parcel.text]
        return Found(Receipt(alike[0].network_id, now)) if alike else sound.find(parcel, now)

    return {"find": find}


def first_attempt_only(sound: PracticeConnector) -> Parts:
    return {"find": lambda parcel, now: sound.find(replace(parcel, last_attempted_at=None), now)}


def hasty(sound: PracticeConnector) -> Parts:
    def find(parcel: Parcel, now: datetime) -> Any:
        sighting = sound.find(parcel, now)
        return Absent() if isinstance(sighting, Unknown) else sighting

    return {"find": find}


def opens_anything(sound: PracticeConnector) -> Parts:
    def open_webhook(headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> Batch:
        try:
            return sound.open_webhook(headers, raw_body, received_at)
        except Refused:
            return Batch()

    return {"open_webhook": open_webhook}


def timeless(sound: PracticeConnector) -> Parts:
    def open_webhook(headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> Batch:
        stamp = {name.lower(): value for name, value in headers.items()}.get("x-practice-timestamp", "")
        usable = stamp.isascii() and stamp.isdecimal()
        return sound.open_webhook(headers, raw_body, received_at.fromtimestamp(int(stamp)) if usable else received_at)

    return {"open_webhook": open_webhook}


def case_sensitive(sound: PracticeConnector) -> Parts:
    def open_webhook(headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> Batch:
        return sound.open_webhook(headers if "X-Practice-Event" in headers else {}, raw_body, received_at)

    return {"open_webhook": open_webhook}


def never_forgets(sound: PracticeConnector) -> Parts:
    def delete(network_id: str) -> None:
        if sound.metrics(network_id).counts:
            sound.delete(network_id)

    return {"delete": delete}


def spells_out_its_token(sound: PracticeConnector) -> Parts:
    token = sound._line._session._headers["Authorization"].removeprefix("Bearer ")
    return {"who_am_i": lambda: replace(sound.who_am_i(), url=f"https://x.example/?t={token}")}


DEFECTS: list[tuple[str, str, str, Defect]] = [
    (
        "loses the last arrival",
        "square",
        "a_cursor_goes_on_where_it_stopped",
        reading(lambda b: replace(b, arrivals=b.arrivals[:-1])),
    ),
    ("turns the order", "square", "a_first_read_brings_what_is_there", reading(turned)),
    ("drops the zone", "square", "a_first_read_brings_what_is_there", reading(without_zone)),
    ("lies about the time", "square", "a_first_read_brings_what_is_there", arrivals(published_at=AGES_AGO)),
    ("says everything is ours", "square", "a_first_read_brings_what_is_there", arrivals(is_ours=True)),
    ("changes the text", "square", "hostile_text_arrives_as_the_network_shows_it", reading(changed_text)),
    ("never flags an echo", "page", "an_own_echo_is_flagged", arrivals(is_ours=False)),
    ("scatters threads", "page", "a_reply_stays_in_its_thread", reading(scattered)),
    ("hides deletions", "square", "a_deletion_is_told", reading(lambda b: replace(b, vanished=()))),
    ("never rests", "square", "a_cursor_goes_on_where_it_stopped", unknown_cursors),
    ("stops after a page", "square", "pages_lose_nothing", forgets_pages),
    ("crashes on a cursor", "square", "nonsense_cursors_do_no_harm", lambda _sound: {"fetch": crashes}),
    (
        "reads back nothing",
        "page",
        "a_past_interval_can_be_read_again",
        lambda _sound: {"fetch_back": lambda *_a: Batch()},
    ),
    (
        "reads back everything",
        "page",
        "a_past_interval_can_be_read_again",
        lambda sound: {"fetch_back": lambda *_a: sound.fetch("")},
    ),
    ("has no account", "square", "the_account_says_who_it_is", lambda _sound: {"who_am_i": lambda: Account("", "")}),
    ("spells out its token", "square", "the_account_says_who_it_is", spells_out_its_token),
    ("sends twice", "page", "what_is_sent_is_there", sends_twice),
    ("sends nothing", "page", "what_is_sent_is_there", lambda _sound: {"send": lambda _parcel: RECEIPT}),
    (
        "cleans what it sends",
        "page",
        "hostile_text_is_sent_as_it_is",
        sends(lambda p: replace(p, text=re.sub("<[^>]*>", "", p.text))),
    ),
    (
        "cuts what is too long",
        "square",
        "exactly_the_limit_passes_one_more_does_not",
        sends(lambda p: replace(p, text=p.text[:300])),
    ),
    (
        "measures wrongly",
        "square",
        "exactly_the_limit_passes_one_more_does_not",
        lambda _sound: {"measure": lambda text, _kind: len(text)},
    ),
    (
        "measures nothing as something",
        "square",
        "limits_are_dated_and_measured",
        lambda _sound: {"measure": lambda _text, _kind: 1},
    ),
    (
        "forgets its marks",
        "square",
        "the_same_mark_twice_is_one_message",
        sends(lambda p: replace(p, mark=new_public_id())),
    ),
    (
        "answers the void",
        "page",
        "an_answer_to_what_is_gone_is_refused",
        sends(lambda p: replace(p, in_reply_to=p.hangs_on)),
    ),
    ("takes its time", "page", "what_is_too_late_is_not_sent", sends(lambda p: replace(p, not_after=None))),
    ("looks at the first attempt only", "square", "what_was_not_sent_is_absent_in_time", first_attempt_only),
    ("says it is absent", "square", "what_was_sent_is_found", sees(Absent())),
    ("says it is found", "square", "what_was_not_sent_is_absent_in_time", sees(Found(RECEIPT))),
    ("never knows", "page", "what_was_not_sent_is_absent_in_time", sees(Unknown())),
    ("sees anybody's words", "page", "somebody_elses_words_are_not_ours", sees_anybodys_words),
    ("is hasty", "square", "a_write_never_answered_is_uncertain", hasty),
    ("is hasty when reads lag", "square", "a_stale_read_does_not_prove_absence", hasty),
    ("is hasty in an outage", "page", "nobody_knows_during_an_outage", hasty),
    ("tries again by itself", "page", "a_write_carried_out_without_an_answer_is_uncertain_error_after", tries_again),
    (
        "calls doubt a clear no",
        "page",
        "a_write_carried_out_without_an_answer_is_uncertain_closed_after",
        on_trouble(lambda t, _p: Refused(t.reason)),
    ),
    (
        "calls doubt a later",
        "page",
        "a_write_carried_out_without_an_answer_is_uncertain_error_after",
        on_trouble(lambda t, _p: TryLater(t.reason, timedelta(1))),
    ),
    ("calls doubt a success", "page", "an_answer_without_sense_proves_nothing", on_trouble(lambda _t, _p: RECEIPT)),
    ("calls a limit doubt", "page", "a_rate_limit_says_when", on_trouble(lambda t, _p: Uncertain(t.reason))),
    (
        "calls a dead token an outage",
        "page",
        "a_dead_token_is_told_as_such",
        on_trouble(lambda _t, _p: Refused(Reason.OUTAGE)),
    ),
    ("lets a defect escape", "page", "a_refusal_is_clear", on_trouble(lambda _t, _p: KeyError("id"))),
    ("quotes the message", "page", "a_refusal_is_clear", on_trouble(lambda t, p: Refused(t.reason, p.text))),
    ("quits reading", "page", "reads_of_a_broken_network_lose_nothing", lambda _sound: {"who_am_i": crashes}),
    ("opens anything", "square", "a_forged_call_is_refused", opens_anything),
    ("opens old calls", "square", "an_old_call_is_refused", timeless),
    ("is particular about capitals", "square", "a_genuine_call_opens", case_sensitive),
    ("complains of the gone", "square", "our_words_can_be_taken_back", never_forgets),
    (
        "edits nothing",
        "square",
        "our_words_can_be_replaced",
        lambda _sound: {"edit": lambda network_id, _text: Receipt(network_id, AGES_AGO)},
    ),
    ("cannot repeat a deed", "page", "deeds_can_be_repeated", lambda _sound: {"act": crashes}),
    (
        "counts below nothing",
        "square",
        "counts_are_counts",
        lambda sound: {"metrics": lambda i: replace(sound.metrics(i), counts={"likes": -1})},
    ),
]


@pytest.mark.parametrize(("place", "name", "defect"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS])
def test_the_defect_is_seen(place: str, name: str, defect: Defect, server: PracticeServer) -> None:
    check = next(check for check in CHECKS if check.name == name)
    bench = DefectiveBench(server, place)
    bench.defect = staticmethod(defect)
    assert check.reason_to_skip(bench) == ""
    with pytest.raises((NotConforming, KeyError, Refused)):
        check.examine(bench)


def test_every_check_states_its_promise() -> None:
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names))
    assert all(check.promise.endswith(".") for check in CHECKS)
