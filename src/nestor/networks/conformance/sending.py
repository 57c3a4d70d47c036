"""Checks of what goes out: sent once, found again, within limits, edited, removed."""

from dataclasses import replace
from datetime import date, timedelta

from nestor.networks.conformance.bench import Bench
from nestor.networks.conformance.expect import expect, expect_trouble
from nestor.networks.conformance.hostile import SENDABLE_TEXTS
from nestor.networks.conformance.suite import check
from nestor.networks.conformance.walks import answer_to, expect_utc, ours, question, read_on
from nestor.networks.contract import (
    Ability,
    Absent,
    Connector,
    Deed,
    Enclosure,
    Found,
    Limits,
    Parcel,
    Reason,
    Refused,
    TryLater,
    Unknown,
)
from nestor.vocabulary import MessageKind, new_public_id

PICTURE = bytes.fromhex(  # a PNG of one pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63e04ac9000001"
    "5200d795fa92bf0000000049454e44ae426082"
)
_FILLERS = ("a", "é", "字", "👩‍👩‍👧‍👦")
_LONGEST_TRIED = 100_000


@check(Ability.REPLY)
def what_is_sent_is_there(bench: Bench) -> None:
    """A receipt names the one message that now stands on the network, ours, with our words, where it belongs."""
    connector = bench.connect()
    asked = question(bench, connector)
    parcel = answer_to(asked, "In front of the library.", attempted_at=bench.now())
    receipt = connector.send(parcel)
    expect_utc(receipt.at, "the receipt's time")
    there = ours(bench.shown(), parcel.text)
    expect([entry.network_id for entry in there] == [receipt.network_id], "the receipt names the one message there is")
    expect(there[0].in_reply_to in {asked.network_id, ""}, "it answers what it was meant to answer")


@check(Ability.REPLY, Ability.FETCH)
def what_is_sent_comes_back_as_ours(bench: Bench) -> None:
    """Our own answer arrives with the next read, flagged as ours, in its thread, under the receipt's id."""
    connector = bench.connect()
    asked = question(bench, connector)
    cursor = read_on(connector).cursor
    parcel = answer_to(asked, "It stops at the harbour.", attempted_at=bench.now())
    receipt = connector.send(parcel)
    echo = read_on(connector, cursor).latest(receipt.network_id)
    expect(echo.is_ours and echo.thread_id == asked.thread_id, "the echo is ours and in its thread")
    expect(echo.mark in {"", parcel.mark}, "a mark that comes back is the one that was sent")


@check(Ability.REPLY)
def hostile_text_is_sent_as_it_is(bench: Bench) -> None:
    """A reader sees exactly the words that were sent, or the network refuses them; nothing is executed or altered."""
    connector = bench.connect()
    asked = question(bench, connector)
    for text in SENDABLE_TEXTS:
        parcel = answer_to(asked, text, attempted_at=bench.now())
        try:
            connector.send(parcel)
        except Refused:
            expect(not ours(bench.shown(), text), "what is refused is not there")
        else:
            expect(len(ours(bench.shown(), text)) == 1, "a reader sees the very words that were sent")


@check(Ability.REPLY, Ability.FETCH)
def what_is_enclosed_is_there_with_its_description(bench: Bench) -> None:
    """Where the limits take pictures, one that is enclosed stands with the message, described; one too many is refused.

    A network that takes none says so by its limits, and is given none.
    """
    connector = bench.connect()
    limits = connector.limits(bench.kind)
    if not limits.images or "image/png" not in limits.media_types:
        return
    asked = question(bench, connector)
    cursor = read_on(connector).cursor
    described = Enclosure("dot.png", "image/png", PICTURE, "A dot.", 1, 1)
    parcel = replace(answer_to(asked, "Look at this.", attempted_at=bench.now()), files=(described,))
    receipt = connector.send(parcel)
    echo = read_on(connector, cursor).latest(receipt.network_id)
    expect([one.kind for one in echo.attachments] == ["image"], "the picture stands with the message")
    expect({one.alt for one in echo.attachments} <= {"", described.alt}, "with its own description, or none")
    many = replace(answer_to(asked, "Too many to look at."), files=(described,) * (limits.images + 1))
    expect_trouble(lambda: connector.send(many), Refused, when="enclosing one too many")
    expect(not ours(bench.shown(), many.text), "nothing stands there without its pictures")


@check(Ability.REPLY)
def nothing_is_not_sent(bench: Bench) -> None:
    """An empty text is refused."""
    connector = bench.connect()
    asked = question(bench, connector)
    before = len(bench.shown())
    expect_trouble(lambda: connector.send(answer_to(asked, "  \n ")), Refused, when="sending an empty text")
    expect(len(bench.shown()) == before, "nothing was added")


