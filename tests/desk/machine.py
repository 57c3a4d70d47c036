"""A program that uses the API: its token, and a client that carries it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from nestor.people.actions import make_token
from nestor.people.reads import Seat
from nestor.people.rules import Scope

ROOT = "/api/v1"


def secret_of(seat: Seat, scopes: Iterable[Scope] = tuple(Scope), now: datetime | None = None, days: int = 30) -> str:
    """Return the secret of a fresh token; of somebody who may make none, as if they had been able to when they did."""
    made = make_token(seat, "Programme", scopes, days, now or timezone.now())
    assert made is not None
    return made[1]


class Machine:
    """Calls the API with a token, in a language."""

    def __init__(self, secret: str, language: str = "en") -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"authorization": f"Bearer {secret}", "accept-language": language}

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "", **query: Any) -> Any:
        """Call, and return the answer. A body that is called gives the fields of a form, for what brings files."""
        headers = {**self.headers, **({"idempotency-key": key} if key else {})}
        if method == "GET":
            return self.client.get(ROOT + path, query, headers=headers)
        if callable(body):
            return self.client.post(ROOT + path, body(), headers=headers)
        return self.client.generic(
            method, ROOT + path, b"" if body is None else _json(body), "application/json", headers=headers
        )

    def get(self, path: str, **query: Any) -> Any:
        """Return what is there."""
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.content
        return answer.json()


def _json(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()
