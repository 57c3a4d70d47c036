"""A text laid out for checking, once for all rules: folded words with their places, quotations, links, language."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nestor.networks.links import Link, find_links
from nestor.triage.rules.normalise import fold

_QUOTATIONS = re.compile(
    '«[^«»]{1,600}+»|“[^“”]{1,600}+”|„[^„“”]{1,600}+[“”]|‹[^‹›]{1,600}+›|"[^"\n]{1,300}+"|(?<!\\w)‘[^‘’\n]{1,300}+’(?!\\w)'
)
_BREAKS = re.compile(r"[.…\n]|[;:()]")  # between sentences; ! and ? are words of their own
_PAUSES = re.compile(r"[.!?…;:,\n()«»“”\"]")  # between clauses
_FRENCH = frozenset(
    "le la les un une des du de et est sont vous nous je tu il elle on ne pas que qui pour dans sur avec votre vos notre nos"
    " ce cette ces au aux mais ou donc plus bonjour merci bien tout tous etes avez sommes par ca ton ta tes toi te se sa son".split()
)
_ENGLISH = frozenset(
    "the a an and is are you we i he she it they to of in for with your our not on at that this be have has was were will"
    " can do does my me us so but if hello thanks please all just what who how there their been get".split()
)
# Spanish, Italian, Portuguese, German: enough to know that "con" is no insult here
_NEITHER = frozenset(
    "el los las del para por una con como pero hola gracias si muy mas esta cualquier desde hasta todas todos il lo gli della di che per"
    " sono grazie ciao anche piu questo o os da do em nao uma obrigado der die das und ist nicht mit von zu ein eine auf fur".split()
)
_MOST_QUOTED = 0.95  # share of a text
# words before an order or an exclamation that change nothing about it
_OPENINGS = frozenset(
    "et mais bon alors ben bah eh oh ah non ok donc and but so well oh ok right now just please merci".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """One folded word: [at, until) in `Proof.folded`, [start, end) in the original text."""

    text: str
    at: int
    until: int
    start: int
    end: int


class Proof:
    """One text that goes out. What a rule needs of it is worked out at the first question and kept."""

    def __init__(self, text: str) -> None:
        self.text = text
        laid_out = fold([text])
        codes: list[int] = laid_out.codes.tolist()
        places: list[int] = laid_out.places.tolist()
        running: list[str] = []
        self._places: list[int] = []
        words: list[Word] = []
        for start, end in zip(laid_out.starts.tolist(), laid_out.ends.tolist(), strict=True):
            if words and (pause := _BREAKS.search(text, words[-1].end, places[start])):
                running.append(" ;" if pause[0] in ";:()" else " .")
                self._places += (-1, -1)
            word = "".join(map(chr, codes[start:end]))
            at = len(self._places) + 1
            running += (" ", word)
            self._places.append(-1)
            self._places += places[start:end]
            words.append(Word(word, at, at + len(word), places[start], places[end - 1] + 1))
        self.folded = (
            "".join(running) + " . "
        )  # single blanks between words, full stops and semicolons where the sense pauses
        self._places += (-1, -1, -1)
        self.words = tuple(words)

    def span(self, at: int, until: int) -> tuple[int, int]:
        """Return where in the original text the folded characters [at, until) stand."""
        there = [place for place in self._places[at:until] if place >= 0]
        return (there[0], there[-1] + 1) if there else (0, 0)

    @cached_property
    def _quotations(self) -> tuple[list[int], list[int]]:
        most = _MOST_QUOTED * len(self.text.strip())  # a text in quotation marks from end to end quotes nobody
        found = [match.span() for match in _QUOTATIONS.finditer(self.text) if match.end() - match.start() < most]
        return [start for start, _ in found], [end for _, end in found]

    def is_quoted(self, start: int, end: int) -> bool:
        """Return whether [start, end) of the original text lies within quotation marks."""
        starts, ends = self._quotations
        nearest = bisect_right(starts, start) - 1
        return nearest >= 0 and end <= ends[nearest]

    @cached_property
    def clauses(self) -> tuple[tuple[Word, ...], ...]:
        """Return the words between one pause and the next, commas and quotation marks included."""
        return tuple(tuple(clause) for clause in self._cut())

    def _cut(self) -> Iterator[list[Word]]:
        clause: list[Word] = []
        for word in self.words:
            if clause and _PAUSES.search(self.text, clause[-1].end, word.start):
                yield clause
                clause = []
            if word.text.isalnum() or "*" in word.text:
                clause.append(word)
        if clause:
            yield clause

    @cached_property
    def _clause_starts(self) -> list[int]:
        return [clause[0].start for clause in self.clauses]

    def clause_around(self, place: int) -> tuple[int, int]:
        """Return where the first word of the clause around this place starts and its last word ends, greetings aside."""
        nearest = bisect_right(self._clause_starts, place) - 1
        if nearest < 0:
            return place, place
        clause = self.clauses[nearest]
        first = next((word for word in clause if word.text not in _OPENINGS), clause[0])
        return first.start, clause[-1].end

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Return the links, bare ones included."""
        return find_links(self.text)

    @cached_property
    def leaning(self) -> str:
        """Return "fr" or "en" where the small words clearly say so, else ""."""
        texts = [word.text for word in self.words]
        french = sum(text in _FRENCH for text in texts)
        english = sum(text in _ENGLISH for text in texts)
        neither = sum(text in _NEITHER for text in texts)
        if max(french, english) <= neither or french == english:
            return ""
        return "fr" if french > english else "en"
