"""Compiles the translations (`.po` to `.mo`): people write the one, gettext reads the other."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from nestor.config.places import LOCALE, PACKAGE


def compile_stale(folders: list[Path] | None = None) -> list[Path]:
    """Compile every catalogue that ships with the desk and is newer than its compiled form; return those that were."""
    made = []
    for folder in [LOCALE, *PACKAGE.glob("networks/*/locale")] if folders is None else folders:
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                compile_one(source, target)
                made.append(target)
    return made


def compile_one(source: Path, target: Path) -> None:
    """Compile one catalogue; whoever reads it meanwhile sees the old or the new one, never half of it."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    fresh = target.with_suffix(".mo.new")
    with fresh.open("wb") as file:
        write_mo(file, catalogue)
    fresh.replace(target)


def main() -> None:
    """Compile what is stale: `python -m nestor.config.catalogues`."""
    compile_stale()


if __name__ == "__main__":
    main()
