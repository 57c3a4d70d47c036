"""The user guide as help: each section under one name in both languages, whole or beside the keys of a page."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nh3
from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from markdown_it import MarkdownIt

ENGLISH = "en"
# What the guide says of a page, by the beginning of its address; the first that fits counts.
PAGES = (
    ("/inbox/", "inbox"),
    ("/members/", "members"),
    ("/channels/", "channels"),
    ("/journal/", "journal"),
    ("/brands/", "several-brands"),
    ("/relief/", "handing-over"),
    ("/settings/team/", "team"),
    ("/settings/clocks/", "clocks"),
    ("/settings/retention/", "retention"),
    ("/settings/hours/", "opening-hours"),
    ("/settings/tokens/", "tokens"),
    ("/settings/", "settings"),
    ("/me/", "you"),
    ("/accounts/", "you"),
    ("/keys/", "keys"),
)
BEGINNING = "today"
TABLE, PRE = '<table class="guide" tabindex="0">', '<pre tabindex="0">'  # wider than a phone: keys scroll them
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)\n*")
_LINK_WITHIN = re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)")
_TAGS = {
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "code",
    "pre",
    "h3",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "br",
}


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the guide."""

    slug: str  # the same in every language
    title: str
    html: SafeString


def slug_of(title: str) -> str:
    """Return how an address names a section."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


@cache
def _sections(path: Path) -> tuple[tuple[str, str], ...]:
    """Return the sections of a guide, title and text; () where the file is not there."""
    if not path.is_file():
        return ()
    parts = re.split(r"^## +", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return tuple((title.strip(), text) for title, _break, text in (part.partition("\n") for part in parts))


@cache
def guide(language: str) -> tuple[Section, ...]:
    """Return the guide in a language; both have the same sections in the same order."""
    known = settings.NESTOR_GUIDES
    names = [slug_of(title) for title, _text in _sections(known[ENGLISH])]
    written = MarkdownIt("commonmark", {"html": False}).enable("table")
    found = []
    for slug, (title, text) in zip(names, _sections(known.get(language, known[ENGLISH])), strict=False):
        plain = _LINK_WITHIN.sub(r"\1", _PICTURE.sub("", text))
        html = nh3.clean(written.render(plain), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"})
        found.append(Section(slug, title, SafeString(html.replace("<table>", TABLE).replace("<pre>", PRE))))
    return tuple(found)


def spoken_guide() -> tuple[Section, ...]:
    """Return the guide in the language of whoever looks."""
    return guide((get_language() or ENGLISH)[:2])


def section_for(path: str) -> Section | None:
    """Return what the guide says of the page at this address."""
    slug = next((slug for start, slug in PAGES if path.startswith(start)), BEGINNING)
    return next((one for one in spoken_guide() if one.slug == slug), None)
