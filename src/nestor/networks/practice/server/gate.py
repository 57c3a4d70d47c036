"""What stands before the public API: the token, the rate, and the failures that were asked for."""

import asyncio
import re
import sqlite3
from dataclasses import replace
from datetime import datetime

from nestor.networks.practice.server import public_api
from nestor.networks.practice.server.failures import AFTER, BEFORE, DELAYS, Failure, Mode
from nestor.networks.practice.server.network import PracticeNetwork
from nestor.networks.practice.server.society import No
from nestor.networks.practice.server.store import as_text
from nestor.networks.practice.server.wire import Answer, Cut, Hang, Request, as_error, as_json
from nestor.networks.practice.server.witness import testify

_ROUTES: tuple[tuple[str, str, str, public_api.View], ...] = (
    ("GET", r"/v1/me", "me", public_api.me),
    ("GET", r"/v1/feed", "feed", public_api.feed),
    ("GET", r"/v1/sent", "find", public_api.sent),
    ("GET", r"/v1/messages/([\w-]+)", "find", public_api.one),
    ("GET", r"/v1/messages/([\w-]+)/counts", "counts", public_api.counts),
    ("POST", r"/v1/messages", "send", public_api.send),
    ("PATCH", r"/v1/messages/([\w-]+)", "edit", public_api.edit),
    ("DELETE", r"/v1/messages/([\w-]+)", "delete", public_api.delete),
    ("POST", r"/v1/messages/([\w-]+)/deeds", "act", public_api.act),
)
_WRITES = frozenset({"send", "edit", "delete", "act"})


async def pass_through(network: PracticeNetwork, request: Request) -> Answer:
    """Answer one request of the public API; raise `Hang` or `Cut` where a failure wants no answer at all."""
    verb, view, item_id = _route(request)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    owner = network.society.token_owner(token)
    account = owner[0] if owner else None
    place, account_id = (account["place"], account["id"]) if account else ("", "")
    struck = network.failures.strike(BEFORE | DELAYS | AFTER, place, account_id, verb)
    try:
        if account:
            await asyncio.sleep(network.store.manners(place).answers_after)
        await _before(struck)
        if account is None or owner is None or not owner[1]:
            raise No(401, "sign_in", "the token is unknown or dead")
        _count_call(network, account)
        answer = view(public_api.Call(network, request, account, item_id))
    except No as no:
        _testify_failed(network, request, account, verb, no.code)
        return _with_headers(network, account, _refusal(no))
    except (Hang, Cut) as silence:
        _testify_failed(network, request, account, verb, type(silence).__name__.lower())
        raise
    return _with_headers(network, account, _after(struck, answer))


def _route(request: Request) -> tuple[str, public_api.View, str]:
    for method, pattern, verb, view in _ROUTES:
        if (matched := re.fullmatch(pattern, request.path)) and request.method == method:
            return verb, view, (matched.groups() or ("",))[0]
    raise No(404, "gone", "no such address")


async def _before(struck: list[Failure]) -> None:
    for failure in struck:
        if failure.mode in DELAYS:
            await asyncio.sleep(failure.number("seconds", 2))
        elif failure.mode is Mode.HANG_BEFORE:
            raise Hang
        elif failure.mode is Mode.CLOSE_BEFORE:
            raise Cut
        elif failure.mode is Mode.DEAD_TOKEN:
            raise No(401, "sign_in", "the token died")
        elif failure.mode is Mode.LIMIT:
            raise No(429, "limited", f"{failure.number('seconds', 30):.0f}")
        elif failure.mode is Mode.ERROR_BEFORE:
            raise No(failure.status(503), "outage", str(failure.settings.get("retry_after", "")))
        elif failure.mode is Mode.REFUSE:
            raise No(failure.status(422), str(failure.settings.get("code", "invalid")), "refused")


def _after(struck: list[Failure], answer: Answer) -> Answer:
    for failure in struck:
        if failure.mode in {Mode.HANG_AFTER, Mode.ACCEPT_LATE}:
            raise Hang
        if failure.mode is Mode.CLOSE_AFTER:
            raise Cut
        if failure.mode is Mode.ERROR_AFTER:
            return as_json({"error": "outage", "detail": "out of order"}, failure.status(500))
        if failure.mode is Mode.MALFORMED:
            return replace(answer, status=200, body=b'{"items": [{"id": "sq-')
    return answer


def _refusal(no: No) -> Answer:
    answer = as_error(no)
    is_timed = no.code in {"limited", "outage"} and no.detail.isdecimal()
    return replace(answer, headers={"Retry-After": no.detail}) if is_timed else answer


def _count_call(network: PracticeNetwork, account: sqlite3.Row) -> None:
    now = network.clock()
    minute = int(now.timestamp()) // 60
    known, calls = network.calls.get(account["id"], (minute, 0))
    calls = calls + 1 if known == minute else 1
    network.calls[account["id"]] = (minute, calls)
    if calls > network.store.manners(account["place"]).calls_per_minute:
        raise No(429, "limited", str(_until_next_minute(now)))


def _until_next_minute(now: datetime) -> int:
    return 60 - int(now.timestamp()) % 60


def _with_headers(network: PracticeNetwork, account: sqlite3.Row | None, answer: Answer) -> Answer:
    if account is None:
        return answer
    now = network.clock()
    allowed = network.store.manners(account["place"]).calls_per_minute
    _minute, calls = network.calls.get(account["id"], (0, 0))
    headers = {
        "X-RateLimit-Limit": str(allowed),
        "X-RateLimit-Remaining": str(max(0, allowed - calls)),
        "X-RateLimit-Reset": str(_until_next_minute(now)),
        "X-Practice-Now": as_text(now + network.failures.skew(account["place"], account["id"])),
    }
    return replace(answer, headers={**headers, **answer.headers})


def _testify_failed(
    network: PracticeNetwork, request: Request, account: sqlite3.Row | None, verb: str, outcome: str
) -> None:
    if verb not in _WRITES or account is None:
        return
    mark = request.headers.get("idempotency-key", "")[:64]
    said = {"place": account["place"], "account_id": account["id"], "verb": verb, "outcome": outcome, "mark": mark}
    testify(network.store, network.clock(), said)
