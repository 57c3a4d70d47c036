"""A batch of texts as words, added up: the scores of a set of heads, and which words they come from."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from nestor.triage.rules.contract import MessageText, Span
from nestor.triage.rules.features import Places, bucketed, followed_by
from nestor.triage.rules.gates import ALL_OPEN
from nestor.triage.rules.language import Spelling
from nestor.triage.rules.lexicon import Hits
from nestor.triage.rules.model import Scores, root_of
from nestor.triage.rules.signals import CAPITALS_IN, TOKEN_SIGNS, Counts, counted, letters_of, manner, share_of_capitals
from nestor.triage.rules.words import LONGEST_READ, RESPELLED, Heads, Page, Piece, Sums, WordBook

_AT_ONCE = 1 << 14
_SINGLES = 4  # letters standing alone one after the other may be one word set apart
_SEARCHED = 20_000
_SHOWN, _LEAST, _SHARE, _GAP = 4, 0.05, 0.25, 2


@dataclass(frozen=True, slots=True)
class Told:
    """Texts as words: `rows` in the page and `owners` of each word, the words of text i between `edges` i and i + 1."""

    page: Page
    written: list[list[str]]
    pieces: list[list[Piece]]
    gates: list[int]
    rows: Places
    owners: Places
    edges: Places

    @property
    def count(self) -> int:
        """Return the number of texts."""
        return len(self.pieces)

    @property
    def tokens(self) -> Places:
        """Return the number of words of each text."""
        return self.edges[1:] - self.edges[:-1]

    def chosen(self, numbers: list[int]) -> "Told":
        """Return some of the texts, in order."""
        wanted = np.array(numbers, dtype=np.int64)
        sizes = self.tokens[wanted]
        edges = np.concatenate(([0], np.cumsum(sizes)))
        owners = np.repeat(np.arange(wanted.size), sizes)
        rows = self.rows[np.arange(owners.size) + (self.edges[wanted] - edges[:-1])[owners]]
        written, pieces = [self.written[number] for number in numbers], [self.pieces[number] for number in numbers]
        return Told(self.page, written, pieces, [self.gates[number] for number in numbers], rows, owners, edges)

    def summed(self, table: Sums) -> Sums:
        """Return the sum of the rows of a table over the words of each text."""
        if self.count == 1 and self.rows.size <= _AT_ONCE:
            whole: Sums = table[self.rows].sum(axis=0, keepdims=True)
            return whole
        sums = np.zeros((self.count, table.shape[1]), dtype=np.float32)
        for first in range(0, self.rows.size, _AT_ONCE):
            some = self.owners[first : first + _AT_ONCE]
            edges = np.flatnonzero(np.concatenate(([True], some[1:] != some[:-1])))
            np.add.at(sums, some[edges], np.add.reduceat(table[self.rows[first : first + _AT_ONCE]], edges, axis=0))
        return sums


def tell(book: WordBook, texts: Sequence[str]) -> Told:
    """Return texts as words; one whose letters are set apart by blanks is folded as a whole."""
    texts = [text[:LONGEST_READ] for text in texts]
    told = _told(book, texts, frozenset())
    apart = _set_apart(told)
    return _told(book, texts, apart) if apart else told


def _told(book: WordBook, texts: Sequence[str], whole: frozenset[int]) -> Told:
    split = book.look_up(texts, whole)
    rows: list[int] = []
    edges, opened = [0], []
    for pieces in split.pieces:
        gates = 0
        for piece in pieces:
            rows += piece[0]
            gates |= piece[3]
        edges.append(len(rows))
        opened.append(gates)
    bounds = np.array(edges, dtype=np.int64)
    owners = np.arange(len(texts)).repeat(bounds[1:] - bounds[:-1])
    opened = [gates if len(text) <= _SEARCHED else gates | ALL_OPEN for gates, text in zip(opened, texts, strict=True)]
    return Told(split.page, split.written, split.pieces, opened, np.array(rows, dtype=np.int64), owners, bounds)


def _set_apart(told: Told) -> frozenset[int]:
    """Return the texts of several pieces in which letters may be set apart."""
    found = {number for number, gates in enumerate(told.gates) if gates & RESPELLED}
    alone = told.page.alone[told.rows]
    if np.count_nonzero(alone) >= _SINGLES:
        last = alone.size - _SINGLES + 1
        runs = np.flatnonzero(np.logical_and.reduce([alone[nth : last + nth] for nth in range(_SINGLES)]))
        found |= set(told.owners[runs[told.owners[runs] == told.owners[runs + _SINGLES - 1]]].tolist())
    return frozenset(number for number in found if len(told.pieces[number]) > 1)


@dataclass(frozen=True, slots=True)
class Common:
    """What all heads share of a batch: its spelling, how it is written, one over the root of its numbers of n-grams."""

    spelling: Spelling
    manner: Counts
    root_chars: Scores
    root_words: Scores

    def chosen(self, numbers: list[int]) -> "Common":
        """Return some of the texts, in order; their spelling is no longer asked for."""
        return Common(self.spelling, self.manner[numbers], self.root_chars[numbers], self.root_words[numbers])


def common(told: Told, messages: Sequence[MessageText]) -> Common:
    """Return what all heads share of a batch."""
    sums = told.summed(told.page.common)
    tokens, names = told.tokens, sums.shape[1] - len(TOKEN_SIGNS) - 5
    signs, rest = sums[:, names : names + len(TOKEN_SIGNS)], sums[:, names + len(TOKEN_SIGNS) :]
    grams, spoken, spelled, french, english = rest.T
    return Common(
        Spelling(sums[:, :names], spoken, spelled, tokens, french, english),
        manner(messages, signs, tokens, _capitals(told, messages)),
        root_of(grams.astype(np.int64)),
        root_of(tokens + np.maximum(tokens - 1, 0)),
    )


def _capitals(told: Told, messages: Sequence[MessageText]) -> list[float]:
    """Return the share of capitals among the first letters of each text."""
    shares = []
    for message, pieces in zip(messages, told.pieces, strict=True):
        if len(message.text) > CAPITALS_IN:
            shares.append(share_of_capitals(*letters_of(message.text[:CAPITALS_IN])))
        else:
            shares.append(share_of_capitals(sum([piece[4] for piece in pieces]), sum([piece[5] for piece in pieces])))
    return shares


@dataclass(frozen=True, slots=True)
class Added:
    """A batch added up for one set of heads: scores in log-odds, and what they are made of besides the words."""

    told: Told
    name: str
    heads: Heads
    common: Common
    scores: Scores
    cued: Scores
    counted: Scores
    hits: Hits
    firsts: Places
    pairs: Places

    def cues(self, name: str) -> list[int]:
        """Return how many expressions of a class each text holds."""
        column: list[int] = self.cued[:, self.heads.lexicon.classes.index(name)].astype(int).tolist()
        return column


def add_up(told: Told, shared: Common, name: str, heads: Heads) -> Added:
    """Add up what the words, pairs and expressions of each text weigh."""
    weights, lexicon, page = heads.weights, heads.lexicon, told.page
    sums = told.summed(page.sets[name])
    many, classes = len(weights.heads), len(lexicon.classes)
    firsts = (told.owners[1:] == told.owners[:-1]).nonzero()[0]
    words = page.hashes[told.rows]
    hashed = followed_by(words[firsts], words[firsts + 1])
    pairs = bucketed(hashed, weights.bits)
    hits = lexicon.find_longer(words, told.owners, firsts, hashed)
    cued = sums[:, 2 * many :]
    if hits.classes.size:
        longer = np.bincount(hits.owners * classes + hits.classes, minlength=told.count * classes)
        cued = cued + longer.reshape(told.count, classes)
    seen = counted(cued, shared.manner)
    by_words = sums[:, many : 2 * many] + weights.added(pairs, told.owners[firsts], told.count)
    total = by_words * weights.scale * shared.root_words[:, None] + (
        sums[:, :many] * weights.scale * shared.root_chars[:, None]
    )
    scores = total + seen @ weights.signals + weights.bias
    return Added(told, name, heads, shared, scores, cued, seen, hits, firsts, pairs)


def shares_of(added: Added, heads: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of every word in the score of one head per text (`heads`, one number per text)."""
    told, weights, page = added.told, added.heads.weights, added.told.page
    table, many = page.sets[added.name], len(weights.heads)
    scale = weights.scale.astype(np.float64)[heads]
    by_words, by_chars = scale * added.common.root_words, scale * added.common.root_chars
    head = heads[told.owners]
    shares = table[told.rows, head] * by_chars[told.owners] + table[told.rows, many + head] * by_words[told.owners]
    firsts, sizes = added.firsts, page.sizes[told.rows]
    given = weights.grams[added.pairs, head[firsts]] * by_words[told.owners[firsts]]
    given = given / (sizes[firsts] + 1 + sizes[firsts + 1])
    shares[firsts] += given * sizes[firsts]
    shares[firsts + 1] += given * (sizes[firsts + 1] + 1)  # the blank between goes to the second
    _add_cues(shares, added, heads, sizes)
    return shares


