"""The words of an HTML fragment, for networks that hand over HTML. Pure; a real parser tidies hostile input."""

from html import escape
from html.parser import HTMLParser

import nh3

_BREAKS = frozenset({"br", "p", "div", "li", "blockquote", "pre", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr"})
_KEPT = set(_BREAKS) | {"a", "img"}


def plain_text(html: str) -> str:
    """Return what a reader sees: blocks on their own lines, links' addresses and pictures' descriptions written out."""
    clean = nh3.clean(
        html,
        tags=_KEPT,
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}, "img": {"alt"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    reader = _Words()
    reader.feed(clean)
    reader.close()
    return _without_gaps("".join(reader.parts))


def as_html(text: str) -> str:
    """Return the text as HTML that shows exactly these words and nothing else; line breaks are kept as they are."""
    return escape(text, quote=False)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _BREAKS:
            self.parts.append("\n")
        elif tag == "a":
            self._links.append((attributes.get("href") or "", len(self.parts)))
        elif tag == "img":
            self.parts.append(attributes.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS and tag != "br":
            self.parts.append("\n")
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            words = "".join(self.parts[start:]).strip()
            if address and address.removeprefix("mailto:") != words:
                self.parts.append(f" ({address})" if words else address)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _without_gaps(text: str) -> str:
    """Return the text with at most one empty line in a row and no blanks at line ends."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()
