"""Which rules are worth trying on a text: each needs certain words, and a word is looked at once, not once a message.

A gate may open for nothing, never stay shut where its rule would have held (`tests/rules/test_triage_words.py` looks).
Its expressions name pieces that hold no blank, so that they can be looked for in the stretches between blanks.
"""

import re

BEFORE, WHEN, WORRY, MENACE, LAUGHS, THANKS_NOT, THANKS, SETTLED = (1 << number for number in range(8))
ALL_OPEN = 255
_OPENED_BY = {
    BEFORE: r"avant|ici|jusqu|tard|boucl|dead|d[ée]lai|antenne|parution|direct|before|by|until|later|due|fil[ei]"
    r"|print|air|publish|live",
    WHEN: r"\d|midi|minuit|noon|midnight|demain|soir|aujourd|tomorrow|tonight|today|journ|day|eod|lundi|mardi"
    r"|mercredi|jeudi|vendredi|samedi|dimanche",
    WORRY: r"suicid|tuer|pendre|foutre|finir|mourr?ir|jours|vivre|serai|finis|kill|end|die|hang|live|alive|here"
    r"|without|reason",
    MENACE: r"tuer|buter|crever|[ée]gorger|saigner|planter|violer|br[ûu]ler|d[ée]foncer|fumer|flinguer|tabasser"
    r"|casser|kill|murder|stab|shoot|rape|burn|slit|beat|hurt",
    LAUGHS: r"mdr|ptdr|lol|lmao|xd|haha|rire|[😂🤣😆😹💀]",
    THANKS_NOT: r"merci|thank|cheers",
    THANKS: r"mer[ck]|mrc|thx|than|tysm|\bty\b|cheers|appreciated",
    SETTLED: r"r[ée]gl|r[ée]solu|arrang|\bbon|not[ée]|marche|fonctionne|ordre|re[çc]u|parfait|super|nickel|journ"
    r"|soir|sorted|good|work|solved|fixed|got|arrived|refund|\bdo|\bok|great|perfect",
}
_GATES = [(gate, re.compile(opened_by)) for gate, opened_by in _OPENED_BY.items()]
_ANY = re.compile("|".join(_OPENED_BY.values()))


def lowered(text: str) -> str:
    """Return a text in small letters, as long as it was: what is found lies at the same place.

    Expressions that ignore case are several times slower, and know three more letters that count as i or s.
    """
    if not text.isascii():
        text = text.replace("İ", "I").replace("ı", "i").replace("ſ", "s")
    return text.lower()


def gates_of(stretch: str) -> int:
    """Return the gates that a stretch without blanks opens."""
    stretch = lowered(stretch)
    if not _ANY.search(stretch):
        return 0
    return sum([gate for gate, opened_by in _GATES if opened_by.search(stretch)])
