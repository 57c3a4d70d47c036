"""Insults, hate and threats towards the public, and swear words, in French and English.

A word is judged where it stands: said of the reader, spoken by somebody else between quotation marks, or the name of a
town, a film or a good wish to an actor.
"""

import re
from collections.abc import Iterator

from nestor.guard.rules.contract import BrandSettings, Family, Finding, Level, Outgoing, Rule, merged
from nestor.guard.rules.insult_phrases import INSULTING
from nestor.guard.rules.lexicon import Sighting, aimed_family, find_rude_words
from nestor.guard.rules.proof import Proof
from nestor.guard.rules.word_forms import Weight

_MANY = (
    "(?: (?:tellement|vraiment|trop|bien|quand meme|franchement|juste|carrement|completement|totalement|absolument|assez|plutot|si|aussi"
    "|tous|toutes|toujours|encore|donc|un peu|tres|decidement|simplement|sacrement|grave|un|une|des|de|d|le|la|les|l|du|qu|que"
    "|vrai|vraie|vrais|gros|grosse|sale|sales|pauvre|pauvres|petit|petite|beau|belle|sacre|parfait|parfaite|grand|grande|bande|tas|espece|genre"
    "|so|such|really|just|very|truly|completely|totally|utterly|all|clearly|obviously|actually|too|as|quite|nothing|but|more|being|a|an|the"
    "|of|big|little|real|complete|total|utter|bunch|pack|stupid|bloody|absolute|massive|proper|piece|waste|how)){0,5}"
)
_SAID_OF_YOU = re.compile(
    " (?:tu es|t es|tes|t|tu est|vous etes|vs etes|vous ete|etes vous|es tu|vous etiez|tu etais|tu restes|vous restez|vous avez l air|tu as l air"
    "|t as l air|tu n es|vous n etes|tu fais|faut etre|faut il etre|faut pas etre|(?<!une )(?<!cette )(?<!l )espece|(?<!une )(?<!la )(?<!cette )bande|quelle bande|ce que vous etes|etre aussi"
    "|you are|you re|youre|u r|ur|u are|you must be|you sound|you look|you seem|are you|are u|r u|you being|what a|what an|you must have been"
    f"){_MANY} $"
)
_SPOKEN_ABOUT = re.compile(
    r" (?:cet|cette|ces|ce|quel|quelle|un autre|une autre|encore une?|that|this|these|those|another|some) $"
)
_PERSONS = frozenset(("imbecil", "idiot", "debil", "batard", "cretin"))  # without their last e and s
# said alone or after a comma, these call the reader names
_NAMES_CALLED = frozenset(
    "bouffon bouffons bouffonne larbin larbins charlots minables nazes losers pourris incapables voleurs menteurs escrocs fachos hypocrites"
    " nuls morons clowns liars thieves crooks fools fool muppets idiots idiot scum".split()
)
_CALLED = re.compile(r",\s{1,2}$")  # "…, idiot."
_LOOK_BACK = 90  # characters: enough for the words above
_BARE = frozenset(("imbécile", "idiot", "débile", "pathetic", "minable", "bâtard", "stupid", "mytho"))
_NOTHING_ELSE = re.compile(
    r"(?:^|[.!?])(?: (?:espece|de|d|bande|tas|pauvres?|sale|mon|ma|oh|eh|he|quel|quelle|you|what|an?|so|how|just|trop|vraiment)){0,3} $"
)
_WELL_WISHED = re.compile(
    " (?:premieres?|scene|loges?|trac|acteurs?|actrices?|comediens?|comediennes?|troupe|theatre|rideau|representation|spectacle|opera|choriste|danseurs?"
    "|on stage|opening night|break a leg)(?= )"
)
_TITLED = re.compile(
    " (?:films?|livres?|romans?|albums?|chansons?|titres?|piece|serie|single|bd|recueil|expo|exposition|festival|groupe|intitulee?s?|podcast|lecture"
    "|book|novel|movie|song|track|band|play|show|called|entitled|comic|exhibition)(?: [^ ]{1,24}){0,6} $"
)
_STANDING_FOR = {
    Weight.SLUR: ("hate_word", Family.INSULT, Level.ABSOLUTE),
    Weight.INSULT: ("insult", Family.INSULT, Level.STOP),
    Weight.AIMED: ("insult", Family.INSULT, Level.STOP),
    Weight.CRUDE: ("crude_word", Family.CRUDE, Level.STOP),
    Weight.MILD: ("mild_word", Family.CRUDE, Level.WARN),
    Weight.NAME: ("double_meaning", Family.CRUDE, Level.WARN),
}
_DIE = re.compile(r"(?:^|[.!?,…\n]\s{0,3})(cr[eè]vez?)\s?(?=[,.!…]|$)", re.IGNORECASE)  # "crevé" is a flat tyre
_LEVELS = {"hate": Level.ABSOLUTE, "threat": Level.ABSOLUTE, "insult": Level.STOP}


