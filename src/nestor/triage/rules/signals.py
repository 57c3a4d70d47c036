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
    count = len(messages)
    cued = np.bincount(hits.owners * classes + hits.classes, minlength=count * classes).reshape(count, classes)
    return np.hstack([np.minimum(cued, _MOST), _manner(messages, hasher.folded)]).astype(np.float32)


def _of_first(folded: Folded, code: int) -> NDArray[np.float64]:
    chosen = folded.owners[folded.codes[folded.starts] == code]
    return np.minimum(np.bincount(chosen, minlength=folded.count), _MOST)


def _manner(messages: Sequence[MessageText], folded: Folded) -> NDArray[np.float64]:
    sizes = folded.ends - folded.starts
    tokens = np.bincount(folded.owners, minlength=folded.count)
    numeric = folded.codes[folded.starts] == NUMBER
    long_numbers = np.bincount(folded.owners[numeric & (sizes >= 8)], minlength=folded.count)
    first = folded.codes[folded.starts]
    signs = (sizes == 1) & ((first > 0x2000) & (first < 0xE000) | (first > 0xF8FF))
    columns = [
        *([float(message.kind is kind) for message in messages] for kind in _KINDS),
        [float(bool(message.in_reply_to_text)) for message in messages],
        [float(message.has_picture) for message in messages],
        _of_first(folded, LINK),
        _of_first(folded, MAIL_ADDRESS),
        _of_first(folded, MENTION),
        _of_first(folded, ord("?")),
        _of_first(folded, ord("!")),
        [_capitals(message.text) for message in messages],
        np.minimum(np.bincount(folded.owners[numeric], minlength=folded.count), _MOST),
        np.minimum(long_numbers, _MOST),
        np.minimum(np.bincount(folded.owners[signs], minlength=folded.count), _MOST),
        tokens <= 2,
        np.minimum(np.log1p(tokens) / 3.0, _MOST),
        tokens > 60,
    ]
    return np.array(columns, dtype=np.float64).reshape(len(columns), len(messages)).T


def _capitals(text: str) -> float:
    """Return the share of capitals among the first letters, 0 for short texts."""
    letters = [char for char in text[:400] if char.isalpha()]
    return sum(char.isupper() for char in letters) / len(letters) if len(letters) >= 8 else 0.0
