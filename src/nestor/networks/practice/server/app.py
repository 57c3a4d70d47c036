"""The ASGI application: three doors (public, admin, pages), one thread, and the replay's pulse."""

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from nestor.networks.practice.server import admin_api, gate
from nestor.networks.practice.server.network import PracticeNetwork
from nestor.networks.practice.server.pictures import photograph, portrait, stored
from nestor.networks.practice.server.society import No
from nestor.networks.practice.server.wire import LONGEST_BODY, Answer, Cut, Hang, Request, as_error, as_json

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger("nestor.practice")
_LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{place}</title><style>body{{font:1.1rem/1.5 sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}}"
    "p{{white-space:pre-wrap;overflow-wrap:anywhere}}img{{max-width:100%}}</style>"
    "<main><h1>{name}</h1><p>{text}</p>{pictures}<time>{at}</time></main>"
)


class App:
    """What uvicorn calls. `cut` closes the connection of a client address without a word."""

    def __init__(self, network: PracticeNetwork, cut: Callable[[tuple[str, int]], None], pulse: float = 0.25) -> None:
        self._network = network
        self._cut = cut
        self._pulse = pulse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the beginning and end of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            answer = await self._answer(await _read(scope, receive))
        except No as no:
            answer = as_error(no)
        except (Hang, Cut) as silence:
            if isinstance(silence, Cut):
                self._cut(tuple(scope["client"]))
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await _write(send, answer)

    async def _answer(self, request: Request) -> Answer:
        if not _LOCAL.fullmatch(request.headers.get("host", "")):
            raise No(421, "forbidden", "this network lives on this machine only")
        if request.path.startswith("/v1/"):
            return await gate.pass_through(self._network, request)
        if request.path.startswith("/admin/"):
            return admin_api.pass_through(self._network, request)
        return self._page(request)

    def _page(self, request: Request) -> Answer:
        if request.method != "GET":
            raise No(405, "invalid", "only reading here")
        if request.path == "/":
            return as_json({"network": "practice", "is_ready": True})
        if matched := re.fullmatch(r"/p/([\w-]+)", request.path):
            return self._public_page(matched[1])
        if matched := re.fullmatch(r"/media/(\w+-u\d+)\.svg", request.path):
            return _picture(portrait(self._network.society.account(matched[1])["name"]))
        if matched := re.fullmatch(r"/media/(\w+-\d+)-(\d{1,3})\.(?:jpg|png|webp|gif)", request.path):
            row = self._network.society.item(matched[1])
            if found := stored(self._network.store, row["id"], int(matched[2])):
                return Answer(200, *found, _HARMLESS)
        if matched := re.fullmatch(r"/media/(\w+-\d+)-(\d+)\.svg", request.path):
            pictures = json.loads(self._network.society.item(matched[1])["images"])
            if int(matched[2]) < len(pictures):
                return _picture(photograph(pictures[int(matched[2])]["alt"]))
        raise No(404, "gone", "no such page")

    def _public_page(self, item_id: str) -> Answer:
        row = self._network.society.item(item_id)
        if row["place"] not in {"square", "page"}:
            raise No(403, "forbidden", "this is between two people")
        if row["state"] not in {"", "approved"}:
            raise No(404, "gone", "held back or put away")
        shown = {"language": row["language"] or "und", "place": row["place"], "text": row["text"]}
        shown |= {"name": self._network.society.account(row["author_id"])["name"], "at": row["published_at"]}
        images = self._network.feeds.rendered(dict(row), "")["images"]
        pictures = "".join(f'<img src="{escape(one["url"])}" alt="{escape(one["alt"])}">' for one in images)
        page = _PAGE.format(pictures=pictures, **{name: escape(value) for name, value in shown.items()})
        return Answer(200, page.encode(), "text/html; charset=utf-8", _HARMLESS)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        beating = asyncio.create_task(self._beat())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
        await send({"type": "lifespan.shutdown.complete"})

    async def _beat(self) -> None:
        while True:
            try:
                self._network.replay.tick(self._network.clock())
            except Exception:  # noqa: BLE001 — the script must not take the network down with it
                _log.exception("the replay stumbled")
            await asyncio.sleep(self._pulse)


_HARMLESS = {"Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"}


def _picture(drawn: bytes) -> Answer:
    return Answer(200, drawn, "image/svg+xml", _HARMLESS)


async def _read(scope: Scope, receive: Receive) -> Request:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Hang
        body += message.get("body", b"")
        if len(body) > LONGEST_BODY:
            raise No(413, "too_long", "the body is too large")
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return Request(scope["method"], scope["path"], query, headers, bytes(body))


async def _write(send: Send, answer: Answer) -> None:
    headers = {
        "Content-Type": answer.media_type,
        "Content-Length": str(len(answer.body)),
        "X-Content-Type-Options": "nosniff",
        **answer.headers,
    }
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body})
