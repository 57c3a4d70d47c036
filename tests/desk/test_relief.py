"""Handing over at the end of one's hours: offered, taken over with one deed, declined, kept; nobody's work is lost."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from nestor.composer.actions import confirm_relief, save_draft
from nestor.composer.models import Draft
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.notices.models import Notice
from nestor.people.actions import give_role
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.routing.actions import hand_over, take_conversation
from nestor.routing.actions.relief import decline_relief, offer_relief, withdraw_relief
from nestor.routing.models import Relief, Route
from nestor.routing.reads.relief import load_of
from nestor.vocabulary import Role
from nestor.work.models import Event, JournalEntry
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle


def fill(cast: Cast, settle: Settle, number: int = 3, whose: Seat | None = None) -> list[Conversation]:
    """Put questions into somebody's hands, Bob's unless said otherwise, a draft in the first."""
    seat = whose or cast.bob
    take_in(
        cast.channel, batch(*[said(f"À quelle heure ferme le guichet {n} ?", n) for n in range(1, number + 1)]), NOON
    )
    settle()
    found = list(Conversation.objects.of(cast.brand).order_by("pk"))
    for one in found:
        assert take_conversation(seat, one, NOON)
    assert save_draft(seat, found[0], "Bonjour, à 19 h", 1, NOON)
    return found


def holders(cast: Cast) -> list[int | None]:
    return list(Route.objects.of(cast.brand).order_by("conversation_id").values_list("assignee_id", flat=True))


def test_all_of_it_goes_to_the_colleague_who_says_yes(cast: Cast, settle: Settle) -> None:
    fill(cast, settle)
    relief = offer_relief(cast.bob, cast.alice.user, NOON)
    assert relief is not None
    assert set(holders(cast)) == {cast.bob.user.pk}
    assert Notice.objects.of(cast.brand).filter(user=cast.alice.user, occasion="relief").count() == 1
    assert confirm_relief(cast.alice, relief, NOON) is not None
    settle()
    assert set(holders(cast)) == {cast.alice.user.pk}
    assert Draft.objects.of(cast.brand).get().author_id == cast.alice.user.pk
    assert confirm_relief(cast.alice, relief, NOON) is None
    verbs = set(JournalEntry.objects.filter(brand_id=cast.brand.pk).values_list("verb", flat=True))
    assert {"offer_relief", "confirm_relief"} <= verbs
    assert Event.objects.filter(name="ReliefMoved").count() == 2


def test_a_draft_of_the_receivers_own_is_kept_beside_the_other(cast: Cast, settle: Settle) -> None:
    first = fill(cast, settle)[0]
    assert save_draft(cast.alice, first, "Je m’en occupe", 1, NOON)
    relief = offer_relief(cast.bob, cast.alice.user, NOON)
    assert relief is not None
    confirm_relief(cast.alice, relief, NOON)
    kept = dict(Draft.objects.of(cast.brand).values_list("author_id", "text"))
    assert kept == {cast.alice.user.pk: "Je m’en occupe", cast.bob.user.pk: "Bonjour, à 19 h"}


def test_declined_or_kept_nothing_moves(cast: Cast, settle: Settle) -> None:
    fill(cast, settle)
    for end, who in ((decline_relief, cast.alice), (withdraw_relief, cast.bob)):
        relief = offer_relief(cast.bob, cast.alice.user, NOON)
        assert relief is not None
        assert end(who, relief, NOON)
        assert not end(who, relief, NOON)
        assert confirm_relief(cast.alice, relief, NOON) is None
    settle()
    assert set(holders(cast)) == {cast.bob.user.pk}


def test_only_the_two_may_end_it(cast: Cast, settle: Settle) -> None:
    fill(cast, settle)
    relief = offer_relief(cast.bob, cast.alice.user, NOON)
    assert relief is not None
    for seat in (cast.sam, cast.bob, cast.chloe, cast.vera):
        assert confirm_relief(seat, relief, NOON) is None
        assert not decline_relief(seat, relief, NOON)
    assert not withdraw_relief(cast.alice, relief, NOON)
    assert offer_relief(cast.bob, cast.vera.user, NOON) is None
    assert offer_relief(cast.bob, cast.chloe.user, NOON) is None
    assert offer_relief(cast.bob, cast.bob.user, NOON) is None
    assert offer_relief(cast.vera, cast.alice.user, NOON) is None


def test_offering_to_another_replaces_the_first(cast: Cast, settle: Settle) -> None:
    fill(cast, settle)
    offer_relief(cast.bob, cast.alice.user, NOON)
    relief = offer_relief(cast.bob, cast.sam.user, NOON)
    assert Relief.objects.of(cast.brand).filter(state=Relief.OFFERED).count() == 1
    assert relief is not None
    assert confirm_relief(cast.alice, relief, NOON) is None
    assert confirm_relief(cast.sam, relief, NOON) is not None


def test_what_the_colleague_may_not_see_stays(cast: Cast, settle: Settle) -> None:
    first = fill(cast, settle)[0]
    hand_over(cast.bob, first, cast.alice.user, NOON)
    Route.objects.of(cast.brand).filter(conversation=first).update(is_sealed=True)
    assert load_of(cast.bob, cast.alice.user.pk, NOON).threads == 0
    relief = offer_relief(cast.alice, cast.bob.user, NOON)
    assert relief is not None
    confirm_relief(cast.bob, relief, NOON)
    settle()
    assert Route.objects.of(cast.brand).get(conversation=first).assignee_id == cast.alice.user.pk


def test_confirmed_and_withdrawn_at_once_one_of_them_holds(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    fill(cast, settle, 2)
    for _ in range(4):
        relief = offer_relief(cast.bob, cast.alice.user, NOON)
        assert relief is not None
        ends: list[Callable[[], Any]] = [
            partial(confirm_relief, cast.alice, relief, NOON),
            partial(withdraw_relief, cast.bob, relief, NOON),
        ]
        done = at_once(*ends)
        assert [one for one in done if isinstance(one, Exception)] == []
        assert sum(bool(one) for one in done) == 1
        settle()
        assert set(holders(cast)) == {cast.alice.user.pk if done[0] else cast.bob.user.pk}
        for one in Conversation.objects.of(cast.brand):
            take_conversation(cast.bob, one, NOON)


def test_on_the_pages_at_every_brand_of_both(cast: Cast, settle: Settle) -> None:
    fill(cast, settle)
    for seat in (cast.bob, cast.alice):
        give_role(cast.other_brand, seat.user, Role.AGENT, NOON, actor_id=None)
    bob, alice, chloe = as_(cast.bob), as_(cast.alice), as_(cast.chloe)
    page = bob.get("/relief/").content.decode()
    assert page.index("Alice") < page.index("Sam")
    assert "Vera" not in page
    assert bob.post("/relief/offer", {"to": "0" * 16}).status_code == 404
    assert bob.post("/relief/offer", {"to": cast.alice.user.public_id}).status_code == 302
    assert Relief.objects.across_brands("both").count() == 2
    strip = alice.get("/inbox/").content.decode()
    assert "<bdi>Bob</bdi> hands over to you: 3 conversations" in strip
    assert "hands over" not in chloe.get("/inbox/").content.decode()
    assert "it stays yours until" in bob.get("/relief/strip").content.decode()
    done = alice.post("/relief/settle", {"verdict": "confirm", "giver": cast.bob.user.public_id}, follow=True)
    assert "3 conversations are yours now." in done.content.decode()
    assert set(holders(cast)) == {cast.alice.user.pk}
    assert "Have a good evening" in bob.get("/relief/strip").content.decode()
    again = alice.post("/relief/settle", {"verdict": "confirm", "giver": cast.bob.user.public_id}, follow=True)
    assert "Somebody was faster" in again.content.decode()


@pytest.mark.parametrize(
    "posted", [{}, {"verdict": "x"}, {"verdict": "confirm", "giver": "\x00"}, {"verdict": "décliné" * 900}]
)
def test_senseless_forms_change_nothing(cast: Cast, settle: Settle, posted: dict[str, str]) -> None:
    fill(cast, settle)
    offer_relief(cast.bob, cast.alice.user, NOON)
    assert as_(cast.alice).post("/relief/settle", posted).status_code in (302, 400)
    assert Relief.objects.of(cast.brand).get().state == Relief.OFFERED
    assert User.objects.filter(pk=cast.bob.user.pk).exists()
