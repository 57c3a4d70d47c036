"""Checks of what comes in: cursors, pages, edits, deletions, echoes, times."""

from datetime import timedelta

from nestor.networks.conformance.bench import Bench
from nestor.networks.conformance.expect import expect, expect_no_secret, expect_trouble, only_trouble
from nestor.networks.conformance.hostile import HOSTILE_CURSORS, HOSTILE_TEXTS
from nestor.networks.conformance.suite import check
from nestor.networks.conformance.walks import Read, alike, arrived, expect_utc, question, read_back, read_on
from nestor.networks.contract import Ability, Reason, Refused
from nestor.vocabulary import MessageKind


@check()
def the_account_says_who_it_is(bench: Bench) -> None:
    """`who_am_i` names the account; nothing about it shows a secret."""
    connector = bench.connect()
    account = connector.who_am_i()
    expect(bool(account.network_id) and bool(account.handle), "the account has an id and a handle")
    expect_no_secret([repr(account), repr(connector), str(connector)], bench.secrets, where="the account or connector")


@check()
def wrong_credentials_are_refused(bench: Bench) -> None:
    """Dead or wrong credentials are `Refused(SIGN_IN)` on a read, so that the desk can say: reconnect."""
    connector = bench.connect_wrongly()
    for call in (connector.who_am_i, lambda: connector.fetch("")):
        trouble = expect_trouble(call, Refused, when="with wrong credentials")
        expect(trouble.reason in {Reason.SIGN_IN, Reason.FORBIDDEN}, "the reason is SIGN_IN or FORBIDDEN")
        expect_no_secret([str(trouble), repr(trouble)], bench.secrets, where="an exception")


@check(Ability.FETCH)
def a_first_read_brings_what_is_there(bench: Bench) -> None:
    """The read from "" brings everything there is, oldest first, complete and with aware UTC times."""
    words = [f"First read, number {number}" for number in range(4)]
    ids = [bench.plant(text) for text in words]
    connector = bench.connect()
    read = read_on(connector)
    order = [arrival.network_id for arrival in read.arrivals if arrival.network_id in ids]
    expect(list(dict.fromkeys(order)) == ids, "messages arrive oldest first, none is lost")
    for network_id, text in zip(ids, words, strict=True):
        _expect_complete(bench, read, network_id, text)


def _expect_complete(bench: Bench, read: Read, network_id: str, text: str) -> None:
    arrival = read.latest(network_id)
    expect(alike(arrival.text, text), "the text arrives as it was written")
    expect(arrival.kind is bench.kind and isinstance(arrival.kind, MessageKind), "the kind is the bench's kind")
    expect(bool(arrival.thread_id), "every message is in a thread")
    expect(bool(arrival.author.network_id), "every message has an author with an id")
    expect(not arrival.is_ours, "a visitor's message is not ours")
    expect_utc(arrival.published_at, "published_at")
    expect_utc(arrival.edited_at, "edited_at")
    is_near = abs(arrival.published_at - bench.now()) < timedelta(hours=1)
    expect(is_near, "the time is the time it was written")
    shown = [repr(arrival), arrival.payload]
    expect_no_secret(shown, bench.secrets, where="an arrival or its payload")


@check(Ability.FETCH)
def a_cursor_goes_on_where_it_stopped(bench: Bench) -> None:
    """What comes after a cursor is brought by it; a quiet read brings nothing new and leaves the cursor at rest."""
    before = bench.plant("Before the cursor")
    connector = bench.connect()
    first = read_on(connector)
    after = [bench.plant(f"After the cursor {number}") for number in range(3)]
    second = read_on(connector, first.cursor)
    expect(before in first.ids() and set(after) <= second.ids(), "nothing falls between two reads")
    third = read_on(connector, second.cursor)
    fourth = read_on(connector, third.cursor)
    known = {(arrival.network_id, arrival.text) for arrival in (*first.arrivals, *second.arrivals)}
    quiet = {(arrival.network_id, arrival.text) for arrival in (*third.arrivals, *fourth.arrivals)}
    expect(quiet <= known, "a quiet read invents nothing")
    expect(fourth.cursor == third.cursor, "the cursor of a quiet channel stays where it is")


@check(Ability.FETCH)
def a_cursor_can_be_used_again(bench: Bench) -> None:
    """A read whose cursor was never committed (a crash) can be repeated and brings the same."""
    connector = bench.connect()
    start = read_on(connector).cursor
    planted = {bench.plant(f"Read twice {number}") for number in range(3)}
    once = read_on(connector, start)
    again = read_on(bench.connect(), start)
    expect(planted <= once.ids() and planted <= again.ids(), "the same cursor brings the same messages again")


