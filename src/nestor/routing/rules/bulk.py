"""Deeds that may be done to many conversations at once; hiding, deleting and blocking are none of them. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any


class Deed(StrEnum):
    """What may be done to many at once."""

    RESOLVE = "resolve"
    REOPEN = "reopen"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    LABEL = "label"
    UNLABEL = "unlabel"
    SNOOZE = "snooze"
    WAKE = "wake"


def as_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a standing as JSON holds them; `as_was` reads them back."""
    return {name: {"at": value.isoformat()} if isinstance(value, datetime) else value for name, value in values.items()}


def as_was(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a standing as they were stored."""
    return {
        name: datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
        for name, value in stored.items()
    }
