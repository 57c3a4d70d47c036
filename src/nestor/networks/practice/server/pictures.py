"""Pictures the practice network really serves: drawn from their description, so that nothing has to be stored."""

import hashlib
import textwrap
from xml.sax.saxutils import escape

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    '<rect width="100%" height="100%" fill="hsl({hue} 35% 88%)"/>{inside}</svg>'
)
_LINE = (
    '<text x="{x}" y="{y}" font-family="sans-serif" font-size="{size}" fill="hsl({hue} 45% 22%)"{anchor}>{text}</text>'
)


def photograph(description: str) -> bytes:
    """Return an SVG of 480 × 320 that shows what the picture would show, in words."""
    hue = _hue(description)
    lines = textwrap.wrap(_drawable(description), 38)[:10]
    inside = "".join(
        _LINE.format(x=28, y=56 + 27 * number, size=20, hue=hue, anchor="", text=escape(line))
        for number, line in enumerate(lines)
    )
    return _SVG.format(width=480, height=320, hue=hue, inside=inside).encode()


def portrait(name: str) -> bytes:
    """Return an SVG of 96 × 96 with the initials of a name."""
    hue = _hue(name)
    initials = "".join(word[0] for word in _drawable(name).split()[:2]).upper() or "?"
    anchor = ' text-anchor="middle"'
    inside = _LINE.format(x=48, y=61, size=38, hue=hue, anchor=anchor, text=escape(initials))
    return _SVG.format(width=96, height=96, hue=hue, inside=inside).encode()


def _hue(text: str) -> int:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] * 360 // 256


def _drawable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