@check(Ability.REPLY)
def what_is_too_late_is_not_sent(bench: Bench) -> None:
    """A parcel whose `not_after` has passed is not sent: `TryLater`, and nothing stands there."""
    connector = bench.connect()
    asked = question(bench, connector)
    late = replace(answer_to(asked, "Too late to say."), not_after=bench.now() - timedelta(seconds=1))
    expect_trouble(lambda: connector.send(late), TryLater, when="sending too late")
    expect(not ours(bench.shown(), late.text), "nothing stands there")
    in_time = replace(answer_to(asked, "Just in time."), not_after=bench.now() + timedelta(minutes=5))
    expect(bool(connector.send(in_time).network_id), "what is in time is sent")


@check(Ability.REPLY, Ability.HONOURS_MARKS)
def the_same_mark_twice_is_one_message(bench: Bench) -> None:
    """Where marks are honoured, sending the same parcel again gives the first receipt and adds nothing."""
    connector = bench.connect()
    parcel = answer_to(question(bench, connector), "Once is enough.", attempted_at=bench.now())
    first, second = connector.send(parcel), bench.connect().send(parcel)
    expect(first.network_id == second.network_id, "the second receipt is the first")
    expect(len(ours(bench.shown(), parcel.text)) == 1, "there is one message")
    other = connector.send(answer_to(question(bench, connector), "Once is enough.", attempted_at=bench.now()))
    expect(other.network_id != first.network_id, "another mark is another message")


@check(Ability.REPLY, Ability.FIND)
def what_was_sent_is_found(bench: Bench) -> None:
    """`find` sees what `send` did, with the same id, whatever the words."""
    connector = bench.connect()
    asked = question(bench, connector)
    for text in ("Every twenty minutes.", *SENDABLE_TEXTS[:2]):
        parcel = answer_to(asked, text, attempted_at=bench.now())
        receipt = connector.send(parcel)
        sighting = bench.connect().find(parcel, bench.now())
        expect(isinstance(sighting, Found), "what was sent is found")
        expect(isinstance(sighting, Found) and sighting.receipt.network_id == receipt.network_id, "under its own id")


@check(Ability.REPLY, Ability.FIND)
def what_was_not_sent_is_absent_in_time(bench: Bench) -> None:
    """What was never sent is Absent once nothing can be under way, and Unknown before."""
    connector = bench.connect()
    asked = question(bench, connector)
    now = bench.now()
    long_ago = answer_to(asked, "Never said.", attempted_at=now - bench.settles_within - timedelta(minutes=1))
    expect(isinstance(connector.find(long_ago, now), Absent), "it is Absent once everything has settled")
    just_now = answer_to(asked, "Perhaps under way.", attempted_at=now)
    expect(isinstance(connector.find(just_now, now), Unknown), "it is Unknown while a request may be under way")
    again = replace(long_ago, last_attempted_at=now)
    expect(isinstance(connector.find(again, now), Unknown), "the latest attempt counts, not the first")
    undated = answer_to(asked, "Nobody knows when.")
    expect(isinstance(connector.find(undated, now), Unknown), "it is Unknown when nobody knows when it was tried")


@check(Ability.REPLY, Ability.FIND)
def somebody_elses_words_are_not_ours(bench: Bench) -> None:
    """The same words from a visitor are not taken for what was sent."""
    connector = bench.connect()
    asked = question(bench, connector)
    words = "Ask at the counter."
    parcel = answer_to(asked, words, attempted_at=bench.now())
    bench.plant(words, in_reply_to=asked.network_id)
    expect(not isinstance(connector.find(parcel, bench.now()), Found), "a visitor's words are not our delivery")


@check()
def limits_are_dated_and_measured(bench: Bench) -> None:
    """Every limit has a source and a date; the empty text measures 0; measuring calls no network and never fails."""
    connector = bench.connect()
    limits = connector.limits(bench.kind)
    expect(bool(limits.source), "limits name their source")
    expect(date.fromisoformat(limits.as_of) <= bench.now().date() + timedelta(days=1), "and the date it was read")
    expect(limits.text is None or limits.text > 0, "a limit is positive, or there is none")
    for kind in MessageKind:
        within = connector.limits(kind).reply_within
        expect(within is None or within > timedelta(), "a window for answers is a length of time, or there is none")
    expect(connector.measure("", bench.kind) == 0, "nothing measures 0")
    for text in SENDABLE_TEXTS:
        expect(connector.measure(text, bench.kind) > 0, "something measures more")


