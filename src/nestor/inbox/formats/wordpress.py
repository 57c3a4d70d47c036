"""WordPress exports (WXR): the comments below each post. Pure but for reading the file.

Read with expat itself: nothing is declared, expanded or fetched, since a document type is refused as soon as it begins,
and each row has its line. docs/decisions/0060-wordpress-exports-with-expat.md says why.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import BufferedReader
from typing import Literal
from xml.parsers import expat

from nestor.inbox.formats.contract import MOST_LINE, BadRow, GoodRow, Manner, Memory, Row, Unreadable, Wrong
from nestor.inbox.formats.dates import moment
from nestor.inbox.formats.lines import open_text
from nestor.inbox.formats.rows import MOST_HTML, is_own, one_line, short_id, web_address
from nestor.inbox.rules import MOST_SUBJECT, MOST_TEXT, storable
from nestor.networks.contract import Arrival, Author, HangsOn
from nestor.networks.plain_text import plain_text
from nestor.vocabulary import MessageKind

PIECE = 65_536
MOST_DEPTH = 100
WXR = re.compile(r"http://wordpress\.org/export/\d\.\d/")
STATES: dict[str, Literal["approved", "hold", "spam", "trash"]] = {
    "1": "approved",
    "approve": "approved",
    "0": "hold",
    "hold": "hold",
    "spam": "spam",
    "trash": "trash",
}
NO_DATE = "0000-00-00 00:00:00"
PINGS = ("pingback", "trackback")  # one site's program telling another's that it was linked: nobody speaks
KEPT = {  # of a comment and of the post it hangs on; files can hold any number of other things
    *("comment_id", "comment_parent", "comment_content", "comment_type", "comment_approved", "comment_user_id"),
    *("comment_date", "comment_date_gmt", "comment_author", "comment_author_email", "comment_author_url"),
    *("title", "link", "post_id", "encoded"),
}
MOST_AUTHORS = 10_000
_ENCODING = re.compile(rb"""^<\?xml[^>]{0,200}encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Fields = dict[str, str]


@dataclass(slots=True)
class _Item:
    """One post as the file describes it; `post` is made once, when its first comment comes."""

    fields: Fields = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    post: HangsOn | None = None


def parse(file: BufferedReader, manner: Manner) -> Iterator[Row]:
    """Yield each comment's message, or what is wrong with the comment. Raise `Unreadable` for what is no export."""
    head = _ENCODING.match(file.peek(300)[:300].removeprefix(b"\xef\xbb\xbf"))
    encoding = manner.encoding or (head[1].decode("ascii") if head else "")
    reader = _Reader()
    with open_text(file, encoding, "cp1252", "") as text:
        while piece := text.read(PIECE):
            reader.feed(piece)
            yield from _rows(reader, manner)
    reader.end()
    yield from _rows(reader, manner)


def _rows(reader: "_Reader", manner: Manner) -> Iterator[Row]:
    while reader.found:
        line, item, comment = reader.found.popleft()
        if comment.get("comment_type", "") in PINGS:
            continue
        try:
            yield GoodRow(line, _arrival(reader, item, comment, manner))
        except Wrong as wrong:
            yield BadRow(line, wrong.code, wrong.params)


def _arrival(reader: "_Reader", item: _Item, comment: Fields, manner: Manner) -> Arrival:
    number, parent = comment.get("comment_id", "").strip(), comment.get("comment_parent", "0").strip()
    html = storable(comment.get("comment_content", ""), MOST_HTML)
    if not number.isdecimal():
        raise Wrong("id_missing")
    if not html.strip():
        raise Wrong("text_missing")
    item.post = item.post or _post(reader.site, item.fields)
    author = _author(comment, number)
    network_id = short_id(f"{reader.site}#comment-{number}")
    in_reply_to = short_id(f"{reader.site}#comment-{parent}") if parent.isdecimal() and parent != "0" else ""
    return Arrival(
        network_id=network_id,
        kind=manner.kind_or(MessageKind.COMMENT),
        thread_id=item.memory.join(network_id, in_reply_to),
        author=author,
        # WordPress shows the line breaks of a comment; a parser of HTML would join the lines.
        text=storable(plain_text(html.replace("\r\n", "\n").replace("\n", "<br>")), MOST_TEXT),
        published_at=_when(comment, manner),
        html=html,
        is_ours=comment.get("comment_user_id", "").strip() in reader.authors or is_own(author, manner),
        in_reply_to=in_reply_to,
        hangs_on=item.post,
        url=f"{item.post.url.partition('#')[0]}#comment-{number}" if item.post.url else "",
        state=STATES.get(comment.get("comment_approved", "").strip(), ""),
    )


