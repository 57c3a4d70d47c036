"""Whom a note names. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MOST_TEXT = 10_000  # characters of a note
MOST_NAMED = 50  # places of one note at which somebody is named; the rest is text


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody a note may name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Naming:
    """Where a note names somebody: characters [start, end), the @ among them."""

    start: int
    end: int
    id: int


def namings(text: str, team: Sequence[Named]) -> list[Naming]:
    """Return where a note names whom: `@` and a full name, or a first name only one of the team has.

    Case and accents do not count; of two people with the same name both are named.
    """
    ways = _ways(team)
    found: list[Naming] = []
    for at in _signs(text):
        for words, ids in ways:
            end = _end_of(text, at + 1, words)
            if end:
                found += [Naming(at, end, one) for one in ids]
                break
        if len(found) >= MOST_NAMED:
            break
    return found[:MOST_NAMED]


def _signs(text: str) -> Iterator[int]:
    """Yield the places of each @ that begins a word: one inside an address names nobody."""
    at = text.find("@")
    while at >= 0:
        if at == 0 or not text[at - 1].isalnum():
            yield at
        at = text.find("@", at + 1)


def _ways(team: Sequence[Named]) -> list[tuple[str, tuple[int, ...]]]:
    """Return how people can be named, longest first."""
    ways: dict[str, set[int]] = {}
    firsts = Counter(folded(one.name).partition(" ")[0] for one in team)
    for one in team:
        whole = folded(one.name)
        first = whole.partition(" ")[0]
        ways.setdefault(whole, set()).add(one.id)
        if firsts[first] == 1 and first not in {folded(other.name) for other in team if other.id != one.id}:
            ways.setdefault(first, set()).add(one.id)
    ways.pop("", None)
    return [(words, tuple(sorted(ways[words]))) for words in sorted(ways, key=lambda words: (-len(words), words))]


def _end_of(text: str, start: int, words: str) -> int:
    """Return where these folded words end if they stand at `start`; 0 if they do not."""
    at, left = start, words
    while left:
        if at >= len(text):
            return 0
        here = _folded_character(text[at])
        if not left.startswith(here):
            return 0
        left = left[len(here) :]
        at += 1
    while at < len(text) and not _folded_character(text[at]):
        at += 1  # accents that stand alone belong to the letter before
    return 0 if at < len(text) and (text[at].isalnum() or text[at] == "_") else at


def folded(text: str) -> str:
    """Return a name without case, accents and doubled spaces."""
    return " ".join("".join(map(_folded_character, text)).split())


@lru_cache(maxsize=5000)
def _folded_character(one: str) -> str:
    if one.isspace():
        return " "
    apart = unicodedata.normalize("NFKD", one.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(part for part in apart if not unicodedata.combining(part))
