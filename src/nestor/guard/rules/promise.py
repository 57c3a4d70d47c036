"""What the brand will be held to: refunds, faults admitted, guarantees, deadlines."""

from collections.abc import Iterator

from nestor.guard.rules.contract import BrandSettings, Family, Finding, Level, Outgoing, Rule
from nestor.guard.rules.phrases import PhraseList
from nestor.guard.rules.proof import Proof

_REFUND = PhraseList(
    """
    (?:nous|on|je) (?:vous|te) (?:rembourse|rembourserons|rembourserai|remboursons|rembourserez|dedommage|dedommagerons|dedommageons|indemnise|indemniserons|indemnisons|offrons|offre|offrirons)(?= )
    (?:nous|on|je) (?:allons|va|vais) (?:vous|te) (?:rembourser|dedommager|indemniser|offrir|recrediter)
    (?:vous serez|tu seras|sera|seront|serez) (?:integralement |totalement |entierement |bien )?(?:rembourse|remboursee|rembourses|remboursees|dedommage|dedommagee|indemnise|indemnisee|recredite|recreditee)s?
    remboursement (?:integral|total|complet|immediat|garanti)|geste commercial|bon d achat (?:vous|de)|avoir de 0
    (?:we|i)(?: ll| will| are going to| can| have)? (?:refund|reimburse|compensate|refunded|credit) (?:you|your|the)|(?:full|complete|immediate) refund|(?:you|it)(?: will| ll) be (?:fully )?(?:refunded|reimbursed|compensated)
    (?:goodwill|compensation|gesture of goodwill|free of charge replacement|refund is on its way)
    """
)
_FAULT = PhraseList(
    """
    (?:c est|ce fut|c etait) (?:bien |entierement |totalement |clairement )?(?:de )?(?:notre|ma) (?:faute|erreur|responsabilite)|(?:notre|nous avons commis une|on a fait une|nous avons fait une) (?:faute|erreur) (?:est|grave|inexcusable)?
    nous (?:sommes|etions) (?:entierement |pleinement |seuls |totalement )?(?:responsables|fautifs|en tort|en faute)|nous (?:reconnaissons|admettons|assumons) (?:notre|nos|la|une|l|avoir|cette|que)
    (?:erreur|defaillance|negligence|manquement|dysfonctionnement) de (?:notre|ma) (?:part|equipe|agent)|nous (?:avons|aurions) (?:ete negligents|du (?:vous|verifier|agir|reagir)|manque a)|(?:produit|lot|appareil|materiel) (?:est |etait )?(?:bien )?(?:defectueux|contamine|dangereux)
    (?:it|this|that) (?:was|is|s) (?:entirely |completely |totally |clearly |all )?(?:our|my) (?:fault|mistake|error|responsibility|negligence)|we (?:made|have made) a (?:mistake|serious mistake|terrible mistake)
    we (?:are|were) (?:fully |entirely |solely )?(?:responsible|liable|at fault|negligent|to blame|in the wrong)|we (?:admit|acknowledge|accept) (?:that |our |full |the )?(?:fault|responsibility|mistake|liability|error|we)|(?:an error|a mistake|negligence) on our (?:part|side|end)
    """
)
_GUARANTEE = PhraseList(
    """
    (?:nous|on|je) (?:vous |te )?(?:garantissons|garantis|garantit|promettons|promets|promet|jurons|jure|certifions|assurons que|engageons a)|nous nous engageons a|je m engage a|(?:promis|garanti|certain|sur) a 000 ?|c est promis|plus jamais (?:ca|cela)|ca ne se reproduira (?:plus|pas)|cela ne se reproduira (?:plus|pas)|sans aucun risque|zero risque|risque zero
    (?:we|i) (?:guarantee|promise|swear|pledge|commit to|assure you that|give you our word)|you have (?:our|my) word|(?:it|this) (?:will|ll) never happen again|won t happen again|000 (?:safe|guaranteed|secure)|risk free
    """
)
_DEADLINE = PhraseList(
    """
    (?:sous|dans(?: les| un delai de)?|d ici|en moins de|avant|au plus tard dans(?: les)?) (?:0+|un|une|deux|trois|quatre|cinq|quelques)(?: a 0+)? (?:h|heures?|jours?|minutes?|mn|semaines?|jours ouvres|jours ouvrables)(?! (?:pres|par an))
    (?:des|d ici|avant|au plus tard)(?: ce| le| la fin de la| la fin de| la| a)? (?:demain|ce soir|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|semaine|la fin de la semaine|la fin du mois|fin de semaine)(?= )
    (?:vous|tu) (?:recevrez|recevras|aurez|auras|serez livre|serez livree|seras livre)(?: [^ ]{1,14}){0,4} (?:demain|aujourd hui|ce soir|lundi|mardi|mercredi|jeudi|vendredi|samedi|cette semaine|sous 0+|dans 0+)
    within (?:the next )?(?:0+|one|two|three|a few|an?) (?:hours?|days?|minutes?|weeks?|working days?|business days?)|by (?:tomorrow|tonight|the end of (?:the|this) (?:day|week|month)|monday|tuesday|wednesday|thursday|friday|saturday|sunday|close of play)|(?:you|it)(?: will| ll)(?: [^ ]{1,12}){0,4} (?:tomorrow|today|tonight|by monday|this week)
    """
)
_KINDS = (("refund", _REFUND), ("fault", _FAULT), ("guarantee", _GUARANTEE), ("deadline", _DEADLINE))


def find_promises(_outgoing: Outgoing, proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield each kind of commitment once, with its places."""
    for code, phrases in _KINDS:
        spans = tuple((phrase.start, phrase.end) for phrase in phrases.find(proof))
        if spans:
            yield Finding(f"promise_{code}", PROMISES.id, Family.PROMISE, Level.WARN, spans)


PROMISES = Rule(
    "promises",
    Family.PROMISE,
    Level.WARN,
    find_promises,
    source="code civil, art. 1100-1 (2026-11-20)",
    fires=(
        "Nous vous remboursons dès aujourd’hui.",
        "Vous serez intégralement remboursée.",
        "C’est entièrement de notre faute.",
        "Nous reconnaissons notre responsabilité.",
        "Nous vous garantissons un train à l’heure.",
        "Réponse sous 48 heures.",
        "We will refund you in full.",
        "It was our fault.",
        "We promise it will never happen again.",
        "You will receive it within 3 days.",
    ),
    spares=(
        "Bonjour, votre demande est bien arrivée.",
        "Ce n’est pas de notre ressort, la préfecture vous répondra.",
        "Le musée ouvre à 10 h.",
        "Refunds are explained on our website.",
    ),
)