def _when(comment: Fields, manner: Manner) -> datetime:
    for name, zone in (("comment_date_gmt", "+00:00"), ("comment_date", "")):
        said = comment.get(name, "").strip()
        if said and said != NO_DATE:
            return moment(said + zone, manner)
    if manner.undated is None:
        raise Wrong("date_missing")
    return manner.undated


def _author(comment: Fields, number: str) -> Author:
    """Return who wrote it, known as the network in `networks/wordpress` knows them."""
    name = one_line(comment.get("comment_author", ""))
    user, mail = comment.get("comment_user_id", "").strip(), comment.get("comment_author_email", "").strip().lower()
    if user.isdecimal() and user != "0":
        known_as = f"user:{user}"
    elif mail:
        known_as = f"guest:{sha256(mail.encode('utf-8', 'replace')).hexdigest()[:24]}"
    else:
        known_as = f"guest:comment-{number}"
    return Author(short_id(known_as), name, name, web_address(one_line(comment.get("comment_author_url", ""), 2001)))


def _post(site: str, fields: Fields) -> HangsOn:
    link = web_address(one_line(fields.get("link", ""), 2001))
    number = one_line(fields.get("post_id", ""), 40)
    return HangsOn(
        short_id(f"{site}?p={number}" if number else link or site or "?"),
        title=one_line(fields.get("title", ""), MOST_SUBJECT),
        text=storable(plain_text(fields.get("encoded", "")), MOST_TEXT),
        url=link,
    )


class _Reader:
    """Collects comments from XML pieces: (line, item, fields) in `found`; sites and authors beside them."""

    def __init__(self) -> None:
        self.found: deque[tuple[int, _Item, Fields]] = deque()
        self.site = ""
        self.authors: set[str] = set()  # user ids of those who write on the site
        self._item = _Item()
        self._comment: Fields | None = None
        self._line = 0
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._silent_for = 0
        self._is_export = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.CharacterDataHandler = self._say
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: str) -> None:
        """Read on; characters that XML forbids, which exports contain all the same, are replaced."""
        self._silent_for += len(piece)
        if self._silent_for > MOST_LINE:
            raise Unreadable("xml_broken", line=self._parser.CurrentLineNumber)
        self._parse(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", piece), is_last=False)

    def end(self) -> None:
        """Say that nothing follows; raise `Unreadable` when something should."""
        self._parse("", is_last=True)
        if not self._is_export:
            raise Unreadable("no_export")

    def _parse(self, piece: str, *, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise Unreadable("xml_broken", line=error.lineno) from error

    def _refuse(self, *_declared: object) -> None:
        raise Unreadable("xml_doctype", line=self._parser.CurrentLineNumber)

    def _open(self, name: str, _attributes: Fields) -> None:
        self._silent_for = 0
        space, _, tag = name.rpartition(" ")
        self._is_export = self._is_export or WXR.fullmatch(space) is not None
        self._path.append(tag)
        self._text, self._length = [], 0
        if len(self._path) > MOST_DEPTH:
            raise Unreadable("xml_broken", line=self._parser.CurrentLineNumber)
        if self._path == ["rss", "channel", "item"]:
            self._item = _Item()
        elif tag == "comment" and self._path[:-1] == ["rss", "channel", "item"]:
            self._comment, self._line = {}, self._parser.CurrentLineNumber

    def _say(self, text: str) -> None:
        self._silent_for = 0
        if self._length < MOST_HTML:
            self._text.append(text)
            self._length += len(text)

    def _close(self, _name: str) -> None:
        self._silent_for = 0
        path, said = self._path, "".join(self._text)
        tag = path.pop()
        if tag in KEPT:
            self._keep(path, tag, said)
        elif path == ["rss", "channel", "item"] and tag == "comment" and self._comment is not None:
            self.found.append((self._line, self._item, self._comment))
            self._comment = None
        elif path == ["rss", "channel"] and tag in ("base_blog_url", "base_site_url"):
            self.site = one_line(said, 200) if tag == "base_blog_url" or not self.site else self.site
        elif path == ["rss", "channel", "author"] and tag == "author_id" and len(self.authors) < MOST_AUTHORS:
            self.authors.add(said.strip())
        self._text, self._length = [], 0

    def _keep(self, path: list[str], tag: str, said: str) -> None:
        if path == ["rss", "channel", "item", "comment"] and self._comment is not None:
            self._comment[tag] = said
        elif path == ["rss", "channel", "item"]:
            self._item.fields.setdefault(tag, said)  # of `content:encoded` and `excerpt:encoded`, the first
