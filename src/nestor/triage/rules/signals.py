"""The few things counted beside the n-grams: cues found, what kind of message it is, how it is written."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.contract import MessageText
from nestor.triage.rules.features import Hasher
from nestor.triage.rules.lexicon import Hits
from nestor.triage.rules.normalise import LINK, MAIL_ADDRESS, MENTION, NUMBER, Folded
from nestor.vocabulary import MessageKind

_KINDS = tuple(MessageKind)
_KIND_PLACES = {kind: place for place, kind in enumerate(_KINDS)}
_AFTER_KINDS = len(_KINDS)
CAPITALS_IN = 400  # letters at the beginning
_MOST = 2.0
MANNER = (
    *(f"kind_{kind}" for kind in _KINDS),
    "is_answer",
    "has_picture",
    "link",
    "mail_address",
    "mention",
    "question_mark",
    "exclamation",
    "capitals",
    "number",
    "long_number",
    "symbols",
    "tiny",
    "length",
    "very_long",
)

Counts = NDArray[np.float32]


def signal_names(classes: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns that `signals` makes."""
    return (*classes, *MANNER)


def signals(messages: Sequence[MessageText], hasher: Hasher, hits: Hits, classes: int) -> Counts:
    """Return one row per message: cue classes counted up to 2, then the manner of writing, all between 0 and 2."""
    folded, count = hasher.folded, len(messages)
    cued = np.bincount(hits.owners * classes + hits.classes, minlength=count * classes).reshape(count, classes)
    signs = token_signs(folded)
    summed = [np.bincount(folded.owners, weights=column, minlength=count) for column in signs.T]
    tokens = np.bincount(folded.owners, minlength=count)
    capitals = [_capitals(message.text) for message in messages]
    return counted(cued, manner(messages, np.array(summed, dtype=np.float32).T, tokens, capitals))


def counted(cued: Counts | NDArray[np.int64], manners: Counts) -> Counts:
    """Return the whole row of each message: cues of each class up to 2, then its manner."""
    classes = cued.shape[1]
    made = np.empty((manners.shape[0], classes + manners.shape[1]), dtype=np.float32)
    np.minimum(cued, _MOST, out=made[:, :classes], casting="unsafe")
    made[:, classes:] = manners
    return made


TOKEN_SIGNS = ("link", "mail_address", "mention", "question_mark", "exclamation", "number", "long_number", "symbols")


def token_signs(folded: Folded) -> Counts:
    """Return one row per token, 1 where it is such a sign (`TOKEN_SIGNS`)."""
    first, sizes = folded.codes[folded.starts], folded.ends - folded.starts
    alone = [first == code for code in (LINK, MAIL_ADDRESS, MENTION, ord("?"), ord("!"))]
    numeric = first == NUMBER
    symbols = (sizes == 1) & ((first > 0x2000) & (first < 0xE000) | (first > 0xF8FF))
    return np.array([*alone, numeric, numeric & (sizes >= 8), symbols], dtype=np.float32).T


def manner(
    messages: Sequence[MessageText], signs: NDArray[np.floating], tokens: NDArray[np.integer], capitals: Sequence[float]
) -> Counts:
    """Return how each message is written: its kind, the signs in it, how long it is."""
    made = np.zeros((len(messages), len(MANNER)), dtype=np.float32)
    for row, message in enumerate(messages):
        made[row, _KIND_PLACES[message.kind]] = 1.0
        if message.in_reply_to_text:
            made[row, _AFTER_KINDS] = 1.0
        if message.has_picture:
            made[row, _AFTER_KINDS + 1] = 1.0
    at = _AFTER_KINDS + 2
    np.minimum(signs[:, :5], _MOST, out=made[:, at : at + 5], casting="unsafe")
    made[:, at + 5] = capitals
    np.minimum(signs[:, 5:], _MOST, out=made[:, at + 6 : at + 9], casting="unsafe")
    made[:, at + 9] = tokens <= 2
    made[:, at + 10] = np.minimum(np.log1p(tokens) / 3.0, _MOST)
    made[:, at + 11] = tokens > 60
    return made


def _capitals(text: str) -> float:
    """Return the share of capitals among the first letters, 0 for short texts."""
    return share_of_capitals(*letters_of(text[:CAPITALS_IN]))


def letters_of(text: str) -> tuple[int, int]:
    """Return how many letters and how many capitals a text has."""
    if text.isalpha() and text.islower():
        return len(text), 0
    letters = [char for char in text if char.isalpha()]
    return len(letters), sum(map(str.isupper, letters))


def share_of_capitals(letters: int, capitals: int) -> float:
    """Return the share of capitals, 0 of few letters."""
    return capitals / letters if letters >= 8 else 0.0
