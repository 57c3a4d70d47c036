"""The desk as one ASGI application: pages run as WSGI in a few threads, the live stream runs async (decision 0010)."""

import gc
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from nestor.config.wsgi import application as _wsgi

THREADS = 3  # more only queue on the interpreter's lock: six served half as many pages a second (decision 0119)
STREAMS = frozenset({"/live/", "/api/v1/events"})
live = get_asgi_application()
pages = WSGIMiddleware(cast("Any", _wsgi), workers=THREADS)

_ = get_resolver().url_patterns  # every view is imported now, not while somebody waits for the first page
gc.collect()
gc.freeze()  # what is loaded lives as long as the process: going through it again and again held pages up for 100 ms


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer one connection."""
    is_live = scope["type"] == "http" and scope["path"] in STREAMS
    await (live if is_live else pages)(scope, receive, send)
