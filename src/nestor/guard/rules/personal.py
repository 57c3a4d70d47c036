"""Personal data quoted in the open: phone, bank account, social security number, card, e-mail.

Keys and check digits are verified by `phonenumbers` and `python-stdnum`: what does not check is no leak. What the brand
publishes of itself is allowed, and so is what is masked.
"""

import re
from collections.abc import Callable, Iterator

import phonenumbers
from phonenumbers import PhoneNumberType
from stdnum import iban, luhn
from stdnum.fr import nir

from nestor.guard.rules.contract import (
    AnsweredMessage,
    BrandSettings,
    Family,
    Finding,
    Level,
    Outgoing,
    Replacement,
    Rule,
    Span,
)
from nestor.guard.rules.proof import Proof
from nestor.vocabulary import MessageKind

_SOURCE = "RGPD (UE) 2016/679, art. 4-6 (2026-11-20)"
_MASK = "•••"
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_MANY_DIGITS = re.compile(r"\d(?:\D{0,3}\d){7}")
_BOOK = re.compile(r"ISBN(?:-1[03])?[ :]{0,3}$", re.IGNORECASE)
_GAP = r"[ .\-_/·\u00a0\u2009\u202f]{0,3}"
_FRENCH_NUMBER = re.compile(
    rf"(?<![\w*•.,+])(?:(?:\+|00){_GAP}33{_GAP}(?:\(0\){_GAP})?|[0Oo]{_GAP})[1-9](?:{_GAP}\d){{8}}(?![\d*•])"
)
_SPELLED_NUMBER = re.compile(
    " zero (?:un|deux|trois|quatre|cinq|six|sept|huit|neuf)(?: (?:et|zero|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze"
    "|treize|quatorze|quinze|seize|vingts?|trente|quarante|cinquante|soixante)){4,20}(?= )"
)
# numbers nobody lives behind
_PUBLIC_TYPES = frozenset(
    (
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    )
)
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-.\u00a0\u202f]?[A-Za-z0-9]){11,40}")
_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34
_NIR = re.compile(rf"(?<![\w*•])[1-478](?:{_GAP}\d){{4}}(?:{_GAP}[\dABab]){{2}}(?:{_GAP}\d){{8}}(?![\w*•])")
_CARD = re.compile(rf"(?<![\w*•.,])[3-6](?:{_GAP}\d){{14,18}}(?![\w*•])")
_CARD_PREFIX = re.compile(r"4|5[1-5]|2[2-7]|3[47]|6(?:011|5|2)")
_AT = r"(?:\s?@\s?|\s?[\[({]\s?(?:at|arobase|arobas|chez|à)\s?[\])}]\s?)"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|point)\s?[\])}]\s?)"
_MAILBOXES = (
    "gmail|hotmail|outlook|yahoo|orange|free|wanadoo|laposte|sfr|bbox|icloud|live|protonmail|proton|gmx|aol|msn"
)
_ADDRESS = re.compile(
    rf"(?<![\w*•.%+\-])([A-Za-z0-9][A-Za-z0-9._%+\-]{{0,63}})"
    rf"(?:{_AT}((?:[A-Za-z0-9\-]{{1,63}}{_DOT}){{1,5}}[A-Za-z]{{2,18}})"
    rf"|\s(?:arobase|arobas|at)\s((?:{_MAILBOXES})\s?(?:\.|\s(?:point|dot)\s)\s?[A-Za-z]{{2,3}}))(?![\w*•])",
    re.IGNORECASE,
)
_SPELLED_DOT = re.compile(r"\s?[\[({]\s?(?:dot|point)\s?[\])}]\s?|\s(?:point|dot)\s")
_ROLE = re.compile(
    r"(?:contact|infos?|information|accueil|presse|press|media|support|help|aide|service|sav|relation|client|clients|clientele|customer"
    r"|mairie|ville|secretariat|bonjour|hello|hi|dpo|rgpd|privacy|no-?reply|webmaster|recrutement|rh|jobs|careers|reservation|reclamation"
    r"|complaints?|team|equipe|communication|billetterie|newsletter|abonnement|commande|orders?|signalement|mediateur|mediation|office|sales"
    r"|securite|security|police|urbanisme|voirie|culture|sports?|bibliotheque|mediatheque|musee|tourisme|direction|cabinet|juridique"
    r"|legal|abuse|emploi|formation|logement|social|ccas|events?|evenements?|partenariats?|partners?|technique|travaux|ecole|creche)"
    r"(?:[._\-+]?[a-z0-9]+)*",
    re.IGNORECASE,
)
_PLACEHOLDER_HOST = re.compile(r"(?:.*\.)?(?:exemple|domaine|domain|votredomaine|yourdomain)\.[a-z]+", re.IGNORECASE)


