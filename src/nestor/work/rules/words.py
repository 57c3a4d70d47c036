"""Words as they are searched for: one normaliser for both databases, for messages, members, notes and saved replies.

A word becomes one token: without case, accents and ligatures, and without its ending, whether French or English. Both
Snowball stemmers (Porter 2001) are applied in turn until nothing changes any more, so that « annulées », "annulees" and
« annulation » meet although the French stemmer knows only accented endings.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

MOST_INDEXED = 20_000  # characters of one text that can be found
MOST_ASKED = 400  # characters of a search
MOST_TERMS = 10  # words and phrases searched for at once
LONGEST_TOKEN = 60
LEAST_PREFIX = 3
_ROUNDS = 5
_WORD = re.compile(r"[^\W_]+")
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?=[^\W_])", re.IGNORECASE)
_ASKED = re.compile(r'([-−]?)(?:"([^"]*)"?|«([^»]*)»?|“([^”]*)”?|(\S+))')
_ENDINGS = """
    ables ably abilities age ages aires ais ait aient al ales alement alities aller ally ances ant antes ants
    ateurs ations atives atrices aux ed edly eds eement ees elles ely ement ements ences ener ening ens ents
    entials entially er erai erait eraient erez eriez erons eront ers es est eurs euses eusement eux ez ful fully
    fulness iables ibles ibilites icals ically icites ics ied iers iere ieres ies iest ifs ille illes ing ingly
    ings ion ions ique iques ir ira irait irent is isation isations ises ising ismes issaient issait issant
    issements issent issez issons istes ite ites ité ités iveness ivement ivites ivités ivité ives ized izes izing
    ization izations izers less lessly lies logies lys ments mente ness nesses ologies ologiques ologists ons ously
    ousness ous tional tionally usions utions y ys é és ée ées ément ûmes âmes èrent
""".split()
_RESTS = tuple(sorted({"", *(ending[at:] for ending in _ENDINGS for at in range(len(ending)))}))  # once a part is typed
_STEMMERS = threading.local()  # a stemmer keeps the word it is at: two threads would mix theirs


@dataclass(frozen=True, slots=True)
class Term:
    """One thing searched for: a token, or several in this order; the last may be the beginning of a word."""

    tokens: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All of `wanted` and none of `unwanted`. `is_cut` says that more was asked for than is searched for."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    is_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)


def fold(text: str) -> str:
    """Return a word without case, accents and ligatures: « Œuvre » and « oeuvre » are one."""
    return "".join(one for one in unicodedata.normalize("NFKD", _spelled_out(text.lower())) if one.isalnum())


def _spelled_out(text: str) -> str:
    return text.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")


@lru_cache(maxsize=100_000)
def token_of(word: str) -> str:
    """Return the token of one word; the token of a token is itself."""
    if not word.isalpha() or len(word) > LONGEST_TOKEN:
        return fold(word)[:LONGEST_TOKEN]
    if not hasattr(_STEMMERS, "both"):
        _STEMMERS.both = Stemmer.Stemmer("french", 0), Stemmer.Stemmer("english", 0)
    french, english = _STEMMERS.both
    token = _spelled_out(word.lower())
    for _round in range(_ROUNDS):
        before, token = token, english.stemWord(fold(french.stemWord(token)))
        if token[-1:] == "y":
            token = f"{token[:-1]}i"
        if token == before:
            break
    return token[:LONGEST_TOKEN]


def words_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and token of each word of a text; an elided article is no word."""
    skipped = {match.start(): match.end() for match in _ELISION.finditer(text)} if "'" in text or "’" in text else {}
    for match in _WORD.finditer(text):
        if match.start() not in skipped:
            token = token_of(match[0].lower())
            if token:
                yield match.start(), match.end(), token


def search_text(*texts: str) -> str:
    """Return the tokens of texts, in order, each between spaces: what both databases index; "" when there are none."""
    whole = " ".join(texts)[:MOST_INDEXED]
    if "'" in whole or "’" in whole:
        whole = _ELISION.sub(" ", whole)
    tokens = " ".join(filter(None, map(token_of, _WORD.findall(whole.lower()))))
    return f" {tokens} " if tokens else ""


