"""Answers as a real WordPress once did: exchanges recorded by `tests.services.wordpress.capture`, in their order."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import nestor.networks.wordpress
from tests.wire.misbehaving import Call, Misbehaving

PAYLOADS = Path(nestor.networks.wordpress.__file__).parent / "payloads"
PASSING = {"after", "before"}  # times of the day the recording was made

Key = tuple[str, str, frozenset[tuple[str, str]]]


class Replay:
    """One recorded scene. A question asked again gets the next recorded answer to it; the last one stays."""

    def __init__(self, scene: str) -> None:
        self._answers: dict[Key, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.bodies: list[Any] = []
        self.unknown: list[str] = []
        for exchange in json.loads((PAYLOADS / f"{scene}.json").read_text(encoding="utf-8")):
            self._answers.setdefault(_key(exchange["request"]), []).append(exchange)

    def answer(self, call: Call) -> None:
        line = " ".join(call.request.split(b"\r\n")[0].decode().split(" ")[:2])
        body = call.request.partition(b"\r\n\r\n")[2]
        self.asked.append(line)
        self.bodies += [json.loads(body)] if body else []
        recorded = self._answers.get(_key(line))
        if not recorded:
            self.unknown.append(line)
            call.answer(599, b"not recorded")
            return
        exchange = recorded.pop(0) if len(recorded) > 1 else recorded[0]
        text = exchange["body"]
        raw = text.encode() if isinstance(text, str) else json.dumps(text).encode()
        headers = {name.replace("-", "_"): value for name, value in exchange["headers"].items()}
        call.answer(exchange["status"], raw, **headers)


def _key(line: str) -> Key:
    method, _, target = line.partition(" ")
    parts = urlsplit(target)
    asked = frozenset((name, value) for name, value in parse_qsl(parts.query) if name not in PASSING)
    return method, parts.path, asked


@contextmanager
def replayed(scene: str) -> Iterator[tuple[str, Replay]]:
    """Serve a scene; give its address and what was asked of it. Every question must have been recorded."""
    replay = Replay(scene)
    with Misbehaving(replay.answer) as server:
        yield server.url, replay
    if replay.unknown:
        raise AssertionError(f"not recorded: {replay.unknown}")
