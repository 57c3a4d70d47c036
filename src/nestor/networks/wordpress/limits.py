"""What WordPress accepts, and how long a text is there."""

from nestor.networks.contract import Limits
from nestor.networks.plain_text import as_html

# The database column holds 65 535 bytes; WordPress itself stops at 65 525 (wp_get_comment_fields_max_lengths).
LONGEST = 65_525
LIMITS = Limits(
    text=LONGEST,
    unit="bytes",
    source="WordPress 6.1.9 on MariaDB: 65 525 bytes accepted, 65 526 refused with comment_content_column_length",
    as_of="2026-11-20",
)


def written(text: str) -> str:
    """Return the text as it is stored: these very words, with nothing in them that WordPress would take for a tag.

    WordPress compares what is sent with what it has stored to refuse doubles, so it must find nothing to change: no
    bare `&` or `<`, no backslash (stripped before comparing), no control character, no blanks at either end.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(letter for letter in lines if letter in "\n\t" or (letter >= " " and letter != "\x7f"))
    # `&amp;#39;` would be decoded twice by WordPress, so the `#` behind an ampersand is spelled out as well.
    return as_html(kept.strip()).replace("&amp;#", "&amp;&#035;").replace("\\", "&#092;")


def measure(text: str) -> int:
    """Return the bytes the text takes in WordPress's column."""
    return len(written(text).encode("utf-8", "replace"))
