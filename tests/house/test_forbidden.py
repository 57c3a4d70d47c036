"""What the house forbids towards the people at its desk, as far as it can be seen in the code."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from nestor.faces.journal import Asked
from nestor.faces.web.views.journal import COLUMNS
from nestor.work import reads as work_reads
from tests.house.source import PACKAGE, Source, dotted, python_files
from tests.house.test_rooms import ROOMS

PERSON = re.compile(r"\b(user|actor|author|agent|colleague|person|who|team_?member|assignee)(_id|s)?\b")
PRESENCE = re.compile(
    r"typing|presence|online|last_seen|last_active|keystroke|idle|fatigue|exposure|speed", re.IGNORECASE
)
ABOUT_OUTSIDERS = {("people.Member", "last_seen_at"): "when a member outside last said something in public"}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, where)
        else:
            yield where, entry


OWN_PAGES = [
    (where, one) for where, one in patterns(get_resolver()) if getattr(one.callback, "__module__", "")[:7] == "nestor."
]


@pytest.mark.parametrize("where", [where for where, _ in OWN_PAGES])
def test_no_address_names_a_person(where: str) -> None:
    assert not PERSON.search(re.sub(r"[/<>:_-]", " ", where).replace("hand over", ""))


def test_there_are_pages() -> None:
    assert len(OWN_PAGES) > 20


def requested(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the names of what a view takes from an address."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith(("GET.get", "GET.getlist")) and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant):
                yield node.lineno, str(name.value)
        if (
            isinstance(node, ast.Subscript)
            and dotted(node.value).endswith("GET")
            and isinstance(node.slice, ast.Constant)
        ):
            yield node.lineno, str(node.slice.value)


def test_no_page_is_filtered_by_a_person() -> None:
    asked = {
        (f"{source.name}:{line}", name)
        for source in python_files()
        if source.parts[:1] == ("faces",)
        for line, name in requested(source)
    }
    assert {name for _, name in asked} >= {"about", "after"}
    assert not {(place, name) for place, name in asked if PERSON.search(name)}


def test_the_journal_is_asked_by_brand_time_and_subject_alone() -> None:
    assert list(inspect.signature(work_reads.journal).parameters) == ["brand_id", "before", "most", "since", "subjects"]
    assert {field.name for field in fields(Asked)} == {"verbs", "since", "network", "subjects"}


def test_a_journal_that_leaves_the_desk_names_nobody() -> None:
    assert not [name for name in COLUMNS if PERSON.search(name)]


def reads_of(room: str) -> Iterator[tuple[str, inspect.Signature]]:
    """Yield the questions of a room, from its one file or from each file of its folder."""
    for path in sorted((PACKAGE / room).glob("reads.py")) + sorted((PACKAGE / room / "reads").glob("*.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        module = import_module(name)
        for called, found in vars(module).items():
            if inspect.isfunction(found) and found.__module__ == module.__name__ and not called.startswith("_"):
                yield f"{room}.{called}", inspect.signature(found)


BY_PERSON = {
    "people.seats_of": "one's own list of brands",
    "people.seat_at": "one's own seat",
    "routing.may_be_given": "whether a conversation may be handed to somebody: a yes or a no",
    "routing.sought_by": "what a filter means, where it says `me`",
    "guard.clearance_given": "whether a consent covers exactly this text of its author",
}


def test_no_question_counts_or_lists_by_a_person_of_the_team() -> None:
    asked = {
        name
        for room in ROOMS
        for name, signature in reads_of(room)
        if any(PERSON.search(one) for one in signature.parameters)
    }
    assert asked == set(BY_PERSON)


def grouped_by(source: Source) -> Iterator[tuple[int, str]]:
    """Yield columns that rows are grouped by: `values(…)` or `values_list(…)` followed by `annotate`."""
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "annotate"):
            continue
        inner = node.func.value
        while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            if inner.func.attr in ("values", "values_list"):
                for name in inner.args:
                    if isinstance(name, ast.Constant):
                        yield node.lineno, str(name.value)
            inner = inner.func.value


def test_nothing_is_grouped_by_a_person() -> None:
    found = [
        (f"{source.name}:{line}", name)
        for source in python_files()
        if source.parts
        for line, name in grouped_by(source)
    ]
    assert {name for _, name in found} >= {"lane"}
    assert not [(place, name) for place, name in found if PERSON.search(name)]


def test_the_journal_is_never_filtered_by_who_did_it() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in python_files()
        if source.parts and "JournalEntry" in source.text
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("filter", "exclude", "order_by", "values", "values_list", "get")
        if any((word.arg or "").startswith("actor") for word in node.keywords)
        or any(isinstance(one, ast.Constant) and "actor" in str(one.value) for one in node.args)
    ]
    assert not found


@pytest.mark.parametrize("label", [one._meta.label for one in apps.get_models() if one.__module__[:7] == "nestor."])
def test_typing_presence_and_strain_are_not_stored(label: str) -> None:
    model: type[models.Model] = apps.get_model(label)
    names = {field.name for field in model._meta.local_fields if PRESENCE.search(field.name)}
    assert not {name for name in names if (label, name) not in ABOUT_OUTSIDERS}
    assert not PRESENCE.search(label)


def test_a_draft_keeps_no_history() -> None:
    draft = apps.get_model("composer.Draft")
    assert {field.name for field in draft._meta.local_fields} == {
        "id",
        "brand",
        "public_id",
        "conversation",
        "author",
        "text",
        "revision",
        "changed_at",
    }
    announced = [
        source.name for source in python_files() if source.parts[:1] == ("composer",) if "announce" in source.text
    ]
    assert announced == []


def test_the_desk_never_logs_what_an_error_says() -> None:
    """An error may carry what somebody wrote: its type and place are logged, never itself."""
    found = [
        f"{source.name}:{node.lineno}"
        for source in python_files()
        if source.parts
        for handler in ast.walk(source.tree)
        if isinstance(handler, ast.ExceptHandler) and handler.name
        for node in ast.walk(handler)
        if isinstance(node, ast.Call) and dotted(node.func).startswith(("log.", "logger.", "logging."))
        if any(isinstance(one, ast.Name) and one.id == handler.name for one in node.args)
        or node.func.attr == "exception"  # type: ignore[attr-defined]
    ]
    assert not found