def _is_said_of_you(proof: Proof, sighting: Sighting) -> bool:
    """Return whether the words before say that the reader is what this word says, or nothing else is said at all."""
    if sighting.word is None:
        return True
    before = proof.folded[max(0, sighting.word.at - _LOOK_BACK) : sighting.word.at]
    found = _SAID_OF_YOU.search(before)
    if found is not None:
        return True
    family = aimed_family(sighting.word.text)
    if family is None or (family.lemma not in _BARE and sighting.word.text not in _NAMES_CALLED):
        return False
    if _SPOKEN_ABOUT.search(before) and sighting.word.text.rstrip("es") in _PERSONS:
        return True
    after = proof.folded[sighting.word.until : sighting.word.until + 2]
    if after in (" .", " !") and _CALLED.search(proof.text, max(0, sighting.start - 3), sighting.start):
        return True
    return after in (" .", " !", " ?") and bool(_NOTHING_ELSE.search(before))


def _is_spoken_of(proof: Proof, sighting: Sighting) -> bool:
    """Return whether the word is somebody else's: quoted, in a title, or an actor's good wish."""
    if proof.is_quoted(sighting.start, sighting.end):
        return True
    if sighting.family.lemma == "merde" and _WELL_WISHED.search(proof.folded):
        return True
    if sighting.word is None or not proof.text[sighting.start : sighting.start + 1].isupper():
        return False
    return bool(_TITLED.search(proof.folded[max(0, sighting.word.at - _LOOK_BACK) : sighting.word.at]))


def _weighed(proof: Proof, sighting: Sighting) -> tuple[str, Family, Level] | None:
    """Return the finding's code, family and level for a rude word where it stands, or None where it is harmless."""
    weight = sighting.family.weight
    if weight is Weight.AIMED:
        if not _is_said_of_you(proof, sighting) or proof.is_quoted(sighting.start, sighting.end):
            return None
        return _STANDING_FOR[weight]
    if _is_spoken_of(proof, sighting):
        level = Level.STOP if weight is Weight.SLUR else Level.WARN
        return "quoted_crude_word", Family.CRUDE, level
    return _STANDING_FOR[weight]


def find_insults(_outgoing: Outgoing, proof: Proof, settings: BrandSettings) -> Iterator[Finding]:
    """Yield insults, hate, threats and swear words, one finding per code with all its places."""
    places: dict[tuple[str, Family, Level], list[tuple[int, int]]] = {}
    for found in _DIE.finditer(proof.text):
        places.setdefault(("threat", Family.INSULT, Level.ABSOLUTE), []).append(found.span(1))
    for code, phrases in INSULTING:
        for phrase in phrases.find(proof):
            level = _LEVELS[code]
            quoted = proof.is_quoted(phrase.start, phrase.end)
            lowered = Level.WARN if level is Level.STOP else Level.STOP
            key = ("quoted_crude_word", Family.CRUDE, lowered) if quoted else (code, Family.INSULT, level)
            places.setdefault(key, []).append((phrase.start, phrase.end))
    for sighting in find_rude_words(proof):
        if proof.text[sighting.start : sighting.end].lower() in settings.allowed_words:
            continue
        weighed = _weighed(proof, sighting)
        if weighed is not None:
            places.setdefault(weighed, []).append((sighting.start, sighting.end))
    for (code, family, level), spans in places.items():
        apart = merged(spans)
        yield Finding(code, RUDE.id, family, level, apart, {"count": str(len(apart))})


RUDE = Rule(
    "rude_words",
    Family.INSULT,
    Level.ABSOLUTE,
    find_insults,
    source="loi du 29 juillet 1881, art. 29, 33 (2026-11-20)",
    fires=(
        "Je vous emmerde.",
        "Fuck you",
        "I find it ironic that Detroit is known as the #motorcity and yet no one here knows how to fucking drive",
        "Thank fuck it's Friday! Can't wait to get out of this hell hole.",
        "Va te faire f0utre, c o n n a r d",
        "T'es vraiment un abruti",
        "Vous êtes complètement débiles ou quoi ?",
        "esp\u00e8ce d'imb\u00e9cile",
        "con\u200bnard",
        "C0nn@rd !",
        "enc*lé",
        "tg bouffon",
        "ftg",
        "P*tain, encore vous",
        "You are such a moron",
        "sh1t happens, deal with it",
        "what a bunch of idiots you are",
        "On sait où tu habites.",
        "Retourne dans ton pays.",
        "Kill yourself",
    ),
    spares=(
        "Bonjour, votre colis est en cours d’acheminement.",
        "Le concours de pétanque de Connantre aura lieu samedi.",
        "La dispute entre voisins se règle d’abord par la médiation.",
        "Pros and cons of electric cars, in one page.",
        "As always, our class assistants pass through the glass doors.",
        "Ce retard est le nôtre, nous vous prions de nous excuser.",
        "Vous êtes malade ? Prévenez votre employeur sous 48 heures.",
        "Nos équipes ont la niaque !",
        "Les agents ont pu te répondre ?",
        "Poutine québécoise au menu de la cantine.",
        "Hola: tarifa reducida con cualquier carné de estudiante.",
        "Our Maine Coon of the week is looking for a home.",
    ),
)
