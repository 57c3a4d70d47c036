"""What arrives becomes rows once, whatever a network sends, in whatever order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nestor.brands.models import Channel
from nestor.inbox.actions import record_sent, show_messages, take_in
from nestor.inbox.models import Attachment, Conversation, Message, MessageVersion, Payload, Post
from nestor.inbox.reads import conversation_for, thread
from nestor.networks.contract import Attachment as Sent
from nestor.networks.contract import Author, Batch, HangsOn, Receipt, Vanished
from nestor.people.models import Identity, Member
from nestor.routing.models import Route
from nestor.routing.reads import inbox_page
from nestor.routing.rules.filters import InboxFilter, State
from nestor.vocabulary import MessageKind
from nestor.work.models import Event
from tests.desk.cast import EVE, NOON, Cast, batch, connect, said
from tests.desk.conftest import Clock, Settle


@pytest.fixture(autouse=True)
def work_is_done_an_hour_later(clock: Clock) -> None:
    clock.pass_(hours=1)


US = Author("ours", "@ours", "Ligne Verte")


def rows(cast: Cast) -> list[Message]:
    return list(Message.objects.of(cast.brand).order_by("published_at", "id"))


def one(cast: Cast) -> Message:
    found: Message = Message.objects.of(cast.brand).get()
    return found


def versions(message: Message) -> list[str]:
    found = MessageVersion.objects.of(message.brand_id).filter(message=message)
    return list(found.order_by("replaced_at", "id").values_list("text", flat=True))


def happened(*names: str) -> int:
    return Event.objects.filter(name__in=names).count()


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_twice_adds_nothing(cast: Cast) -> None:
    arrivals = [said(f"Bonjour {number}", number) for number in range(5)]
    first, again = take_in(cast.channel, batch(*arrivals), NOON), take_in(cast.channel, batch(*arrivals), at(1))
    assert (first.added, again.added, again.edited) == (5, 0, 0)
    assert len(rows(cast)) == 5
    assert Payload.objects.of(cast.brand).count() == 5
    assert happened("MessageArrived") == 5
    assert Post.objects.of(cast.brand).count() == Member.objects.of(cast.brand).count() == 1


def test_more_than_one_statement_can_hold(cast: Cast) -> None:
    arrivals = [said("Bonjour", number, by=Author(f"a{number}", f"@a{number}")) for number in range(1203)]
    assert take_in(cast.channel, batch(*arrivals), NOON).added == 1203
    assert take_in(cast.channel, batch(*arrivals), NOON).added == 0


def test_the_same_id_on_two_channels_is_two_messages(cast: Cast) -> None:
    second = connect(cast.brand, "second")
    take_in(cast.channel, batch(said("Bonjour")), NOON)
    take_in(second, batch(said("Bonjour")), NOON)
    assert len(rows(cast)) == 2
    assert Member.objects.of(cast.brand).count() == 1


def test_the_same_person_of_two_brands_is_two_members(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Bonjour")), NOON)
    take_in(cast.other_channel, batch(said("Bonjour")), NOON)
    assert Member.objects.of(cast.brand).count() == Member.objects.of(cast.other_brand).count() == 1


def test_an_edit_keeps_what_it_replaced(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Un")), NOON)
    take_in(cast.channel, batch(said("Deux", edited_at=at(1))), at(2))
    take_in(cast.channel, batch(said("Trois", edited_at=at(3))), at(4))
    message = one(cast)
    assert (message.text, message.edited_at, versions(message)) == ("Trois", at(3), ["Un", "Deux"])
    assert happened("MessageEdited") == 2


@pytest.mark.parametrize("late", [None, at(1)])
def test_an_older_wording_that_comes_late_is_ignored(cast: Cast, late: datetime | None) -> None:
    take_in(cast.channel, batch(said("Un")), NOON)
    take_in(cast.channel, batch(said("Trois", edited_at=at(3))), at(4))
    done = take_in(cast.channel, batch(said("Un ou deux", edited_at=late)), at(5))
    assert done.edited == 0
    assert one(cast).text == "Trois"


def test_a_network_that_dates_no_edit_can_still_tell_of_many(cast: Cast) -> None:
    for minute, text in enumerate(("Un", "Deux", "Trois")):
        take_in(cast.channel, batch(said(text)), at(minute))
    message = one(cast)
    assert (message.text, versions(message)) == ("Trois", ["Un", "Deux"])


def test_in_one_batch_the_latest_wording_wins_in_any_order(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Deux", edited_at=at(1)), said("Un")), at(2))
    assert one(cast).text == "Deux"


def test_an_edit_is_not_shown_before_it_is_read(cast: Cast, clock: Clock, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Bonjour, à quelle heure ouvre la gare ?")), NOON)
    settle()
    take_in(cast.channel, batch(said("Vos chefs cachent des accidents", edited_at=at(1))), at(1))
    (row,) = inbox_page(cast.alice, InboxFilter(), clock()).rows
    assert row.excerpt == ""
    assert conversation_for(cast.alice, row.public_id) is None
    settle()
    (row,) = inbox_page(cast.alice, InboxFilter(), clock()).rows
    assert row.excerpt == "Vos chefs cachent des accidents"


def test_what_vanished_is_kept_and_can_come_back(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Bonjour")), NOON)
    gone = Batch(vanished=(Vanished("m1", at(1)), Vanished("never heard of", at(1))))
    assert take_in(cast.channel, gone, at(2)).vanished == 1
    assert take_in(cast.channel, gone, at(3)).vanished == 0
    assert (one(cast).vanished_at, one(cast).text) == (at(1), "Bonjour")
    take_in(cast.channel, batch(said("Bonjour")), at(4))
    assert one(cast).vanished_at is None
    assert happened("MessageChanged") == 2


def test_moderation_on_the_network_is_followed(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Bonjour", state="hold")), NOON)
    take_in(cast.channel, batch(said("Bonjour", state="approved")), at(1))
    take_in(cast.channel, batch(said("Bonjour")), at(2))  # a read that does not say
    assert one(cast).state == "approved"


def test_an_answer_given_in_the_networks_own_app_stops_the_clock(cast: Cast, clock: Clock, settle: Settle) -> None:
    take_in(cast.channel, batch(said("À quelle heure ouvre la gare ?")), NOON)
    settle()
    ours = said("À 8 h.", 2, by=US, is_ours=True, thread_id="t1", minutes=5, in_reply_to="m1")
    take_in(cast.channel, batch(ours), at(6))
    settle()
    (row,) = inbox_page(cast.bob, InboxFilter(), clock()).rows
    assert (row.answered_at, row.answered_elsewhere, row.due_at) == (at(5), True, None)


def test_an_answer_that_arrives_with_its_question_is_known(cast: Cast, clock: Clock, settle: Settle) -> None:
    ours = said("À 8 h.", 2, by=US, is_ours=True, thread_id="t1", minutes=5)
    take_in(cast.channel, batch(said("À quelle heure ouvre la gare ?"), ours), at(6))
    settle()
    (row,) = inbox_page(cast.bob, InboxFilter(state=State.DONE), clock()).rows
    assert (row.answered_at, row.answered_elsewhere, row.due_at) == (at(5), True, None)


def test_what_we_said_before_they_asked_is_no_answer(cast: Cast, clock: Clock, settle: Settle) -> None:
    take_in(cast.channel, batch(said("À quelle heure ouvre la gare ?")), NOON)
    settle()
    take_in(cast.channel, batch(said("Bienvenue !", 2, by=US, is_ours=True, thread_id="t1", minutes=-5)), at(6))
    settle()
    (row,) = inbox_page(cast.bob, InboxFilter(), clock()).rows
    assert row.answered_at is None
    assert row.due_at is not None


def asked(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said("À quelle heure ouvre la gare ?")), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


@pytest.mark.parametrize("mark", ["", "0123456789abcdef"])
@pytest.mark.parametrize("echo_first", [True, False])
def test_an_answer_of_ours_and_its_echo_are_one(cast: Cast, settle: Settle, mark: str, echo_first: bool) -> None:
    conversation = asked(cast, settle)
    receipt = Receipt("m2", at(5), "https://example.test/m2")
    echo = batch(said("À 8 h. ", 2, by=US, is_ours=True, thread_id="t1", minutes=5, mark=mark))
    if echo_first:
        take_in(cast.channel, echo, at(6))
    message = record_sent(conversation, receipt, "À 8 h.", "0123456789abcdef", at(6))
    done = take_in(cast.channel, echo, at(7))
    settle()
    assert (done.added, done.edited) == (0, 0)
    assert [row.text.strip() for row in rows(cast)] == ["À quelle heure ouvre la gare ?", "À 8 h."]
    message.refresh_from_db()
    assert message.mark == "0123456789abcdef"
    assert message.edited_at is None
    assert not Route.objects.of(cast.brand).get().answered_elsewhere


@pytest.mark.parametrize("mark", ["", "0123456789abcdef"])
def test_an_answer_that_was_declared_sent_and_then_seen_is_one(cast: Cast, settle: Settle, mark: str) -> None:
    conversation = asked(cast, settle)
    record_sent(conversation, Receipt("seen-0123456789abcdef", at(5)), "À 8 h.", "0123456789abcdef", at(6))
    echo = said("À 8 h.", 2, by=US, is_ours=True, thread_id="t1", minutes=5, mark=mark, url="https://example.test/m2")
    assert take_in(cast.channel, batch(echo), at(7)).added == 0
    ours = Message.objects.of(cast.brand).get(is_ours=True)
    assert (ours.network_id, ours.url) == ("m2", "https://example.test/m2")


def test_somebody_renamed_stays_one_person(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Bonjour")), NOON)
    take_in(cast.channel, batch(said("Encore", 2, by=Author("dan-1", "@daniel", "Daniel"), minutes=1)), at(2))
    identity = Identity.objects.of(cast.brand).select_related("member").get()
    assert (identity.handle, identity.name, identity.member.name) == ("@daniel", "Daniel", "Daniel")
    assert identity.member.last_seen_at == at(1)


def test_a_name_given_at_the_desk_is_not_taken_away(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Bonjour")), NOON)
    Member.objects.of(cast.brand).update(name="Daniel, abonné de la ligne 4")
    take_in(cast.channel, batch(said("Encore", 2, by=Author("dan-1", "@dan", "Dan D."))), at(1))
    assert Member.objects.of(cast.brand).get().name == "Daniel, abonné de la ligne 4"


def test_an_author_without_name_has_one_on_screen(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Bonjour", by=Author("anonymous-7", ""))), NOON)
    assert Member.objects.of(cast.brand).get().name == "anonymous-7"


BAD: dict[str, Any] = {
    "NUL": "a\x00b",
    "lone surrogate": "a\ud83d",
    "bidi": "abc \u202egnp.exe\u202c \u2066x",
    "script": "<script>alert(1)</script>",
    "huge": "é" * 10_000_000,
    "combining": "e" + "\u0301" * 100_000,
    "nothing": "",
    "control": "".join(map(chr, range(32))),
    "emoji": "👨‍👩‍👧‍👦" * 5000,
}


@pytest.mark.parametrize("name", BAD)
def test_whatever_is_sent_is_stored_and_stops_nothing(cast: Cast, settle: Settle, name: str) -> None:
    text: str = BAD[name]
    short = text[:5000]
    bad = said(
        text,
        by=Author("x" + short, short, short, short),
        html=short,
        subject=short,
        url=short,
        payload=short,
        in_reply_to=short,
        thread_id="t" + short,
        network_id="m" + short,
        hangs_on=HangsOn("p" + short, short, short, short),
        attachments=(Sent("image", short, short, short),),
    )
    take_in(cast.channel, batch(bad, said("Et ensuite", 2)), NOON)
    assert take_in(cast.channel, batch(bad), NOON).added == 0
    settle()
    assert inbox_page(cast.alice, InboxFilter(), NOON).rows
    assert len(rows(cast)) == 2
    assert all("<script" not in row.html for row in rows(cast))
    assert Attachment.objects.of(cast.brand).count() == 1


def test_two_ids_that_differ_beyond_the_column_stay_two(cast: Cast) -> None:
    first, other = (said("Bonjour", network_id="a" * 400 + end) for end in "12")
    assert take_in(cast.channel, batch(first, other), NOON).added == 2
    assert take_in(cast.channel, batch(first, other), NOON).added == 0


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_absurd_times_block_nothing(cast: Cast, settle: Settle, year: int) -> None:
    absurd = said("Bonjour, une question ?", published_at=datetime(year, 1, 1, tzinfo=UTC))
    take_in(cast.channel, batch(absurd, said("Quand ouvre la gare ?", 2)), NOON)
    settle()
    found = inbox_page(cast.bob, InboxFilter(state=State.ANY), NOON).rows
    assert any(row.excerpt.startswith("Bonjour") for row in found)
    assert all(row.last_at <= NOON for row in found)


def test_a_conversation_is_what_the_network_calls_a_thread(cast: Cast, settle: Settle) -> None:
    take_in(
        cast.channel,
        batch(
            said("Un", 1, thread_id="a", minutes=2),
            said("Deux", 2, thread_id="a", by=EVE, minutes=3, in_reply_to="m1"),
            said("Trois", 3, thread_id="b", minutes=4),
            said("Privé", 4, thread_id="c", kind=MessageKind.DIRECT, is_public=False, hangs_on=None, minutes=5),
        ),
        at(6),
    )
    settle()
    found = {row.thread_id: row for row in Conversation.objects.of(cast.brand).select_related("member", "post")}
    assert set(found) == {"a", "b", "c"}
    assert (found["a"].member.name, found["a"].started_at, found["a"].last_at) == ("Dan", at(2), at(3))
    assert found["a"].post == found["b"].post
    assert (found["c"].post, found["c"].is_public, found["c"].kind) == (None, False, "direct")
    assert [one.message.text for one in thread(found["a"], cast.bob)] == ["Un", "Deux"]


def test_what_was_said_before_stretches_the_conversation_back(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Deux", 2, thread_id="a", minutes=30)), at(31))
    take_in(cast.channel, batch(said("Un", 1, thread_id="a", minutes=1)), at(32))
    conversation = Conversation.objects.of(cast.brand).get()
    assert (conversation.started_at, conversation.last_at) == (at(1), at(30))


def test_a_late_arrival_is_shown_as_one_and_its_clock_began_when_it_was_said(cast: Cast, settle: Settle) -> None:
    Channel.objects.of(cast.brand).update(made_at=NOON - timedelta(days=9))
    take_in(cast.channel, batch(said("À quelle heure ouvre la gare ?", minutes=-60)), NOON)
    settle()
    conversation = Conversation.objects.of(cast.brand).select_related("channel").get()
    (shown,) = thread(conversation, cast.bob)
    assert shown.is_late_arrival
    assert Route.objects.of(cast.brand).get().clock_started_at == at(-60)


def test_a_picture_without_words_is_a_picture(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said("", attachments=(Sent("image", "https://example.test/a.png"),))), NOON)
    settle()
    (row,) = inbox_page(cast.bob, InboxFilter(), NOON).rows
    assert row.is_picture
    assert row.excerpt == ""


def test_an_event_and_a_journal_line_hold_no_word_of_it(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Zanzibar-zanzibar", by=Author("zanzibar", "zanzibar", "zanzibar"))), NOON)
    settle()
    assert not [event for event in Event.objects.all() if "zanzibar" in str(event.ids).lower()]


def test_what_was_edited_while_it_was_being_read_stays_unseen(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Bonjour"), said("Bonsoir", 2)), NOON)
    read_as = dict(Message.objects.of(cast.brand).values_list("pk", "edited_at"))
    take_in(cast.channel, batch(said("Vos chefs cachent des accidents", edited_at=at(1))), at(1))
    assert show_messages(cast.brand.pk, list(read_as), [], at(2), read_as=read_as) == 1
    seen = {row.text: row.shown_at for row in rows(cast)}
    assert seen == {"Vos chefs cachent des accidents": None, "Bonsoir": at(2)}
    settle()
    assert all(row.shown_at is not None for row in rows(cast))
