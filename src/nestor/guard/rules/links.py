"""Links that lead nowhere, to a machine nobody else reaches, or that give away a secret; blanks nobody filled in."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from nestor.guard.rules.contract import BrandSettings, Family, Finding, Level, Outgoing, Rule, Span
from nestor.guard.rules.proof import Proof

_ADDRESS = re.compile(r"\bhttps?:/{0,3}[^\s<>«»“”\"]*", re.IGNORECASE)
_LOCAL_BARE = re.compile(
    r"(?<![\w@.\-/])(?:localhost|127\.0\.0\.1|192\.168\.\d{1,3}\.\d{1,3}|10\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::\d{2,5}|/)"
)
_MISSPELLED = re.compile(
    r"(?<!\w)(?:htt?ps?//|htp{1,2}s?:/|http?s?;//|https?:\\|ttps?://|hxxps?://|www\s?\.\s|www,|https?:// )\S*",
    re.IGNORECASE,
)
_STAGING = re.compile(
    r"(?:^|\.)(?:(?:[a-z0-9\-]{1,40}-)?(?:staging|stg|preprod|pprod|ppd|recette|uat|sandbox)\d{0,2}(?:-[a-z0-9\-]{1,40})?"
    r"|stage|dev|devel|qa|int|integration|preview|test)\d{0,2}\.[^.]+\.",
    re.IGNORECASE,
)
_PRIVATE_ENDINGS = (
    ".local",
    ".localhost",
    ".internal",
    ".intranet",
    ".lan",
    ".corp",
    ".home",
    ".localdomain",
    ".invalid",
)
_SECRET = re.compile(
    r"[?&#](?:access_token|token|api_?key|apikey|secret|password|passwd|pwd|auth|jwt|signature|sig)=[^&\s]{6,}",
    re.IGNORECASE,
)
_BLANK = re.compile(
    r"\{\{[^{}\n]{0,60}\}\}|\$\{[^{}\n]{1,60}\}|\{%[^%\n]{0,60}%\}|<%[^%\n]{0,60}%>|%[A-Z_]{3,30}%|\blorem ipsum\b|\[(?:insert|insérer|ajouter)[^\]\n]{0,60}\]"
    r"|\{(?:first_?name|last_?name|name|nom|prenom|prénom|civilite|ticket|date|link|lien|url)\}",
    re.IGNORECASE,
)
_BRACKETS = re.compile(
    r"\[(?:nom|prénom|prenom|name|first name|lien|link|url|date|heure|xx+|lien ici|link here|nom du client|ville|montant|tbd|tbc|à compléter|a completer)\]"
    r"|\bXX{2,}\b|\(\s?(?:lien|link|à compléter|tbd|tbc)\s?\)|\bTBD\b|\bTBC\b|\bà compléter\b",
    re.IGNORECASE,
)


def find_bad_links(_outgoing: Outgoing, proof: Proof, _settings: BrandSettings) -> Iterator[Finding]:
    """Yield private, staging, broken and secret-bearing links, and unfilled blanks, each code once."""
    text = proof.text
    places: dict[tuple[str, Level], list[Span]] = {}
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(".,;:!?)’'…")
        judged = _judged(address)
        if judged is not None:
            places.setdefault(judged, []).append((found.start(), found.start() + len(address)))
    for link in proof.links:
        if not link.has_scheme and _STAGING.search(f"{link.host}."):
            places.setdefault(("staging_link", Level.WARN), []).append((link.start, link.end))
    patterns = (
        ("private_link", Level.STOP, _LOCAL_BARE),
        ("broken_link", Level.WARN, _MISSPELLED),
        ("unfilled_blank", Level.STOP, _BLANK),
        ("maybe_unfilled_blank", Level.WARN, _BRACKETS),
    )
    for code, level, pattern in patterns:
        spans = [match.span() for match in pattern.finditer(text)]
        if spans:
            places.setdefault((code, level), []).extend(spans)
    for (code, level), spans in places.items():
        yield Finding(code, LINKS.id, Family.LINKS, level, tuple(sorted(set(spans))))


def _judged(address: str) -> tuple[str, Level] | None:
    """Return the code and level of what is wrong with a written address, or None."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
        has_password = parts.password is not None
    except ValueError:
        return "broken_link", Level.WARN
    if has_password or _SECRET.search(address):
        return "secret_in_link", Level.STOP
    if _is_private(host):
        return "private_link", Level.STOP
    if (
        "." not in host
        or "://" not in address
        or host.startswith(("http", "."))
        or ".." in host
        or "http" in parts.netloc
    ):
        return "broken_link", Level.WARN
    return ("staging_link", Level.WARN) if _STAGING.search(f"{host}.") else None


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(_PRIVATE_ENDINGS):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not address.is_global


LINKS = Rule(
    "links",
    Family.LINKS,
    Level.STOP,
    find_bad_links,
    fires=(
        "Inscription : http://localhost:8000/form",
        "Voir http://192.168.1.20/page",
        "Voir https://intranet.local/doc",
        "Voir http://[::1]/",
        "La page est sur https://staging.rail.example/ete",
        "https://www-preprod.rail.example",
        "preprod.rail-example.com/ete est en ligne",
        "https:// rail.example/ete",
        "htps://rail.example",
        "https://rail",
        "http://http://rail.example",
        "Bonjour {{ prenom }}, votre demande est traitée",
        "Plus d’infos ici : [lien]",
        "https://rail.example/reset?token=abcdef123456",
        "https://paul:secret@rail.example/",
        "localhost:3000",
    ),
    spares=(
        "https://rail.example/ete-2026?utm_source=x",
        "Tests gratuits : https://ville.example/test-antigenique",
        "Le développement durable : https://dev-durable.example",
        "Rendez-vous sur ville.example.fr",
        "https://1.1.1.1/",
        "Version 10.0.0.1 du logiciel",
    ),
)
