"""The one door through which networks are called: time-outs, sizes, safe addresses, retries, and what an outcome means.

No other module under `nestor.networks` opens a client connection; `tests/house/test_network_doors.py` keeps it so.
"""

import base64
import json as jsonlib
import random
import re
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, NoReturn

import httpcore
import httpx

from nestor import __version__
from nestor.networks.contract import NetworkTrouble, Reason, Refused, TryLater, Uncertain
from nestor.networks.dial import Forbidden, SafeBackend, TooLate, running_clock, trust

READS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_AFTER = timedelta(seconds=60)
LONGEST_AFTER = timedelta(hours=24)
_ATTEMPTS = 3
_REDIRECTS = 5
_WORTH_REPEATING = frozenset({429, 500, 502, 503, 504})
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_WIRE_TROUBLE = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
    zlib.error,
    Forbidden,
    TooLate,
    Refused,
)


def wall_clock() -> datetime:
    """Return the present; asked by name, so that the crash suite can let hours pass."""
    return datetime.now(UTC)


class AnswerTooLarge(Refused):
    """The answer to a read went over `max_bytes`; a smaller page may pass."""

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.MALFORMED, detail)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole. `repr` shows neither headers nor body: both may carry secrets or messages."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # case-insensitive
    body: bytes = field(repr=False)
    url: str = field(repr=False, default="")  # where the answer came from, after redirects
    answers_write: bool = False

    def json(self) -> Any:
        """Return the parsed body; raise `Refused(MALFORMED)`, or `Uncertain(MALFORMED)` when it answers a write."""
        try:
            return jsonlib.loads(self.body)
        except (ValueError, RecursionError):
            raise malformed("the answer is not JSON", answers_write=self.answers_write) from None


def malformed(detail: str, *, answers_write: bool) -> NetworkTrouble:
    """Return what an answer that makes no sense means: nobody knows what became of a write."""
    return Uncertain(Reason.MALFORMED, detail) if answers_write else Refused(Reason.MALFORMED, detail)


