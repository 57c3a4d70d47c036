"""What sounds like somebody's own account and not the brand's, and the hashtags of other people's grief.

A first foundation: two different signs stop, one warns. What the desk knows of drafts and channels comes later.
"""

import re
from collections.abc import Iterator

from nestor.guard.rules.contract import BrandSettings, Family, Finding, Level, Outgoing, Rule, Span
from nestor.guard.rules.phrases import PhraseList
from nestor.guard.rules.proof import Proof

_SIGNS = (
    (
        "text_speak",
        PhraseList(
            """
            da (?:face|house|club|best)|gett?i?ng?slizzerd|slizzerd|wesh|wsh|frr+|frerot|le sang|mon reuf|ma reum|omg|lmao|lmfao|rofl|imho|smh|tbh|ngl|wanna|gonna|gotta|cuz|coz|srsly|plz|bday|gma|bff|yolo
            ur (?:so|a|the|my)|c u (?:later|soon|tomorrow)|gr0t|l0ter|b0 (?:he|she|they|it|u|you|i|we|the)|0 b (?:bad|good|a|the|or)|0nite|xoxo|xd|ptdr+|mdrr+|jpp|jsp|chui|jsuis|chuis|tkt|askip|bg|dsl|pk|pcq|tmtc|oklm|jtm
            """
        ),
    ),
    (
        "taunt",
        PhraseList(
            "in (?:da|your|ya|their)(?= face)|(?:dans|en plein dans) ta (?:face|tete)|prends ca(?= [.!])|take that(?= [.!])|nananere|rekt|pwned"
        ),
    ),
    (
        "night_out",
        PhraseList(
            """
            (?:so |get(?:ting|tin|tng)? |getting so |totally |too |completely |half )?(?:drunk|wasted|hammered|slizzard|tipsy|plastered|shitfaced|hungover|hangover|trashed|smashed) ?(?:last night|tonight|again|rn|af|already)?
            when we drink|(?:beers?|shots|tequila|vodka) (?:time|o clock|tonight|for me|with (?:the boys|my|the girls))|(?:bourre|bourree|bourres|bourrees|torche|torchee|dechire|dechiree|pompette|murge|cuite|gueule de bois|rond comme une queue de pelle) ?(?:hier|ce soir|comme|encore)?
            (?:apero|soiree|teuf|bringue|cuite) (?:avec|chez) (?:mes|les|ma|mon) (?:potes|copines|copains|gars|filles|meufs|coloc)|ca picole|on picole|trop bu
            """
        ),
    ),
    (
        "private_life",
        PhraseList(
            """
            my (?:boyfriend|girlfriend|husband|wife|ex|bf|gf|landlord|boss|mom|mum|mother in law|roommate|flatmate|kids|therapist|divorce|date|crush|hangover|bed|cat|dog|birthday)(?= )|love (?:you|u) (?:babe|baby|honey|darling|mum|mom|dad)|miss (?:you|u) (?:babe|baby|mum|mom)|home (?:late )?for dinner
            (?:ma|mon|mes) (?:meuf|nana|copine|femme|mere|reum|belle mere|coloc|cherie|mec|copain|mari|ex|cheri|boss|patron|patronne|chat|chien|fils|fille|gosses|potes|parents|gamins|psy|daronne|daron|chum|doudou|couple)(?= )|je t aime|bisous (?:maman|papa|mon coeur|ma cherie|mon amour)|mon (?:coeur|amour|bebe)|ma puce|bonne nuit (?:bebe|mon|ma)|tu rentres (?:a quelle|quand|tard|ce soir)|on mange quoi
            """
        ),
    ),
    (
        "own_opinion",
        PhraseList(
            """
            i (?:hate(?! to)|find it (?:ironic|funny|sad|hilarious)|can t stand|despise|voted|m so (?:bored|over|done|tired)|am so (?:bored|over|done|tired)|just woke|swear|need a drink|want to go home)(?= )|(?:so|am so|i m) (?:bored|tired of|sick of|done with|over this)|can t wait to get out|monday mornings? suck|friday yet
            je (?:deteste|hais|kiffe|vote|voterai|m ennuie|m emmerde|suis creve|suis crevee|suis trop|suis grave|peux plus|n en peux plus|supporte plus)|j (?:en ai marre|ai la flemme|en peux plus|en ai plein)|vivement (?:le week end|la retraite|vendredi|les vacances|ce soir)|la flemme|marre de
            """
        ),
    ),
    (
        "politics",
        PhraseList(
            "(?:(?:became|for|vote|voted|votez|voter|votons|against|contre) )?(?:obamas?|trump|biden|macron|melenchon|le pen|zemmour|sarkozy|hollande|bardella|nbcpolitics|the president|became president)(?: demission| s gma)?"
        ),
    ),
)
_GRIEF = re.compile(
    r"#(?:whyistayed|metoo|balancetonporc|jesuis(?:charlie|paris|nice|samuel\w*|juif|ahmed)|prayfor\w{3,}|prayersfor\w{3,}|rip\w{2,}|icantbreathe|blacklivesmatter|neverforget"
    r"|onoublierajamais|noustoutes|feminicides?|bataclan|attentats?|manchesterstrong|bostonstrong|everychildmatters|sayhername)(?!\w)",
    re.IGNORECASE,
)
_SOBER = re.compile(
    " (?:hommage|pensees?|condoleances|solidarite|solidaires?|soutien|soutenons|victimes?|familles?|deuil|recueillement|minute de silence|0000|aide|ecoute|memoire|souvenir"
    "|tribute|thoughts|condolences|solidarity|support|victims?|families|mourning|remember|remembering|silence|helpline|sorry|stand with|honou?r)(?= )"
)
_AT_STOP = 2  # different signs


