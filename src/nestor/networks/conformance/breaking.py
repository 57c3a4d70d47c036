"""Checks of a network that fails: what nobody knows is said to be unknown, and no secret or text leaks."""

from collections.abc import Callable
from datetime import timedelta

from nestor.networks.conformance.bench import CARRIED_OUT, Bench, Break
from nestor.networks.conformance.expect import NotConforming, expect, expect_no_secret, expect_trouble, only_trouble
from nestor.networks.conformance.suite import check
from nestor.networks.conformance.walks import answer_to, expect_utc, ours, question, read_on
from nestor.networks.contract import (
    Ability,
    Absent,
    Found,
    NetworkTrouble,
    Parcel,
    Reason,
    Refused,
    TryLater,
    Uncertain,
    Unknown,
)


def _send_broken(bench: Bench, way: Break, words: str, *wanted: type[NetworkTrouble]) -> tuple[Parcel, NetworkTrouble]:
    """Send while the network is broken in this way; return the parcel and the trouble, which tells no secret."""
    connector = bench.connect()
    asked = question(bench, connector)
    parcel = answer_to(asked, words, attempted_at=bench.now())
    with bench.breaking(way):
        trouble = expect_trouble(lambda: connector.send(parcel), *wanted, when=f"sending while broken ({way})")
    connector.close()
    _expect_discreet(bench, trouble, parcel.text)
    return parcel, trouble


def _expect_discreet(bench: Bench, trouble: BaseException | None, text: str) -> None:
    """Neither secrets nor the message show in the trouble or in what caused it."""
    while trouble is not None:
        told = [str(trouble), repr(trouble), repr(vars(trouble))]
        expect_no_secret(told, bench.secrets, where="an exception")
        expect(not any(text in entry for entry in told), "a message's text is not in an exception")
        trouble = trouble.__cause__ or trouble.__context__


def _expect_carried_out(bench: Bench, way: Break) -> None:
    parcel, _trouble = _send_broken(bench, way, f"Carried out, not confirmed: {way}.", Uncertain)
    expect(len(ours(bench.shown(), parcel.text)) == 1, "the network had carried it out")
    connector = bench.connect()
    if Ability.FIND in connector.can():
        expect(isinstance(connector.find(parcel, bench.now()), Found), "and it is found afterwards")
    if Ability.HONOURS_MARKS in connector.can():
        connector.send(parcel)
        expect(len(ours(bench.shown(), parcel.text)) == 1, "sent again with its mark, it is still one message")


def _carried_out_check(way: Break) -> Callable[[Bench], None]:
    def examine(bench: Bench) -> None:
        _expect_carried_out(bench, way)

    examine.__name__ = f"a_write_carried_out_without_an_answer_is_uncertain_{way}"
    examine.__doc__ = "A write that was carried out and not confirmed is `Uncertain`, is found, and is never doubled."
    return check(Ability.REPLY, breaks=(way,))(examine)


for _way in sorted(CARRIED_OUT):
    _carried_out_check(_way)


@check(Ability.REPLY, breaks=(Break.HANG_BEFORE,))
def a_write_never_answered_is_uncertain(bench: Bench) -> None:
    """A write that got no answer is `Uncertain` even when nothing was done; `find` does not say Absent yet."""
    parcel, _trouble = _send_broken(bench, Break.HANG_BEFORE, "Perhaps, perhaps not.", Uncertain)
    expect(not ours(bench.shown(), parcel.text), "nothing was done")
    connector = bench.connect()
    if Ability.FIND in connector.can():
        expect(isinstance(connector.find(parcel, bench.now()), Unknown), "it is Unknown: it may still arrive")


@check(Ability.REPLY, breaks=(Break.ERROR_BEFORE,))
def a_server_error_is_never_a_clear_no(bench: Bench) -> None:
    """A 5xx on a write is `Uncertain`, or `TryLater` where the network promises that nothing was done."""
    parcel, _trouble = _send_broken(bench, Break.ERROR_BEFORE, "Answered by an error.", Uncertain, TryLater)
    expect(not ours(bench.shown(), parcel.text), "nothing was done")


@check(Ability.REPLY, breaks=(Break.UNREACHABLE,))
def a_network_that_is_not_there_can_be_tried_later(bench: Bench) -> None:
    """Where no connection stood, nothing was sent: `TryLater`, or `Uncertain` where the connector cannot tell."""
    parcel, _trouble = _send_broken(bench, Break.UNREACHABLE, "Nobody was listening.", TryLater, Uncertain)
    expect(not ours(bench.shown(), parcel.text), "nothing was done")


@check(Ability.REPLY, breaks=(Break.LIMITED,))
def a_rate_limit_says_when(bench: Bench) -> None:
    """The network's rate-limit answer is `TryLater(LIMITED)` with a positive time; nothing was done."""
    parcel, trouble = _send_broken(bench, Break.LIMITED, "Too much at once.", TryLater)
    expect(trouble.reason is Reason.LIMITED, "the reason is LIMITED")
    expect(isinstance(trouble, TryLater) and trouble.after > timedelta(), "it says when to try again")
    expect(not ours(bench.shown(), parcel.text), "nothing was done")


