"""Where the project's own files are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent


def find(name: str) -> Path:
    """Return the folder of that name (`locale`, `corpora`), wherever this installation keeps it."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else CHECKOUT / name


LOCALE = find("locale")
CORPORA = find("corpora")
DOCS = find("docs")