def query_of(asked: str) -> Query:
    """Return what a search asks for: words, "phrases", -exclusions and beginnings*."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    is_cut = len(asked) > MOST_ASKED
    for match in _ASKED.finditer(asked[:MOST_ASKED]):
        term = _term_of(next((part for part in match.groups()[1:4] if part is not None), None), match[5])
        if term is None:
            continue
        if len(wanted) + len(unwanted) == MOST_TERMS:
            is_cut = True
            break
        (unwanted if match[1] else wanted).append(term)
    return Query(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)), is_cut)


def as_typed(asked: str) -> str:
    """Return a search whose last word may still be growing: it is taken as the beginning of one."""
    last = asked.split()[-1:] or [""]
    is_word = last[0].isalnum() and len(last[0]) >= LEAST_PREFIX and asked == asked.rstrip()
    return f"{asked}*" if is_word and asked.count('"') % 2 == 0 else asked


def _term_of(phrase: str | None, word: str | None) -> Term | None:
    given = phrase if phrase is not None else word or ""
    is_prefix = phrase is None and given.endswith("*")
    found = [match[0].lower() for match in _WORD.finditer(_ELISION.sub(" ", given))]
    if not found:
        return None
    last = fold(found[-1])[:LONGEST_TOKEN] if is_prefix else token_of(found[-1])
    tokens = tuple(filter(None, (*map(token_of, found[:-1]), last)))
    return Term(tokens, is_prefix and len(last) >= LEAST_PREFIX) if tokens else None


@lru_cache(maxsize=10_000)
def beginnings_of(prefix: str) -> tuple[str, ...]:
    """Return tokens of words that begin like this, although the tokens do not: their ending was cut off, or altered.

    They are found by ending the word in every way French and English end words; a shorter token that no ending leads
    to ("de" for "deliver") belongs to other words.
    """
    stems = [prefix, f"{prefix[:-1]}é"] if prefix.endswith("e") else [prefix]
    found = {token_of.__wrapped__(f"{stem}{rest}") for stem in stems for rest in _RESTS}
    return tuple(sorted(one for one in found if one and not one.startswith(prefix)))


def spans_of(text: str, query: Query) -> list[tuple[int, int]]:
    """Return the places of a text that a query hits, in order: start and end, in characters."""
    found = list(words_in(text[:MOST_INDEXED]))
    tokens = [token for _, _, token in found]
    hits: set[int] = set()
    for term in query.wanted:
        for first in places_of(term, tokens):
            hits.update(range(first, first + len(term.tokens)))
    return [(found[at][0], found[at][1]) for at in sorted(hits)]


def places_of(term: Term, tokens: Sequence[str]) -> list[int]:
    """Return where a term stands among tokens."""
    size = len(term.tokens)
    ends = {*beginnings_of(term.tokens[-1])} if term.is_prefix else set()
    return [
        at
        for at in range(len(tokens) - size + 1)
        if tuple(tokens[at : at + size - 1]) == term.tokens[:-1] and _is_end(tokens[at + size - 1], term, ends)
    ]


def _is_end(token: str, term: Term, ends: set[str]) -> bool:
    last = term.tokens[-1]
    return token == last or (term.is_prefix and (token.startswith(last) or token in ends))


def is_hit(tokens: Sequence[str], query: Query) -> bool:
    """Return whether these tokens answer a query: what both databases must agree with."""
    return all(places_of(term, tokens) for term in query.wanted) and not any(
        places_of(term, tokens) for term in query.unwanted
    )


def relevance_of(tokens: Sequence[str], query: Query) -> float:
    """Return how much of a text its hits are, in [0, 1]: each term counts at most three times, long texts dilute.

    Every hit holds every word, so how rare a word is orders nothing; what is left of BM25 is frequency and length.
    """
    if not query.wanted:
        return 0.0
    dilution = 1 + len(tokens) / 60
    shares = (min(3, len(places_of(term, tokens))) for term in query.wanted)
    return sum(count / (count + dilution) for count in shares) / len(query.wanted)


def fts5_of(query: Query) -> str:
    """Return the query in SQLite's full-text syntax (FTS5), for the column `search_text`; "" when it wants nothing."""
    wanted = " AND ".join(_fts5_term(term) for term in query.wanted)
    return f"search_text : ({wanted})" if wanted else ""


def fts5_without(query: Query) -> str:
    """Return what must not be there, in the same syntax; "" when nothing."""
    unwanted = " OR ".join(_fts5_term(term) for term in query.unwanted)
    return f"search_text : ({unwanted})" if unwanted else ""


def _fts5_term(term: Term) -> str:
    phrase = f'"{" ".join(term.tokens)}"'
    if not term.is_prefix:
        return phrase
    others = [f'"{" ".join((*term.tokens[:-1], one))}"' for one in beginnings_of(term.tokens[-1])]
    return f"({' OR '.join([f'{phrase} *', *others])})"


def tsquery_of(query: Query) -> str:
    """Return the query in PostgreSQL's full-text syntax (tsquery)."""
    parts = [_tsquery_term(term) for term in query.wanted] + [f"!{_tsquery_term(term)}" for term in query.unwanted]
    return " & ".join(parts)


def _tsquery_term(term: Term) -> str:
    head = [f"'{token}'" for token in term.tokens[:-1]]
    ends = [f"'{term.tokens[-1]}'"]
    if term.is_prefix:
        ends = [f"'{term.tokens[-1]}':*", *(f"'{one}'" for one in beginnings_of(term.tokens[-1]))]
    return f"({' <-> '.join([*head, '(' + ' | '.join(ends) + ')'])})"
