"""The process in which Apprise runs: `python -m nestor.notices.ways.child`, asked in JSON by its standard input.

An audit hook of Python itself sees each connection before it is made, whichever library makes it, and refuses those
the desk would refuse; it cannot be taken off again. Files are not written, other programs are not started.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import requests
from apprise import Apprise, AppriseAsset, NotifyBase
from requests.adapters import HTTPAdapter

from nestor.networks.addresses import may_call
from nestor.notices.rules.reach import is_chosen

SENDS = frozenset({"socket.sendto", "socket.sendmsg", "socket.bind"})
NEVER = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn"})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Judges what Apprise is about to do, and remembers how its calls ended."""

    def __init__(self, host: str, *, allow_private: bool) -> None:
        self._host = host  # the only one that may be called; "": the service's own
        self._allow_private = allow_private
        self.is_unsafe = False
        self.connections = 0
        self.answers: list[int] = []
        self.is_unreachable = False

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise for what the desk refuses; Python calls it before the thing is done."""
        if event in NEVER or event in SENDS or (event == "open" and self._writes(arguments)):
            self._refuse(event)
        if event == "socket.getaddrinfo" and self._host and _text(arguments[0]) != self._host:
            self._refuse(event)
        if event == "socket.connect":
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) and address else ""
            if not may_call(_text(host), allow_private=self._allow_private):
                self._refuse(event)
            self.connections += 1

    def _writes(self, arguments: tuple[Any, ...]) -> bool:
        path, _mode, flags = arguments
        return isinstance(flags, int) and bool(flags & WRITING) and path != os.devnull

    def _refuse(self, event: str) -> None:
        self.is_unsafe = True
        raise PermissionError(event)

    def send(self, real: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
        """Return the sender of the library Apprise calls with, listened to: Apprise itself says yes or no alone."""

        def heard(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            try:
                answer = real(adapter, request, **options)
            except (requests.ConnectTimeout, requests.ConnectionError) as error:
                self.is_unreachable = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
                raise
            self.answers.append(answer.status_code)
            return answer

        return heard

    def outcome(self, *, is_sent: bool) -> str:
        """Return what became of it, in one word."""
        if is_sent:
            return "sent"
        if self.is_unsafe:
            return "unsafe"
        if self.is_unreachable or (not self.connections and not self.answers):
            return "unreachable"
        return "refused" if self.answers and 400 <= self.answers[-1] < 500 else "uncertain"


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def main() -> None:
    """Answer one question."""
    sys.stdout.write(json.dumps(answer(json.loads(sys.stdin.buffer.read()))))


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the outcome of what was asked."""
    asset = AppriseAsset(app_id="Nestor", app_desc="Nestor", app_url="", async_mode=False, plugin_paths=[])
    found = Apprise.instantiate(asked["address"], asset=asset, suppress_exceptions=True)
    if found is None:
        return {"outcome": "unknown"}
    schema = str(asked["address"]).partition("://")[0].strip().lower()
    host = called_host(found)
    if not is_chosen(schema, host, asked["chosen"], has_host=bool(host)):
        return {"outcome": "not_chosen"}
    if not getattr(found, "verify_certificate", True) and not asked.get("allow_private"):
        return {"outcome": "unknown"}
    if asked["do"] == "look":
        return {"outcome": "known", "schema": schema}
    watch = Watch(host, allow_private=asked["allow_private"])
    HTTPAdapter.send = watch.send(HTTPAdapter.send)  # type: ignore[method-assign]
    sys.dont_write_bytecode = True  # what is loaded from here on would be taken for a plug-in that writes
    sys.addaudithook(watch.hear)
    try:
        is_sent = bool(found.notify(body=asked["body"], title=asked["title"]))
    except Exception:  # noqa: BLE001  dozens of plug-ins: whatever one raises, the question is answered
        is_sent = False
    return {"outcome": watch.outcome(is_sent=is_sent)}


def called_host(found: NotifyBase) -> str:
    """Return the host an address itself names; "" where the service is always the same one."""
    names_host = any("{host}" in template for template in getattr(found, "templates", ()))
    return str(getattr(found, "host", None) or "").lower() if names_host else ""


if __name__ == "__main__":
    main()
