"""How a command fails: an exit code and one sentence, never a traceback."""

import errno
import os
import traceback
from enum import IntEnum
from gettext import gettext as _
from pathlib import Path

import click


class Exit(IntEnum):
    """Exit codes of every command; `docs/operator-guide.md` lists them."""

    OK = 0
    FOUND = 1  # it ran, and found what it was asked to look for
    USAGE = 2  # wrong words on the command line
    FAILED = 3  # it could not be done, and the message says why
    DEFECT = 4  # Nestor is wrong
    INTERRUPTED = 130


class CommandFailed(click.ClickException):
    """Raise it with a translated sentence that says why, and what to do."""

    exit_code = int(Exit.FAILED)


def explain(error: BaseException) -> str | None:
    """Return a sentence for an error a person can act on, or None where it is a defect.

    Classes are known by name: importing Django here would make `nestor --help` slow.
    """
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if "nestor.config.environment.BadSetting" in names:
        return _("Setting {reason}.").format(reason=error)
    if "nestor.brands.secrets.SecretLost" in names:
        return _("A stored secret cannot be read with the keys in NESTOR_HOME/keys.")
    if "django.db.utils.OperationalError" in names:
        reason = (str(error).splitlines() or [""])[0]
        return _("The database does not answer or is not ready: {reason}").format(reason=reason)
    if "django.core.exceptions.ImproperlyConfigured" in names:
        return _("The configuration is wrong: {reason}").format(reason=error)
    if "nestor.networks.contract.NetworkTrouble" in names:
        return _("The network did not do it: {reason}").format(reason=getattr(error, "reason", ""))
    if isinstance(error, OSError):
        return _explain_system(error)
    return None


def _explain_system(error: OSError) -> str:
    reason = os.strerror(error.errno) if error.errno else _("unknown reason")
    if error.errno == errno.ENOSPC:
        return _("The disk is full.")
    if error.filename:
        return _("{path}: {reason}").format(path=click.format_filename(error.filename), reason=reason)
    return reason


def where(error: BaseException) -> str:
    """Return the kind of error and the line it came from; its text may carry what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"
