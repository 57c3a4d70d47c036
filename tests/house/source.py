"""The project's own files, as the house tests look at them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "nestor"


@dataclass(frozen=True)
class Source:
    """One Python file: its name from the root of the checkout, its text and its tree."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the parts of its path inside the package, or nothing for a file outside."""
        path = Path(self.name)
        return path.relative_to("src/nestor").parts if path.is_relative_to("src/nestor") else ()

    @property
    def is_test(self) -> bool:
        return Path(self.name).name.startswith("test_")

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def imports(self) -> set[str]:
        """Return the full names of everything it imports, anywhere."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        return found


@cache
def files() -> tuple[str, ...]:
    """Return every file that is, or is about to be, part of the project; in an archive without git, all are."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        names = [str(path) for path in found if not path.parts[0].startswith((".venv", "var", ".git"))]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


@cache
def python_files() -> tuple[Source, ...]:
    """Return every Python file but the generated migrations; the launcher is one too."""
    names = [name for name in files() if name.endswith(".py") and "/migrations/" not in name]
    return tuple(Source(name, (ROOT / name).read_text(encoding="utf-8")) for name in [*names, "nestor"])


def length(node: ast.AST) -> int:
    """Return how many lines a function or class takes."""
    return (getattr(node, "end_lineno", 0) or 0) - int(getattr(node, "lineno", 0)) + 1


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for an attribute or name, without the arguments of calls in between."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return node.id if isinstance(node, ast.Name) else "?"
