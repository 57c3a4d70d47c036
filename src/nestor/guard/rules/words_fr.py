"""French families of rude words, with SMS, verlan and phonetic spellings people really write."""

from nestor.guard.rules.word_forms import Weight, WordFamily, er, families, plural

_SLURS = families(
    "fr",
    Weight.SLUR,
    {
        "bougnoule": plural("bougnoule", "bougnoul", "bounioule"),
        "bicot": plural("bicot"),
        "négro": plural("negro", "negresse"),
        "bamboula": plural("bamboula"),
        "chinetoque": plural("chinetoque", "chintok", "chinetok"),
        "niakoué": plural("niakoue", "niakwe"),
        "youpin": plural("youpin", "youpine", "youtre"),
        "pédé": plural("pede", "pedoque", "tarlouze", "tafiole", "fiotte", "tantouze"),
        "gouine": plural("gouine", "gouinasse"),
        "travelo": plural("travelo"),
        "métèque": plural("meteque"),
        "crouille": plural("crouille"),
    },
)

_INSULTS = families(
    "fr",
    Weight.INSULT,
    {
        "connard": plural(
            "connard", "connarde", "connasse", "conard", "conarde", "conasse", "konnard", "konar", "konard"
        )
        + plural("conar", "connar", "konnar", "konasse", "conax", "connaud", "duconnard", "ducon"),
        "enculé": [*er("encul", "enkul"), *plural("encule", "enkuler", "nkl", "ncul")],
        "salope": plural("salope", "salop", "salopard", "saloparde", "salaud", "salaude", "salopiaud"),
        "pute": plural("pute", "putasse", "putassier", "putassiere", "pouffiasse", "poufiasse", "petasse")
        + plural("tepu", "grognasse", "radasse", "catin"),
        "fils de pute": plural("fdp", "filsdepute", "fdpute", "nikomouk", "ntgm", "vtff", "vtfe", "ftg"),
        "enfoiré": plural("enfoire", "enfoiree", "anfoire", "encule"),
        "tarba": plural("tarba"),
        "trouduc": plural("trouduc", "trouducul", "trouduq", "trouduk"),
        "emmerder": [*er("emmerd", "enmerd", "emerd"), *plural("emmerdeur", "emmerdeuse", "emmerdement", "emmerdant")],
        "niquer": er("niqu", "nik"),
        "abruti": plural("abruti", "abrutie", "abrutis", "abrutit"),
        "merdeux": ["merdeux", "merdeuse", "merdeuses", "merdaillon", "merdaillons", "sousmerde", "sousmerdes"],
        "crevure": plural("crevure", "raclure", "salopiot"),
        "crétin": plural("cretin", "cretine", "cretinou"),
        "connerie": plural("connerie", "konnerie"),
        "couillon": plural("couillon", "couillonne", "couillonnade", "couillu"),
        "boloss": plural("boloss", "bolosse", "bolos", "cassos", "kassos", "cassoss"),
        "pignouf": plural("pignouf", "peigne cul", "peignecul"),
        "tête de con": ["tetedecon", "tete de con", "tetes de con", "tete de noeud", "tetes de noeud"],
    },
)

_CRUDE = families(
    "fr",
    Weight.CRUDE,
    {
        "merde": [
            "merde",
            "merdes",
            "mairde",
            "merdique",
            "merdiques",
            "merdier",
            "merdiers",
            "mrd",
            "merdouille",
            "merdouilles",
            *er("merd", "merdouill", "demmerd"),
        ],
        "putain": plural("putain", "puteu", "ptain", "ptin", "ptn", "putaing", "poutaing"),
        "chier": [
            "chier",
            "chie",
            "chies",
            "chiez",
            "chient",
            "chiant",
            "chiante",
            "chiants",
            "chiantes",
            "chiasse",
            "chieur",
            "chieuse",
            "chieurs",
            "chieuses",
            "chiotte",
            "chiottes",
            "chierie",
            "fechier",
        ],
        "foutre": [
            "foutre",
            "foutez",
            "foutons",
            "foutent",
            "foutait",
            "foutais",
            "foutrais",
            "foutra",
            "foutrait",
            "foutage",
        ],
        "couille": plural("couille", "kouille", "couy", "couilles"),
        "bite": plural("zob", "zboub", "zgueg", "teub", "biroute"),
        "branler": [*er("branl"), *plural("branleur", "branleuse", "branlette", "branlee")],
        "baiser": [*plural("baise", "baisee"), "baisable", "baisables"],
        "partouze": plural("partouze"),
    },
)
_CRUDE_ELSEWHERE = families(
    "fr",
    Weight.CRUDE,
    {
        "con": ["con", "cons", "conne", "connes"],
        "bite": plural("bite"),
        "cul": plural("cul"),
        "teuch": ["teuch"],
    },
    is_strict=True,
)

