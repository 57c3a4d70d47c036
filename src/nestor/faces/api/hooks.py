"""What networks call: webhooks, and the question whether the desk is there."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from nestor.brands.models import Channel
from nestor.inbox.actions import MOST_BODY, receive_webhook

MOST_HEADER = 2000  # characters kept of one header
PRIVATE_HEADERS = frozenset({"cookie", "authorization"})  # the network's signature travels in headers of its own


@csrf_exempt
@require_POST
def receive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep a network's call and say so at once: 202, again too; 413 over 1 MB, 404 for no channel."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BODY:
        return JsonResponse({"error": "too_big", "most": MOST_BODY}, status=413)
    rows = Channel.objects.across_brands("a network knows the channel's address, not its brand")
    channel = rows.filter(public_id=public_id, is_connected=True).first()
    if channel is None:
        return JsonResponse({"error": "unknown_channel"}, status=404)
    body = request.read(MOST_BODY + 1)
    if len(body) > MOST_BODY:
        return JsonResponse({"error": "too_big", "most": MOST_BODY}, status=413)
    receive_webhook(channel, headers_of(request), body, timezone.now())
    return JsonResponse({"kept": True}, status=202)


def headers_of(request: HttpRequest) -> dict[str, str]:
    """Return the call's headers in lower case, without those that are nobody's business."""
    found = {name.lower(): value[:MOST_HEADER] for name, value in request.headers.items()}
    return {name: value for name, value in found.items() if name not in PRIVATE_HEADERS}


@require_GET
def show_health(_request: HttpRequest) -> HttpResponse:
    """200 while pages and database answer, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"well": False}, status=503)
    return JsonResponse({"well": True})
