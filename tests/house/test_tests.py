"""Tests that test: they assert, they do not sleep, and nothing unfinished is left behind."""

import ast
import re

from tests.house.source import python_files

TESTS = [source for source in python_files() if source.is_test]
UNFINISHED = re.compile(
    "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3 + r"\b", "NotImplemented" + "Error", "not impl" + "emented"))
)
EXPECTING = ("raises", "expect", "assert", "check", "warns")


def test_there_are_tests() -> None:
    assert len(TESTS) > 10


def test_every_test_asserts_something() -> None:
    idle = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in TESTS
        for function in source.functions()
        if function.name.startswith("test") and not asserts(function)
    ]
    assert not idle


def asserts(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether it asserts, expects an error, or calls something named like a check."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and any(word in ast.unparse(node.func) for word in EXPECTING):
            return True
    return False


def test_no_assertion_is_always_true() -> None:
    hollow = [
        f"{source.name}:{node.lineno}"
        for source in TESTS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant | ast.Tuple)
    ]
    assert not hollow


def test_no_test_sleeps() -> None:
    asleep = [source.name for source in TESTS if re.search(r"\bsleep" + r"\(", source.text)]
    assert not asleep


def test_nothing_is_unfinished() -> None:
    left = [
        f"{source.name}:{number} {line.strip()[:80]}"
        for source in python_files()
        for number, line in enumerate(source.text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not left