_MILD = families(
    "fr",
    Weight.MILD,
    {
        "bordel": plural("bordel", "bordelique"),
        "nègre": plural("negre"),
        "foutu": plural("foutu", "foutue", "foutaise"),
        "saloperie": plural("saloperie"),
        "dégueu": [
            *plural("degueu", "degueulasse", "degueulasserie"),
            *er("degueul", "engueul"),
            *plural("engueulade"),
        ],
    },
)

_AIMED = families(
    "fr",
    Weight.AIMED,
    {
        "imbécile": plural("imbecile"),
        "idiot": plural("idiot", "idiote"),
        "stupide": plural("stupide", "stupid", "bete", "bebete"),
        "débile": plural(
            "debile", "debil", "teube", "beteu", "neuneu", "mongol", "mongole", "mongolien", "gogol", "gol", "triso"
        )
        + plural("attarde", "attardee", "demeure", "demeuree", "simplet", "simplette"),
        "taré": [
            *plural("tare", "taree", "cingle", "cinglee", "timbre", "timbree", "fele", "felee"),
            "psychopathe",
            "psychopathes",
            "hysterique",
            "hysteriques",
            "parano",
            "paranos",
            "schizo",
        ],
        "nul": plural("nul", "nulle", "nullard", "nullarde", "nullite", "incapable", "incompetent", "incompetente"),
        "minable": plural(
            "minable", "pitoyable", "pathetique", "lamentable", "mediocre", "ridicule", "grotesque", "risible"
        )
        + plural(
            "pitieux", "miserable", "insignifiant", "insignifiante", "navrant", "navrante", "affligeant", "affligeante"
        ),
        "raté": plural(
            "rate", "ratee", "loser", "looser", "loseur", "tocard", "tocarde", "charlot", "guignol", "clown", "pitre"
        )
        + plural(
            "bouffon",
            "bouffonne",
            "bouffone",
            "clochard",
            "clocharde",
            "crevard",
            "crevarde",
            "zonard",
            "schlag",
            "baltringue",
        )
        + plural("blaireau", "blaireaux", "andouille", "cornichon", "cruche", "gourde", "dinde")
        + plural("nouille", "quiche", "naze", "nase", "plouc", "beauf", "pequenaud", "ploucs", "gland"),
        "ordure": plural(
            "ordure", "pourriture", "dechet", "vermine", "cafard", "parasite", "sangsue", "rapace", "nuisible"
        )
        + plural("charogne", "enflure", "vipere", "fumier", "salete", "limace", "cloporte", "immondice", "racaille"),
        "porc": plural("porc", "cochon", "truie", "morue", "boudin", "cageot", "laideron")
        + plural("grosse", "gros lard", "garce", "moche", "vieux debris", "fossile", "dinosaure", "gonzesse"),
        "lâche": plural(
            "lache", "trouillard", "trouillarde", "faux cul", "hypocrite", "menteur", "menteuse", "escroc", "voleur"
        )
        + plural("voleuse", "profiteur", "profiteuse", "feignasse", "feignant", "faineant", "faineante")
        + plural(
            "fasciste",
            "facho",
            "nazi",
            "raciste",
            "collabo",
            "complotiste",
            "illettre",
            "illettree",
            "analphabete",
            "inculte",
        ),
        "lourd": plural(
            "lourd", "lourde", "lourdingue", "relou", "penible", "insupportable", "fatigant", "fatigante", "chiant"
        )
        + plural(
            "gonflant",
            "gonflante",
            "saoulant",
            "saoulante",
            "soulant",
            "casse pieds",
            "cassepieds",
            "emmerdant",
            "ignare",
        )
        + plural("soporifique", "agacant", "agacante", "borne", "bornee", "obtus", "obtuse"),
        "pédale": plural("pedale", "tapette", "pd", "travlo"),
        "con": plural("con", "conne", "kon", "sot", "sotte", "niais", "niaise", "gueux", "manant", "cassecouille"),
        "bâtard": plural("batard", "batarde", "batar", "larbin", "carpette", "pourri", "allumeuse"),
        "mytho": plural(
            "mytho", "mythomane", "frustre", "frustree", "aigri", "aigrie", "rageux", "rageuse", "haineux", "haineuse"
        )
        + plural(
            "ingrat",
            "ingrate",
            "malpoli",
            "malpolie",
            "gamin",
            "gamine",
            "merdeuse",
            "puceau",
            "pucelle",
            "morveux",
            "morveuse",
        ),
    },
)

FRENCH: tuple[WordFamily, ...] = (*_SLURS, *_INSULTS, *_CRUDE, *_CRUDE_ELSEWHERE, *_MILD, *_AIMED)
