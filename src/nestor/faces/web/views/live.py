"""The live stream, and the same by asking again for those whom no stream reaches."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nestor.faces.live.hub import WINDOW, Told, Watcher, chunk_of, hub, next_of, presence, told_of
from nestor.faces.live.presence import Sign
from nestor.faces.web.desk import BRAND_KEY, DeskRequest, seated
from nestor.faces.web.views.conversation import open_conversation
from nestor.people.events import TeamChanged
from nestor.people.reads import Seat, seats_of
from nestor.people.rules import Permission
from nestor.work.reads import events_since

HEARTBEAT = 15.0  # seconds
RENEW_AFTER = timedelta(minutes=5)  # then the page connects again, and sign-in and role are looked at again
TEAM_CHANGED = TeamChanged.__name__
MOST_BACK = timedelta(minutes=10)


async def stream(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events of the brand one speaks for; ids and kinds only."""
    seat = await sync_to_async(_seat)(request)
    if seat is None:
        return HttpResponse(status=401)
    watcher = Watcher(seat.brand.pk, seat.may(Permission.SEE_SEALED), whose=seat.user.pk)
    last_id = request.headers.get("Last-Event-ID", "")[:32]
    lines = _lines(watcher, last_id, request.GET.get("since", ""))
    response = StreamingHttpResponse(lines, content_type="text/event-stream")
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


async def _lines(watcher: Watcher, last_id: str, since: str) -> AsyncIterator[bytes]:
    shared = hub()
    shared.join(watcher, last_id)
    until = timezone.now() + RENEW_AFTER
    try:
        if since and not last_id:  # what happened while the page was on its way
            watcher.keep(await sync_to_async(_told_on_the_way)(watcher, since))
        yield b"retry: 3000\n: hello\n\n" + (chunk_of(watcher, ()) if watcher.missed else b"")
        while timezone.now() < until:
            told = await next_of(watcher, HEARTBEAT)
            yield chunk_of(watcher, told)
            if any(one.kind == TEAM_CHANGED for one in told):
                return  # the page connects again, and sign-in and role are looked at again
    finally:
        shared.leave(watcher)


def _told_on_the_way(watcher: Watcher, since: str) -> list[Told]:
    try:
        return _told_since(watcher, since, timezone.now())
    finally:
        connections.close_all()  # as in `_seat`


def _told_since(watcher: Watcher, given: str, now: datetime) -> list[Told]:
    """Return what concerns a page and happened since a moment in milliseconds; nonsense is now."""
    since = now
    if given.isascii() and given.isdigit() and len(given) < 15:
        since = datetime.fromtimestamp(int(given) / 1000, UTC)
    since = max(since, now - MOST_BACK) - WINDOW
    return [one for one in told_of(events_since(since)) if watcher.wants(one)]


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
    watcher = Watcher(request.seat.brand.pk, request.seat.may(Permission.SEE_SEALED), whose=request.user.pk)
    told = _told_since(watcher, request.GET.get("since", ""), request.now)
    return JsonResponse({"now": str(int(request.now.timestamp() * 1000)), "news": [one.words() for one in told]})