class HttpSession:
    """Calls to one host for one account. Durations in seconds, sizes in bytes; not shared between threads.

    `allow_private` is for the host of `base_url` alone: no redirect reaches a private address elsewhere.
    `explain` may turn an answer ≥ 400 into a more precise trouble than the status alone says; None leaves the default.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        allow_private: bool = False,
        connect_for: float = 5.0,
        read_for: float = 15.0,
        total_for: float = 30.0,
        max_bytes: int = 8_000_000,
        explain: Callable[[Response], NetworkTrouble | None] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = _checked_base(base_url)
        self._headers = dict(headers or {})
        if auth is not None:
            self._headers["Authorization"] = _basic(*auth)
        carries_secrets = any(name.lower() in _CREDENTIALS for name in self._headers)
        if carries_secrets and self._base.scheme != "https" and not allow_private:
            raise Refused(Reason.UNSAFE, "credentials would travel unencrypted: use https")
        self._timeouts = {"connect": connect_for, "read": read_for, "write": read_for, "pool": connect_for}
        self._total_for = total_for
        self._max_bytes = max_bytes
        self._explain = explain
        self._pause = pause
        self._backend = SafeBackend(_origin(self._base)[1:] if allow_private else None)
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust(), max_connections=4, keepalive_expiry=2.0, network_backend=self._backend
        )

    def __repr__(self) -> str:
        return f"HttpSession({self._base.host})"

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool | None = None,
        not_after: datetime | None = None,
    ) -> Response:
        """Call and return the answer if it is below 400; raise `NetworkTrouble` otherwise.

        Reads (and what is said to be `idempotent`) are repeated a few times within `total_for`; writes go out once,
        and not at all (`TryLater`) where `not_after` has passed when their first byte would leave.
        """
        method = method.upper()
        request = self._build(
            method, path, params=params, json=json, content=content, headers={**self._headers, **(headers or {})}
        )
        is_read = method in READS
        attempts = _ATTEMPTS if (is_read if idempotent is None else idempotent) else 1
        self._backend.deadline = running_clock() + self._total_for
        for attempt in range(1, attempts + 1):
            self._backend.prepare(None if not_after is None else partial(_is_over, not_after))
            try:
                return self._follow(request, is_read=is_read)
            except NetworkTrouble as trouble:
                wait = _wait_before_repeating(trouble, attempt)
                if attempt == attempts or wait is None or running_clock() + wait >= self._backend.deadline:
                    raise
            self._pause(wait)
        raise AssertionError("unreachable")  # the last attempt returns or raises

    def close(self) -> None:
        """Give back connections."""
        self._pool.close()

    def _build(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None,
        json: Any,
        content: bytes | None,
        headers: Mapping[str, str],
    ) -> httpx.Request:
        try:
            address = (
                httpx.URL(path) if "://" in path else httpx.URL(f"{str(self._base).rstrip('/')}/{path.lstrip('/')}")
            )
            if params:
                address = address.copy_merge_params(dict(params))
            sent = {"Accept-Encoding": "gzip", "User-Agent": f"nestor-desk/{__version__}", "Accept": "*/*", **headers}
            built = httpx.Request(method, address, headers=sent, json=json, content=content)
        except (httpx.InvalidURL, ValueError, TypeError):
            raise Refused(Reason.INVALID, "the request cannot be written") from None
        if _origin(address) != _origin(self._base):
            raise Refused(Reason.UNSAFE, "another host than the one connected")
        return built

    def _follow(self, request: httpx.Request, *, is_read: bool) -> Response:
        """Send; a read follows redirects, each one judged anew, and to another host only without credentials."""
        for _hop in range(_REDIRECTS + 1):
            answer = self._send(request, is_read=is_read)
            target = answer.headers.get("location", "") if answer.status in (301, 302, 303, 307, 308) else ""
            if not target:
                return self._judged(answer)
            if not is_read:
                _refuse_redirected_write(answer.status)
            request = _redirected(request, target)
        raise Refused(Reason.MALFORMED, "redirected in circles")

    def _send(self, request: httpx.Request, *, is_read: bool) -> Response:
        outgoing = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.read(),
            extensions={"timeout": self._timeouts},
        )
        try:
            incoming = self._pool.handle_request(outgoing)
        except _WIRE_TROUBLE as error:
            _translate(error, is_read=is_read)
        try:
            headers = httpx.Headers(incoming.headers)
            body = self._body(incoming, headers.get("content-encoding", ""), is_read=is_read)
        finally:
            incoming.close()
        return Response(incoming.status, headers, body, str(request.url), answers_write=not is_read)

    def _body(self, incoming: httpcore.Response, encoding: str, *, is_read: bool) -> bytes:
        try:
            return _gather(incoming.iter_stream(), encoding.strip().lower(), self._max_bytes)
        except _WIRE_TROUBLE as error:
            if incoming.status >= 400:  # the status has said it all
                return b""
            if isinstance(error, (AnswerTooLarge, zlib.error)) and not is_read:
                raise Uncertain(Reason.MALFORMED, "the answer cannot be read") from None
            _translate(error, is_read=is_read)

    def _judged(self, answer: Response) -> Response:
        if answer.status < 400:
            return answer
        explained = self._explain(answer) if self._explain else None
        raise explained or _default_meaning(answer)


def _is_over(not_after: datetime) -> bool:
    return wall_clock() >= not_after


def _checked_base(base_url: str) -> httpx.URL:
    try:
        address = httpx.URL(base_url.strip())
    except (httpx.InvalidURL, TypeError):
        raise Refused(Reason.INVALID, "not an address") from None
    if address.scheme not in ("http", "https"):
        raise Refused(Reason.UNSAFE, "only http and https are called")
    if not address.host or address.userinfo or address.query or address.fragment:
        raise Refused(Reason.INVALID, "the address must be a host and a path, without user, query or fragment")
    if not _HOST.fullmatch(address.raw_host.decode("ascii")) or not 0 < (address.port or 1) < 65_536:
        raise Refused(Reason.INVALID, "not an address")
    return address


def _origin(address: httpx.URL) -> tuple[str, str, int]:
    return (
        address.scheme,
        address.raw_host.decode("ascii"),
        address.port or (443 if address.scheme == "https" else 80),
    )


def _basic(user: str, password: str) -> str:
    if ":" in user or not f"{user}{password}".isprintable():
        raise Refused(Reason.INVALID, "user or password holds a character that cannot be sent")
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def _gather(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """Return the body, inflated; stop at `max_bytes` before and after inflating, whatever was promised."""
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise zlib.error("unknown encoding")
    inflate = zlib.decompressobj(wbits=47) if encoding not in ("", "identity") else None
    body = bytearray()
    for chunk in chunks:
        body += inflate.decompress(chunk, max_bytes + 1 - len(body)) if inflate else chunk
        if len(body) > max_bytes or (inflate is not None and inflate.unconsumed_tail):
            raise AnswerTooLarge(f"more than {max_bytes} bytes")
    if inflate is not None and not inflate.eof and body:
        raise zlib.error("cut short")
    return bytes(body)


def _redirected(request: httpx.Request, target: str) -> httpx.Request:
    try:
        address = request.url.join(target)
    except httpx.InvalidURL:
        raise Refused(Reason.MALFORMED, "redirected to what is no address") from None
    if address.scheme not in ("http", "https") or (request.url.scheme == "https" and address.scheme != "https"):
        raise Refused(Reason.UNSAFE, "redirected to what the desk does not call")
    if _origin(address) != _origin(request.url) and not _CREDENTIALS.isdisjoint(request.headers):
        # Without credentials the other host would say no, and the person would look for a wrong password.
        raise Refused(
            Reason.INVALID,
            f"the address has moved: connect again with {address.scheme}://{address.netloc.decode('ascii')}",
        )
    headers = {name: value for name, value in request.headers.items() if name != "host"}
    if _origin(address) != _origin(request.url):
        # Which of a network's own headers are secret cannot be known here: none travels to another host.
        headers = {name: headers[name] for name in ("accept", "accept-encoding", "user-agent") if name in headers}
    return httpx.Request(request.method, address.copy_with(userinfo=b"", fragment=None), headers=headers)


def _refuse_redirected_write(status: int) -> NoReturn:
    if status in (302, 303):  # forms answer so once they have done what was asked
        raise Uncertain(Reason.MALFORMED, "the answer to a write was a redirect")
    raise Refused(Reason.INVALID, "the address has moved: connect again with the new one")


def _translate(error: Exception, *, is_read: bool) -> NoReturn:
    """Raise what a failed call means. Nothing left before a connection stood; afterwards a write is uncertain."""
    if isinstance(error, NetworkTrouble):
        raise error
    if isinstance(error, Forbidden):
        raise Refused(Reason.UNSAFE, "the name leads to an address the desk refuses to call") from None
    if isinstance(error, httpcore.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        raise Refused(Reason.UNSAFE, "the certificate cannot be verified", permanent=False) from None
    if isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout)):
        raise TryLater(Reason.UNREACHABLE, DEFAULT_AFTER, "no connection") from None
    if isinstance(error, TooLate):
        raise TryLater(Reason.UNREACHABLE, DEFAULT_AFTER, "too late to begin") from None
    if isinstance(error, (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol)):
        raise Refused(Reason.INVALID, "the request cannot be written") from None
    if isinstance(error, zlib.error):
        raise malformed("the answer cannot be inflated", answers_write=not is_read) from None
    if not is_read:
        raise Uncertain(Reason.OUTAGE, "the connection broke or stalled after the request had left") from None
    raise TryLater(Reason.UNREACHABLE, DEFAULT_AFTER, "the connection broke or stalled") from None


def _default_meaning(answer: Response) -> NetworkTrouble:
    """Return what a status ≥ 400 means when the network's connector does not know better."""
    status, detail = answer.status, f"status {answer.status}"
    if status in (501, 505):  # said before anything was done
        return Refused(Reason.INVALID, detail)
    if status == 429:
        return TryLater(Reason.LIMITED, retry_after(answer, DEFAULT_AFTER), detail)
    if status >= 500 or status == 408:
        return _meaning_of_outage(answer, detail)
    meanings = {401: Reason.SIGN_IN, 403: Reason.FORBIDDEN, 404: Reason.GONE, 410: Reason.GONE}
    meanings |= {409: Reason.DUPLICATE, 413: Reason.TOO_LONG, 414: Reason.TOO_LONG}
    return Refused(meanings.get(status, Reason.INVALID), detail)


