"""Sizes that keep every file readable in one sitting."""

import ast
from statistics import median

from tests.house.source import Source, length, python_files

FILE_LINES, FUNCTION_LINES, MEDIAN_LINES, CLASS_LINES, POSITIONAL = 400, 50, 10, 200, 5
LATE_IMPORTS = {
    "ready": "Django asks for what an app connects when all apps are loaded",
    "load": "a network or a command is loaded when it is asked for",
    "load_network": "a network is loaded when it is connected",
    "load_trainer": "training libraries take seconds to import",
}


def test_no_file_is_too_long() -> None:
    over = [f"{source.name}: {count}" for source in python_files() if (count := source.text.count("\n")) > FILE_LINES]
    assert not over


def test_no_function_is_too_long() -> None:
    over = [
        f"{source.name}:{function.lineno} {function.name}: {length(function)}"
        for source in python_files()
        for function in source.functions()
        if length(function) > FUNCTION_LINES
    ]
    assert not over


def test_half_of_the_functions_are_short() -> None:
    lengths = [length(function) for source in python_files() for function in source.functions()]
    assert median(lengths) <= MEDIAN_LINES


def test_no_class_is_too_long() -> None:
    over = [
        f"{source.name}:{node.lineno} {node.name}: {length(node)}"
        for source in python_files()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and length(node) > CLASS_LINES
    ]
    assert not over


def test_no_function_takes_too_many_positional_arguments() -> None:
    over = [
        f"{source.name}:{function.lineno} {function.name}: {len(given)}"
        for source in python_files()
        for function in source.functions()
        if len(given := positional(function)) > POSITIONAL
    ]
    assert not over


def positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return what can be passed by position, without `self` and `cls`; what pytest or click fills in is free."""
    filled = function.name.startswith(("test_", "pytest_")) or any(
        part in ast.unparse(decorator)
        for decorator in function.decorator_list
        for part in ("fixture", "command", "given", "argument")
    )
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return [] if filled else [name for name in names if name not in ("self", "cls")]


def test_imports_stand_at_the_top() -> None:
    hidden = [
        f"{source.name}:{inner.lineno} in {function.name}"
        for source in python_files()
        for function in source.functions()
        if function.name not in LATE_IMPORTS
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom) and not is_inside_a_late_one(source, inner)
    ]
    assert not hidden


def is_inside_a_late_one(source: Source, node: ast.stmt) -> bool:
    return any(node in ast.walk(function) for function in source.functions() if function.name in LATE_IMPORTS)


def test_every_argument_and_result_is_annotated() -> None:
    bare = [
        f"{source.name}:{function.lineno} {function.name}({argument.arg})"
        for source in python_files()
        for function in source.functions()
        for argument in every_argument(function)
        if argument.annotation is None and argument.arg not in ("self", "cls")
    ]
    bare += [
        f"{source.name}:{function.lineno} {function.name} -> ?"
        for source in python_files()
        for function in source.functions()
        if function.returns is None
    ]
    assert not bare


def every_argument(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    taken = function.args
    rest = [argument for argument in (taken.vararg, taken.kwarg) if argument]
    return [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, *rest]
