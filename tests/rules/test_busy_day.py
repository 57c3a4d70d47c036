"""A busy day: everything the written worlds say, once, on one day, in an order and at hours that hold together."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from nestor.config.places import CORPORA
from nestor.networks.practice.community import DAY, DAYS, Said, World, read_worlds
from nestor.networks.practice.day import BEGINS, OPENS, busy_day
from nestor.networks.practice.server.stock import Beginning
from tests.rules.test_practice_replay import NOW, OPENED, Play

OWED = frozenset({"question", "complaint", "press", "alert", "lead", "rumour", "threat"})


@cache
def written() -> tuple[World, ...]:
    return tuple(read_worlds(CORPORA / "community"))


@cache
def busy() -> tuple[World, ...]:
    return tuple(busy_day(world) for world in written())


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def test_nothing_is_lost_invented_or_said_twice() -> None:
    for before, after in zip(written(), busy(), strict=True):
        assert Counter(said.id for said in after.messages()) == Counter(said.id for said in before.messages())
        assert {said.id: said.text for said in after.messages()} == {said.id: said.text for said in before.messages()}
        assert [(post.id, post.text) for post in after.posts] == [(post.id, post.text) for post in before.posts]


def test_it_is_one_day_and_the_publications_lie_before_it() -> None:
    for world in busy():
        assert all(post.at < BEGINS for post in world.posts)
        assert all(BEGINS <= said.at < BEGINS + DAY + 60 for said in world.messages())
        late = [said for said in world.messages() if said.at >= DAYS * DAY]
        assert len(late) < 5


def test_nobody_answers_what_was_not_said_yet_and_stories_keep_their_order() -> None:
    for before, after in zip(written(), busy(), strict=True):
        at = {said.id: said.at for said in after.messages()} | {post.id: post.at for post in after.posts}
        assert [said.id for said in after.messages() if said.to and at[said.to] >= said.at] == []
        for story in before.stories:
            told = [at[said.id] for said in sorted(story.messages, key=lambda said: said.at)]
            assert told == sorted(set(told))


def test_the_day_has_the_rhythm_of_the_month() -> None:
    def hours(worlds: tuple[World, ...]) -> Counter[int]:
        return Counter(said.at % DAY // 60 for world in worlds for said in world.messages() if not said.is_by_brand)

    month, one = hours(written()), hours(busy())
    assert sum((month - one).values()) < 0.1 * month.total()
    assert month.total() == one.total()


def test_changes_follow_within_the_hour() -> None:
    changed = [said for world in busy() for said in world.messages() if said.edited or said.deleted is not None]
    assert changed
    for said in changed:
        moments = [*(moment for moment, _text in said.edited), *([said.deleted] if said.deleted is not None else [])]
        assert all(said.at < moment <= said.at + 60 for moment in moments)


@pytest.mark.slow
def test_a_team_that_answers_what_it_owes_has_about_fifteen_hundred_messages(tmp_path: Path) -> None:
    play = Play(tmp_path, worlds=busy(), beginning=Beginning(NOW, DAYS, OPENS * 60))
    lanes = {f"{world.key}/{ref}": lane for world in busy() for ref, lane in spoken(world)}
    answered, heard, last = 0, 0, 0
    while True:
        rows = play.network.store.all("SELECT number, ref, kind FROM item WHERE number > ? ORDER BY number", last)
        for row in rows:
            last = row["number"]
            if row["kind"] == "post" or not row["ref"] or not play.is_open(row["ref"]):
                continue
            heard += 1
            if lanes[row["ref"]] in OWED:
                play.answer(row["ref"])
                answered += 1
        if not play.network.replay.progress()["planned"]:
            break
        play.wait(10)
    assert 1_400 <= heard <= 1_700
    assert 500 <= answered <= heard


def spoken(world: World) -> Iterator[tuple[str, str]]:
    for said in world.messages():
        yield from with_reactions(said.id, said)


def with_reactions(ref: str, said: Said) -> Iterator[tuple[str, str]]:
    yield ref, said.lane
    for letter, reactions in (("a", said.when_answered), ("s", said.when_silent)):
        for number, reaction in enumerate(reactions):
            yield from with_reactions(f"{ref}~{letter}{number}", reaction)
