"""Sixteen people at once who never wait: how long each kind of page takes."""

import http.client
import random
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

CLIENTS = 16
_SHARES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of page: where it may lead, how often it is asked for."""

    kind: str
    paths: Sequence[str]
    weight: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Heard:
    """What came back: seconds by kind, and what was no page."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bad: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lasted: float = 0.0

    @property
    def rate(self) -> float:
        """Return pages a second."""
        return sum(map(len, self.seconds.values())) / max(1e-9, self.lasted)

    def table(self) -> dict[str, dict[str, float]]:
        """Return p50, p95, p99 in milliseconds and the number, by kind and for all."""
        whole = [one for values in self.seconds.values() for one in values]
        kinds = {**self.seconds, "all": whole}
        return {kind: {**percentiles(values), "pages": len(values)} for kind, values in sorted(kinds.items()) if values}


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 in milliseconds, by the nearest rank."""
    ordered = sorted(values)
    return {
        f"p{share}": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)] * 1000, 1) for share in _SHARES
    }


@dataclass(frozen=True, slots=True)
class Crowd:
    """Clients that ask for pages one after the other until a time."""

    port: int
    cookie: str
    mix: Sequence[Asked]
    until: float
    heard: Heard = field(default_factory=Heard)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def come(self, clients: int) -> Heard:
        """Let that many ask until the time has come."""
        threads = [threading.Thread(target=self._one, args=(random.Random(number),)) for number in range(clients)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.heard.lasted = time.monotonic() - begun
        return self.heard

    def _one(self, luck: random.Random) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        weights = [asked.weight for asked in self.mix]
        while time.monotonic() < self.until:
            asked = luck.choices(self.mix, weights)[0]
            begun = time.perf_counter()
            connection.request("GET", luck.choice(asked.paths), headers={"Cookie": self.cookie, **asked.headers})
            answer = connection.getresponse()
            body = answer.read()
            lasted = time.perf_counter() - begun
            with self.lock:
                self.heard.seconds[asked.kind].append(lasted)
                if answer.status != HTTPStatus.OK or not body:
                    self.heard.bad[f"{asked.kind}: {answer.status}"] += 1
        connection.close()


def ask(port: int, cookie: str, mix: Sequence[Asked], lasting: float) -> Heard:
    """Let sixteen clients ask for pages for so many seconds."""
    return Crowd(port, cookie, mix, time.monotonic() + lasting).come(CLIENTS)
