"""Words met before: what each adds to every score is worked out once, and reading a message is adding up its words.

All n-grams of characters lie inside one word, so that only pairs of words and longer expressions are left to look up
per message. Sums are of whole numbers, hence exact: the result is that of `model.scores_of`, whatever is remembered.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules import language as tongues
from nestor.triage.rules.features import LONGEST, SHORTEST, Hasher, Hashes, Places, bucketed, stretches
from nestor.triage.rules.gates import gates_of
from nestor.triage.rules.lexicon import Lexicon
from nestor.triage.rules.model import Weights, added
from nestor.triage.rules.normalise import fold, is_letter
from nestor.triage.rules.signals import TOKEN_SIGNS, letters_of, token_signs

Sums = NDArray[np.float32]

REMEMBERED = 1 << 15  # words; the everyday words of a language are fewer
LONGEST_READ = 1 << 20  # letters of one message; no network lets anybody write as many
_LONG = 48  # letters: longer stretches are rarely met again
_MANY_LETTERS = 400_000  # a batch that no page could hold
_BLANKS = "\n\t\r\xa0\u202f"
RESPELLED = 256  # beside the gates: letters set apart were joined, or two come from one
_NAME, _LINK = re.compile(r"@\w+[.,:;]*"), re.compile(r"https?://\S+", re.IGNORECASE)
_DIGITS = str.maketrans("123456789", "0" * 9)
_DIGIT, _DIGIT_IN_WORD = re.compile("[0-9]"), re.compile("[A-Za-z][0-9][A-Za-z]")
COMMON = (*TOKEN_SIGNS, "grams", "spoken_grams", "spelled", "french", "english")


class Piece(NamedTuple):
    """A stretch between blanks: rows of its words in the page, where each lies in it, gates, letters, capitals."""

    rows: list[int]
    starts: list[int]
    ends: list[int]
    gates: int
    letters: int
    capitals: int


@dataclass(frozen=True, slots=True)
class Heads:
    """One set of heads and the expressions it is told about."""

    weights: Weights
    lexicon: Lexicon

    @property
    def width(self) -> int:
        """Return how many columns a word takes: characters, the word itself, cues."""
        return 2 * len(self.weights.heads) + len(self.lexicon.classes)


@dataclass(slots=True)
class Page:
    """What is remembered, until the page is full: the next one begins empty."""

    pieces: dict[str, Piece]
    known: dict[tuple[int, int], int]
    hashes: Hashes
    sizes: Places
    alone: NDArray[np.bool_]
    common: Sums  # languages, then COMMON
    sets: dict[str, Sums]  # per set of heads: sums of characters, weights of the word, cues
    lock: Lock = field(default_factory=Lock)

    def has_room_for(self, words: int, pieces: int) -> bool:
        """Say whether so many more fit in."""
        size = int(self.hashes.size)
        return len(self.known) + words <= size and len(self.pieces) + pieces <= 3 * size


@dataclass(frozen=True, slots=True)
class Split:
    """Texts cut at blanks: the stretches as written, and what is known of each, in a page."""

    page: Page
    written: list[list[str]]
    pieces: list[list[Piece]]


def cut(text: str) -> list[str]:
    """Return the stretches between blanks, empty ones included: one character stands between two of them."""
    for blank in _BLANKS:
        if blank in text:
            text = text.replace(blank, " ")
    return text.split(" ")


def _look_alike(piece: str) -> str:
    """Return a stretch that folds the same way and is met more often: numbers, names and links have one form each."""
    if _NAME.fullmatch(piece):
        return "@x"
    if _LINK.fullmatch(piece):
        return "http://x"
    if piece.isascii() and _DIGIT.search(piece) and not _DIGIT_IN_WORD.search(piece):
        return piece.translate(_DIGITS)
    return piece


class WordBook:
    """Remembers words; safe to share between threads."""

    def __init__(self, language: Weights, sets: Mapping[str, Heads], size: int = REMEMBERED) -> None:
        """Take the weights that words are looked up in."""
        self._language, self._sets, self._size = language, dict(sets), size
        self._bits = max(heads.weights.bits for heads in sets.values())
        # Side by side, so that one look-up serves all heads; a bucket is the highest bits of a hash.
        widened = [h.weights.grams.repeat(1 << self._bits - h.weights.bits, axis=0) for h in sets.values()]
        self._grams = np.hstack(widened)
        self._page = self._empty(size)

    def look_up(self, texts: Sequence[str], whole: Collection[int] = ()) -> Split:
        """Return a batch of texts cut into pieces, some left whole; learn those never met."""
        written = [[text] if number in whole else cut(text) for number, text in enumerate(texts)]
        page, letters = self._page, sum(map(len, texts))
        found = self._found(page, written) if letters <= _MANY_LETTERS else None
        if found is None and letters <= _MANY_LETTERS:  # the page is full: the next one begins
            page = self._empty(self._size)
            found = self._found(page, written)
            if found is not None:
                self._page = page
        if found is None:  # too much for any page: one for this batch alone, with room for every letter
            page = self._empty(letters + len(texts))
            found = self._found(page, written) or []
        return Split(page, written, found)

    def _empty(self, size: int) -> Page:
        common = len(self._language.heads) + len(COMMON)
        return Page(
            {},
            {},
            np.zeros(size, dtype=np.uint64),
            np.zeros(size, dtype=np.int64),
            np.zeros(size, dtype=np.bool_),
            np.zeros((size, common), dtype=np.float32),
            {name: np.zeros((size, heads.width), dtype=np.float32) for name, heads in self._sets.items()},
        )

    def _found(self, page: Page, written: list[list[str]]) -> list[list[Piece]] | None:
        """Return the pieces of every text, learning new ones; None when they do not fit in the page."""
        look = page.pieces.get
        found: list[list[Piece | None]] = [list(map(look, stretches)) for stretches in written]
        holes = [number for number, ones in enumerate(found) if None in ones]
        if holes:
            missing = dict.fromkeys(
                piece
                for number in holes
                for piece, one in zip(written[number], found[number], strict=True)
                if one is None
            )
            learned = self._learn(page, list(missing))
            if learned is None:
                return None
            for number in holes:
                pairs = zip(written[number], found[number], strict=True)
                found[number] = [learned[piece] if one is None else one for piece, one in pairs]
        return found  # type: ignore[return-value]  # the holes are filled

    def _learn(self, page: Page, asked: list[str]) -> dict[str, Piece] | None:
        """Return pieces never met, and remember those that may be met again; None when they do not fit in."""
        alike = {piece: _look_alike(piece) for piece in asked}
        forms = [form for form in dict.fromkeys(alike.values()) if form not in page.pieces]
        made = self._fold(page, forms)
        if made is None:
            return None
        page.pieces.update({form: piece for form, piece in made.items() if len(form) <= _LONG})
        learned = {}
        for piece, form in alike.items():
            known = made.get(form) or page.pieces[form]
            learned[piece] = known if form == piece else Piece(*known[:3], _opened(known, piece), *letters_of(piece))
        return learned

    def _fold(self, page: Page, forms: list[str]) -> dict[str, Piece] | None:
        if not forms:
            return {}
        folded = fold(forms)
        plain, accented = Hasher(folded), Hasher(folded, accented=True)
        words = plain.words()
        keys = list(zip(words.tolist(), accented.words().tolist(), strict=True))
        with page.lock:
            fresh = {key: token for token, key in enumerate(keys) if key not in page.known}
            if not page.has_room_for(len(fresh), len(forms)):
                return None
            numbers = {key: number for number, key in enumerate(fresh, start=len(page.known))}
            if fresh:
                chosen = np.fromiter(fresh.values(), dtype=np.int64)
                self._fill(page, len(page.known), chosen, (plain, accented, words))
                page.known.update(numbers)
        known = page.known
        rows = [known[key] for key in keys]
        places, lasts = folded.places[folded.starts], folded.places[folded.ends - 1]
        starts, ends = places.tolist(), (lasts + 1).tolist()
        respelled = folded.respelled | set(
            folded.owners[(places == lasts) & (folded.ends - folded.starts > 1)].tolist()
        )
        edges = np.searchsorted(folded.owners, np.arange(folded.count + 1)).tolist()
        made = {}
        for number, form in enumerate(forms):
            some = slice(edges[number], edges[number + 1])
            gates = gates_of(form) | (RESPELLED if number in respelled else 0)
            made[form] = Piece(rows[some], starts[some], ends[some], gates, *letters_of(form))
        return made

    def _fill(self, page: Page, first: int, chosen: Places, hashers: tuple[Hasher, Hasher, Hashes]) -> None:
        """Work out what new words add to every score, from row `first` on."""
        plain, accented, words = hashers
        folded, count = plain.folded, chosen.size
        rows, words = slice(first, first + count), words[chosen]
        sizes = (folded.ends - folded.starts)[chosen]
        page.hashes[rows], page.sizes[rows] = words, sizes
        page.alone[rows] = (sizes == 1) & is_letter(folded.codes[folded.starts[chosen]])
        inside = stretches(plain, chosen, SHORTEST, LONGEST)
        hashed, tokens = inside.hashed, inside.tokens
        by_chars = added(self._grams, bucketed(hashed, self._bits), tokens, count)
        by_word = self._grams[bucketed(words, self._bits)]
        first = 0
        for name, heads in self._sets.items():
            table, split, classes = page.sets[name], len(heads.weights.heads), len(heads.lexicon.classes)
            table[rows, :split] = by_chars[:, first : first + split]
            table[rows, split : 2 * split] = by_word[:, first : first + split]
            first += split
            hits = heads.lexicon.find_single(words)
            cued = np.bincount(hits.owners * classes + hits.classes, minlength=count * classes)
            table[rows, 2 * split :] = cued.reshape(count, classes)
        self._fill_common(page, rows, chosen, (accented, np.bincount(tokens, minlength=count)))

    def _fill_common(self, page: Page, rows: slice, chosen: Places, said: tuple[Hasher, Places]) -> None:
        accented, grams = said
        weights, folded = self._language, accented.folded
        inside = stretches(accented, chosen, tongues.SHORTEST, tongues.LONGEST)
        sums = weights.added(bucketed(inside.hashed, weights.bits), inside.tokens, chosen.size)
        spoken = np.bincount(inside.tokens, minlength=chosen.size)
        names = len(weights.heads)
        page.common[rows, :names] = sums
        page.common[rows, names : names + len(TOKEN_SIGNS)] = token_signs(folded)[chosen]
        rest = (grams, spoken, tongues.is_spelled(folded)[chosen], *tongues.leaning(sums, spoken, weights))
        page.common[rows, names + len(TOKEN_SIGNS) :] = np.stack(rest, axis=1)


def _opened(known: Piece, piece: str) -> int:
    return gates_of(piece) | known.gates & RESPELLED
