"""English families of rude words, British and American, with the spellings people use to get past filters."""

from nestor.guard.rules.word_forms import Weight, WordFamily, families, ing, plural

_SLURS = families(
    "en",
    Weight.SLUR,
    {
        "nigger": plural("nigger", "nigga", "niggah", "nigguh"),
        "faggot": plural("faggot", "faggit", "fgt", "faggotry"),
        "kike": plural("kike"),
        "paki": plural("paki"),
        "spic": plural("spick", "wetback", "beaner"),
        "chink": plural("chinky", "gook", "slanteye"),
        "coon": plural("coon", "jigaboo", "darkie"),
        "raghead": plural("raghead", "towelhead", "sandnigger"),
        "tranny": plural("tranny", "trannie", "shemale"),
        "libtard": plural("libtard", "fucktard", "spazz"),
        "wetback": plural("wetback", "beaner"),
        "subhuman": plural("subhuman", "untermensch"),
    },
) + families("en", Weight.SLUR, {"retard": plural("retard", "retarded")}, is_strict=True)

_INSULTS = families(
    "en",
    Weight.INSULT,
    {
        "asshole": plural("asshole", "arsehole", "ahole", "asshat", "asswipe", "assclown", "assface", "azzhole"),
        "bitch": [*ing("bitch"), "bitches", "bitchy", "biatch", "biotch", "beyotch", "bytch"],
        "bastard": plural("bastard", "basterd", "bstrd"),
        "motherfucker": ing("motherfuck") + plural("mofo", "mothafucka", "muthafucka", "motherfuckin", "mf"),
        "cunt": plural("cunt", "kunt", "cuntface", "cnut"),
        "wanker": plural(
            "wanker", "wank", "wankstain", "tosser", "tosspot", "bellend", "knobhead", "dickhead", "dickface"
        ),
        "twat": plural(
            "twat", "twatface", "pillock", "plonker", "numpty", "muppetry", "gobshite", "shithead", "shitface"
        ),
        "whore": plural("whore", "slut", "slutty", "skank", "slapper", "cumdump"),
        "moron": plural("moron", "moronic", "dumbass", "dumbarse", "dumbfuck", "jackass", "smartass"),
        "scumbag": plural("scumbag", "shitbag", "douchebag", "sleazebag", "dirtbag", "shitstain", "dipshit", "assbag"),
        "cocksucker": plural("cocksucker", "dicksucker", "bootlicker", "buttlicker"),
        "idiot": [
            "idjit",
            "fuckwit",
            "fuckwits",
            "halfwit",
            "halfwits",
            "dimwit",
            "dimwits",
            "nitwit",
            "nitwits",
            "shitforbrains",
        ],
        "kys": ["kys", "stfu", "gtfo", "gfys", "foad", "gth", "stfd"],
    },
)

_CRUDE = families(
    "en",
    Weight.CRUDE,
    {
        "fuck": [
            *ing("fuck", "fuk", "fuc", "phuck", "fck", "fcuk", "fvck", "fawk", "fuq", "feck"),
            "fuckin",
            "fkn",
            "fking",
            "fckin",
            "fuckery",
            "fuckboy",
            "fuckboys",
            "clusterfuck",
            "mindfuck",
            "fucktastic",
            "unfuckingbelievable",
            "fugg",
            "fuxk",
        ],
        "shit": [
            *ing("shit|t", "shyt", "bullshit|t"),
            "shitty",
            "shite",
            "shitshow",
            "bullshit",
            "horseshit",
            "batshit",
            "sht",
            "shitstorm",
            "shitload",
            "shithole",
            "shitholes",
            "apeshit",
            "chickenshit",
        ],
        "dickish": ["dickish", "dickwad", "dickless"],
        "cockup": ["cockblock", "cockup", "cockups"],
        "fatass": ["fatass", "lardass", "asscrack"],
        "cumshot": ["cumshot", "jizz", "blowjob", "blowjobs", "handjob"],
        "wtf": ["wtf", "wtaf", "ffs", "fml", "omfg", "lmfao"],
    },
) + families(
    "en",
    Weight.CRUDE,
    {"ass": ["ass", "asses"], "arse": plural("arse"), "dicks": ["dicks"], "piss": ["piss"]},
    is_strict=True,
)

_MILD = families(
    "en",
    Weight.MILD,
    {
        "damn": ["damn", "damned", "dammit", "damnit", "goddamn", "goddamned", "goddammit"],
        "crap": [*ing("crap|p"), "crappy", "bullcrap"],
        "bugger": ["buggered", "buggeration"],
        "bollocks": ["bollocks", "bollox", "balls up"],
        "piss": ["pissed", "pisses", "pissing", "pisstake"],
        "kickass": ["badass", "badasses"],
        "suck": ["sucks", "sucked", "sucky"],
        "hell hole": ["hellhole", "freakin", "frickin", "friggin", "frigging", "effing", "effin"],
    },
)

_AIMED = families(
    "en",
    Weight.AIMED,
    {
        "idiot": plural("idiot", "idiotic", "eejit", "imbecile", "cretin"),
        "stupid": [
            "stupid",
            "stoopid",
            "dumb",
            "dumber",
            "dumbest",
            "dim",
            "brainless",
            "brain dead",
            "braindead",
            "witless",
            "clueless",
            "mindless",
            "gormless",
            "ignorant",
            "illiterate",
            "uneducated",
        ],
        "pathetic": [
            "pathetic",
            "ridiculous",
            "laughable",
            "useless",
            "worthless",
            "hopeless",
            "disgusting",
            "vile",
            "gross",
            "insufferable",
            "unbearable",
            "obnoxious",
            "delusional",
            "deranged",
            "unhinged",
            "psycho",
        ],
        "loser": plural("loser", "clown", "joke", "fool", "dunce", "dummy", "donkey", "muppet", "mug", "jerk", "creep")
        + plural(
            "dork", "geek", "weirdo", "freak", "crybaby", "whiner", "moaner", "karen", "snowflake", "troll", "waster"
        )
        + [
            "dummies",
            "crybabies",
            "nobodies",
            "losers",
            "lunatic",
            "lunatics",
            "maniac",
            "maniacs",
            "wimp",
            "wimps",
            "coward",
        ],
        "scum": [
            "scum",
            "trash",
            "garbage",
            "filth",
            "vermin",
            "parasite",
            "parasites",
            "leech",
            "leeches",
            "cockroach",
            "rat",
            "rats",
            "pig",
            "pigs",
        ],
        "prick": plural(
            "prick",
            "dick",
            "knob",
            "git",
            "slag",
            "tart",
            "cow",
            "bugger",
            "sod",
            "arse",
            "ass",
            "pussy",
            "cock",
            "nonce",
        )
        + plural(
            "douche",
            "turd",
            "tit",
            "minger",
            "munter",
            "chav",
            "pikey",
            "hag",
            "hoe",
            "retard",
            "spastic",
            "fag",
            "dyke",
            "melt",
        ),
        "liar": plural(
            "liar", "hypocrite", "thief", "crook", "scammer", "racist", "fascist", "nazi", "bigot", "boomer"
        ),
        "fat": ["fat", "fatso", "fatty", "ugly", "smelly", "disgrace", "embarrassment"],
    },
)

_NAMES = families(
    "fr", Weight.NAME, {"Condom": ["condom"], "Montcuq": ["montcuq", "moncuq"], "Bitche": ["bitche"], "Anus": ["anus"]}
)

ENGLISH: tuple[WordFamily, ...] = (*_SLURS, *_INSULTS, *_CRUDE, *_MILD, *_AIMED, *_NAMES)
