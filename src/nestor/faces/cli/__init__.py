"""The command line: `nestor COMMAND`. Each command is a module here that exports `command`."""

from nestor.faces.cli.main import main

__all__ = ["main"]
