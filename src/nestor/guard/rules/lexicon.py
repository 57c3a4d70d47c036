"""Looking a word up among the families, through what people do to hide it.

Each disguise is undone once and looked up; nothing is guessed from the mere shape of a word.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nestor.guard.rules.proof import Proof, Word
from nestor.guard.rules.word_forms import Weight, WordFamily, folded
from nestor.guard.rules.words_en import ENGLISH
from nestor.guard.rules.words_fr import FRENCH

_HEAVIEST_FIRST = (Weight.SLUR, Weight.INSULT, Weight.CRUDE, Weight.MILD, Weight.NAME, Weight.AIMED)
_STRONG = frozenset({Weight.SLUR, Weight.INSULT, Weight.CRUDE})
# forms that grammar makes and that mean something else
_INNOCENT = frozenset("nike nikes nikas nika nique niques niquent branlant branlante branlants branlantes".split())
# rude only in other company: the whole expression is a name, a title, an animal or a tool
_INNOCENT_COMPANY = re.compile(
    " (?:maine coons?|lapins? cretins?|van dyke|moby dick|dick rivers|philip k dick|dick tracy|dick cheney|cul de sac|culs de sac"
    "|cul de poule|cul de lampe|cul de bouteille|cul de chouette|diner de cons?|kick ass|bitches brew|pros and cons|cons and pros"
    "|shit happens festival|resting bitch|pain batard|batards? (?:de )?\\S* ?grammes|le batard tradition|bite d amarrage|pique niques?|gueule de (?:loup|bois))(?= )"
)


def _index(
    families: Iterable[WordFamily],
) -> tuple[dict[str, WordFamily], dict[str, WordFamily], dict[str, list[WordFamily]]]:
    """Return single words by form, the aimed sense of words that have two, and expressions by their first word."""
    words: dict[str, WordFamily] = {}
    aimed: dict[str, WordFamily] = {}
    expressions: dict[str, list[WordFamily]] = {}
    for family in sorted(families, key=lambda one: _HEAVIEST_FIRST.index(one.weight)):
        for form in family.forms - _INNOCENT:
            if " " in form:
                expressions.setdefault(form.split()[0], []).append(family)
            elif form not in words:
                words[form] = family
            if family.weight is Weight.AIMED:
                aimed[form] = family
    return words, aimed, expressions


_WORDS, _AIMED, _EXPRESSIONS = _index((*FRENCH, *ENGLISH))
_STRONG_FORMS = {form: family for form, family in _WORDS.items() if family.weight in _STRONG and not family.is_strict}


def _squeezed(word: str) -> str:
    """Return the word with every run of one letter made one letter."""
    return re.sub(r"(.)\1+", r"\1", word)


_SQUEEZED = {_squeezed(form): family for form, family in _STRONG_FORMS.items() if len(_squeezed(form)) >= 4}
_BY_FIRST: dict[str, list[str]] = {}
for _form in sorted(_STRONG_FORMS):
    _BY_FIRST.setdefault(_form[0], []).append(_form)

_LEET = str.maketrans("0134578@$!|€£¥µ+", "oieastbasiielyut")
_LEET_ONE_IS_L = str.maketrans("0134578@$!|€£¥µ+", "oleastbasiielyut")
_ODD = re.compile(r"(?<![\w@#/.])(?=[^\s]{0,30}?[^\W\d_])[\w@$!|€£¥µ+]*[\d@$!|€£¥µ+][\w@$!|€£¥µ+]*", re.UNICODE)
_STARRED = re.compile(
    r"(?<![\w*＊✱•#./])[^\W\d_]{1,12}(?:[*＊✱•#%…]{1,12}|[*@#$%&^~]{2,12}(?=[^\W\d_])|\.{2,12}(?=[^\W\d_]))(?:[^\W\d_*]{1,12}|\*){0,12}"
)
_STARS = re.compile(r"[*＊✱•#%….@$&^~]+")
_HYPHENATED = re.compile(r"(?<![\w.-])[^\W\d_]{1,8}(?:[-_.~'’|/][^\W\d_]{1,8}){2,8}(?![\w-])")
_SPELLED = re.compile(r"(?<!\w)(?:[^\W\d_][\W_]{1,3}){3,60}[^\W\d_](?!\w)")  # "c . o . n", "c🖕o🖕n"
_NO_LETTERS = re.compile(r"[\W\d_]+")
_HYPHENS = re.compile(r"[-_.~'’|/]")
_SPACED_TIMES = 1.7  # a word written with something between its letters is at least so much longer than its letters
_JOINS_FROM = 6
_HIDDEN_FROM = 4


@dataclass(frozen=True, slots=True)
class Sighting:
    """A rude word at [start, end) of the original text."""

    family: WordFamily
    start: int
    end: int
    word: Word | None = None  # None where it was found in the original text only


def find_rude_words(proof: Proof) -> list[Sighting]:
    """Return every rude word, disguised or not, in the order of the text; aimed ones are only candidates."""
    innocent = [proof.span(found.start(), found.end()) for found in _INNOCENT_COMPANY.finditer(proof.folded)]
    seen: dict[int, Sighting] = {}
    for sighting in (*_starred(proof), *_odd(proof), *_spelled(proof), *_joined(proof), *_plain(proof)):
        if not any(start <= sighting.start < end for start, end in innocent):
            seen.setdefault(sighting.start, sighting)
    return [seen[start] for start in sorted(seen)]


def aimed_family(form: str) -> WordFamily | None:
    """Return the family of a word that insults when it is said of the reader."""
    return _AIMED.get(form)


def _plain(proof: Proof) -> Iterator[Sighting]:
    words = proof.words
    for number, word in enumerate(words):
        family = _WORDS.get(word.text)
        if family is None and len(word.text) < word.end - word.start:
            family = _stretched(word)
        if family is not None and (not family.is_strict or _is_in(family.language, proof)):
            yield Sighting(family, word.start, word.end, word)
        for expression in _EXPRESSIONS.get(word.text, ()):
            size = _size_of(expression, words[number : number + 4])
            if size:
                yield Sighting(expression, word.start, words[number + size - 1].end, word)


def _spelled(proof: Proof) -> Iterator[Sighting]:
    """Look at letters one by one with anything between them."""
    for found in _SPELLED.finditer(proof.text):
        letters = folded(_NO_LETTERS.sub("", found[0]))
        family = _hidden_in(letters)
        if family is not None:
            yield Sighting(family, found.start(), found.end())


def _size_of(expression: WordFamily, words: tuple[Word, ...]) -> int:
    """Return how many words the expression takes at the head of these, 0 when it is not there."""
    for form in expression.forms:
        parts = form.split()
        if [word.text for word in words[: len(parts)]] == parts:
            return len(parts)
    return 0


def _is_in(language: str, proof: Proof) -> bool:
    """A form that means something else elsewhere counts in its own language, or in a text too short to tell."""
    return proof.leaning == language or (not proof.leaning and len(proof.words) <= 2 and language == "fr")


def _stretched(word: Word) -> WordFamily | None:
    """Look behind repeated letters, and behind letters set apart (where several words may have run together)."""
    found = _SQUEEZED.get(_squeezed(word.text)) if len(word.text) >= _HIDDEN_FROM else None
    if found is not None or word.end - word.start < len(word.text) * _SPACED_TIMES or len(word.text) > 60:
        return found
    return _hidden_in(word.text)


def _hidden_in(letters: str) -> WordFamily | None:
    """Return the family of the first strong word inside a run of letters that were written apart."""
    hidden = (form for form in _STRONG_FORMS if len(form) >= _HIDDEN_FROM and form in letters)
    return _STRONG_FORMS.get(next(hidden, ""))


def _joined(proof: Proof) -> Iterator[Sighting]:
    """Look across one gap: "con nard", "as-shole"."""
    for left, right in zip(proof.words, proof.words[1:], strict=False):
        if len(left.text) + len(right.text) >= _JOINS_FROM and right.start - left.end <= 4:
            family = _STRONG_FORMS.get(left.text + right.text)
            if family is not None:
                yield Sighting(family, left.start, right.end)
    for found in _HYPHENATED.finditer(proof.text):
        family = _STRONG_FORMS.get(folded(_HYPHENS.sub("", found[0])))
        if family is not None:
            yield Sighting(family, found.start(), found.end())


def _odd(proof: Proof) -> Iterator[Sighting]:
    """Look behind digits and signs that stand for letters at the edge of a word."""
    for found in _ODD.finditer(proof.text):
        shape = found[0].lower()
        for table in (_LEET, _LEET_ONE_IS_L):
            for form in {folded(shape.translate(table)), folded(shape.rstrip("!").translate(table))}:
                family = _STRONG_FORMS.get(form)
                if family is not None and len(form) >= _HIDDEN_FROM:
                    yield Sighting(family, found.start(), found.end())


def _starred(proof: Proof) -> Iterator[Sighting]:
    """Look behind asterisks: the letters shown must fit a strong word of that length."""
    for found in _STARRED.finditer(proof.text):
        shape = folded(found[0])
        if not _STARS.search(shape) or _masks_a_name(found[0]):
            continue
        fits = re.compile("".join(_STARS.sub(_any_letters, shape).split()))
        form = next((form for form in _BY_FIRST.get(shape[0], ()) if fits.fullmatch(form)), None)
        if form is not None:
            yield Sighting(_STRONG_FORMS[form], found.start(), found.end())


def _any_letters(stars: re.Match[str]) -> str:
    hidden = len(stars[0].replace("…", "..."))
    least = 1 if hidden == 1 else hidden - 1
    return f"[a-z]{{{least},{hidden + 1}}}"


def _masks_a_name(shape: str) -> bool:
    """Return whether the stars hide a name, as in "M. D****", and not a swear word, as in "f***"."""
    letters = [letter for letter in shape if letter.isalpha()]
    return len(letters) == 1 and letters[0].isupper()
