"""What may be stored and shown of what arrives, and what counts as blindness. Pure."""

import re
import unicodedata
from datetime import datetime, timedelta

import nh3
import snowballstemmer

MOST_TEXT = 200_000  # characters kept of one message; the payload keeps the rest for a while
MOST_SUBJECT = 500
EXCERPT = 160
LATE_AFTER = timedelta(minutes=10)
ASLEEP_AFTER = timedelta(minutes=5)
TAGS = {"a", "b", "blockquote", "br", "code", "em", "i", "li", "ol", "p", "pre", "strong", "ul"}
_SURROGATES = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"\w+")
_FRENCH, _ENGLISH = snowballstemmer.stemmer("french"), snowballstemmer.stemmer("english")


def storable(text: str, most: int = MOST_TEXT) -> str:
    """Return text that both databases can hold: no NUL, no lone surrogate, of bounded length."""
    if "\x00" in text:
        text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)[:most]


def neutral_html(html: str) -> str:
    """Return HTML that cannot act: few tags, no attribute but a link's address, nothing that loads by itself."""
    return nh3.clean(
        storable(html),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )


def excerpt_of(text: str) -> str:
    """Return one line of at most 160 characters."""
    line = " ".join(text[: EXCERPT * 4].split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


def fold(text: str) -> str:
    """Return text without case, accents and ligatures: « Œuvre » and « oeuvre » are one word."""
    flat = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"))
    return "".join(one for one in flat if not unicodedata.combining(one))


def search_text(*texts: str) -> str:
    """Return the words of the texts for searching: each folded, then its French and English stems, between spaces."""
    words: dict[str, None] = {}
    for word in _WORD.findall(" ".join(texts)[:20_000].lower()):
        for form in _forms(word):
            words[form] = None
    return f" {' '.join(words)} "


def search_terms(words: str) -> list[list[str]]:
    """Return, for each word asked for, the forms any of which counts as a hit."""
    return [sorted(_forms(word)) for word in _WORD.findall(words[:200].lower())]


def _forms(word: str) -> set[str]:
    return {fold(word), fold(_FRENCH.stemWord(word)), fold(_ENGLISH.stemWord(word))}


def is_late_arrival(published_at: datetime, arrived_at: datetime, *, since: datetime) -> bool:
    """Return whether a message reached the desk long after it was published and its channel was connected."""
    return published_at > since and arrived_at - published_at > LATE_AFTER


def was_asleep(read_at: datetime | None, now: datetime, poll_every: timedelta) -> bool:
    """Return whether nobody read the channel for so long that the interval counts as blind."""
    return read_at is not None and now - read_at > max(ASLEEP_AFTER, 5 * poll_every)


def next_poll_for(failures: int, poll_every: timedelta) -> timedelta:
    """Return how long to wait before reading again: doubling with failures, at most five minutes."""
    longest = max(timedelta(minutes=5), poll_every)
    waited: timedelta = min(longest, poll_every * 2 ** min(failures, 10))
    return waited
