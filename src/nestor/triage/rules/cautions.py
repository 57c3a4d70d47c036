"""Rules on top of the model: what must not be missed, whatever a small model believes. Pure; returns spans.

Every expression is written for small letters and looked for in a text made small.
"""

import re
from collections.abc import Iterable

from nestor.triage.rules import gates as gate
from nestor.triage.rules.contract import MessageText, Span

_CLOCK = (
    r"(?:\d{1,2}\s?(?:h(?:eures?)?|:|\.)\s?\d{0,2}|\d{1,2}(?:[:.]\d{2})?\s?(?:a\.?m\.?|p\.?m\.?|o.?clock)"
    r"|midi|minuit|noon|midnight)"
)
_DAY = (
    r"(?:demain|ce\s?soir|ce midi|aujourd.?hui|tomorrow|tonight|today|(?:la )?fin de journ[ée]e|end of (?:the )?day"
    r"|eod|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
)
_BEFORE = (
    r"(?:avant|d.?ici|jusqu.?[àa]|au plus tard|boucl\w{1,5}|bouclage|deadline|d[ée]lai|antenne|parution|direct|"
    r"before|by|until|no later than|due|filing|file|print|on air|publish\w{0,3}|live)"
)
DEADLINE = re.compile(rf"\b{_BEFORE}\b(?:[ ,:à@]{{1,3}}\w{{1,9}}){{0,3}}?[ ,:à@]{{1,3}}({_CLOCK}|{_DAY})(?!\w)")
STREET = re.compile(
    r"\b\d{1,4}\s?(?:bis|ter)?,?\s(?:(?:rue|avenue|av\.|bd|boulevard|impasse|all[ée]e|place|chemin|quai)\s\w+"
    r"|(?:\w{2,20}\s){1,3}(?:street|st\.|road|rd\.|lane|drive|close|crescent|terrace)\b)",
)
PHONE = re.compile(r"(?<!\d)(?:\+\d{2}\s?\d|0\d)(?:[\s.-]?\d{2}){4}(?!\d)")
WORRY = re.compile(
    r"\b(?:(?:veu[xt]|vais|voudrais|pense[rs]?|envie de|id[ée]es? de)\s(?:plus\s|juste\s|en\s)?"
    r"(?:me\s(?:suicider|tuer|pendre|foutre en l.air)|finir avec (?:la|ma) vie|mourr?ir ce soir)"
    r"|(?:je me suicide|mettre fin [àa] mes jours|plus (?:envie|la force) de vivre|(?:veu[xt]|vouloir) plus vivre"
    r"|serai(?:s)? plus l[àa] demain|j.en finis ce soir)"
    r"|(?:want(?:ed)? to|wanna|going to|gonna|will|i.ll|thinking (?:of|about)|ready to)\s(?:just\s)?"
    r"(?:kill(?:ing)? my\s?self|end(?:ing)? (?:my life|it all|it tonight)|die tonight|hang(?:ing)? my\s?self)"
    r"|(?:don.?t|do not|no longer) want to (?:live|be alive|be here any\s?more)|better off without me"
    r"|won.?t be here tomorrow|no reason to (?:live|go on living))",
)
# Who says in plain words that they will hurt those they write to, whatever insult stands before it.
_HURT_FR = (
    r"(?:tuer|buter|crever|[ée]gorger|saigner|planter|violer|br[ûu]ler|d[ée]foncer|fumer|flinguer|tabasser"
    r"|casser (?:la (?:gueule|t[êe]te)|les (?:dents|jambes)))"
)
MENACE = re.compile(
    rf"\b(?:je|j|on|nous)\s?(?:vais|va|allons|viens|vient)\s(?:tous?\s|toutes\s)?(?:te|t.|vous|vs)\s(?:tous\s|toutes\s)?{_HURT_FR}"
    r"|\b(?:i|we)(?:.?ll| will|.?m going to|.?m gonna| am going to| gonna|.?re going to)\s"
    r"(?:find (?:you|u) and |come (?:over )?(?:and|to) )?(?:kill|murder|stab|shoot|rape|burn|slit|beat up|hurt)\s"
    r"(?:you|u|all of you|every one of you|your (?:family|kids|children|throat))\b",
)
LAUGHS = re.compile(r"\b(?:mdr+|ptdr+|lol+|lmao+|xd+|haha\w*|rire)\b|[😂🤣😆😹💀]")
THANKS_NOT = re.compile(
    r"\b(?:merci (?:bien )?(?:pour rien|d.avance|par avance|quand m[eê]me|qui\b|mais"
    r"|de (?!rien|tout|votre (?:aide|r[ée]ponse|retour|r[ée]activit)|ta r[ée]ponse|m.avoir|nous avoir|l.avoir)"
    r"|pour (?:les|la|le|l.|ces|cette|mes|mon) (?:retard|gal[èe]re|attente|\d|nuit blanche|week))"
    r"|non merci|no thank"
    r"|(?:thanks?|thank you|cheers) (?:for nothing|in advance|but|to you"
    r"|for (?:ruining|wasting|losing|making me|leaving|cancel\w+|ignoring|the (?:delay|wait|ride to nowhere))))",
)
_THANKS = re.compile(
    r"\b(?:merc+i+s?|mrc|merki|thx|thanks?|thank (?:you|u)|thanx|tysm|ty|cheers|much appreciated|je vous remercie)\b",
)
_SETTLED = re.compile(
    r"\b(?:c.?est (?:r[ée]gl[ée]|r[ée]solu|arrang[ée]|bon pour moi|not[ée])|(?:ça|ca|cela) (?:re)?(?:marche|fonctionne)"
    r"|rentr[ée] dans l.ordre|bien re[çc]u|parfait|super|nickel|bonne (?:journ[ée]e|soir[ée]e)"
    r"|all (?:sorted|good)|sorted (?:now|it)|works? (?:now|again)|working (?:now|again)|problem solved"
    r"|(?:it.s )?fixed|got it|it arrived|refund (?:received|came through)|will do|ok(?:ay)?|great|perfect)\b",
)
_BUT = re.compile(
    r"\?|\b(?:mais|par contre|toujours pas|tjrs pas|sauf que|rien|encore|jamais|honte"
    r"|but|still|however|except|never|nothing|again not)\b",
)
_CLOSER_WORDS = 30
_LOOKED_AT = 20_000


