"""Names that look like other names. Pure.

What a name looks like is its skeleton in the sense of Unicode's TR39: letters of other alphabets, invisible ones and
the like become what they are taken for, so that « Ligne Vеrte » with a Cyrillic е and « Ligne Verte » are one.
"""

from collections.abc import Iterable

from disarm import detect_scripts, skeleton_key

LONGEST = 300
SHORTEST = 3  # letters: shorter names resemble everything
USUAL_TOGETHER = frozenset({"han", "hiragana", "katakana", "hangul", "bopomofo"})  # written together every day


def looks_of(name: str) -> str:
    """Return what a name looks like, "" where it has too little to look like anything; equal ones look alike."""
    found = skeleton_key(name.strip().lstrip("@"), digit_policy="tr39")[:LONGEST]
    return found if sum(one.isalnum() for one in found) >= SHORTEST else ""


def alphabets_of(name: str) -> tuple[str, ...]:
    """Return the alphabets a name mixes, by their English names; () where it keeps to one, as names do."""
    found = [one.value.lower() for one in detect_scripts(name)]
    strange = [one for one in found if one not in USUAL_TOGETHER]
    if len(strange) + (len(strange) < len(found)) < 2:
        return ()
    return tuple(found)


def may_deceive(name: str) -> bool:
    """Return whether a name does not look as it is written: only then it can be meant to look like another."""
    return bool(looks := looks_of(name)) and looks != " ".join(name.strip().lstrip("@").casefold().split())


def is_posing_as(name: str, others: Iterable[str]) -> str:
    """Return the one of these names that a name looks like without being it, "" for none."""
    looks = looks_of(name)
    if not looks:
        return ""
    return next((one for one in others if looks == looks_of(one) and not is_same_name(name, one)), "")


def is_same_name(name: str, other: str) -> bool:
    """Return whether two names are written the same, whatever their case and the @ before a handle."""
    return name.strip().lstrip("@").casefold() == other.strip().lstrip("@").casefold()