@check(Ability.FETCH)
def pages_lose_nothing(bench: Bench) -> None:
    """A read of several pages brings everything, also what was written while the pages were turned."""
    if not bench.page_size:
        return
    planted = {bench.plant(f"Page turner {number}") for number in range(bench.page_size + 2)}
    connector = bench.connect()
    first = connector.fetch("")
    has_all = planted <= {arrival.network_id for arrival in first.arrivals}
    expect(first.more or has_all, "a page that is not the last says `more`")
    meanwhile = bench.plant("Written while the pages were turned")
    rest = read_on(connector, first.cursor)
    seen = {arrival.network_id for arrival in first.arrivals} | rest.ids()
    expect(planted <= seen, "no message falls between two pages")
    expect(meanwhile in seen | read_on(connector, rest.cursor).ids(), "what is written meanwhile arrives in its turn")


@check(Ability.FETCH)
def an_edit_comes_again(bench: Bench) -> None:
    """A message that was edited is handed over again under the same id, with its new text."""
    network_id = bench.plant("The bus leaves at noon")
    connector = bench.connect()
    cursor = read_on(connector).cursor
    bench.rewrite(network_id, "The bus leaves at one")
    arrival = read_on(connector, cursor).latest(network_id)
    expect(alike(arrival.text, "The bus leaves at one"), "the new text arrives")
    expect_utc(arrival.edited_at, "edited_at")


@check(Ability.FETCH)
def a_deletion_is_told(bench: Bench) -> None:
    """A message that its author deleted is told as vanished."""
    network_id = bench.plant("I should not have said that")
    connector = bench.connect()
    read = read_on(connector)
    expect(network_id in read.ids(), "it had arrived")
    bench.remove(network_id)
    vanished = read_on(connector, read.cursor).vanished
    told = [entry for entry in vanished if entry.network_id == network_id]
    expect(bool(told), "the deletion is told")
    expect_utc(told[0].at, "the time of the deletion")


@check(Ability.FETCH)
def an_own_echo_is_flagged(bench: Bench) -> None:
    """An answer typed in the network's own pages arrives as ours, in the thread it answers."""
    connector = bench.connect()
    asked = question(bench, connector)
    spoken = bench.speak("At the station, on the left.", in_reply_to=asked.network_id)
    echo = arrived(connector, spoken)
    expect(echo.is_ours, "our own words are flagged as ours")
    expect(echo.thread_id == asked.thread_id, "they are in the thread they answer")


@check(Ability.FETCH)
def a_reply_stays_in_its_thread(bench: Bench) -> None:
    """A visitor's reply arrives in the thread of what it answers and names it."""
    connector = bench.connect()
    asked = question(bench, connector)
    reply = arrived(connector, bench.plant("I would like to know too", in_reply_to=asked.network_id))
    expect(reply.thread_id == asked.thread_id, "a reply is in the thread it answers")
    expect(reply.in_reply_to in {asked.network_id, ""}, "it names what it answers, where the network tells")


@check(Ability.FETCH_BACK)
def a_past_interval_can_be_read_again(bench: Bench) -> None:
    """`fetch_back` brings what was published in an interval, and not what was not."""
    planted = {bench.plant(f"Missed while blind {number}") for number in range(3)}
    connector = bench.connect()
    now = bench.now()
    around = read_back(connector, now - timedelta(hours=1), now + timedelta(hours=1))
    expect(planted <= around.ids(), "what was published in the interval is brought")
    before = read_back(connector, now - timedelta(hours=9), now - timedelta(hours=8))
    expect(not planted & before.ids(), "what was published outside is not")
    expect(not planted & read_back(connector, now, now).ids(), "an empty interval is empty")


@check(Ability.FETCH)
def nonsense_cursors_do_no_harm(bench: Bench) -> None:
    """A cursor that was never given out is refused or read as the beginning; nothing else leaves the connector."""
    connector = bench.connect()
    for cursor in HOSTILE_CURSORS:
        only_trouble(lambda cursor=cursor: connector.fetch(cursor), when="with a nonsense cursor")  # type: ignore[misc]
    expect(bool(read_on(connector).cursor) or not read_on(connector).arrivals, "and the channel still reads")


@check(Ability.FETCH)
def hostile_text_arrives_as_the_network_shows_it(bench: Bench) -> None:
    """Whatever visitors write arrives as plain text, as a reader of the network sees it, and breaks nothing."""
    connector = bench.connect()
    for text in HOSTILE_TEXTS:
        network_id = bench.plant(text)
        arrival = arrived(connector, network_id)
        shown = next(entry for entry in bench.shown() if entry.network_id == network_id)
        expect(alike(arrival.text, shown.text), "the arrival's text is what a reader sees")
