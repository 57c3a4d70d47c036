"""Who calls: the token behind a request, the seat it acts from, and how often it may."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from ninja.security import HttpBearer

from nestor.faces.api.v1.problems import BY_STATUS, MEDIA_TYPE, Problem, answer_of, misfits_of
from nestor.faces.api.v1.queries import check_query
from nestor.faces.api.v1.rates import Rate, counted
from nestor.inbox.models import Conversation
from nestor.inbox.reads import conversation_for
from nestor.people.actions import mark_token_used
from nestor.people.models import AccessToken
from nestor.people.reads import Seat, token_behind
from nestor.people.rules import SCOPE_MAY, Permission, Scope
from nestor.routing.reads import visible_routes
from nestor.work.actions import KeyReused, claim_key, fingerprint_of, keep_result

KEY = "Idempotency-Key"
VISIBLE = re.compile(r"[!-~]{1,60}")
ROOT = "/api/"


@dataclass(slots=True)
class Call:
    """One request of a machine."""

    token: AccessToken
    seat: Seat
    now: datetime
    rate: Rate


class ApiRequest(HttpRequest):
    """A request whose token is known."""

    call: Call


def calling(request: HttpRequest, secret: str, now: datetime) -> Call:
    """Return who calls with this secret; raise `Problem` for nobody, or for somebody who calls too often."""
    found = token_behind(secret, now)
    if found is None:
        raise Problem("unknown_caller")
    token, seat = found
    rate = counted(Path(settings.HOME) / "run" / "rates", token.public_id, settings.NESTOR_API_RATE, time.time())
    call = Call(token, seat, now, rate)
    cast("ApiRequest", request).call = call
    if rate.is_over:
        raise Problem("too_many")
    mark_token_used(token, now)
    return call


def check_scope(call: Call, scope: Scope) -> None:
    """Raise `Problem` unless the token has the scope, and its maker the right."""
    if scope.value not in call.token.scopes:
        raise Problem("scope", scope=scope.value)
    if not call.seat.may(SCOPE_MAY[scope]):
        raise Problem("role", scope=scope.value)


class Bearer(HttpBearer):
    """Lets in who brings a token with a scope."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Call:
        """Return the call, or raise `Problem`."""
        call = calling(request, token, timezone.now())
        if self.scope is not None:
            check_scope(call, self.scope)
        check_query(request)
        if request.method != "GET":
            key_of(request)
        return call


READ, ORGANISE, ANSWER, MODERATE = map(Bearer, (Scope.READ, Scope.ORGANISE, Scope.ANSWER, Scope.MODERATE))
CHANNELS, JOURNAL, WEBHOOKS = map(Bearer, (Scope.CHANNELS, Scope.JOURNAL, Scope.WEBHOOKS))
BRAND, FORWARD, TEAM, RETENTION = map(Bearer, (Scope.BRAND, Scope.FORWARD, Scope.TEAM, Scope.RETENTION))


def key_of(request: HttpRequest, *, is_needed: bool = False) -> str:
    """Return the request's idempotency key, "" without one; raise `Problem` for one that cannot be kept."""
    key = request.headers.get(KEY)
    if key is None:
        if is_needed:
            raise Problem("key_missing")
        return ""
    if not VISIBLE.fullmatch(key):
        raise Problem("invalid", errors=misfits_of([{"loc": ("header", KEY), "type": "string_pattern_mismatch"}]))
    return key


def once(request: ApiRequest, work: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """Do what a request asks once for its key, and return what it did (ids and codes alone are kept) each time after.

    What ends in a problem is not remembered: it may be tried again.
    """
    key, call = key_of(request), request.call
    if not key:
        return dict(work())
    asked = {"path": request.path, "method": request.method, "body": request.body.decode(errors="replace")}
    with transaction.atomic():
        try:
            row, _ = claim_key(call.seat.brand.pk, f"api:{call.token.pk}", key, fingerprint_of(asked), call.now)
        except KeyReused as error:
            raise Problem("key_reused") from error
        if row.result is not None:
            return dict(row.result)
        result = dict(work())
        keep_result(row, result)
    return result


def conversation_at(request: ApiRequest, public_id: str) -> Conversation:
    """Return a conversation this token may see; raise `Problem` for any other, without a hint why."""
    found = conversation_for(request.call.seat, public_id)
    if found is None or not visible_routes(request.call.seat).filter(conversation=found).exists():
        raise Problem("not_found")
    return found


def needs(request: ApiRequest, permission: Permission) -> None:
    """Raise `Problem` unless the person behind the token may do it."""
    if not request.call.seat.may(permission):
        raise Problem("role")


class Machines:
    """Answers machines in their language, says how often they may call, and lets no page answer them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request under `/api/`; leave the others alone."""
        if not request.path.startswith(ROOT):
            return self.get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language), timezone.override("UTC"):
            response = self.get_response(request)
            if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
                allowed = response.headers.get("Allow")
                code = BY_STATUS.get(response.status_code, "broken")
                response = answer_of(code, headers={"Allow": allowed} if allowed else None)
        response.headers["Content-Language"] = language
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ("Accept-Language", "Authorization"))
        if (call := getattr(request, "call", None)) is not None:
            for name, value in call.rate.headers().items():
                response.headers[name] = value
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="nestor"'
        return response