def _add_cues(shares: NDArray[np.float64], added: Added, heads: NDArray[np.int64], sizes: Places) -> None:
    """Add what a class of cues adds to a score to the words of the cues found of that class."""
    told, weights = added.told, added.heads.weights
    classes = added.cued.shape[1]
    if not added.cued.any():
        return
    worth = weights.signals[:classes, heads].T * added.counted[:, :classes] / np.maximum(added.cued, 1)
    singles = told.page.sets[added.name][:, 2 * len(weights.heads) :][told.rows]
    shares += np.einsum("ij,ij->i", singles, worth[told.owners])
    hits = added.hits
    if hits.classes.size:
        ends = np.cumsum(sizes + 1)
        lasts = hits.tokens + hits.lengths - 1
        each = worth[hits.owners, hits.classes] / (ends[lasts] - ends[hits.tokens] + sizes[hits.tokens])
        for nth in range(int(hits.lengths.max())):
            longer = hits.lengths > nth
            tokens = hits.tokens[longer] + nth
            np.add.at(shares, tokens, each[longer] * (sizes[tokens] + (nth > 0)))


def spans_of(added: Added, labels: Sequence[str], wanted: Sequence[int] | None = None) -> list[tuple[Span, ...]]:
    """Return per text the few stretches that weighed most for a label, and one `base` span for all that is not shown.

    Nothing is quoted of a text that is not among the `wanted`.
    """
    told, names = added.told, added.heads.weights.heads
    heads = np.array([names.index(label) for label in labels], dtype=np.int64)
    shares = shares_of(added, heads)
    scores = added.scores[np.arange(heads.size), heads].tolist()
    highest = np.zeros(told.count)
    filled = np.flatnonzero(told.tokens)
    if filled.size:
        highest[filled] = np.maximum.reduceat(shares, told.edges[filled])
    strong = np.flatnonzero(shares >= np.maximum(_LEAST, highest * _SHARE)[told.owners])
    chosen: list[list[tuple[int, float]]] = [[] for _ in labels]
    at = (strong - told.edges[told.owners[strong]]).tolist()
    for owner, token, share in zip(told.owners[strong].tolist(), at, shares[strong].tolist(), strict=True):
        chosen[owner].append((token, share))
    spans: list[tuple[Span, ...]] = [()] * len(labels)
    for number in range(len(labels)) if wanted is None else wanted:
        label = labels[number]
        shown = _merged(told, number, chosen[number])
        made = [Span(label, start, end, weight, "words") for start, end, weight in shown]
        rest = scores[number] - sum([weight for _, _, weight in shown])
        spans[number] = (*made, Span(label, 0, 0, rest, "base"))
    return spans