def find_personal(outgoing: Outgoing, proof: Proof, settings: BrandSettings) -> Iterator[Finding]:
    """Yield one finding per kind of personal data, with all its places and a mask as the fix."""
    taken: list[Span] = [match.span() for match in _LINK.finditer(proof.text)]
    searches: tuple[tuple[str, Callable[[], Iterator[Span]]], ...] = (
        ("personal_iban", lambda: _ibans(outgoing, proof.text)),
        ("personal_nir", lambda: _nirs(proof.text)),
        ("personal_card", lambda: _cards(proof.text)),
        ("personal_phone", lambda: (span for span, is_landline in phones if not is_landline)),
        ("unknown_number", lambda: (span for span, is_landline in phones if is_landline)),
        ("personal_email", lambda: _addresses(outgoing, proof.text)),
    )
    phones = list(_phones(outgoing, proof, settings))
    for code, search in searches:
        spans = [span for span in search() if not any(start < span[1] and span[0] < end for start, end in taken)]
        taken += spans
        if spans:
            is_absolute = outgoing.is_public and code != "unknown_number"  # behind a landline there may be an office
            yield _finding(code, Level.ABSOLUTE if is_absolute else Level.STOP, spans)
    role = [span for span in _role_addresses(outgoing, proof.text) if span not in taken]
    if role:
        yield Finding("unknown_address", PERSONAL.id, Family.PERSONAL, Level.WARN, tuple(role), source=_SOURCE)


def _finding(code: str, level: Level, spans: list[Span]) -> Finding:
    masked = tuple(Replacement(start, end, _MASK) for start, end in spans)
    return Finding(code, PERSONAL.id, Family.PERSONAL, level, tuple(spans), {"count": str(len(spans))}, masked, _SOURCE)


def _compact(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum()).upper()


def _ibans(outgoing: Outgoing, text: str) -> Iterator[Span]:
    own = {_compact(number) for number in outgoing.own_numbers}
    for found in _IBAN_START.finditer(text):
        places = [found.start() + at for at, letter in enumerate(found[0]) if letter.isalnum()]
        compact = _compact(found[0])
        for length in range(min(len(compact), _LONGEST_IBAN), _SHORTEST_IBAN - 1, -1):
            if iban.is_valid(compact[:length]):
                if compact[:length] not in own:
                    yield places[0], places[length - 1] + 1
                break


def _nirs(text: str) -> Iterator[Span]:
    for found in _NIR.finditer(text):
        if nir.is_valid(_compact(found[0])):
            yield found.span()


def _cards(text: str) -> Iterator[Span]:
    for found in _CARD.finditer(text):
        digits = _compact(found[0])
        if (
            len(digits) in (15, 16, 19)
            and _CARD_PREFIX.match(digits)
            and luhn.is_valid(digits)
            and len(set(digits)) > 1
        ):
            yield found.span()


def _phones(outgoing: Outgoing, proof: Proof, settings: BrandSettings) -> Iterator[tuple[Span, bool]]:
    """Yield the numbers that are neither public nor the brand's, and whether each is a landline."""
    own = {_e164(number, settings.region) for number in outgoing.own_numbers}
    seen: list[Span] = []
    for span, number in _written_numbers(proof.text, settings.region):
        is_book = _BOOK.search(proof.text, max(0, span[0] - 10), span[0])
        if is_book or any(first < span[1] and span[0] < last for first, last in seen):
            continue
        seen.append(span)
        kind = phonenumbers.number_type(number)
        if kind not in _PUBLIC_TYPES and _e164_of(number) not in own:
            yield span, kind == PhoneNumberType.FIXED_LINE
    for found in _SPELLED_NUMBER.finditer(proof.folded):
        yield proof.span(*found.span()), False


