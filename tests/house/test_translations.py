"""Every word a person reads exists in French: complete, with the same placeholders, set as the French set it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.template import Engine, Template
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from tests.house.source import PACKAGE, ROOT, dotted, files, python_files

# Where the text stands among the arguments; the context, if any, comes first.
KEYWORDS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "N_": 0, "ngettext": 0, "ngettext_lazy": 0}
KEYWORDS |= {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 1, "npgettext_lazy": 1}
BRACED = r"\{\w*(?:![rs])?(?::[^{}]*)?\}"
PLACEHOLDER = re.compile(rf"%\(\w+\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|%[sdr]|{BRACED}")
FRENCH = sorted(
    {ROOT / name for name in files() if re.search(r"(^|/)locale/fr/LC_MESSAGES/\w+\.po$", name)}
    | set((ROOT / "locale" / "fr" / "LC_MESSAGES").glob("*.po"))
)
MARKUP = re.compile(rf"<kbd>[^<]*</kbd>|<[^>]*>|&\w+;|https?://\S+|`[^`]*`|%\(\w+\)[a-zA-Z]|{BRACED}|\d\d?:\d\d")
# What French typography wants: a narrow or wide no-break space before these, and inside « ».
BEFORE = re.compile(r"(?<![\u202f\u00a0])([;!?»]|:(?=\s|$))")
AFTER = re.compile(r"«(?![\u202f\u00a0])")

GETTEXT = r"""\b_\((?:"([^"]+)"|'([^']+)')\)"""

Key = tuple[str | None, str]


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def key_of(message_id: str | tuple[str, ...] | list[str], context: str | None) -> Key:
    return context or None, message_id if isinstance(message_id, str) else message_id[0]


def messages(path: Path) -> Iterator[Message]:
    yield from (one for one in catalogue(path) if one.id)


def ids_of(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id or ())


def in_code() -> dict[Key, str]:
    """Return the texts of the desk's Python files; the command line and each network have a catalogue of their own."""
    found: dict[Key, str] = {}
    for source in python_files():
        if not source.parts or source.parts[0] == "networks" or source.parts[:2] == ("faces", "cli"):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func) in KEYWORDS:
                place = KEYWORDS[dotted(node.func)]
                given = [one.value if isinstance(one, ast.Constant) else None for one in node.args[: place + 1]]
                if isinstance(given[-1], str):
                    found[str(given[0]) if place else None, given[-1]] = f"{source.name}:{node.lineno}"
    return found


def in_templates() -> dict[Key, str]:
    """Return the texts of templates, as Django itself reads them."""
    found: dict[Key, str] = {}
    for path in sorted(PACKAGE.rglob("templates/**/*.html")) + sorted(PACKAGE.rglob("templates/**/*.txt")):
        source = path.read_text(encoding="utf-8")
        nodes = Template(source, engine=Engine.get_default()).nodelist.get_nodes_by_type(Node)
        for key in texts_of(nodes):
            found[key] = named(path)
        for text in re.findall(GETTEXT, source):
            found[None, text[0] or text[1]] = named(path)
    for path in sorted(PACKAGE.rglob("hot/*.html")):  # drawn by Jinja2
        for text in re.findall(GETTEXT, path.read_text(encoding="utf-8")):
            found[None, text[0] or text[1]] = named(path)
    return found


def texts_of(nodes: list[Node]) -> Iterator[Key]:
    for node in nodes:
        if isinstance(node, TranslateNode):
            literal = getattr(node.filter_expression.var, "literal", None)
            context = getattr(getattr(node.message_context, "var", None), "literal", None)
            if literal is not None:
                yield context, str(literal)
        elif isinstance(node, BlockTranslateNode):
            text = node.render_token_list(node.singular)[0]
            context = getattr(getattr(node.message_context, "var", None), "literal", None)
            yield context, " ".join(line.strip() for line in text.strip().splitlines()) if node.trimmed else text


@cache
def used() -> dict[Key, str]:
    return in_code() | in_templates()


def test_every_text_of_the_desk_has_its_french() -> None:
    known = {key_of(one.id, one.context) for one in messages(ROOT / "locale/fr/LC_MESSAGES/django.po")}
    assert {key: place for key, place in used().items() if key not in known} == {}


def test_nothing_is_translated_that_nobody_says() -> None:
    known = {key_of(one.id, one.context) for one in messages(ROOT / "locale/fr/LC_MESSAGES/django.po")}
    assert known - set(used()) == set()


@pytest.mark.parametrize("path", FRENCH, ids=named)
def test_nothing_is_missing_doubtful_or_left_over(path: Path) -> None:
    read = catalogue(path)
    empty = [one.id for one in messages(path) if not all(texts(one))]
    fuzzy = [one.id for one in messages(path) if one.fuzzy]
    assert (empty, fuzzy, list(read.obsolete)) == ([], [], [])


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@pytest.mark.parametrize("path", FRENCH, ids=named)
def test_placeholders_are_the_same(path: Path) -> None:
    wrong = []
    for one in messages(path):
        ids = ids_of(one)
        allowed = {found for text in ids for found in PLACEHOLDER.findall(text)}
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        wrong += [text for text in texts(one) if not set(PLACEHOLDER.findall(text)) <= allowed]
        wrong += [text for text in texts(one)[-1:] if not wanted <= set(PLACEHOLDER.findall(text))]
    assert wrong == []


@pytest.mark.parametrize("path", FRENCH, ids=named)
def test_french_is_set_as_the_french_set_it(path: Path) -> None:
    wrong = [text for one in messages(path) for text in texts(one) if badly_set(text)]
    assert wrong == []


def badly_set(text: str) -> bool:
    """Return whether a French text has straight quotes, or a plain space or none where a no-break one belongs."""
    plain = MARKUP.sub("x", text)
    return bool(BEFORE.search(plain) or AFTER.search(plain) or re.search(r"\w'\w|\"", plain))


@pytest.mark.parametrize(
    ("text", "is_bad"),
    [
        ("Bonjour\u202f!", False),
        ("Bonjour !", True),
        ("Bonjour!", True),
        ("l'heure", True),
        ("l’heure", False),
        ("«\u00a0oui\u00a0»", False),
        ("« oui »", True),
        ('"oui"', True),
        ("À 14:02", False),
        ('<a href="x">Voir</a>', False),
        ("Reste\u00a0: %(n)s", False),
        ("Reste: %(n)s", True),
        ("Il manque {name!r}.", False),
        ("<kbd>?</kbd> pour les touches", False),
    ],
)
def test_what_badly_set_means(text: str, is_bad: bool) -> None:
    assert badly_set(text) is is_bad


def test_every_network_says_the_same_in_both_languages() -> None:
    for path in FRENCH:
        english = Path(str(path).replace("/locale/fr/", "/locale/en/"))
        if "networks" not in path.parts:
            continue
        both = [{key_of(one.id, one.context) for one in messages(one_path)} for one_path in (path, english)]
        assert both[0] == both[1], named(path)
