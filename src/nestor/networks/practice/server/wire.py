"""The HTTP of the practice network: requests in, answers out, and two ways of not answering."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nestor.networks.practice.server.society import No
from nestor.networks.practice.server.store import as_moment

LONGEST_BODY = 16_000_000  # bytes: four pictures of two megabytes, as text
_MOST = 1_000_000_000  # of any number somebody asks for


class Hang(Exception):
    """Never answer this request."""


class Cut(Exception):
    """Cut the connection without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, body read; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def fields(self) -> "Fields":
        """Return the JSON object of the body; raise `No(invalid)` when it is none."""
        try:
            content = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise No(422, "invalid", "the body is not JSON") from None
        if not isinstance(content, dict):
            raise No(422, "invalid", "a JSON object is expected")
        return Fields(content)


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object whose values are taken out by type; a wrong type is `No(invalid)`, naming the field."""

    content: Mapping[str, Any]

    def text(self, name: str, otherwise: str | None = None) -> str:
        """Return a string that can be stored; required when there is no default."""
        value = self.content.get(name, otherwise)
        if not isinstance(value, str):
            raise No(422, "invalid", f"{name}: a string is expected")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise No(422, "invalid", f"{name}: half a character") from None
        return value

    def whole(self, name: str) -> int | None:
        """Return a whole number, None where the field is absent."""
        value = self.content.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST):
            raise No(422, "invalid", f"{name}: a whole number is expected")
        return value

    def number(self, name: str, otherwise: float) -> float:
        """Return a number."""
        value = self.content.get(name, otherwise)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _MOST:
            raise No(422, "invalid", f"{name}: a number is expected")
        return float(value)

    def is_set(self, name: str) -> bool:
        """Return a truth value, False where the field is absent."""
        return self.content.get(name) is True

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object, empty where the field is absent."""
        value = self.content.get(name, {})
        if not isinstance(value, dict):
            raise No(422, "invalid", f"{name}: an object is expected")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings, empty where the field is absent."""
        value = self.content.get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise No(422, "invalid", f"{name}: a list of strings is expected")
        return tuple(value)

    def entries(self, name: str) -> "tuple[Fields, ...]":
        """Return a list of objects, empty where the field is absent."""
        value = self.content.get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise No(422, "invalid", f"{name}: a list of objects is expected")
        return tuple(Fields(entry) for entry in value)

    def moment(self, name: str) -> datetime | None:
        """Return a UTC time, None where the field is absent or empty."""
        return moment(self.text(name), name) if self.content.get(name) else None


def moment(text: str, name: str) -> datetime:
    """Return the time of a parameter; raise `No(invalid)` naming it."""
    try:
        return as_moment(text)
    except ValueError:
        raise No(422, "invalid", f"{name}: a UTC time like 2026-01-31T12:00:00.000000Z is expected") from None


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(content: Any, status: int = 200) -> Answer:
    """Return an answer of JSON."""
    return Answer(status, json.dumps(content).encode())


def as_error(no: No) -> Answer:
    """Return the answer of a refusal."""
    return as_json({"error": no.code, "detail": no.detail}, no.status)
