"""How the text looks to those who see, hear or copy it: capitals, fancy letters, hidden and stacked characters."""

import re
import unicodedata
from collections.abc import Iterator

from nestor.guard.rules.contract import BrandSettings, Family, Finding, Level, Outgoing, Replacement, Rule, Span
from nestor.guard.rules.proof import Proof

_WCAG = "WCAG 2.2, 1.3.1 and 3.1.5 (2026-11-20)"
_FANCY = re.compile(
    "[\U0001d400-\U0001d7ff\u24b6-\u24e9\uff21-\uff3a\uff41-\uff5a\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]+"
)
_FEWEST_FANCY = 3
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff\ufff9-\ufffb]")
_MISREAD = re.compile("[\x80-\x9f]")  # Windows letters read in the wrong encoding
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_UNSEEN = re.compile("[\u200b\u2060-\u2064\ufeff\u180e\u034f\u115f\u1160\u3164\uffa0\u2800\u206a-\u206f]")
_JOINER = re.compile("[\u200c\u200d]")
_TAG = re.compile("[\U000e0000-\U000e007f]+")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_STACKED = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3,}")
_MIXED = re.compile(r"(?<!\w)(?=\w{0,64}[A-Za-z])(?=\w{0,64}[\u0370-\u03ff\u0400-\u04ff])\w{3,}+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SOFT_HYPHEN = re.compile("\u00ad")
_ACRONYMS_UP_TO = 4  # letters: SNCF, OMS, RER


def find_hidden(_outgoing: Outgoing, proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield characters nobody sees, with their removal as the fix."""
    text = proof.text
    if text.isascii() and text.isprintable():
        return
    patterns = [("control_characters", _CONTROL), ("unseen_characters", _UNSEEN)]
    if not _RIGHT_TO_LEFT.search(text):
        patterns.append(("direction_marks", _BIDI))
    for code, pattern in patterns:
        yield from _removing(code, [match.span() for match in pattern.finditer(text)])
    yield from _removing(
        "unseen_joiners", [match.span() for match in _JOINER.finditer(text) if _joins_letters(text, match.start())]
    )
    yield from _removing(
        "unseen_tags",
        [match.span() for match in _TAG.finditer(text) if text[match.start() - 1 : match.start()] != "🏴"],
    )


def _removing(code: str, spans: list[Span]) -> Iterator[Finding]:
    if spans:
        fix = tuple(Replacement(start, end, "") for start, end in spans)
        yield Finding(code, HIDDEN.id, Family.SHAPE, Level.STOP, tuple(spans), {"count": str(len(spans))}, fix)


def _joins_letters(text: str, place: int) -> bool:
    """A joiner belongs between emoji and in scripts that use it; next to a Latin letter it hides something."""
    around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return any(letter.isascii() or "\u00c0" <= letter <= "\u024f" for letter in around) or len(around) < 2


def find_loud(_outgoing: Outgoing, proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield shouting, fancy letters, stacked accents and words of two alphabets."""
    words = list(_WORD.finditer(proof.text))
    shouted = [word.span() for word in words if word[0].isupper() and len(word[0]) > _ACRONYMS_UP_TO]
    letters = sum(end - start for start, end in shouted)
    if len(shouted) >= 3 and letters * 2 > sum(len(word[0]) for word in words):
        yield Finding(
            "shouting", LOUD.id, Family.SHAPE, Level.WARN, tuple(shouted), {"count": str(len(shouted))}, source=_WCAG
        )
    if proof.text.isascii():
        return
    fancy = [match.span() for match in _FANCY.finditer(proof.text)]
    if sum(end - start for start, end in fancy) >= _FEWEST_FANCY:
        fix = tuple(
            Replacement(start, end, unicodedata.normalize("NFKC", proof.text[start:end])) for start, end in fancy
        )
        yield Finding(
            "fancy_letters", LOUD.id, Family.SHAPE, Level.WARN, tuple(fancy), {"count": str(len(fancy))}, fix, _WCAG
        )
    stacked = [match.span() for match in _STACKED.finditer(proof.text)]
    if stacked:
        fix = tuple(Replacement(start, end, "") for start, end in stacked)
        yield Finding(
            "stacked_accents", LOUD.id, Family.SHAPE, Level.WARN, tuple(stacked), {"count": str(len(stacked))}, fix
        )
    misread = [match.start() for match in _MISREAD.finditer(proof.text)]
    if misread:
        fix = tuple(Replacement(at, at + 1, _as_windows(proof.text[at])) for at in misread)
        spans = tuple((at, at + 1) for at in misread)
        yield Finding("misread_characters", LOUD.id, Family.SHAPE, Level.WARN, spans, {"count": str(len(spans))}, fix)
    mixed = [match.span() for match in _MIXED.finditer(proof.text)]
    if mixed:
        yield Finding("mixed_alphabets", LOUD.id, Family.SHAPE, Level.WARN, tuple(mixed), {"count": str(len(mixed))})
    soft = [match.span() for match in _SOFT_HYPHEN.finditer(proof.text)]
    if soft:
        fix = tuple(Replacement(start, end, "") for start, end in soft)
        yield Finding("soft_hyphens", LOUD.id, Family.SHAPE, Level.INFO, tuple(soft), {"count": str(len(soft))}, fix)


def _as_windows(letter: str) -> str:
    return letter.encode("latin-1").decode("cp1252", "ignore")


HIDDEN = Rule(
    "hidden_characters",
    Family.SHAPE,
    Level.STOP,
    find_hidden,
    source="Unicode TR36 (2026-11-20)",
    fires=(
        "Bon\u202ejour",
        "con\u200bnard",
        "Bonjour\x07",
        "Bonjour\u2066 tout le monde",
        "b\u200donjour",
        "Bonjour \U000e0041",
        "\ufeffBonjour",
        "\ud800",
    ),
    spares=(
        "Bonjour 👨‍👩‍👧‍👦 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم",
        "مرحبا \u200fabc",
        "Ligne\r\nsuivante\tici",
        "C’est « oui »\u00a0!",
    ),
)

LOUD = Rule(
    "loud_shape",
    Family.SHAPE,
    Level.WARN,
    find_loud,
    source=_WCAG,
    fires=(
        "VENEZ NOMBREUX CE SAMEDI POUR LA GRANDE BRADERIE",
        "𝓑𝓸𝓷𝓳𝓸𝓾𝓻 à tous",
        "B̷̛̳̼͖̫̭o̸n̵j̴o̷u̶r̸",
        "Rеndez-vous demain",
        "L\x92été arrive",
    ),
    spares=(
        "La SNCF, l’OMS et le RER B sont à l’heure.",
        "IMPORTANT : la ligne 4 reprend à midi.",
        "Çà et là, l’été à la mer.",
        "Ǎ combining e\u0301 is fine",
        "Привет всем",
    ),
)
