"""Insults, hate and threats towards the public, and swear words, in French and English.

A word is judged where it stands: said of the reader, spoken by somebody else between quotation marks, or the name of a
town, a film or a good wish to an actor.
"""

import re
from collections.abc import Iterator

from nestor.guard.rules.contract import BrandSettings, Family, Finding, Level, Outgoing, Rule
from nestor.guard.rules.lexicon import Sighting, aimed_family, find_rude_words
from nestor.guard.rules.phrases import PhraseList
from nestor.guard.rules.proof import Proof
from nestor.guard.rules.word_forms import Weight

_HATE = PhraseList(
    "(?:sale|sales|pauvre|gros|grosse|espece de|bande de|tas de) (?:juifs?|juives?|arabes?|noirs?|noires?|negres?|negresses?|musulmans?"
    "|musulmanes?|etrangers?|immigres?|migrants?|roms?|gitans?|gitanes?|romanos?|manouches?|asiatiques?|chinois|chinoises?|feujs?|pds?"
    "|pedes?|pedales?|gouines?|homos?|lesbiennes?|trans|travelos?|handicapes?|mongols?|mongoliens?|autistes?|trisomiques?|blancs?"
    "|catho|cathos|renois?|rebeus?|beurs?|bicots?|boches?|ritals?|polaks?|gauchistes de merde)",
    "(?:retourne|retournez|rentre|rentrez|retourner|rentrer|repartez|repars)(?: donc| plutot)? (?:dans|chez) (?:ton|votre|leur|vos) (?:pays|bled|tribu|jungle|brousse)",
    "(?:les|ces|vous les|tous les) (?:juifs|arabes|noirs|musulmans|roms|migrants|homos|homosexuels|femmes|chinois|etrangers|handicapes)"
    "{GAP} (?:dehors|au four|des parasites|de la vermine|a la mer|des rats|tous des voleurs|des sous hommes|a la cuisine|des animaux|des singes)",
    "(?:retourne|retournez) (?:a|dans) (?:ta|votre|la) cuisine",
    "go back to (?:your|ur|where)(?: own)? (?:country|came from|you came from|jungle|cave man country)",
    "(?:dirty|filthy|stinking|bloody|fucking|stupid|typical) (?:jews?|arabs?|blacks?|muslims?|foreigners?|immigrants?|gypsy|gypsies|asians?|gays?"
    "|lesbians?|trannies|mexicans?|indians?|africans?|poles?|women drivers?|pikeys?)",
    "(?:women|woman|girls) (?:belong|should stay|should be) in the kitchen",
    "(?:all )?(?:jews|muslims|blacks|gays|immigrants|foreigners|arabs|gypsies|women)(?: are| r)(?: all| just)? (?:vermin|parasites|animals|rats|scum|subhuman"
    "|thieves|terrorists|apes|monkeys|inferior|a disease|filth|criminals)",
    "(?:espece de|sale|pauvre|gros|grosse|petite?|t es (?:un|une)|tu es (?:un|une)|vous etes (?:un|une|des)) (?:tapettes?|pedales?|lopettes?|pds?|negres?|travlos?)",
)
_THREAT = PhraseList(
    "(?:creve|crevez|crever|va crever|allez crever|va mourir|allez mourir|va te pendre|allez vous pendre|va te tuer|suicide toi|suicidez vous|tue toi|tuez vous)(?: donc|"
    " tous| tous autant que vous etes| bande de [^ ]{1,24})?",
    "(?:on|je|nous) (?:sait|sais|savons)(?: tres bien)? ou (?:tu|vous) (?:habites?|habitez|vis|vivez|travaillez|travailles|dormez|dors)",
    "(?:on|je|nous) (?:va|vais|allons) (?:te|vous|t|v) (?:retrouver|casser|tuer|buter|demonter|peter|defoncer|eclater|fracasser|crever|niquer|exploser|saigner|trouver)",
    "(?:tu|vous) (?:vas|allez) (?:le regretter|le payer|payer|morfler|prendre cher|souffrir|voir ce que|t en mordre|vous en mordre)(?: cher| tres cher)?",
    "(?:fais|faites) (?:gaffe|attention) (?:a|quand) (?:toi|vous|tes arrieres|vos arrieres|tu sors|vous sortez|tes enfants|vos enfants)",
    "j espere que (?:tu|vous)(?: tous)? (?:creves|crevez|vas crever|allez crever|mourrez|mourras|attrapez|chopez|aurez un accident)",
    "(?:kill|hang|drown|shoot) (?:yourself|yourselves|urself|yourselfs)|go die(?: in a (?:fire|hole|ditch))?|drop dead|(?:i|we) hope {U} (?:die|choke|rot|burn)|rot in hell|burn in hell|go to hell",
    "(?:we|i) know where {U} (?:live|work|sleep)|watch (?:your|ur) back|{U} (?:will|ll|re going to|are going to|gonna) (?:regret (?:this|it)|pay for (?:this|it)|be sorry)",
    "(?:i|we) (?:will|ll|am going to|are going to|m gonna|gonna) (?:find|hurt|kill|smash|beat|punch|end|destroy) (?:you|u|ya)",
)
_INSULTING = PhraseList(
    "(?:va|vas|allez|aller|alle) (?:te|vous|t|vou|vs|v)? ?(?:bien )?(?:faire (?:foutre|enculer|mettre|voir|empapaouter|cuire un oeuf|fiche|baiser|enculer|ftr)|chier|niquer)(?: (?:chez|ailleurs|ta mere|votre mere)[^ ]{0,1})?",
    "(?:ta|vos|votre|ferme ta|fermez vos|fermez votre|ferme) (?:grande )?gueules?(?: (?:de con|de merde|connard))?|fermez? la|ferme la|la ferme|ta g0?|tg|tagueule|tageule|ta geule|ta gueul",
    "(?:je|j|on|nous) (?:te|vous|t|v|vs) (?:emmerde|emmerdons|encule|enculons|chie dessus|conchie|pisse dessus|pisse a la raie|crache dessus|crache a la gueule|deteste tous|hais|haissons|meprise|meprisons|merde)",
    "(?:nique|nik|niquez|niker|niquer) (?:ta|ton|tes|vos|votre|sa|leur) (?:mere|race|pere|grand mere|morts|meres|races|daronne|soeur)|ntm|nique (?:vous|toi)|niquez vous",
    "(?:fils|fille|files|filles|fil) (?:de|2|d) (?:putes?|putains?|chiens?|chiennes?|tepus?|lache|salopes?|porc|rat|bourge)|trous? (?:du|d|de) (?:cul|ku|q|uc)|leche culs?|leche bottes?",
    "(?:tete|tetes|face|tronche|gueule) (?:de|d) (?:con|cons|cul|bite|noeud|noeuds|gland|rat|cochon|cake|porc|mort|moche)",
    "(?:casse|cassez|casser) (?:toi|vous|les couilles|nous les couilles|les noix|les pieds|pas les couilles)(?: (?:de la|d ici|pauvre con|connard))?",
    "(?:foutez|fous|fou|fout|foutre) (?:le camp|moi la paix|nous la paix|lui la paix|la paix|vous de notre gueule|toi de notre gueule)|foutage de gueule",
    "(?:rien|pas|plus) a (?:foutre|cirer|battre|branler|carrer|secouer|peter|taper)|(?:on|je|j|nous|men|m en)(?: nous)?(?: s en| m en| en|n en)?(?: nous en)? (?:branle|bat les couilles|bats les couilles|cogne|fout|fous|foutons|tamponne)|nous en foutons|men fou|m en fou|sen fou",
    "(?:pauvre|pauvres|sale|sales|gros|grosse|grosses|petit|petite|espece de|espece d|spece de|bande de|bande d|tas de|vieux|vieille|vieilles|sacre|gros tas de|putain de) (?:con|cons|conne|connes|kon|merde|merdes|merdeux|type|types|mec|tache|taches|batards?|batar|bouffons?|chiens?|chiennes?"
    "|idiots?|idiotes?|imbeciles?|debiles?|nazes?|nases?|clochards?|clochardes?|cloches?|gueux|rats?|porcs?|porcasse|cochons?|truies?|ordures?|minables?|loosers?|losers?|larves?|cretins?|abrutis?|nuls?|nulles?"
    "|incapables?|incompetents?|ignares?|tares?|tarees?|malades?|folle|folles|fous?|guignols?|clowns?|charlots?|bras casses|branquignols?|andouilles?|anes?|cruches?|dindes?|gourdes?|vaches?|thons?|boudins?|tocards?|crevards?|parasites?|vermines?"
    "|profiteurs?|menteurs?|hypocrites?|faux culs?|laches?|pleurnichards?|pleurnicheuses?|rageux|rageuses?|frustres?|aigris?|analphabetes?|illettres?|demeures?|attardes?|mongols?|gogols?|fossiles?|debris|peau|bique|chouette|moules?|morues?|grognasses?|salopes?|quiches?|truffes?|patates?|gland|glands|neuneus?|trolls? de merde|filles? de joie|cas soc|cas sociaux|cas social|voyous?|racailles?|facho|fachos|raciste|racistes|bigots?|tetes? de [^ ]{1,12})",
    "(?:fuck|screw|f ck|fuk|fck|damn|stuff|sod) (?:you|u|ya|off|yourself|yourselves|ur|your|y all|em|them|this|that|all of you|the lot of you|ur mum)|go fuck (?:yourself|urself)|fuck(?:ed)? off|f off|eff off|eff you|f you|fu",
    "(?:kiss|lick|suck|bite) (?:my|our|it|me) (?:ass|arse|dick|cock|balls|boots|butt|backside)?|suck it|bite me|suck a dick|eat (?:shit|dick|a dick)|blow me",
    "(?:shut|shut your|shut ur|stfu|shut the) (?:up|mouth|face|trap|gob|cakehole|pie hole|piehole|it|hell up|fuck up|f up)|shut (?:your|ur|yer) (?:stupid |dumb |fat |big )?(?:mouth|face|trap|gob|hole)|shutup",
    "(?:piss|bugger|sod|naff|bog|feck|fudge) off|up yours|your (?:mum|mom|mother|momma|mama)(?: is| s)? (?:a |so |such a )?(?:fat|whore|ugly|ho|slut|joke|stupid)?|son of a (?:bitch|gun bitch|whore)|sons of bitches|yo mama",
    "(?:you|u|ya|ye|what a|such a|total|complete|utter|absolute|pack of|bunch of|load of|lot of|pathetic|sad|little|stupid|dumb|silly|old|fat|lazy|bloody|miserable|ignorant|worthless|clueless|useless) (?:little |stupid |dumb |silly |sad |old |fat |lazy |bloody |miserable |ignorant |pathetic |absolute |complete |utter |total |worthless |fucking |clueless |useless |bunch of |pack of |piece of |pieces of ){0,3}"
    "(?:idiots?|morons?|losers?|clowns?|fools?|muppets?|pricks?|dicks?|twats?|knobs?|jerks?|creeps?|crybab(?:y|ies)|whiners?|moaners?|karens?|snowflakes?|dumm(?:y|ies)|scum|trash|shit|shits|crap|garbage|cow|cows|pigs?|hag|hags|bastards?|sods?|gits?|tarts?|tossers?|wankers?|imbeciles?|simpletons?|dimwits?|numpt(?:y|ies)|eejits?|plebs?|peasants?|parasites?|vermin|freaks?|weirdos?|nutjobs?|nutters?|psychos?|trolls?|boomers?|cretins?|dunces?|halfwits?|nobody|nobodies|waste of space|excuse for a human|failures?|liars?|cheapskates?|beggars?|scroungers?|hypocrites?|bigots?|ingrates?|brats?|toddlers?|dinosaurs?|lunatics?|maniacs?|thickos?|wimps?|cowards?)",
)


