"""Insults, hate and threats that take several words, French and English, as folded words (see `phrases`)."""

from nestor.guard.rules.phrases import PhraseList

_HATE = PhraseList(
    """
    (?:sale|sales|{KIND}|{GANG}) (?:juifs?|juives?|arabes?|noirs?|noires?|negres?|negresses?|musulmans?|musulmanes?|blancs?)
    (?:sale|sales|{KIND}|{GANG}) (?:etrangers?|immigres?|migrants?|roms?|gitans?|gitanes?|romanos?|manouches?|bicots?)
    (?:sale|sales|{KIND}|{GANG}) (?:asiatiques?|chinois|chinoises?|feujs?|renois?|rebeus?|beurs?|boches?|ritals?|polaks?)
    (?:sale|sales|gros|grosse|{KIND}|{GANG}) (?:pds?|pedes?|pedales?|gouines?|homos?|lesbiennes?|trans|travelos?|tapettes?)
    (?:sale|sales|gros|grosse|{KIND}|{GANG}) (?:handicapes?|mongols?|mongoliens?|autistes?|trisomiques?|lopettes?|travlos?)
    {BE}{VERY} (?:un|une|des|qu un|qu une|que des) (?:tapettes?|pedales?|lopettes?|pds?|negres?|travlos?|bougnoules?)
    (?:retourne|retournez|rentre|rentrez|repartez|repars|degage|degagez)(?: donc| plutot| vite)? (?:dans|chez|au|de) (?:ton|votre|notre) (?:pays|bled|tribu|jungle|brousse)
    (?:les|ces|vous les|tous les) (?:juifs|arabes|noirs|musulmans|roms|migrants|homos|homosexuels|chinois|etrangers|handicapes){GAP} (?:au four|sont des parasites|de la vermine|des rats|des sous hommes|des animaux|des singes|tous des voleurs)
    les femmes (?:a la|en|dans la) cuisine
    heil hitler|sieg heil|white power|pouvoir blanc|gas the [^ ]{1,12}|sous (?:humains?|hommes)|sub humans?|mort aux (?:juifs|arabes|noirs|musulmans|roms|homos|pedes|gays|blancs|infideles|mecreants)|death to (?:all )?[^ ]{1,12}(?= [.!])
    (?:ordures?|vermines?|chiens?|porcs?|racailles?|rats?|singes?|parasites?) (?:musulmane?s?|juives?|juifs?|arabes?|noire?s?|islamique|africaine?s?|gitane?s?)
    (?:jew(?:ish)?|arab|muslim|black|gay|gypsy|paki|mexican|asian|queer|homo|immigrant)(?: [^ ]{1,8})? (?:scum|bags?|rats?|pigs?|bastards?|filth|vermin|monkeys?|apes?|cunts?)
    {U}(?: [^ ]{1,8}){0,2} (?:homos?|queers?|fags?|dykes?)(?= [.!])|(?:dumb|dirty|filthy) (?:mexican|jew|arab|muslim|black|gay|immigrant|paki|gypsy)
    (?:retourne|retournez)(?: donc)? (?:a|dans) (?:ta|votre) cuisine
    go back to (?:your|ur)(?: own)?(?: [^ ]{1,20})? (?:country|jungle)|go back to where (?:you|u) came from
    (?:dirty|filthy|stinking|fucking|stupid) (?:jews?|arabs?|blacks?|muslims?|foreigners?|immigrants?|gyps(?:y|ies)|asians?|gays?|lesbians?)
    (?:dirty|filthy|stinking|fucking|stupid) (?:trannies|mexicans?|indians?|africans?|poles?|pikeys?|homos?|queers?|women|woman|females?)
    (?:women|woman|girls) (?:belong|should stay|should be|need to stay) in the kitchen|(?:get )?back (?:to|in) the kitchen
    (?:all )?(?:jews|muslims|blacks|gays|immigrants|foreigners|arabs|gypsies|women)(?: are| r)(?: all| just)? (?:vermin|parasites|animals|rats|scum|subhuman|thieves|terrorists|apes|monkeys|inferior|filth|criminals)
    """
)
_THREAT = PhraseList(
    """
    (?:tuez|pendez) vous|suicide toi|suicidez vous|tue toi|va te (?:pendre|tuer|jeter (?:sous|d))|allez (?:vous pendre|vous tuer|tous crever|crever|mourir)
    (?:on|je|nous) (?:sait|sais|savons)(?: tres bien)? ou (?:tu|vous) (?:habites?|habitez|vis|vivez|dors|dormez)
    (?:on|je|nous) (?:va|vais|allons) (?:te|t|vous) (?:tuer|buter|demonter|defoncer|fracasser|crever|niquer|saigner|casser la|peter la|eclater la)
    (?:tu|vous) (?:vas|allez) (?:morfler|prendre cher|le payer cher|t en mordre|vous en mordre|crever|mourir)
    (?:fais|faites) gaffe a (?:toi|vous|tes|vos|ta|votre)|(?:fais|faites) (?:gaffe|attention) quand (?:tu|vous) (?:sors|sortez|rentres|rentrez)
    j espere que (?:tu|vous)(?: tous)? (?:creves|crevez|vas crever|allez crever|mourrez|mourras|aurez un accident|auras un accident)
    (?:kill|hang|drown|shoot) (?:yourself|yourselves|urself|yourselfs)|go die(?: in a (?:fire|hole|ditch))?|drop dead(?! gorgeous)
    (?:i|we) (?:hope|wish)(?: that)? {U}(?: all)? (?:die|choke|rot|burn|suffer|crash)|rot in hell|burn in hell|go to hell
    (?:we|i) know where {U} (?:live|sleep)|watch {UR} back
    {U} (?:will|ll|re going to|are going to|re gonna|gonna) (?:regret (?:this|it)|pay for (?:this|it)|get what s coming)
    (?:i|we) (?:will|ll|am going to|are going to|m gonna|re gonna|gonna|should) (?:hurt|kill|punch|destroy|slap|hunt|rape|behead|stab|castrate|shoot|strangle|murder) {U}
    (?:je|on|nous) (?:te|vous|t) (?:tuerai|tuerons|violerai|egorgerai|buterai|creverai|defoncerai|demolirai|retrouverai et)|(?:je|on|nous) (?:vais|va|allons) (?:te|vous|t) (?:castrer|violer|egorger|decapiter|etrangler|demolir|massacrer|pendre|bruler)
    (?:meurs|mourez|brule|brulez|pourris|pourrissez) (?:dans un feu|en enfer|en silence|donc|tous)|(?:get|be) stabbed|(?:hope|wish) {U} get (?:hit|run over|killed|shot|cancer)|(?:go to|please|just|then|should) die(?= [.!])
    """
)
_THREAT_AS_AN_ORDER = PhraseList("va (?:donc )?(?:crever|mourir)|creve(?:z)? (?:donc|tous|charogne)", opens=True)
_INSULT = PhraseList(
    """
    (?:va|vas|allez|aller|alle|allons) (?:donc )?(?:(?:te|vous|t|vou|vs) )?(?:bien )?(?:faire )?(?:foutre|ftr|f tre|enculer|empapaouter|niquer|chier|baiser)
    (?:va|vas|allez|aller) (?:donc )?(?:te|vous) faire (?:mettre|cuire un oeuf|fiche|pendre)|va (?:donc )?te faire (?:voir|soigner)|allez (?:donc )?vous faire (?:voir|soigner){END}
    (?:ta|vos|votre|vo|ferme ta|fermez vos|fermez votre|ferme) (?:grande |grandes |sale )?(?:gueules?|geules?|gueul)|tagueule|tageule|tg|ftg
    (?:je|j|on|nous) (?:te|vous|t|v|vs|les) (?:emmerde|emmerdons|encule|enculons|conchie|deteste tous|hais|haissons|meprise|meprisons|merde)|(?:je|on) (?:te|vous|les|t) nique|jvous emmerde|jv emmerde|jte emmerde|jtemmerde|jvousemmerde
    (?:je|on|nous) (?:te|vous|vs) (?:pisse|chie|crache|pissons|chions|crachons) (?:dessus|a la|au)
    (?:nique|nik|nike|niquez|niker|niquer) (?:ta|ton|tes|vos|votre|sa|leur) (?:mere|race|pere|grand mere|morts|meres|races|daronne|soeur)|(?:nique|nik|niquez) (?:toi|vous)(?= [.!])
    (?:fils|fille|files|filles|fil) (?:de|2|d) (?:putes?|putains?|chiens?|chiennes?|tepus?|salopes?|lache)|fils 0 putes?|fils0pute|trous? (?:du|d|de) (?:cul|ku|uc)
    leche (?:culs?|bottes?|couilles)|(?:tete|tetes|face|tronche|gueule) (?:de|d) (?:con|cons|cul|bite|noeuds?)
    (?:casse|cassez|casser|cassent|pete|petez|brise|brisez|broute|broutez) (?:(?:nous|moi|toi|pas) )?les (?:couilles|burnes|roupettes|noix(?= [.!]))
    (?:foutez|fous|fou|fout|foutre) (?:le camp|moi la paix|nous la paix|la paix|vous de|toi de)|foutage de gueule
    (?:rien|pas|plus|pas grand chose) a (?:foutre|cirer|battre|branler|carrer|secouer|peter|taper)(?= (?:[.!]|de |d |si|que|vraiment|mais|et))
    (?:s|m|te|t|nous|men|sen) en (?:branle|bat les|bats les|cogne|fout|fous|fou|foutons|tamponne|contrefout|contrefous|contrefoutons)|(?:men|sen) (?:fou|fous|fout|branle)|balek|osef
    (?:pauvre|pauvres|{KIND}|{GANG}|tas de|sale|sales|gros|grosse|petit|petits|vieux|vieille|sacre) (?:cons?|connes?|kon|merdeux|merdes?|batards?)|(?:pauvre|sale) (?:type|mec)(?= (?:[.!]|va))|pauvres? taches?
    (?:pauvre|pauvres|{KIND}|{GANG}|tas de|sale|sales|gros|grosse|petit|petits|petite|vieux|vieille|sacre) (?:idiots?|idiotes?|imbeciles?|debiles?|nazes?|nases?|cretins?|abrutis?|nuls?|nulles?)
    (?:pauvre|pauvres|{KIND}|{GANG}|tas de|sale|sales|gros|grosse|petit|petits|petite) (?:incapables?|incompetents?|ignares?|tares?|tarees?|minables?|loosers?|losers?|bras casses|branquignols?|tocards?|crevards?|profiteurs?|menteurs?|hypocrites?|faux culs?|pleurnichards?|pleurnicheuses?|rageux|rageuses?)
    (?:pauvre|pauvres|{KIND}|{GANG}|tas de|sale|sales|gros|grosse|petit|petits|petite|vieux|vieille) (?:frustres?|aigris?|analphabetes?|illettres?|demeures?|attardes?|mongols?|gogols?|grognasses?|salopes?|neuneus?|cas soc|cas sociaux|cas social|racailles?|fachos?|ploucs?|bolosses?|boloss?|laches?)
    (?:pauvres?|{KIND}|{GANG}) (?:andouilles?|cruches?|gourdes?|cloches?|guignols?|charlots?|clowns?|bouffons?|bouffonnes?|moutons?|anes?|dindes?|larves?|limaces?|cloportes?|cafards?|rats?|chiens?|porcs?|ordures?|vermines?|parasites?|clochards?|gueux|voyous?|racistes?|trolls?|vieux|bourges?)(?! (?:de la mer|sauvages?))
    (?:sales?|gros|grosse|grosses) (?:bouffons?|chiens?|chiennes?|porcs?|truies?|ordures?|vermines?|cafards?|gueux|clochards?|clochardes?|dindes?|morues?|putes?|boudins?)(?= (?:[.!]|va|tu|t |vous|de merde))
    {GANG} (?:carpettes?|bras casses?|troncs|zeros?|glands?|pignoufs?|branleurs?|assistes?|lopettes?|traitres?|vendus?)|bande dordures?|sale allumeuse|(?:honte a|honte sur) (?:vous|toi)
    (?:vieille|sale) (?:bique|chouette|carne|harpie)|vieille peau(?= [.!])|vieux (?:schnock|machin|croulant)|gros (?:lard|degueulasse)|gros tas(?= [.!])|grosse (?:vache|truie|dondon|baleine)(?= (?:[.!]|va))|cas soc
    (?:fuck|fuk|fck|f ck|phuck|fuc|fvck) {U}|go fuck|(?:screw|damn|sod) {U}(?= (?:[.!]|and|all|guys|lot|too|people|karen))|(?:fuck|screw|piss|bugger|sod|naff|bog|feck|eff|f) off
    (?:suce|sucez|leche|lechez) (?:moi |ma |mes |mon )(?:[^ ]{1,10} ){0,3}(?:queue|bite|couilles|cul|boules)|suceu(?:r|se)s? de (?:queues?|bites?|boules)|(?:mettre|mettez|mets|carrer|fourrer|foutre)(?: [^ ]{1,8}){0,3} ou je pense
    {UR} (?:just |nothing but )?a (?:stupid|dumb|pathetic|ignorant|fat|ugly|worthless)|(?:stupid|dumb|pathetic|ignorant|fat|ugly|worthless|little) (?:dicks?|cocks?|bitch|knobs?|arse)(?= [.!])
    (?:kiss|lick|suck|bite) (?:my|our|deez)(?: [^ ]{1,8}){0,3} (?:ass|arse|dick|cock|balls|nuts|butt|backside)|bite me(?= [.!])|eat (?:shit|a dick|dick)|blow me(?= [.!])|up yours
    shut the (?:fuck |hell |f )?up|shut up(?! (?:shop|and take))|shut (?:your|ur|yer)(?: (?:stupid|dumb|fat|big|ugly|damn|trap))?(?: (?:mouth|face|trap|gob|hole|cakehole|piehole))|shutup
    {UR} (?:mum|mom|mother|momma|mama|mam)(?: is| s)? (?:a |so |such a )?(?:fat|whore|ugly|ho|slut|stupid)|yo mama|so(?:n|ns) of (?:a )?(?:bitch|bitches|whore)
    {U}{NASTY}{0,4} (?:idiots?|morons?|losers?|clowns?|muppets?|pricks?|dicks?|twats?|knobs?|jerks?|creeps?|crybab(?:y|ies)|whiners?|moaners?|karens?|snowflakes?|dumm(?:y|ies)|scum)
    {U}{NASTY}{1,4} (?:fools?|cows?|pigs?|hags?|bastards?|sods?|gits?|tarts?|people|person|man|woman|trash|garbage|crap|shits?|trolls?|brats?|boomers?|vermin|animals?)
    {U} (?:fools|pigs|bastards?|sods|gits?|simpletons?|dimwits?|numpt(?:y|ies)|eejits?|plebs?|peasants?|parasites?|vermin|freaks?|weirdos?|nutjobs?|nutters?|psychos?|lunatics?|maniacs?|thickos?|cretins?|dunces?|halfwits?|liars?|cheapskates?|scroungers?|hypocrites?|bigots?|ingrates?|brats?|cowards?)
    (?:what a|such a|total|complete|utter|absolute|pack of|bunch of|load of|lot of|pathetic|stupid|dumb|miserable|ignorant|bloody|worthless|clueless) (?:idiots?|morons?|losers?|pricks?|twats?|crybab(?:y|ies)|imbeciles?|simpletons?|dimwits?|numpt(?:y|ies)|eejits?|dunces?|halfwits?|scroungers?|ingrates?|cowards?)
    piece of (?:shit|crap|filth)|pieces of (?:shit|crap|filth)|(?:waste|excuse) (?:of|for) (?:space|oxygen|skin|a human|a human being|a customer)
    """
)
_INSULT_AS_AN_ORDER = PhraseList(
    """
    ferme(?:z)? la(?: !)?|la ferme !|boucle(?:z)? la|casse(?:z)? (?:toi|vous)(?: d ici| de la)?|degage(?:z)?(?: d ici| de la)?|barre toi|barrez vous|tire toi|tirez vous|du balai|ouste|oust
    vos gueules?|ta bouche|a la niche|retourne a la niche|ferme ton clapet|fermez vos clapets
    """,
    fills=True,
)

INSULTING = (
    ("hate", _HATE),
    ("threat", _THREAT),
    ("threat", _THREAT_AS_AN_ORDER),
    ("insult", _INSULT),
    ("insult", _INSULT_AS_AN_ORDER),
)
