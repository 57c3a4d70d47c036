"""The written community holds together, is as large and varied as promised, and repeats itself only on purpose."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml

from nestor.config.places import CORPORA
from nestor.networks.practice.community import DAY, SHAPES, BadCommunity, Said, World, read_worlds

COMMUNITY = CORPORA / "community"
REPEATING = {"pack", "spam", "rumour"}  # where people say the same thing on purpose


@cache
def worlds() -> tuple[World, ...]:
    return tuple(read_worlds(COMMUNITY))


def spoken() -> list[Said]:
    return [said for world in worlds() for said in world.messages()]


def of_people() -> list[Said]:
    return [said for said in spoken() if not said.is_by_brand]


def test_the_worlds_are_read_without_a_fault() -> None:
    assert [world.key for world in worlds()] == ["railway", "studio", "townhall"]


def test_it_is_as_large_as_promised() -> None:
    writers = {(world.key, said.by) for world in worlds() for said in world.messages() if not said.is_by_brand}
    assert len(of_people()) >= 1200
    assert len(writers) >= 300


def test_it_lasts_thirty_days_without_a_silent_one() -> None:
    for world in worlds():
        assert {said.at // DAY for said in world.messages()} == set(range(30))


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_shape_of_story_is_told(shape: str) -> None:
    assert any(story.shape == shape for world in worlds() for story in world.stories)


def test_both_languages_are_written_in_every_world() -> None:
    for world in worlds():
        languages = Counter(said.lang for said in world.messages() if not said.is_by_brand)
        assert languages["fr"] >= 60
        assert languages["en"] >= 60


def test_every_place_is_lived_in() -> None:
    for world in worlds():
        places = Counter(said.place for said in world.messages())
        assert min(places[place] for place in ("square", "page", "private", "mail")) >= 20


def test_days_have_a_rhythm() -> None:
    hours = Counter(said.at % DAY // 60 for said in of_people())
    night = sum(hours[hour] for hour in range(1, 5))
    rush = sum(hours[hour] for hour in (7, 8, 17, 18))
    assert 0 < night < rush / 3


def test_weeks_have_a_rhythm() -> None:
    days = Counter(said.at // DAY % 7 for said in of_people())
    working_day = sum(days[day] for day in range(5)) / 5
    week_end = (days[5] + days[6]) / 2
    assert week_end < working_day


def test_much_of_the_past_is_answered_and_some_is_left_open() -> None:
    for world in worlds():
        answered = {said.to for said in world.messages() if said.is_by_brand}
        past = [said for said in world.messages() if not said.is_by_brand and said.at < 24 * DAY]
        open_ones = [said for said in past if said.id not in answered]
        assert len(open_ones) >= 10
        assert sum(said.is_by_brand for said in world.messages()) >= 60


def test_people_react_when_they_are_answered() -> None:
    for world in worlds():
        future = [said for said in world.messages() if said.at >= 24 * DAY]
        assert sum(bool(said.when_answered) for said in future) >= 30
        assert any(said.when_silent for said in future)


def test_names_and_addresses_are_invented() -> None:
    for world in worlds():
        addresses = [person.mail for person in world.people.values() if person.mail]
        addresses.append(world.accounts["mail"].handle)
        assert all(address.endswith((".example", ".test")) for address in addresses)
        for said in world.messages():
            for domain in re.findall(r"(?:https?://|@[\w.-]+\.)[\w.-]*", said.text):
                assert not re.search(r"\.(com|fr|org|net|io|eu)\b", domain), said.id


@pytest.mark.slow
def test_nobody_says_the_same_twice_outside_packs_spam_and_rumours() -> None:
    seen: dict[frozenset[str], str] = {}
    twins = []
    for world in worlds():
        for story in world.stories:
            for said in story.messages:
                pieces = shingles(said.text)
                is_taken_back = said.deleted is not None  # and said again, better
                if story.shape in REPEATING or is_taken_back or len(pieces) < 20:
                    continue
                twins += [f"{other} ~ {said.id}" for known, other in seen.items() if overlap(known, pieces) > 0.6]
                seen[pieces] = said.id
    assert not twins


def shingles(text: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(character for character in folded if character.isalnum() or character == " ")
    return frozenset(letters[at : at + 5] for at in range(max(0, len(letters) - 4)))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    if not 0.5 < len(one) / len(other) < 2:
        return 0.0
    return len(one & other) / len(one | other)


# -- what does not hold together is refused, with the place and every fault at once

HEAD = {
    "world": "tiny",
    "brand": {"name": "Tiny", "zone": "Europe/Paris", "about": "A brand.", "languages": ["fr", "en"]},
    "accounts": {
        "square": {"handle": "@tiny", "name": "Tiny"},
        "page": {"handle": "@tiny.page", "name": "Tiny"},
        "private": {"handle": "@tiny", "name": "Tiny"},
        "mail": {"address": "contact@tiny.example", "name": "Tiny"},
    },
    "facts": ["It is tiny."],
}
ALICE = {"key": "alice", "name": "Alice A.", "handle": "@alice", "lang": "fr", "about": "30, brief"}
POST = {"id": "post-1", "at": "d01 09:00", "place": "page", "lang": "fr", "text": "Bonjour !"}
SAID = {"id": "m-1", "at": "d02 10:00", "by": "alice", "place": "square", "kind": "mention"} | {
    "lang": "fr",
    "lane": "question",
    "text": "C’est ouvert ?",
}


def write(folder: Path, *messages: Mapping[str, object], people: object = (ALICE,), head: object = HEAD) -> Path:
    world = folder / "tiny"
    (world / "stories").mkdir(parents=True)
    story = {"story": "one", "about": "A test.", "shape": "ordinary", "messages": list(messages)}
    contents = {"world.yaml": head, "people.yaml": list(people) if isinstance(people, tuple) else people}
    contents |= {"posts.yaml": [POST], "stories/01-one.yaml": story}
    for name, content in contents.items():
        (world / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return world


def faults(folder: Path) -> str:
    with pytest.raises(BadCommunity) as caught:
        read_worlds(folder)
    return str(caught.value)


def test_a_sound_world_is_read(tmp_path: Path) -> None:
    (world,) = read_worlds(write(tmp_path, SAID))
    assert (world.key, [said.at for said in world.messages()]) == ("tiny", [DAY + 600])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"at": "d31 10:00"}, "at: d31 10:00 does not exist"),
        ({"at": "d02 25:00"}, "does not exist"),
        ({"at": "yesterday"}, "a day and time like d03 07:42"),
        ({"by": "nobody"}, "by: nobody is nobody"),
        ({"lane": "shouting"}, "lane: shouting is none of"),
        ({"lane": None}, "lane: is missing"),
        ({"kind": "mail"}, "kind: mail is none of"),
        ({"also": ["angry"]}, "also: angry is none of"),
        ({"urgency": 4}, "urgency: a whole number from 0 to 3"),
        ({"urgency": True}, "urgency: a whole number"),
        ({"tone": "sour"}, "tone: sour is none of"),
        ({"lang": False}, "lang: a text is expected, not bool"),
        ({"text": ""}, "text: is missing"),
        ({"mood": "odd"}, "mood: unknown field"),
        ({"to": "m-9"}, "to: m-9 is nowhere"),
        ({"to": "post-1"}, "post-1 is at page, not at square"),
        ({"subject": "Hi"}, "subject: only mails have one"),
        ({"edited": [{"at": "d01 10:00", "text": "Non."}]}, "edited: before it was written"),
        ({"deleted": "d01 09:00"}, "deleted: before it was written"),
        ({"when_answered": [{"after": "soon", "by": "alice"}]}, "after: a span like"),
        ({"when_answered": [{"after": "4m", "by": "brand", "lang": "fr", "text": "x"}]}, "by: only people react"),
        ({"place": "mail", "kind": "mail"}, "alice has no mail address"),
        ({"place": "page", "kind": "comment"}, "what is answered or commented is missing"),
        ({"by": "brand", "to": "post-1", "place": "page"}, "lane: the desk's own answers have none"),
    ],
)
def test_each_fault_is_told_with_its_place(tmp_path: Path, change: dict[str, object], told: str) -> None:
    message = {name: value for name, value in {**SAID, **change}.items() if value is not None}
    text = faults(write(tmp_path, message))
    assert told in text
    assert "tiny" in text
    assert "m-1" in text or "message" in text


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = faults(write(tmp_path, SAID | {"lane": "x", "tone": "y"}, SAID | {"by": "nobody"}))
    assert all(part in text for part in ("lane: x", "tone: y", "is nobody", "m-1: this id is there twice"))


@pytest.mark.parametrize("name", ["world.yaml", "people.yaml", "posts.yaml"])
def test_a_missing_file_is_told(tmp_path: Path, name: str) -> None:
    world = write(tmp_path, SAID)
    (world / name).unlink()
    expected = "no world.yaml" if name == "world.yaml" else f"tiny/{name}: is missing"
    assert expected in faults(world)


@pytest.mark.parametrize(
    "content", ["[", "- a\n  b: c", "\t- x", "just words", "a: 1\na: 2", "!!python/object/apply:os.getcwd []", "\x00"]
)
def test_what_is_no_yaml_is_told_not_run(tmp_path: Path, content: str) -> None:
    world = write(tmp_path, SAID)
    (world / "people.yaml").write_text(content, encoding="utf-8")
    assert "people.yaml" in faults(world)


def test_bytes_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    world = write(tmp_path, SAID)
    (world / "people.yaml").write_bytes(b"- {key: \xff}")
    assert "people.yaml" in faults(world)


@pytest.mark.parametrize("content", [None, [], "x", {"brand": []}, {"accounts": {"square": 3}}])
def test_a_world_of_another_form_is_told(tmp_path: Path, content: object) -> None:
    assert "world.yaml" in faults(write(tmp_path, SAID, head=content))


def test_a_person_met_twice_and_a_handle_without_at_are_told(tmp_path: Path) -> None:
    text = faults(write(tmp_path, SAID, people=(ALICE, ALICE | {"handle": "alice"})))
    assert "alice is there twice" in text
    assert "handle: starts with @" in text