_MANY = (
    "(?: (?:tellement|vraiment|trop|bien|quand meme|franchement|juste|carrement|completement|totalement|absolument|assez|plutot|si|aussi"
    "|tous|toutes|toujours|encore|donc|un peu|tres|decidement|simplement|sacrement|grave|un|une|des|de|d|le|la|les|l|du|qu|que"
    "|vrai|vraie|vrais|gros|grosse|sale|sales|pauvre|pauvres|petit|petite|beau|belle|sacre|parfait|parfaite|grand|grande|bande|tas|espece|genre"
    "|so|such|really|just|very|truly|completely|totally|utterly|all|clearly|obviously|actually|too|as|quite|nothing|but|more|being|a|an|the"
    "|of|big|little|real|complete|total|utter|bunch|pack|stupid|bloody|absolute|massive|proper|piece|waste|how)){0,5}"
)
_SAID_OF_YOU = re.compile(
    " (?:tu es|t es|tes|t|tu est|vous etes|vs etes|vous ete|etes vous|es tu|vous etiez|tu etais|tu restes|vous restez|vous avez l air|tu as l air"
    "|t as l air|tu n es|vous n etes|tu fais|faut etre|faut il etre|faut pas etre|espece|bande|tas|quelle bande|ce que vous etes|etre aussi"
    "|you are|you re|youre|u r|ur|u are|you must be|you sound|you look|you seem|are you|are u|r u|you being|what a|what an|you must have been"
    f"){_MANY} $"
)
_LOOK_BACK = 90  # characters: enough for the words above
_BARE = frozenset(("imbécile", "idiot", "débile", "pathetic", "minable", "bâtard", "stupid", "mytho"))
_FILLERS = frozenset(
    "espece de d bande tas pauvre pauvres sale va mon ma oh eh he quel quelle vous tu you what a an so how just".split()
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
_LISTS = (
    ("hate", _HATE, Level.ABSOLUTE),
    ("threat", _THREAT, Level.ABSOLUTE),
    ("insult", _INSULTING, Level.STOP),
)


def _is_said_of_you(proof: Proof, sighting: Sighting) -> bool:
    """Return whether the words before say that the reader is what this word says, or nothing else is said at all."""
    if sighting.word is None:
        return True
    before = proof.folded[max(0, sighting.word.at - _LOOK_BACK) : sighting.word.at]
    found = _SAID_OF_YOU.search(before)
    if found is not None:
        at = sighting.word.at - len(before) + found.start()
        return proof.is_one_clause(proof.span(at, sighting.word.until)[0], sighting.end)
    family = aimed_family(sighting.word.text)
    if family is None or family.lemma not in _BARE:
        return False
    clause = next((clause for clause in proof.clauses if clause[0].start <= sighting.start <= clause[-1].start), ())
    others = [word.text for word in clause if word.start != sighting.start]
    return len(others) <= 3 and all(word in _FILLERS for word in others)


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


def find_insults(outgoing: Outgoing, proof: Proof, settings: BrandSettings) -> Iterator[Finding]:
    """Yield insults, hate, threats and swear words, one finding per code with all its places."""
    places: dict[tuple[str, Family, Level], list[tuple[int, int]]] = {}
    for code, phrases, level in _LISTS:
        for phrase in phrases.find(proof):
            quoted = proof.is_quoted(phrase.start, phrase.end)
            lowered = Level.WARN if level is Level.STOP else Level.STOP
            key = ("quoted_crude_word", Family.CRUDE, lowered) if quoted else (code, Family.INSULT, level)
            places.setdefault(key, []).append((phrase.start, phrase.end))
    for sighting in find_rude_words(proof):
        if proof.text[sighting.start : sighting.end].lower() in settings.allowed_words:
            continue
        key = _weighed(proof, sighting)
        if key is not None:
            places.setdefault(key, []).append((sighting.start, sighting.end))
    for (code, family, level), spans in places.items():
        yield Finding(code, RUDE.id, family, level, tuple(sorted(set(spans))), {"count": str(len(set(spans)))})


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
        "Our Maine Coon of the week is looking for a home.",
    ),
)
