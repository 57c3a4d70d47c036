"""The manners of the practice network's places, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from nestor.networks.contract import Ability, Deed, Reason, Refused, TryLater
from nestor.networks.practice.admin import Admin, times_accepted
from nestor.vocabulary import MessageKind
from tests.wire.practice_desk import OpenDesk


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("square", (300, "graphemes", True)),
        ("page", (8000, "characters", False)),
        ("private", (2000, "characters", True)),
        ("mail", (None, "characters", False)),
    ],
)
def test_each_place_has_its_manners(desk: OpenDesk, place: str, expected: tuple[int | None, str, bool]) -> None:
    connector = desk(place).connector
    limits = connector.limits(MessageKind.COMMENT)
    assert (limits.text, limits.unit, Ability.HONOURS_MARKS in connector.can()) == expected
    assert (limits.reply_within == timedelta(hours=24)) is (place == "private")


def test_marks_can_be_taken_away_and_the_desk_hears_of_it(admin: Admin, desk: OpenDesk) -> None:
    admin.change_manners("square", honours_marks=False)
    alice = desk("square")
    parcel = alice.parcel(alice.hear())
    assert Ability.HONOURS_MARKS not in alice.connector.can()
    assert alice.connector.send(parcel).network_id != alice.connector.send(parcel).network_id
    assert times_accepted(admin.witness(mark=parcel.mark)) == {parcel.mark: 2}


def test_private_answers_have_a_window(desk: OpenDesk) -> None:
    alice = desk("private")
    early = alice.hear("Il y a longtemps", published_at=datetime.now(UTC) - timedelta(hours=25))
    with pytest.raises(Refused) as caught:
        alice.answer(early)
    assert caught.value.reason is Reason.CLOSED
    alice.hear("Toujours là ?", published_at=datetime.now(UTC) - timedelta(hours=23))
    assert alice.answer(early).network_id


def test_a_place_can_be_closed(admin: Admin, desk: OpenDesk) -> None:
    admin.change_manners("mail", closed=True)
    alice = desk("mail")
    with pytest.raises(Refused) as caught:
        alice.answer(alice.hear())
    assert caught.value.reason is Reason.CLOSED


def test_twins_can_be_refused(admin: Admin, desk: OpenDesk) -> None:
    admin.change_manners("page", refuses_twins_for=60)
    alice = desk("page")
    asked = alice.hear()
    alice.answer(asked, "Deux fois")
    with pytest.raises(Refused) as caught:
        alice.answer(asked, "Deux fois")
    assert caught.value.reason is Reason.DUPLICATE


def test_the_rate_is_limited_and_says_until_when(admin: Admin, desk: OpenDesk) -> None:
    alice = desk("mail")
    admin.change_manners("mail", calls_per_minute=2)

    def call_until_refused() -> TryLater | None:
        for _call in range(6):  # the minute may turn once in between
            try:
                alice.connector.metrics("ml-1")
            except TryLater as later:
                return later
            except Refused:
                continue
        return None

    later = call_until_refused()
    assert later is not None
    assert later.reason is Reason.LIMITED
    assert timedelta() < later.after <= timedelta(seconds=60)


def test_nonsense_manners_are_refused(admin: Admin) -> None:
    for changes in (
        {"text": "long"},
        {"unit": "miles"},
        {"mood": 1},
        {"closed": 1},
        {"page_size": -1},
        {"images": True},
    ):
        with pytest.raises(Refused):
            admin.change_manners("square", **changes)


def test_moderation_shows_in_the_feed(admin: Admin, desk: OpenDesk) -> None:
    admin.change_manners("page", holds_first=True)
    alice = desk("page")
    asked = alice.hear()
    states = []
    for deed in (None, Deed.APPROVE, Deed.HIDE, Deed.UNHIDE, Deed.HOLD, Deed.SPAM, Deed.TRASH):
        if deed:
            alice.connector.act(deed, asked)
        states.append(alice.connector.fetch("").arrivals[0].state)
    assert states == ["hold", "approved", "hidden", "", "hold", "spam", "trash"]
    with pytest.raises(Refused) as caught:
        alice.answer(asked)
    assert caught.value.reason is Reason.GONE


def test_deeds_a_place_does_not_know_are_refused(desk: OpenDesk) -> None:
    alice = desk("mail")
    with pytest.raises(Refused) as caught:
        alice.connector.act(Deed.LIKE, alice.hear())
    assert caught.value.reason is Reason.FORBIDDEN


def test_likes_and_replies_are_counted_once(desk: OpenDesk) -> None:
    alice = desk("square")
    asked = alice.hear()
    alice.connector.act(Deed.LIKE, asked)
    alice.connector.act(Deed.LIKE, asked)
    alice.answer(asked)
    assert dict(alice.connector.metrics(asked).counts) == {"likes": 1, "replies": 1}


def test_a_mention_reaches_everyone_it_names_and_nobody_else(admin: Admin, desk: OpenDesk) -> None:
    alice, chloe, dan = desk("square"), desk("square"), desk("square")
    both = f"{alice.account.handle} et {chloe.account.handle.upper()}, qui répond ?"
    named = admin.say("square", both)
    for reader, expected in ((alice, [named]), (chloe, [named]), (dan, [])):
        assert [arrival.network_id for arrival in reader.connector.fetch("").arrivals] == expected


def test_who_is_blocked_is_heard_no_more(admin: Admin, desk: OpenDesk) -> None:
    alice, chloe = desk("square"), desk("square")
    rude = alice.hear("Encore moi", by="eve")
    alice.connector.act(Deed.BLOCK, rude)
    alice.hear("Et encore", by="eve")
    other = alice.hear("Bonjour", by="dan")
    assert [arrival.network_id for arrival in alice.connector.fetch("").arrivals] == [rude, other]
    chloe.hear("Chez vous aussi", by="eve")
    assert len(chloe.connector.fetch("").arrivals) == 1


def test_private_messages_are_seen_by_nobody_else(desk: OpenDesk) -> None:
    alice, chloe = desk("private"), desk("private")
    secret = alice.hear("Entre nous")
    assert chloe.connector.fetch("").arrivals == ()
    for call in (lambda: chloe.answer(secret), lambda: chloe.connector.metrics(secret)):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.reason is Reason.GONE
