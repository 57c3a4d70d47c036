"""The command line as somebody types it, in this process and on the test's own database."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from nestor.faces.cli.main import run


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it said on standard output and standard error."""

    code: int
    out: str
    err: str


Terminal = Callable[..., Said]


def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Return what runs one command line."""

    def typed(*arguments: object) -> Said:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return typed
