"""Contempt without a swear word: dismissal, belittling, irony at the person, in the second person or as an order."""

from collections.abc import Iterator

from nestor.guard.rules.contempt_phrases import COLD, SCORN_IN_ENGLISH, SCORN_IN_FRENCH
from nestor.guard.rules.contract import AnsweredMessage, BrandSettings, Family, Finding, Level, Outgoing, Rule, merged
from nestor.guard.rules.phrases import PhraseList
from nestor.guard.rules.proof import Proof

_AS_AN_ORDER = PhraseList(
    """
    degage(?:z)?|circulez|grandis|grandissez|pathetique|minable|pitoyable|ridicule|navrant|affligeant|lamentable|next|cry baby|who cares|so what|as if|get over it|bye felicia
    calmos|on s en fiche|on s en moque|et alors|cest pas mon probleme|pas mon probleme|m en fiche|rien a faire|none of your business|not my problem|yawn|pathetic|ridiculous|laughable
    """,
    fills=True,
)


def find_contempt(outgoing: Outgoing, proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield scorn as a stop and coldness as a warning; said by somebody else in quotation marks, scorn is a warning too."""
    scornful: list[tuple[int, int]] = []
    cold: list[tuple[int, int]] = []
    for phrases in (SCORN_IN_FRENCH, SCORN_IN_ENGLISH):
        for phrase in phrases.find(proof):
            quoted = proof.is_quoted(phrase.start, phrase.end)
            (cold if quoted else scornful).append((phrase.start, phrase.end))
    if outgoing.reply_to is not None:
        scornful += [(phrase.start, phrase.end) for phrase in _AS_AN_ORDER.find(proof)]
    cold += [(phrase.start, phrase.end) for phrase in COLD.find(proof)]
    if scornful:
        yield Finding("scorn", CONTEMPT.id, Family.CONTEMPT, Level.STOP, merged(scornful))
    if cold:
        yield Finding("cold_words", CONTEMPT.id, Family.CONTEMPT, Level.WARN, merged(cold))


CONTEMPT = Rule(
    "contempt",
    Family.CONTEMPT,
    Level.STOP,
    find_contempt,
    source="design: figures.md, press cases (2026-11-20)",
    fires=(
        "Va prendre une tisane.",
        "Allez donc voir ailleurs si j'y suis",
        "Achetez-vous une vie.",
        "Vous savez lire ?",
        "On ne vous a rien demandé.",
        "Vous nous fatiguez.",
        "Arrêtez de pleurnicher",
        "Get a life.",
        "Nobody asked you.",
        "Are you stupid or something?",
        "Cry me a river",
        "What part of 'closed' don't you understand?",
        Outgoing("Pathétique.", reply_to=AnsweredMessage("Votre site est en panne.")),
        "Calmez-vous.",
    ),
    spares=(
        "Prenez une tisane au coin du feu : notre nouvelle gamme est arrivée.",
        "Vous savez lire une étiquette énergie ? On vous explique tout.",
        "Apprenez à lire avec la médiathèque : inscriptions ouvertes.",
        "Nous comprenons votre colère et restons à votre écoute.",
        "La porte est ouverte de 9 h à 18 h.",
        "We do care about your feedback, please send us a message.",
        "Learn to read music in ten weeks at the town hall.",
        "Get help here: our advisers are available until 8 pm.",
        "Le personnel soignant vous accueille sans rendez-vous.",
    ),
)
