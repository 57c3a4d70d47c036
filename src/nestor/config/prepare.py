"""Brings the database up to the installed version: `python -m nestor.config.prepare`. Safe to run at every start."""

import os

import django
from django.core.management import call_command

from nestor.config.catalogues import compile_stale


def prepare() -> None:
    """Compile translations, apply migrations, make the table that sign-in throttling counts in."""
    compile_stale()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def main() -> None:
    """Prepare as a command of its own, so that the supervisor never loads Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
    django.setup()
    prepare()


if __name__ == "__main__":
    main()