def find_wrong_account(outgoing: Outgoing, proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield one finding for what does not sound like a brand, a stop when two different signs meet."""
    if outgoing.account_tone == "person":
        return
    signs: dict[str, list[Span]] = {}
    for name, phrases in _SIGNS:
        for phrase in phrases.find(proof):
            if not proof.is_quoted(phrase.start, phrase.end):
                signs.setdefault(name, []).append((phrase.start, phrase.end))
    signs.pop("politics" if len(signs) == 1 else "", None)  # naming a president is no opinion
    if signs:
        level = Level.STOP if len(signs) >= _AT_STOP else Level.WARN
        spans = tuple(sorted(span for found in signs.values() for span in found))
        yield Finding("wrong_account", ACCOUNT.id, Family.ACCOUNT, level, spans, {"signs": ",".join(sorted(signs))})
    grief = tuple(match.span() for match in _GRIEF.finditer(proof.text))
    if grief:
        level = Level.WARN if _SOBER.search(proof.folded) else Level.STOP
        yield Finding("grief_hashtag", ACCOUNT.id, Family.ACCOUNT, level, grief)


ACCOUNT = Rule(
    "wrong_account",
    Family.ACCOUNT,
    Level.STOP,
    find_wrong_account,
    source="design: figures.md, press cases (2026-11-20)",
    fires=(
        "In da face S&P",
        "Ryan found two more 4 bottle packs of Dogfish Head's Midas Touch beer.... when we drink we do it right #gettngslizzerd",
        "Obamas gma even knew it was going 2 b bad! She died 3 days b4 he became president. #nbcpolitics",
        "#WhyIStayed You had pizza.",
        "Trop bourrée hier, je peux plus bouger",
        "Mon mec a encore oublié mon anniversaire mdrr",
        "Vivement le week-end, j’en ai marre",
    ),
    spares=(
        Outgoing("Mon mec a encore oublié mon anniversaire", account_tone="person"),
        "Bonjour Léa, je transmets votre demande au service concerné.",
        "Le président Macron visitera l’usine jeudi.",
        "La médiathèque prête des jeux à tous les habitants.",
        "Bière artisanale et planche de fromages : la terrasse rouvre.",
    ),
)
