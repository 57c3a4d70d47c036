"""The same file names in every room, writes in one place, decisions that do not look at the clock."""

import ast
import configparser
import tomllib

import pytest

from tests.house.source import PACKAGE, ROOT, Source, dotted, python_files

FILES = {"__init__", "apps", "rules", "models", "reads", "actions", "jobs", "events", "forget", "migrations"}
MORE = {  # what a room holds beyond these, and why
    ("work", "registry"): "what rooms announce and subscribe to, filled at start-up",
    ("work", "carriers"): "the two ways of carrying a pointer to due work",
    ("brands", "scoping"): "the manager that refuses queries without a brand, used by every room's models",
    ("brands", "secrets"): "sealing and opening what is stored encrypted",
    ("people", "sign_in"): "adapters the sign-in library asks for",
    ("media", "pictures"): "draws pictures anew; knows no tables",
    ("media", "store"): "the bytes on disk; knows no tables",
    ("inbox", "formats"): "reads files of messages row by row; knows no tables",
    ("guard", "wording"): "the sentences of findings, said by screens and by the command line alike",
    ("routing", "wording"): "the mail that brings a link to a colleague without an account",
    ("notices", "ways"): "what carries a notice outside, one file for each way",
    ("notices", "wording"): "the neutral sentences of notices, said by mails, pushes and pages alike",
    ("triage", "training"): "makes the model; never on the serving path",
    ("triage", "translators"): "the contract of translators a third party installs, and the one door to them",
}
NOT_ROOMS = {"networks", "faces", "config"}

ROOMS = sorted(
    path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file() and path.name not in NOT_ROOMS
)
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
WRITES |= {f"a{name}" for name in WRITES} | {"aupdate"}
MAY_WRITE = {"actions": "the rule", "forget": "forgetting is a write, asked of every room", "models": "querysets"}
WRITES_ELSEWHERE = {
    "src/nestor/brands/scoping.py": "passes a scoped write on to Django",
}
CLOCKS = {
    "now",
    "utcnow",
    "today",
    "time",
    "time_ns",
    "monotonic",
    "monotonic_ns",
    "perf_counter",
    "localtime",
    "gmtime",
}


def test_there_are_rooms() -> None:
    assert {"work", "brands", "people", "inbox", "triage", "routing", "composer", "guard", "publisher"} <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_only_the_files_everybody_knows(room: str) -> None:
    names = {
        path.stem
        for path in (PACKAGE / room).iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
    }
    strange = {name for name in names - FILES if (room, name) not in MORE}
    assert not strange


def test_exceptions_are_still_needed() -> None:
    gone = [key for key in MORE if not any((PACKAGE / key[0]).glob(f"{key[1]}*"))]
    gone_too = [name for name in WRITES_ELSEWHERE if not (ROOT / name).is_file()]
    assert not gone
    assert not gone_too


def pure(source: Source) -> bool:
    return "rules" in {part.removesuffix(".py") for part in source.parts}


def test_rules_are_told_the_time() -> None:
    asked = [
        f"{source.name}:{node.lineno} {dotted(node.func)}"
        for source in python_files()
        if pure(source)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and is_clock(dotted(node.func))
    ]
    assert not asked


def is_clock(name: str) -> bool:
    owner, _, called = name.rpartition(".")
    return called in CLOCKS and owner.rpartition(".")[2] in ("time", "datetime", "date", "timezone")


def test_writes_stand_in_actions() -> None:
    elsewhere = [
        f"{source.name}:{line} {name}"
        for source in python_files()
        if source.parts and source.parts[0] != "networks" and not may_write(source)
        for line, name in writes(source)
    ]
    assert not elsewhere


def may_write(source: Source) -> bool:
    return source.name in WRITES_ELSEWHERE or any(part.removesuffix(".py") in MAY_WRITE for part in source.parts[1:])


def writes(source: Source) -> list[tuple[int, str]]:
    """Return calls that change rows; a file that knows no models cannot make one."""
    if not any(name.split(".")[0] == "django" or ".models" in name for name in source.imports()):
        return []
    found = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if dotted(node.func).startswith("router."):
            continue  # says at which address an endpoint answers
        is_queryset_update = node.func.attr == "update" and node.keywords and not node.args
        if (
            node.func.attr in WRITES
            or is_queryset_update
            or (node.func.attr.startswith("execute") and is_sql_write(node))
        ):
            found.append((node.lineno, dotted(node.func)))
    return found


def is_sql_write(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    text = first.value if isinstance(first, ast.Constant) else ""
    return isinstance(text, str) and text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE"))


def test_every_network_is_kept_apart_from_the_others() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    listed = set(contracts["importlinter:contract:networks"]["modules"].split())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    offered = {value.partition(":")[0] for value in project["entry-points"]["nestor.networks"].values()}
    assert listed == offered


def test_every_room_is_in_the_import_order() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    listed = {line.strip(" ()") for line in contracts["importlinter:contract:rooms"]["layers"].splitlines()}
    inside = {
        line.strip().removeprefix("nestor.") for line in contracts["importlinter:contract:inside"]["containers"].split()
    }
    assert set(ROOMS) <= listed
    assert set(ROOMS) == inside
