"""The replay: the past is told at once, the future arrives in its time, and people react. Time is passed in."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from nestor.config.places import CORPORA
from nestor.networks.practice.community import World, read_worlds
from nestor.networks.practice.server.network import PracticeNetwork, open_network
from nestor.networks.practice.server.society import Utterance
from nestor.networks.practice.server.stock import FIRST_AFTER, LONGEST_PAUSE, Beginning, stock
from nestor.networks.practice.server.store import Store, as_moment

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # 10:00 in Paris
SPEED = 180.0

ACCOUNT = {"handle": "@tiny", "name": "Tiny"}
HEAD = {
    "world": "tiny",
    "brand": {"name": "Tiny", "zone": "Europe/Paris", "about": "A brand.", "languages": ["fr"]},
    "accounts": dict.fromkeys(("square", "page", "private"), ACCOUNT)
    | {"mail": {"address": "hello@tiny.example", "name": "Tiny"}},
}
PEOPLE = [
    {"key": key, "name": key.title(), "handle": f"@{key}", "mail": f"{key}@mail.example", "lang": "fr", "about": "x"}
    for key in ("dan", "eve", "zoe")
]
POSTS = [
    {"id": "post-old", "at": "d20 09:00", "place": "page", "lang": "fr", "text": "Travaux ce week-end."},
    {"id": "post-new", "at": "d25 12:00", "place": "page", "lang": "fr", "text": "C’est fini !"},
]


def line(own_id: str, at: str, by: str = "dan", **more: Any) -> dict[str, Any]:
    spoken = {"id": own_id, "at": at, "by": by, "place": "page", "lang": "fr", "text": f"Texte de {own_id}"}
    if by != "brand":
        spoken |= {"kind": "comment", "lane": "question", "to": "post-old"}
    return spoken | more


def reaction(text: str, after: str = "9m", by: str = "dan", **more: Any) -> dict[str, Any]:
    return {"after": after, "by": by, "lang": "fr", "lane": "praise", "text": text, **more}


OPENED: list[Store] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


class Play:
    """A network with a clock one can turn."""

    def __init__(
        self,
        folder: Path,
        *lines: Mapping[str, Any],
        worlds: Sequence[World] = (),
        beginning: Beginning | None = None,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.now = NOW
        self.file = folder / "practice.sqlite3"
        self.network = self.opened()
        self.beginning = beginning or Beginning(NOW, 25)
        stock(self.network, worlds or [world_of(folder, *lines)], self.beginning, SPEED)

    def opened(self) -> PracticeNetwork:
        store = Store(self.file)
        OPENED.append(store)
        return open_network(store, lambda: self.now)

    def wait(self, seconds: float) -> int:
        self.now += timedelta(seconds=seconds)
        return self.network.replay.tick(self.now)

    def said(self) -> dict[str, str]:
        rows = self.network.store.all("SELECT * FROM item WHERE deleted_at IS NULL ORDER BY number")
        return {row["ref"].removeprefix("tiny/") or row["id"]: row["text"] for row in rows}

    def row(self, own_id: str) -> Any:
        ref = own_id if "/" in own_id else f"tiny/{own_id}"
        return self.network.store.one("SELECT * FROM item WHERE ref = ?", ref)

    def is_open(self, ref: str) -> bool:
        """Say whether somebody's message stands there for the desk to answer."""
        row = self.row(ref)
        is_ours = self.network.store.one("SELECT 1 FROM account WHERE id = ? AND is_desk", row["author_id"])
        return row["deleted_at"] is None and not is_ours

    def answer(self, own_id: str, text: str = "Bonjour, voici.") -> str:
        row = self.row(own_id)
        known = "SELECT id FROM account WHERE place = ? AND ref = ?"
        brand = self.network.store.one(known, row["place"], row["ref"].split("/")[0] + "/brand")
        said = Utterance(row["place"], brand["id"] if brand else "", text, reply_to=row["id"], origin="desk")
        made = self.network.society.say(said)
        self.network.replay.answered(row["id"], made, self.now)
        return made