def _span(found: re.Match[str], label: str, name: str, group: int = 0) -> Span:
    return Span(label, found.start(group), found.end(group), 1.0, f"rule:{name}")


def _any(pattern: re.Pattern[str], text: str, label: str, name: str) -> Iterable[Span]:
    found = pattern.search(text)
    return [_span(found, label, name)] if found else []


def is_thanks_turned(text: str) -> bool:
    """Say whether the thanks in a text are none: "merci pour rien"."""
    return THANKS_NOT.search(gate.lowered(text)) is not None


def is_closer(text: str) -> Span | None:
    """Return where a text says, with confidence and nothing else asked, that the matter is closed; else None."""
    words = len(text.split(None, _CLOSER_WORDS))
    if words > _CLOSER_WORDS:
        return None
    thanked, settled = _THANKS.search(text), _SETTLED.search(text)
    found = thanked or settled
    if found is None or not (words <= 6 or settled or _THANKS.match(text.lstrip())):
        return None
    return None if _BUT.search(text) or THANKS_NOT.search(text) else _span(found, "flag:closer", "closer")


def cautions(message: MessageText, doxx_cues: int, gates: int = gate.ALL_OPEN) -> list[Span]:
    """Return the rules that hold of a message; only its first 20,000 characters are searched.

    `gates` are those that its words open: rules behind a shut one are not tried.
    """
    spans: list[Span] = []
    text = gate.lowered(message.text[:_LOOKED_AT])
    if gates & gate.BEFORE and gates & gate.WHEN:
        spans.extend(_any(DEADLINE, text, "flag:deadline", "deadline"))
    if not (gates & gate.LAUGHS and LAUGHS.search(text)):
        if gates & gate.WORRY:
            spans.extend(_any(WORRY, text, "harm:self_harm", "danger_to_oneself"))
        if gates & gate.MENACE:
            spans.extend(_any(MENACE, text, "lane:threat", "menace"))
    elif not (gates & gate.MENACE and MENACE.search(text)):
        spans.extend(_any(LAUGHS, text, "lane:chatter", "laughs"))
    if doxx_cues:
        spans.extend(_any(STREET, text, "lane:threat", "address_exposed"))
        spans.extend(_any(PHONE, text, "lane:threat", "number_exposed"))
    closer = is_closer(text) if gates & (gate.THANKS | gate.SETTLED) else None
    return [*spans, closer] if closer else spans