@check(Ability.REPLY)
def exactly_the_limit_passes_one_more_does_not(bench: Bench) -> None:
    """A text of exactly the limit is sent; one unit more is `Refused(TOO_LONG)` and nothing stands there."""
    connector = bench.connect()
    limits = connector.limits(bench.kind)
    if limits.text is None or limits.text > _LONGEST_TRIED:
        return
    asked = question(bench, connector)
    for filler in _FILLERS:
        full = _filled(bench, connector, limits, filler)
        if not full:
            continue
        receipt = connector.send(answer_to(asked, full, attempted_at=bench.now()))
        expect(
            receipt.network_id in {entry.network_id for entry in ours(bench.shown(), full)}, "the limit itself passes"
        )
        too_long = answer_to(asked, full + "a", attempted_at=bench.now())
        trouble = expect_trouble(lambda parcel=too_long: connector.send(parcel), Refused, when="one unit too long")  # type: ignore[misc]
        expect(trouble.reason is Reason.TOO_LONG, "the reason is TOO_LONG")
        expect(not ours(bench.shown(), full + "a"), "what is too long is not there")


def _filled(bench: Bench, connector: Connector, limits: Limits, filler: str) -> str:
    """Return a text that measures exactly the limit, "" where the filler cannot make one."""
    if limits.text is None:
        return ""
    each = connector.measure(filler, bench.kind)
    text = filler * (limits.text // each)
    text += "a" * (limits.text - connector.measure(text, bench.kind))
    fits_bytes = limits.text_bytes is None or len(text.encode()) <= limits.text_bytes
    return text if fits_bytes and connector.measure(text, bench.kind) == limits.text else ""


@check(Ability.REPLY)
def an_answer_to_what_is_gone_is_refused(bench: Bench) -> None:
    """Answering a message that was deleted meanwhile is `Refused(GONE)`, and nothing stands there."""
    connector = bench.connect()
    asked = question(bench, connector)
    bench.remove(asked.network_id)
    parcel = answer_to(asked, "Nobody will read this.", attempted_at=bench.now())
    trouble = expect_trouble(lambda: connector.send(parcel), Refused, when="answering what is gone")
    expect(trouble.reason is Reason.GONE, "the reason is GONE")
    expect(not ours(bench.shown(), parcel.text), "nothing stands there")


@check(Ability.PUBLISH)
def a_publication_is_sent_and_found(bench: Bench) -> None:
    """A post of our own is sent with a receipt and, where the network can look, found."""
    connector = bench.connect()
    parcel = Parcel(new_public_id(), "The new timetable is out.", kind="post", attempted_at=bench.now())
    receipt = connector.send(parcel)
    expect(receipt.network_id in {entry.network_id for entry in ours(bench.shown(), parcel.text)}, "it stands there")
    if Ability.FIND in connector.can():
        sighting = connector.find(parcel, bench.now())
        expect(isinstance(sighting, Found) and sighting.receipt.network_id == receipt.network_id, "it is found")


@check(Ability.REPLY, Ability.EDIT)
def our_words_can_be_replaced(bench: Bench) -> None:
    """`edit` replaces our own text; somebody else's is refused and stays."""
    connector = bench.connect()
    asked = question(bench, connector)
    sent = connector.send(answer_to(asked, "At nine.", attempted_at=bench.now()))
    receipt = connector.edit(sent.network_id, "At ten.")
    expect(receipt.network_id == sent.network_id, "the id stays")
    expect(len(ours(bench.shown(), "At ten.")) == 1 and not ours(bench.shown(), "At nine."), "the words are replaced")
    expect_trouble(lambda: connector.edit(asked.network_id, "Mine now."), Refused, when="editing somebody else's words")
    expect(not any(entry.text == "Mine now." for entry in bench.shown()), "their words stay")


@check(Ability.REPLY, Ability.DELETE)
def our_words_can_be_taken_back(bench: Bench) -> None:
    """`delete` removes our own message; a second time is no error."""
    connector = bench.connect()
    parcel = answer_to(question(bench, connector), "Too fast.", attempted_at=bench.now())
    receipt = connector.send(parcel)
    connector.delete(receipt.network_id)
    expect(not ours(bench.shown(), parcel.text), "it is gone")
    connector.delete(receipt.network_id)


@check()
def deeds_can_be_repeated(bench: Bench) -> None:
    """Every deed the account can do is done; done already is no error."""
    connector = bench.connect()
    able = connector.can()
    deeds = [deed for deed in Deed if (Ability.HIDE if deed is Deed.UNHIDE else Ability(deed.value)) in able]
    for deed in deeds:
        asked = question(bench, connector, f"About to be treated: {deed.value}")
        connector.act(deed, asked.network_id)
        connector.act(deed, asked.network_id)
    expect(bool(read_on(connector).arrivals) or not deeds, "and the channel still reads")


@check(Ability.METRICS)
def counts_are_counts(bench: Bench) -> None:
    """Counts are never negative; of a message that is gone there are none."""
    connector = bench.connect()
    asked = question(bench, connector)
    counts = connector.metrics(asked.network_id).counts
    expect(all(number >= 0 for number in counts.values()), "counts are never negative")
    bench.remove(asked.network_id)
    expect_trouble(lambda: connector.metrics(asked.network_id), Refused, when="counting what is gone")