def _written_numbers(text: str, region: str) -> Iterator[tuple[Span, phonenumbers.PhoneNumber]]:
    """Yield valid numbers, then those the library does not see because of how they are spaced."""
    if not _MANY_DIGITS.search(text):
        return
    for match in phonenumbers.PhoneNumberMatcher(text, region):
        yield (match.start, match.end), match.number
    for found in _FRENCH_NUMBER.finditer(text):
        number = _parsed("0" + found[0][1:] if found[0][0] in "Oo" else found[0], "FR")
        if number is not None:
            yield found.span(), number


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(re.sub(r"[._/·]", " ", text), region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _e164_of(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _e164(text: str, region: str) -> str:
    number = _parsed(text, region)
    return _e164_of(number) if number is not None else _compact(text)


def _written_addresses(outgoing: Outgoing, text: str) -> Iterator[tuple[Span, str]]:
    """Yield the e-mail addresses that are not the brand's, with the part before the @."""
    own = {address.strip().lower().removeprefix("@") for address in outgoing.own_addresses}
    for found in _ADDRESS.finditer(text):
        host = _SPELLED_DOT.sub(".", (found[2] or found[3]).lower())
        whole = f"{found[1].lower()}@{host}"
        is_own = whole in own or host in own or any(host.endswith(f".{one}") for one in own if "@" not in one)
        if not is_own and not _PLACEHOLDER_HOST.fullmatch(host):
            yield found.span(), found[1]


def _addresses(outgoing: Outgoing, text: str) -> Iterator[Span]:
    return (span for span, local in _written_addresses(outgoing, text) if not _ROLE.fullmatch(local))


def _role_addresses(outgoing: Outgoing, text: str) -> Iterator[Span]:
    return (span for span, local in _written_addresses(outgoing, text) if _ROLE.fullmatch(local))


PERSONAL = Rule(
    "personal_data",
    Family.PERSONAL,
    Level.ABSOLUTE,
    find_personal,
    source=_SOURCE,
    fires=(
        "Bonjour Paul, nous vous rappelons au 06 12 34 56 78 ce soir.",
        "Nous vous rappelons au 06.12.34.56.78",
        "Le numéro de la cliente : 0 6 1 2 3 4 5 6 7 8",
        "O6 12 34 56 78 c’est bien votre numéro ?",
        "On t’appelle au +33 6 12 34 56 78 !",
        "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
        "Virement reçu depuis FR76 3000 6000 0112 3456 7890 189, merci.",
        "Votre dossier 2 69 05 49 588 157 80 est traité",
        "Carte 4111 1111 1111 1111 bien remboursée",
        "Écrivez à paul.martin@mail.example pour la suite",
        "jeanne.dupuis [at] gmail [dot] com",
        "jeanne.dupuis arobase gmail point com",
        "Call Mrs Smith on +44 7911 123456 today",
        "Le plombier est au 01 45 67 89 10, dites-lui que vous venez de notre part",
        Outgoing("Votre numéro 06 12 34 56 78 est noté", kind=MessageKind.DIRECT),
        Outgoing("Bonjour 06 12 34 56 78", reply_to=AnsweredMessage("Appelez-moi au 06 12 34 56 78")),
    ),
    spares=(
        Outgoing("Appelez-nous au 01 44 55 66 77.", own_numbers=("+33 1 44 55 66 77",)),
        Outgoing("Écrivez à contact@rail.example", own_addresses=("rail.example",)),
        Outgoing("Dons : FR76 3000 6000 0112 3456 7890 189", own_numbers=("FR7630006000011234567890189",)),
        "Votre numéro se terminant par •• 78 est bien enregistré.",
        "Nous vous rappelons au 06 ** ** ** 78.",
        "Compte j***@mail.example vérifié.",
        "Composez le 3639 ou le 0 800 123 456 (gratuit).",
        "Commande 1234 5678 9012 3456 expédiée.",
        "IBAN FR12 3456 7890 1234 5678 9012 345 : clé invalide dans l’exemple.",
        "À lire, ISBN 0375403744",
        "SIRET 362 521 879 00034, RCS de Lyon.",
        "Le 12/03/2026 de 14 h 30 à 18 h 00, salle 204.",
        "Gagnez 10 000 € : 1 250 000 tickets vendus en 2025-2026.",
        "Suivi : https://rail.example/colis/0612345678",
        "It can be turned off at any point within a month",
        "Envoyez prenom.nom@exemple.fr comme modèle",
    ),
)
