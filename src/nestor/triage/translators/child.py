"""The process in which a translator runs: `python -m nestor.triage.translators.child`, asked in JSON by its input.

An audit hook of Python itself sees each connection before it is made, whichever library makes it, and lets through
what stays on this machine and the one host that was chosen. Other programs are not started. Code that is not
Python's own can go round a hook: it keeps an honest translator honest, and shows a careless one.
"""

import ipaddress
import json
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

from nestor.triage.translators.contract import SAID_BY_TRANSLATORS, CannotTranslate, Why
from nestor.triage.translators.registry import described, load

NEVER = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn"})
CALLS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
ASKS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
HERE = frozenset({"", "localhost"})


class Watch:
    """Judges what a translator is about to do; `host` is the one it may call, "" for none."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._addresses: set[str] = set()
        self.is_unsafe = False

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise for what was not chosen; Python calls it before the thing is done."""
        if event in NEVER or (event in CALLS and not self._may_call(arguments[1])):
            self._refuse(event)
        if event in ASKS and not self._may_ask(arguments[0]):
            self._refuse(event)

    def _may_call(self, address: Any) -> bool:
        if not isinstance(address, tuple) or not address:
            return True  # a socket that is connected already, or a file of this machine
        name = _text(address[0])
        return self._may_ask(name) or name in self._addresses or name in self._resolved()

    def _may_ask(self, asked: Any) -> bool:
        if asked is None:
            return True  # whatever address this machine listens on
        name = _text(asked[0] if isinstance(asked, tuple) and asked else asked)
        return name in HERE or name == self._host or _is_here(name)

    def _resolved(self) -> set[str]:
        """Return where the host is now: a name may lead elsewhere the next time it is asked."""
        if self._host:
            try:
                found = socket.getaddrinfo(self._host, None, type=socket.SOCK_STREAM)
            except OSError:
                found = []
            self._addresses |= {str(one[4][0]) for one in found}
        return self._addresses

    def _refuse(self, event: str) -> None:
        self.is_unsafe = True
        raise PermissionError(event)


def _text(host: Any) -> str:
    return (host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)).lower()


def _is_here(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def main() -> None:
    """Answer one question. What a translator prints goes nowhere: the answer is all that leaves."""
    asked = json.loads(sys.stdin.buffer.read())
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.path.extend(path for path in asked["path"] if path not in sys.path)
    watch = Watch(asked["host"])
    sys.addaudithook(watch.hear)
    with os.fdopen(out, "w", encoding="ascii") as answers:
        json.dump(answer(asked, watch), answers)
    os._exit(0)  # threads a translator left behind keep nobody waiting


def answer(asked: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
    """Return the outcome of what was asked."""
    try:
        translator = load(asked["key"])
    except CannotTranslate as error:
        return {"outcome": Why.UNSAFE if watch.is_unsafe else error.why, "detail": error.detail}
    if asked["do"] == "describe":
        said = described(asked["key"], translator)
        return {"outcome": "known", "name": said.name, "host": said.host}
    if translator.host != asked["host"]:
        return {"outcome": Why.MOVED}
    try:
        return _given(translator.translate(asked["text"], asked["source"], asked["target"]), asked["most"], watch)
    except CannotTranslate as error:
        return _none(watch, error.why if error.why in SAID_BY_TRANSLATORS else Why.BROKEN, error)
    except BaseException as error:  # noqa: BLE001  whatever a translator raises, the question is answered
        return _none(watch, Why.BROKEN, error)


def _given(text: object, most: int, watch: Watch) -> dict[str, Any]:
    if not isinstance(text, str):
        return _none(watch, Why.BROKEN, text)
    return {"outcome": "translated", "text": text[:most]}


def _none(watch: Watch, why: Why, what: object) -> dict[str, Any]:
    """Return that there is no translation. The words of an error may hold the text: only its type is told."""
    return {"outcome": Why.UNSAFE if watch.is_unsafe else why, "detail": type(what).__name__}


if __name__ == "__main__":
    main()
