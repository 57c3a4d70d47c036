"""Every event, setting and command is documented, in both languages where people read it."""

import ast
import re
from dataclasses import fields

import pytest

from nestor.config.environment import SETTINGS
from nestor.faces.api.v1.api import api
from nestor.faces.api.v1.problems import KINDS as KINDS_OF_PROBLEM
from nestor.faces.cli.main import COMMANDS
from nestor.hooks.rules import KINDS
from nestor.people.rules import Scope
from nestor.work.events import EVENTS, Happening
from nestor.work.registry import SUBSCRIBERS
from tests.house.source import ROOT, python_files

GUIDES = ("docs/operator-guide.md", "docs/fr/guide-exploitation.md")
METHODS = ("GET ", "POST ", "PUT ", "DELETE ")
OWN_EVENTS = {name: event for name, event in EVENTS.items() if event.__module__.startswith("nestor.")}


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows_of(text: str) -> dict[str, list[str]]:
    """Return a table's rows by their first cell, without its backticks."""
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip(" `"): [cell.strip() for cell in row[1:]] for row in rows}


@pytest.mark.parametrize("name", OWN_EVENTS)
def test_every_event_is_documented(name: str) -> None:
    event, cells = OWN_EVENTS[name], rows_of(page("docs/events.md"))[name]
    ids = [one.name for one in fields(event) if one.name != "brand_id"]
    assert re.findall(r"`(\w+)`", cells[0]) == ids
    wakes = {one.name for one in SUBSCRIBERS.values() if one.event == name and not one.name.startswith("hooks.")}
    assert set(re.findall(r"`([\w.]+)`", cells[2])) == wakes
    assert event.__doc__
    assert not event.__doc__.startswith(f"{name}(")


def test_what_addresses_outside_are_told_of_is_documented() -> None:
    told = page("docs/events.md").partition("Addresses outside may be told of these")[2]
    assert re.findall(r"`(\w+)`", told) == list(KINDS)
    assert {one.event for one in SUBSCRIBERS.values() if one.name.startswith("hooks.")} == set(KINDS)


def test_no_event_is_documented_that_does_not_exist() -> None:
    assert set(rows_of(page("docs/events.md"))) == set(OWN_EVENTS)


@pytest.mark.parametrize("name", OWN_EVENTS)
def test_an_event_carries_ids_alone(name: str) -> None:
    event: type[Happening] = OWN_EVENTS[name]
    assert all(one.type is int and one.name.endswith("_id") for one in fields(event))


def test_events_are_declared_where_they_are_looked_for() -> None:
    assert all(event.__module__.rpartition(".")[2] == "events" for event in OWN_EVENTS.values())
    assert {one.event for one in SUBSCRIBERS.values()} <= set(EVENTS)


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("name", [one.name for one in SETTINGS])
def test_every_setting_is_documented(name: str, guide: str) -> None:
    assert f"`{name}`" in page(guide)


@pytest.mark.parametrize("guide", GUIDES)
def test_no_setting_is_documented_that_does_not_exist(guide: str) -> None:
    named = set(re.findall(r"`(NESTOR_[A-Z_]+)`", page(guide)))
    of_tests = {name for name in named if name.startswith("NESTOR_TEST") or name == "NESTOR_REQUIRE"}
    assert named - of_tests <= {one.name for one in SETTINGS}


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str, guide: str) -> None:
    assert re.search(rf"`nestor {re.escape(name)}\b", page(guide))


def test_settings_are_read_from_the_table_alone() -> None:
    """Every variable is in the table, except those that a parent hands to its child or a test to itself."""
    known = {one.name for one in SETTINGS} | {"NESTOR_CONNECT_", "NESTOR_TRANSLATOR_"}  # names that others choose
    elsewhere = [
        f"{source.name}:{node.lineno} {node.value}"
        for source in python_files()
        if source.parts and source.name != "src/nestor/config/environment.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"NESTOR_[A-Z_]+", node.value)
        and node.value not in known
    ]
    assert not elsewhere


@pytest.mark.parametrize("name", ["docs/api.md", "docs/fr/api.md"])
def test_every_endpoint_is_documented_with_its_scope(name: str) -> None:
    described = {
        (f"{method.upper()} {path.removeprefix('/api/v1')}", operation["x-scope"])
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
    }
    rows = rows_of(page(name))
    written = {(name, cells[0].strip("` ")) for name, cells in rows.items() if name.startswith(METHODS)}
    assert written == described


@pytest.mark.parametrize("name", ["docs/api.md", "docs/fr/api.md"])
def test_every_scope_and_problem_is_documented(name: str) -> None:
    text = page(name)
    assert {one.value for one in Scope} <= set(rows_of(text))
    pairs = dict(re.findall(r"`(\w+)` \| ([45]\d\d)", text))
    assert pairs == {code: str(kind.status) for code, kind in KINDS_OF_PROBLEM.items()}
