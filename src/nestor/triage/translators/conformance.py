"""What a translator has to keep to, tried in the process the desk would ask it in: for its own test suite."""

from nestor.triage.translators import asking
from nestor.triage.translators.contract import CannotTranslate, Why

NASTY = ("<b>&amp;</b> <script>alert(1)</script>", "\u202e\u0007\u200f", "a" * 10_000, "🙂", "1234 %s {} \\n")


def complaints(key: str, text: str, source: str, target: str) -> list[str]:
    """Return what is wrong with an installed translator, [] where nothing is; `text` is one that it can translate."""
    try:
        chosen = asking.describe(key)
        asking.translate(chosen, text, source, target)
    except CannotTranslate as error:
        return [f"an ordinary text: {error}"]
    found = []
    for nasty in NASTY:
        try:
            asking.translate(chosen, nasty, "", target)
        except CannotTranslate as error:
            if error.why in (Why.BROKEN, Why.UNSAFE, Why.TOO_LATE):
                found.append(f"{nasty[:20]!r}: {error}")
    try:
        asking.translate(chosen, text, source, "xx")
        found.append("a language nobody speaks was translated into")
    except CannotTranslate as error:
        if error.why is not Why.LANGUAGES:
            found.append(f"a language nobody speaks: {error}")
    return found