def world_of(folder: Path, *lines: Mapping[str, Any]) -> World:
    home = folder / "tiny"
    (home / "stories").mkdir(parents=True)
    story = {"story": "one", "about": "A test.", "shape": "ordinary", "messages": [dict(entry) for entry in lines]}
    contents = {"world.yaml": HEAD, "people.yaml": PEOPLE, "posts.yaml": POSTS, "stories/01-one.yaml": story}
    for name, content in contents.items():
        (home / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return read_worlds(home)[0]


# -- the past


def test_the_past_is_there_at_once_with_its_own_times(tmp_path: Path) -> None:
    play = Play(tmp_path, line("old", "d24 18:30"), line("today", "d25 09:58"), line("soon", "d25 10:05"))
    assert set(play.said()) == {"post-old", "old", "today"}
    paris = ZoneInfo("Europe/Paris")
    assert as_moment(play.row("old")["published_at"]).astimezone(paris) == datetime(2026, 11, 19, 18, 30, tzinfo=paris)
    assert as_moment(play.row("today")["published_at"]) == NOW - timedelta(minutes=2)


def test_the_script_can_begin_at_an_hour_of_its_own(tmp_path: Path) -> None:
    play = Play(
        tmp_path, line("early", "d25 07:20"), line("late", "d25 07:45"), beginning=Beginning(NOW, 25, 7 * 60 + 30)
    )
    assert "early" in play.said()
    assert "late" not in play.said()
    assert as_moment(play.row("early")["published_at"]) == NOW - timedelta(minutes=10)


def test_answers_edits_and_deletions_of_the_past_happened(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        line("asked", "d22 10:00", edited=[{"at": "d22 10:05", "text": "Mieux dit"}]),
        line("answer", "d22 11:00", by="brand", to="asked"),
        line("regret", "d22 12:00", deleted="d22 12:30"),
    )
    assert play.said()["asked"] == "Mieux dit"
    assert play.row("answer")["reply_to"] == play.row("asked")["id"]
    assert "regret" not in play.said()
    verbs = [
        row["verb"] for row in play.network.store.all("SELECT verb FROM change WHERE account_id <> '' ORDER BY seq")
    ]
    assert verbs == ["created", "edited", "created", "created", "deleted"]


def test_who_was_left_in_silence_long_ago_said_so_long_ago(tmp_path: Path) -> None:
    silent = [reaction("Toujours rien ?", after="2h")]
    play = Play(
        tmp_path,
        line("ignored", "d22 10:00", when_silent=silent),
        line("heard", "d22 10:00", by="eve", when_silent=silent),
        line("answer", "d22 11:00", by="brand", to="heard"),
    )
    assert play.said()["ignored~s0"] == "Toujours rien ?"
    assert "heard~s0" not in play.said()
    told_at = as_moment(play.row("ignored~s0")["published_at"])
    assert told_at == as_moment(play.row("ignored")["published_at"]) + timedelta(hours=2)


# -- the future


def test_the_future_arrives_in_order_at_the_real_time_of_its_release(tmp_path: Path) -> None:
    play = Play(tmp_path, line("one", "d25 10:06"), line("two", "d25 10:36", by="eve"), line("three", "d26 10:00"))
    assert play.wait(1.9) == 0
    assert play.wait(0.2) == 1
    assert as_moment(play.row("one")["published_at"]) == play.now
    assert play.wait(9.5) == 0
    assert play.wait(1) == 1
    assert "two" in play.said()


def test_nights_are_cut_short_and_the_first_message_comes_soon(tmp_path: Path) -> None:
    play = Play(tmp_path, line("first", "d25 18:00"), line("next-day", "d26 18:00"))
    play.wait(FIRST_AFTER + 0.1)
    assert "post-new" in play.said()
    play.wait(LONGEST_PAUSE)
    assert "first" in play.said()
    play.wait(LONGEST_PAUSE)
    assert "next-day" in play.said()
    assert play.wait(10_000) == 0
    assert play.network.replay.progress()["planned"] == 0


def test_the_desk_answers_in_the_future_not_the_script(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        line("asked", "d25 10:10"),
        line("answer", "d25 10:20", by="brand", to="asked"),
        line("thanks", "d25 10:30", to="answer"),
        line("echo", "d25 10:40", by="eve", to="thanks"),
    )
    play.wait(50)
    assert "answer" not in play.said()
    assert "thanks" not in play.said()
    made = play.answer("asked")
    play.wait(6.1)
    assert play.row("thanks")["reply_to"] == made
    play.wait(6.1)
    assert play.row("echo")["reply_to"] == play.row("thanks")["id"]


def test_an_edit_and_a_deletion_arrive_in_their_time(tmp_path: Path) -> None:
    edited = [{"at": "d25 10:20", "text": "Corrigé"}]
    play = Play(tmp_path, line("asked", "d25 10:10", edited=edited, deleted="d25 10:40"))
    play.wait(4)
    assert play.said()["asked"] == "Texte de asked"
    play.wait(4)
    assert play.said()["asked"] == "Corrigé"
    play.wait(7)
    assert "asked" not in play.said()


# -- people answer


@pytest.mark.parametrize(("after", "seconds"), [("1m", 6.0), ("1h", 20.0), ("2d", 60.0)])
def test_who_is_answered_reacts_within_a_minute(tmp_path: Path, after: str, seconds: float) -> None:
    play = Play(tmp_path, line("asked", "d24 10:00", when_answered=[reaction("Merci !", after=after)]))
    made = play.answer("asked")
    play.wait(seconds - 0.1)
    assert "asked~a0" not in play.said()
    play.wait(0.2)
    assert play.row("asked~a0")["reply_to"] == made


def test_reactions_have_reactions(tmp_path: Path) -> None:
    deeper = reaction("Je note.", when_answered=[reaction("À demain.")])
    play = Play(tmp_path, line("asked", "d24 10:00", when_answered=[deeper]))
    play.answer("asked")
    play.wait(7)
    play.answer("asked~a0")
    play.wait(7)
    assert play.said()["asked~a0~a0"] == "À demain."


def test_answering_a_later_message_of_the_same_person_counts(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        line("asked", "d24 10:00", when_answered=[reaction("Merci !")]),
        line("insists", "d24 11:00", to="asked"),
        line("stranger", "d24 12:00", by="eve", to="asked"),
    )
    play.answer("stranger")
    play.wait(100)
    assert "asked~a0" not in play.said()
    play.answer("insists")
    play.wait(7)
    assert "asked~a0" in play.said()


def test_one_answer_one_reaction(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        line("asked", "d24 10:00", when_answered=[reaction("Merci pour l’un")]),
        line("insists", "d24 11:00", to="asked", when_answered=[reaction("Merci pour l’autre")]),
    )
    play.answer("insists")
    play.answer("insists", "Et encore.")
    play.answer("asked", "Et ceci.")
    play.wait(200)
    assert "insists~a0" in play.said()
    assert "asked~a0" not in play.said()


def test_what_was_answered_in_the_past_is_not_thanked_again(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        line("asked", "d24 10:00", when_answered=[reaction("Merci !")]),
        line("answer", "d24 11:00", by="brand", to="asked"),
    )
    play.answer("asked")
    play.wait(200)
    assert "asked~a0" not in play.said()


def test_silence_is_noticed_and_an_answer_ends_it(tmp_path: Path) -> None:
    silent = [reaction("Vous dormez ?", after="1h")]
    play = Play(
        tmp_path,
        line("ignored", "d25 10:10", when_silent=silent),
        line("heard", "d25 10:10", by="eve", when_silent=silent),
    )
    play.wait(5)
    play.answer("heard")
    play.wait(45)
    assert play.said()["ignored~s0"] == "Vous dormez ?"
    assert "heard~s0" not in play.said()


def test_a_reaction_finds_its_place_when_the_answer_was_taken_back(tmp_path: Path) -> None:
    play = Play(tmp_path, line("asked", "d24 10:00", when_answered=[reaction("Merci !")]))
    play.network.society.remove(play.answer("asked"))
    play.wait(7)
    assert play.row("asked~a0")["reply_to"] == play.row("asked")["id"]
    assert play.row("asked~a0")["thread"] == play.row("asked")["thread"]


@pytest.mark.parametrize("place", ["square", "private", "mail"])
def test_conversations_stay_together_at_every_place(tmp_path: Path, place: str) -> None:
    kind = {"square": "mention", "private": "direct", "mail": "mail"}[place]
    more: dict[str, Any] = {"place": place, "kind": kind, "to": None}
    if place == "mail":
        more["subject"] = "Objet"
    asked = {name: value for name, value in line("asked", "d24 10:00", **more).items() if value is not None}
    play = Play(tmp_path, asked | {"when_answered": [reaction("Merci !")]})
    play.answer("asked")
    play.wait(7)
    assert play.row("asked~a0")["thread"] == play.row("asked")["thread"]
    assert play.row("asked~a0")["kind"] == kind


# -- restarts


def test_a_restart_goes_on_where_it_stopped(tmp_path: Path) -> None:
    lines = [line(f"m{number}", f"d25 10:{10 + number * 10}") for number in range(4)]
    whole = Play(tmp_path / "a", *lines, line("asked", "d24 10:00", when_answered=[reaction("Merci !")]))
    broken = Play(tmp_path / "b", *lines, line("asked", "d24 10:00", when_answered=[reaction("Merci !")]))
    for play in (whole, broken):
        play.wait(5)
        play.answer("asked")
    broken.network.store.close()
    broken.network = broken.opened()
    for play in (whole, broken):
        play.wait(5)
        play.wait(60)
    assert list(whole.said().values()) == list(broken.said().values())


def test_it_is_stocked_once(tmp_path: Path) -> None:
    play = Play(tmp_path, line("old", "d24 10:00"))
    before = play.said()
    stock(play.network, read_worlds(tmp_path / "tiny"), play.beginning, SPEED)
    assert play.said() == before


def test_the_script_waits_while_nobody_runs_the_network(tmp_path: Path) -> None:
    play = Play(tmp_path, line("one", "d25 10:10"), line("two", "d25 10:20"))
    play.wait(1)
    assert play.wait(8 * 3600) == 0
    assert play.wait(2.4) == 1
    assert play.wait(3.4) == 1


def test_it_can_be_hurried(tmp_path: Path) -> None:
    play = Play(tmp_path, line("one", "d25 10:10"), line("two", "d25 10:20"))
    play.network.replay.hurry(3600)
    assert play.wait(0) == 2 + 1
    assert list(play.said())[-3:] == ["one", "two", "post-new"]


def test_the_same_script_is_played_the_same_way(tmp_path: Path) -> None:
    lines = [
        line(f"m{number}", f"d25 1{number % 4}:{10 + number}", by=("dan", "eve", "zoe")[number % 3])
        for number in range(12)
    ]
    plays = [Play(tmp_path / name, *lines) for name in ("a", "b")]
    for play in plays:
        while play.network.replay.progress()["planned"]:
            play.wait(3)
    first, second = (
        [tuple(row) for row in play.network.store.all("SELECT * FROM item ORDER BY number")] for play in plays
    )
    assert first == second


# -- the written worlds themselves


@pytest.mark.slow
def test_the_written_worlds_play_to_their_end_while_everybody_is_answered(tmp_path: Path) -> None:
    play = Play(tmp_path, worlds=read_worlds(CORPORA / "community"))
    waiting = play.network.replay.progress()["waiting"]
    answered, last = 0, 0
    while play.network.replay.progress()["planned"]:
        play.wait(10)
        rows = play.network.store.all("SELECT number, ref, kind FROM item WHERE number > ? ORDER BY number", last)
        for row in rows:
            last = row["number"]
            if row["ref"] and row["kind"] != "post" and play.is_open(row["ref"]):
                play.answer(row["ref"])
                answered += 1
    assert answered > 1000
    assert play.network.replay.progress()["waiting"] < waiting / 3
    said = Counter(
        row["n"] for row in play.network.store.all("SELECT count(*) AS n FROM item WHERE ref <> '' GROUP BY ref")
    )
    assert set(said) == {1}
