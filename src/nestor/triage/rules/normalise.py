"""Fold what people use to hide or to shout, and remember where each folded character came from.

Works on a whole batch at once with numpy, in time linear in its length. Folding: case, accents, compatibility forms,
zero-width and combining marks, letters of other alphabets that look Latin, digits standing for letters, letters set
apart by spaces or dots, repeats. Addresses, links and digits are masked.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]
Marks = NDArray[np.bool_]

_SIZE = 0x20000
_DROP, _APART, _WORD, _SYMBOL = 0, 1, 2, 3
LINK, MAIL_ADDRESS, NUMBER, MENTION = 0xE000, 0xE001, ord("0"), 0xE002
_BLANK = 0x20
_RANGES = (
    (0x21, 0x250),
    (0x250, 0x2B0),
    (0x370, 0x590),
    (0x1E00, 0x2150),
    (0x2460, 0x2500),
    (0xFB00, 0xFB07),
    (0xFF00, 0xFFF0),
    (0x1D400, 0x1D800),
    (0x1F100, 0x1F1AA),
)
_LOOK_LATIN = dict(
    zip("авекмнорстухіѕјԁԛԝһьαβεικνορτυχωηγϲ", "abekmhopctyxisjdqwhbaeeikvoptuxwnyc", strict=True),
)
_STAND_FOR = dict(zip("013457@$!|", "oieastasii", strict=True))
_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ĳ": "ij", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d"}
_MASKED = re.compile(
    r"(?P<link>https?://\S+|\bwww\.\S+)|(?P<mail>\b[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63})|(?P<name>(?<!\w)@\w+)",
    re.IGNORECASE,
)
_MAY_BE_MASKED = re.compile(r"http|www\.|@", re.IGNORECASE)
_SIGNS = {"link": LINK, "mail": MAIL_ADDRESS, "name": MENTION}


def _tables() -> tuple[NDArray[np.uint8], Codes, Codes, Codes]:
    """Return per code point: its class, one or two folded letters, and its lower case with accents kept."""
    kinds = np.full(_SIZE, _SYMBOL, dtype=np.uint8)
    first = np.arange(_SIZE, dtype=np.uint32)
    second = np.zeros(_SIZE, dtype=np.uint32)
    accented = np.arange(_SIZE, dtype=np.uint32)
    kinds[:0x21] = kinds[0x7F:0xA1] = _APART
    kinds[0xD800:0xE000] = _APART
    for low, high in ((0x5B0, 0xA640), (0xA640, 0xD800), (0xF900, 0xFB00)):
        kinds[low:high] = [_WORD if chr(code).isalnum() else _SYMBOL for code in range(low, high)]
    for low, high in _RANGES:
        for code in range(low, high):
            kinds[code], first[code], second[code], accented[code] = _fold_one(chr(code))
    for low, high in (
        (0x300, 0x370),
        (0x483, 0x48A),
        (0x610, 0x61B),
        (0x64B, 0x660),
        (0x1AB0, 0x1B00),
        (0x20D0, 0x2100),
    ):
        kinds[low:high] = _DROP
    for low, high in ((0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0xFE00, 0xFE10), (0xFE20, 0xFE30)):
        kinds[low:high] = _DROP
    kinds[[0xAD, 0x61C, 0x34F, 0x180E, 0xFEFF, 0x670, 0x640]] = _DROP
    kinds[0x1F3FB:0x1F400] = _DROP
    kinds[0xE000:0xF900] = _APART
    return kinds, first, second, accented


def _fold_one(char: str) -> tuple[int, int, int, int]:
    lowered = char.lower()
    plain = _LIGATURES.get(lowered[:1], "")
    if not plain:
        spread = unicodedata.normalize("NFKD", lowered)
        plain = "".join(letter for letter in spread if not unicodedata.combining(letter)).lower()
        plain = "".join(letter for letter in plain if letter.isalnum()) or plain
    kind = _kind_of(char, plain)
    if not plain:
        return kind, _BLANK, 0, ord(lowered[0])
    keeps_second = kind == _WORD and len(plain) > 1
    return kind, ord(plain[0]), ord(plain[1]) if keeps_second else 0, ord(lowered[0])


def _kind_of(char: str, plain: str) -> int:
    if plain and plain[0].isalnum():
        return _WORD
    if char in "!?¡¿♥♡☺☹€£":
        return _SYMBOL
    category = unicodedata.category(char)
    if category in {"Mn", "Me", "Cf"}:
        return _DROP
    return _SYMBOL if category == "So" else _APART


_KINDS, _FIRST, _SECOND, _ACCENTED = _tables()
_LATIN_OF = np.zeros(_SIZE, dtype=np.uint32)
_LETTER_OF = np.zeros(_SIZE, dtype=np.uint32)
for _odd, _letter in _LOOK_LATIN.items():
    _LATIN_OF[ord(_odd)] = ord(_letter)
for _odd, _letter in _STAND_FOR.items():
    _LETTER_OF[ord(_odd)] = ord(_letter)


@dataclass(frozen=True, slots=True)
class Folded:
    """A batch of texts, folded: each token stands between single blanks, so `codes` reads `_tok_tok_ … _`.

    `codes` and `accented` hold one code point per place, `places` the offset of each in its own original text (-1 for
    blanks), `starts` and `ends` the tokens (end excluded) within `codes`, `owners` the text each token belongs to,
    `respelled` the texts in which letters set apart were joined.
    """

    codes: Codes
    accented: Codes
    places: Places
    starts: Places
    ends: Places
    owners: Places
    count: int
    respelled: frozenset[int]


def _mask(joined: str, codes: Codes) -> list[int]:
    """Replace links, mail addresses and names called upon, in place, by one sign each; return where they stand."""
    if not _MAY_BE_MASKED.search(joined):
        return []
    signs = []
    for found in _MASKED.finditer(joined):
        codes[found.start() : found.end()] = 0x200B
        codes[found.start()] = _SIGNS[found.lastgroup or "link"]
        signs.append(found.start())
    return signs


def is_letter(codes: Codes) -> Marks:
    """Say which codes are plain small letters."""
    letters: Marks = (codes >= ord("a")) & (codes <= ord("z"))
    return letters


def _shifted(marks: Marks, by: int) -> Marks:
    """Return the marks of the neighbour `by` places before (positive) or after (negative)."""
    out: Marks = np.zeros_like(marks)
    if by > 0:
        out[by:] = marks[:-by]
    else:
        out[:by] = marks[-by:]
    return out


def _unhide(raw: Codes, codes: Codes, kinds: NDArray[np.uint8]) -> None:
    """Turn look-alikes and digits standing for letters into the letters they stand for, in place."""
    odd = _LATIN_OF[codes] > 0
    if odd.any():
        words = np.cumsum(kinds != _WORD)
        latin = np.bincount(words[is_letter(codes)], minlength=int(words[-1]) + 1) > 0
        turned = odd & latin[words]
        codes[turned] = _LATIN_OF[codes[turned]]
    standing, stars = _LETTER_OF[raw] > 0, raw == ord("*")
    if not (standing.any() or stars.any()):
        return
    letters = is_letter(codes)
    before, after = _shifted(letters, 1), _shifted(letters, -1)
    stands = standing & before & after
    codes[stands] = _LETTER_OF[raw[stands]]
    kinds[stands] = _WORD
    starred = stars & (before | _shifted(stars, 1)) & (after | _shifted(stars, -1))
    kinds[starred] = _WORD
    codes[starred] = ord("*")


def _spaced_out(codes: Codes, kinds: NDArray[np.uint8]) -> Marks | None:
    """Mark the separators inside runs of four or more single letters ("c o n n"); None where there are none."""
    apart = kinds == _APART
    single = is_letter(codes) & _shifted(apart, 1) & _shifted(apart, -1)
    if np.count_nonzero(single) < 4:
        return None
    joint = apart & _shifted(single, 1) & _shifted(single, -1)
    where = np.flatnonzero(joint)
    if where.size < 3:
        return None
    marks: Marks = np.zeros_like(joint)
    runs = np.cumsum(np.concatenate(([True], np.diff(where) != 2)))
    long = np.bincount(runs)[runs] >= 3
    marks[where[long]] = True
    return marks


def _repeats(codes: Codes, kinds: NDArray[np.uint8]) -> Marks | None:
    """Mark what to drop: letters beyond the first of a run of three or more, symbols beyond the second; None if nothing."""
    same = codes[1:] == codes[:-1]
    if not (same[1:] & same[:-1] & ((kinds[2:] >= _WORD) | (kinds[1:-1] >= _WORD))).any():
        return None
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    lengths = np.diff(np.concatenate((starts, [codes.size])))
    nth = np.arange(codes.size) - np.repeat(starts, lengths)
    run = np.repeat(lengths, lengths)
    letters = (kinds == _WORD) & (codes != NUMBER)
    surplus: Marks = (letters & (run >= 3) & (nth > 0)) | ((kinds == _SYMBOL) & (nth > 1))
    return surplus


def fold(texts: Sequence[str]) -> Folded:
    """Fold a batch of texts; any str is accepted, lone surrogates included."""
    # Two separators between texts: runs of letters set apart by one are joined.
    joined = "\n" + "".join([f"{text}\n\n" for text in texts])
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).copy()
    sizes = np.array([1, *[len(text) + 2 for text in texts]], dtype=np.int64)
    owners = np.arange(-1, len(texts)).repeat(sizes)
    places = np.arange(raw.size) - (sizes.cumsum() - sizes).repeat(sizes)
    signs = _mask(joined, raw)
    np.copyto(raw, 0xFFFD, where=raw >= _SIZE)
    kinds = _KINDS[raw]
    kinds[signs] = _SYMBOL
    kept = kinds != _DROP
    if not kept.all():
        raw, kinds, owners, places = raw[kept], kinds[kept], owners[kept], places[kept]
    codes = _FIRST[raw]
    _unhide(raw, codes, kinds)
    np.copyto(codes, NUMBER, where=(kinds == _WORD) & (codes >= ord("0")) & (codes <= ord("9")))
    return _tokens(raw, codes, kinds, (owners, places), len(texts))


def _tokens(raw: Codes, codes: Codes, kinds: NDArray[np.uint8], where: tuple[Places, Places], count: int) -> Folded:
    """Drop repeats, widen ligatures, and lay the tokens out between single blanks."""
    owners, places = where
    spaced, surplus = _spaced_out(codes, kinds), _repeats(codes, kinds)
    respelled = frozenset() if spaced is None else frozenset(owners[spaced].tolist())
    opens = kinds == _SYMBOL
    if spaced is not None or surplus is not None:
        keep = np.ones(raw.size, dtype=np.bool_)
        for dropped in (spaced, surplus):
            if dropped is not None:
                keep &= ~dropped
        raw, codes, kinds, owners, places = raw[keep], codes[keep], kinds[keep], owners[keep], places[keep]
        opens = opens[keep]
    word = kinds == _WORD
    opens |= word & ~_shifted(word, 1)
    inside = kinds >= _WORD
    wide = 1 + opens + ((_SECOND[raw] > 0) & inside & (codes == _FIRST[raw]))
    wide[~inside] = 0
    rows = np.arange(raw.size).repeat(wide)
    nth = np.arange(rows.size) - (wide.cumsum() - wide)[rows]
    opened = opens[rows]
    blank = opened & (nth == 0)
    out = np.where(nth - opened == 1, _SECOND[raw[rows]], codes[rows])
    out[blank] = _BLANK
    spelled = np.where(codes == NUMBER, NUMBER, _ACCENTED[raw])[rows]  # no number tells a language
    spelled[blank] = _BLANK
    laid = places[rows]
    laid[blank] = -1
    starts = blank.nonzero()[0] + 1
    ends = np.concatenate((starts[1:] - 1, [out.size]))[: starts.size]
    close = np.array([_BLANK], dtype=np.uint32)
    return Folded(
        codes=np.concatenate((out, close)),
        accented=np.concatenate((spelled.astype(np.uint32), close)),
        places=np.concatenate((laid, [-1])),
        starts=starts,
        ends=ends,
        owners=owners[rows[starts - 1]],
        count=count,
        respelled=respelled,
    )


def folded_text(text: str) -> str:
    """Return one text as the reader sees it, tokens between single spaces; for tests and for lists of cues."""
    return "".join(map(chr, fold([text]).codes.tolist())).strip()