def _meaning_of_outage(answer: Response, detail: str) -> NetworkTrouble:
    # A cache in between says 503 with Retry-After also when the site behind it had taken the request.
    promised = answer.status == 503 and "retry-after" in answer.headers
    relayed = "x-varnish" in answer.headers or "via" in answer.headers
    if answer.answers_write and not (promised and not relayed):
        return Uncertain(Reason.OUTAGE, detail)
    return TryLater(Reason.OUTAGE, retry_after(answer, DEFAULT_AFTER), detail)


def retry_after(answer: Response, otherwise: timedelta) -> timedelta:
    """Return an answer's Retry-After (seconds or a date), between one second and a day; `otherwise` without one."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return otherwise
    try:
        wanted = timedelta(seconds=int(text)) if text.isdecimal() else parsedate_to_datetime(text) - datetime.now(UTC)
    except OverflowError:
        return LONGEST_AFTER
    except (ValueError, TypeError):
        return otherwise
    return min(max(wanted, timedelta(seconds=1)), LONGEST_AFTER)


def _wait_before_repeating(trouble: NetworkTrouble, attempt: int) -> float | None:
    """Return the seconds to wait before asking again, None where asking again makes no sense."""
    jittered = random.uniform(0.5, 1.0) * 0.4 * (1 << attempt)  # noqa: S311 — spreads calls, keeps no secret
    if isinstance(trouble, TryLater):
        asked = 0.0 if trouble.after is DEFAULT_AFTER else trouble.after.total_seconds()  # `is`: nobody asked for it
        return max(asked, jittered)
    return jittered if isinstance(trouble, Uncertain) and trouble.reason is Reason.OUTAGE else None
