"""What happens, as it happens (server-sent events), and from where one stopped: ids and kinds, never text."""

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from nestor.faces.api.v1.caller import Call, calling, check_scope
from nestor.faces.api.v1.problems import Problem, answer_of
from nestor.faces.live.hub import AGAIN, WINDOW, Told, Watcher, chunk_of, hub, next_of, told_of
from nestor.hooks.rules import KINDS
from nestor.people.rules import Permission, Scope
from nestor.work.reads import events_after

HEARTBEAT = 15.0  # seconds
RENEW_AFTER = timedelta(minutes=5)  # then the machine connects again, and its token is looked at again
MOST_MISSED = 5000
ENDING = "TeamChanged"  # never told: what the token may do is asked anew
HEARD = frozenset(KINDS) | {ENDING}
STREAM: dict[str, Any] = {
    "get": {
        "operationId": "stream_events",
        "summary": "Stream Events",
        "description": "Hear what happens as it happens (server-sent events): `news` with an id, a kind and the"
        " conversation's id; `again` where some was missed. Goes on after `Last-Event-ID`; some may come twice.",
        "parameters": [
            {"in": "header", "name": "Last-Event-ID", "required": False, "schema": {"type": "string", "maxLength": 20}}
        ],
        "responses": {200: {"description": "OK", "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
        "security": [{"Bearer": []}],
        "tags": ["events"],
        "x-scope": Scope.READ.value,
    }
}


async def stream(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events of the token's brand."""
    if request.method != "GET":
        return answer_of("method", headers={"Allow": "GET"})
    last = request.headers.get("Last-Event-ID", "")
    try:
        call = await sync_to_async(_call)(request)
    except Problem as problem:
        return answer_of(problem.code, problem.more)
    watcher = Watcher(call.seat.brand.pk, call.seat.may(Permission.SEE_SEALED), HEARD)
    response = StreamingHttpResponse(_chunks(watcher, last), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"
    return response


def _call(request: HttpRequest) -> Call:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    try:
        if kind.lower() != "bearer":
            raise Problem("unknown_caller")
        call = calling(request, secret.strip(), timezone.now())
        check_scope(call, Scope.READ)
        return call
    finally:
        connections.close_all()  # the stream outlives its request's thread; it must not keep its connection


async def _chunks(watcher: Watcher, last: str) -> AsyncIterator[bytes]:
    shared = hub()
    shared.join(watcher)  # before the past is looked at, so that nothing falls between the two
    until = timezone.now() + RENEW_AFTER
    try:
        past = await sync_to_async(_missed, thread_sensitive=False)(watcher, last) if last else []
        yield b"retry: 3000\n: hello\n\n" + (AGAIN if past is None else b"".join(told.line for told in past))
        told_before = {told.id for told in past or ()}
        while timezone.now() < until:
            news = [told for told in await next_of(watcher, HEARTBEAT) if told.id not in told_before]
            yield chunk_of(watcher, _public(news))
            if len(_public(news)) < len(news):
                return
    finally:
        shared.leave(watcher)


def _public(news: Iterable[Told]) -> list[Told]:
    return [told for told in news if told.kind != ENDING]


def _missed(watcher: Watcher, last: str) -> list[Told] | None:
    """Return what a machine may have missed since the event it names; None where nobody can say any more."""
    if not (last.isascii() and last.isdigit() and len(last) < 20):
        return None
    try:
        events = events_after(watcher.brand_id, int(last), WINDOW, MOST_MISSED)
        return None if events is None else _public(told for told in told_of(events) if watcher.wants(told))
    finally:
        connections.close_all()