@check(Ability.REPLY, breaks=(Break.DEAD_TOKEN,))
def a_dead_token_is_told_as_such(bench: Bench) -> None:
    """When the credentials die, writes and reads are `Refused(SIGN_IN)`, whatever the status said."""
    parcel, trouble = _send_broken(bench, Break.DEAD_TOKEN, "Signed out.", Refused)
    expect(trouble.reason is Reason.SIGN_IN, "the reason is SIGN_IN")
    expect(not ours(bench.shown(), parcel.text), "nothing was done")
    connector = bench.connect()
    with bench.breaking(Break.DEAD_TOKEN):
        read = expect_trouble(lambda: connector.fetch(""), Refused, when="reading with a dead token")
        expect(read.reason is Reason.SIGN_IN, "the reason is SIGN_IN")
        _expect_not_settled(bench, parcel)


@check(Ability.REPLY, breaks=(Break.REFUSAL,))
def a_refusal_is_clear(bench: Bench) -> None:
    """What the network understood and refused is `Refused`, and nothing stands there."""
    parcel, _trouble = _send_broken(bench, Break.REFUSAL, "Not wanted here.", Refused)
    expect(not ours(bench.shown(), parcel.text), "nothing stands there")


@check(Ability.REPLY, breaks=(Break.MALFORMED,))
def an_answer_without_sense_proves_nothing(bench: Bench) -> None:
    """An answer that makes no sense is no receipt: `Uncertain`; reads say `MALFORMED` or try later."""
    _parcel, _trouble = _send_broken(bench, Break.MALFORMED, "Answered by nonsense.", Uncertain)
    connector = bench.connect()
    with bench.breaking(Break.MALFORMED):
        read = expect_trouble(lambda: connector.fetch(""), Refused, TryLater, when="reading nonsense")
        _expect_discreet(bench, read, "Answered by nonsense.")


@check(Ability.FETCH)
def reads_of_a_broken_network_lose_nothing(bench: Bench) -> None:
    """A read that fails is a NetworkTrouble and moves nothing: the old cursor brings everything afterwards."""
    connector = bench.connect()
    cursor = read_on(connector).cursor
    planted = bench.plant("Written before the outage")
    for way in (Break.HANG_BEFORE, Break.ERROR_BEFORE, Break.UNREACHABLE, Break.LIMITED, Break.MALFORMED):
        if not bench.can_break(way):
            continue
        with bench.breaking(way):
            wanted = (Refused, TryLater) if way is Break.MALFORMED else (TryLater,)
            trouble = expect_trouble(lambda: connector.fetch(cursor), *wanted, when=f"reading while broken ({way})")
            _expect_discreet(bench, trouble, "Written before the outage")
            only_trouble(connector.who_am_i, when=f"while broken ({way})")
    expect(planted in read_on(connector, cursor).ids(), "the old cursor brings what was missed")


@check(Ability.REPLY, Ability.FIND)
def nobody_knows_during_an_outage(bench: Bench) -> None:
    """While the network cannot be read, `find` says Unknown (or raises a NetworkTrouble), however long it has been."""
    connector = bench.connect()
    asked = question(bench, connector)
    attempted_at = bench.now() - bench.settles_within - timedelta(days=1)
    parcel = answer_to(asked, "Was it sent?", attempted_at=attempted_at)
    for way in (Break.HANG_BEFORE, Break.ERROR_BEFORE, Break.UNREACHABLE, Break.MALFORMED, Break.LIMITED):
        if bench.can_break(way):
            with bench.breaking(way):
                _expect_not_settled(bench, parcel)


def _expect_not_settled(bench: Bench, parcel: Parcel) -> None:
    connector = bench.connect()
    sighting = only_trouble(lambda: connector.find(parcel, bench.now()), when="finding while broken")
    connector.close()
    if isinstance(sighting, Absent | Found):
        raise NotConforming("find settles nothing while the network cannot be read")


@check(Ability.REPLY, Ability.FIND, breaks=(Break.STALE_READS,))
def a_stale_read_does_not_prove_absence(bench: Bench) -> None:
    """While reads lag behind writes, `find` never says Absent of what was sent."""
    connector = bench.connect()
    asked = question(bench, connector)
    attempted_at = bench.now() - bench.settles_within - timedelta(minutes=1)
    parcel = answer_to(asked, "Sent, and not shown yet.", attempted_at=attempted_at)
    with bench.breaking(Break.STALE_READS):
        connector.send(parcel)
        expect(not isinstance(connector.find(parcel, bench.now()), Absent), "a lagging read proves nothing")
    expect(isinstance(connector.find(parcel, bench.now()), Found), "once the reads have caught up it is found")


@check(Ability.REPLY, Ability.FIND, breaks=(Break.SKEWED_CLOCK,))
def a_clock_that_is_off_deceives_nobody(bench: Bench) -> None:
    """When the network's own clock is off, what was sent is found, times stay UTC, and reads lose nothing."""
    connector = bench.connect()
    asked = question(bench, connector)
    cursor = read_on(connector).cursor
    parcel = answer_to(asked, "What time is it there?", attempted_at=bench.now())
    with bench.breaking(Break.SKEWED_CLOCK):
        receipt = connector.send(parcel)
        expect_utc(receipt.at, "the receipt's time")
        sighting = bench.connect().find(parcel, bench.now())
        expect(isinstance(sighting, Found), "what was sent is found")
        planted = bench.plant("From a skewed clock")
        expect(planted in read_on(connector, cursor).ids(), "reads lose nothing")