def _merged(told: Told, number: int, strong: list[tuple[int, float]]) -> list[tuple[int, int, float]]:
    """Return original start, end and weight of the strongest stretches, neighbours merged, strongest first."""
    if not strong:
        return []
    if len(strong) > _SHOWN * 2:
        strong = sorted(sorted(strong, key=lambda one: -one[1])[: _SHOWN * 2])
    merged: list[tuple[int, int, float]] = []
    for (start, end), (_, weight) in zip(_placed(told, number, strong), strong, strict=True):
        if merged and 0 <= start - merged[-1][1] < _GAP:
            first, _, before = merged.pop()
            merged.append((first, end, weight + before))
        else:
            merged.append((start, end, weight))
    return sorted(merged, key=lambda span: -span[2])[:_SHOWN]


def _placed(told: Told, number: int, wanted: list[tuple[int, float]]) -> list[tuple[int, int]]:
    """Return where words lie in the original text; `wanted` are numbers of words with their shares."""
    pieces = told.pieces[number]
    counted_up = list(accumulate([len(piece[0]) for piece in pieces]))
    offsets = list(accumulate([len(written) + 1 for written in told.written[number]], initial=0))
    found = []
    for token, _ in wanted:
        place = bisect_right(counted_up, token)
        piece, nth = pieces[place], token - counted_up[place]
        start = offsets[place] + piece[1][nth]
        found.append((start, max(offsets[place] + piece[2][nth], start + 1)))
    return found
