"""The live stream, and the same by asking again for those whom no stream reaches."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import BRAND_KEY, DeskRequest, seated
from nestor.faces.web.live.hub import WINDOW, Told, Watcher, hub, next_of, presence, told_of
from nestor.faces.web.live.presence import Sign
from nestor.faces.web.views.conversation import open_conversation
from nestor.people.reads import Seat, seats_of
from nestor.people.rules import Permission
from nestor.work.reads import events_since

HEARTBEAT = 15.0  # seconds
RENEW_AFTER = timedelta(minutes=5)  # then the page connects again, and sign-in and role are looked at again
MOST_BACK = timedelta(minutes=10)


async def stream(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events of the brand one speaks for; ids and kinds only."""
    seat = await sync_to_async(_seat)(request)
    if seat is None:
        return HttpResponse(status=401)
    watcher = Watcher(seat.brand.pk, seat.may(Permission.SEE_SEALED))
    last_id = request.headers.get("Last-Event-ID", "")[:32]
    response = StreamingHttpResponse(_lines(watcher, last_id), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _seat(request: HttpRequest) -> Seat | None:
    try:
        if not request.user.is_authenticated:
            return None
        seats = seats_of(request.user)
        slug = request.session.get(BRAND_KEY, "")
        seat = next((one for one in seats if one.brand.slug == slug), seats[0] if seats else None)
        return seat if seat is not None and seat.may(Permission.SEE) else None
    finally:
        connections.close_all()  # the stream outlives its request's thread; it must not keep its connection


async def _lines(watcher: Watcher, last_id: str) -> AsyncIterator[str]:
    shared = hub()
    shared.join(watcher, last_id)
    until = timezone.now() + RENEW_AFTER
    try:
        yield "retry: 3000\n: hello\n\n"
        while timezone.now() < until:
            if watcher.missed:
                watcher.missed = False
                yield "event: again\ndata: {}\n\n"
            told = await next_of(watcher, HEARTBEAT)
            place = f"id: {told.id}\n" if told is not None and told.id else ""  # presence has no place in the order
            yield ": still here\n\n" if told is None else f"{place}event: news\ndata: {as_json(told)}\n\n"
    finally:
        shared.leave(watcher)


def as_json(told: Told) -> str:
    """Return what goes over the wire."""
    return json.dumps({"id": str(told.id), "kind": told.kind, "conversation": told.conversation})


@require_POST
@seated()
def be_here(request: DeskRequest, public_id: str) -> JsonResponse:
    """Say that one looks at a conversation, writes in it, or leaves it; hear who else is there."""
    conversation = open_conversation(request, public_id)
    presence.open()
    sign = Sign(
        request.seat.brand.pk,
        conversation.public_id,
        request.user.public_id,
        request.user.name[:60],
        is_writing=request.POST.get("writes") == "1",
        is_gone=request.POST.get("leaves") == "1",
        is_sealed=conversation.route.is_sealed,
    )
    presence.give(sign)
    others = presence.others(sign.brand_id, sign.conversation, sign.person)
    return JsonResponse({"others": [{"name": one.name, "writes": one.is_writing} for one in others]})


@seated()
def poll(request: DeskRequest) -> JsonResponse:
    """What happened since `since` (milliseconds): the page keeps what it has seen, since some of it comes twice."""
    watcher = Watcher(request.seat.brand.pk, request.seat.may(Permission.SEE_SEALED))
    given = request.GET.get("since", "")
    since = request.now
    if given.isascii() and given.isdigit() and len(given) < 15:
        since = datetime.fromtimestamp(int(given) / 1000, UTC)
    since = max(since, request.now - MOST_BACK) - WINDOW
    told = [one for one in told_of(events_since(since)) if watcher.wants(one)]
    news = [{"id": str(one.id), "kind": one.kind, "conversation": one.conversation} for one in told]
    return JsonResponse({"now": str(int(request.now.timestamp() * 1000)), "news": news})
