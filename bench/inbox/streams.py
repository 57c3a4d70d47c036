"""Hundreds of open event streams, and whether each was told of everything.

`python -m bench.inbox.streams PORT COOKIE STREAMS` opens them, says `{"open": n}`, listens until its input ends, then
waits until nothing has come for a while and says which events every stream was told of, and how many streams missed
some of those that any was told of. A stream that ends is opened again where it stopped, as a browser does.
"""

import asyncio
import contextlib
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field

QUIET = 8.0  # seconds without news that end the listening
_ID = re.compile(rb"^id: (\d+)", re.MULTILINE)


@dataclass(slots=True)
class Stream:
    """What one page heard."""

    seen: set[int] = field(default_factory=set)
    last: int = 0
    again: int = 0  # times it was told to look at everything again
    openings: int = 0


class Listening:
    """All streams of one run."""

    def __init__(self, port: int, cookie: str, streams: int) -> None:
        self._port, self._cookie = port, cookie
        self.streams = [Stream() for _ in range(streams)]
        self._news, self._all_open = asyncio.Event(), asyncio.Event()
        self._open = 0

    async def run(self) -> None:
        """Open all, listen, and say what was heard."""
        tasks = [asyncio.create_task(self._keep_open(stream)) for stream in self.streams]
        await self._all_open.wait()
        print(json.dumps({"open": self._open}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        with contextlib.suppress(TimeoutError):
            while True:
                self._news.clear()
                await asyncio.wait_for(self._news.wait(), QUIET)
        for task in tasks:
            task.cancel()
        print(json.dumps(self._summary()), flush=True)

    def _summary(self) -> dict[str, object]:
        everything = set().union(*(stream.seen for stream in self.streams))
        missing = [len(everything - stream.seen) for stream in self.streams]
        return {
            "streams": len(self.streams),
            "events": len(everything),
            "missed": sum(missing),
            "streams that missed some": sum(1 for one in missing if one),
            "told to look again": sum(stream.again for stream in self.streams),
            "openings": Counter(stream.openings for stream in self.streams),
        }

    async def _keep_open(self, stream: Stream) -> None:
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._listen(stream)
            await asyncio.sleep(1)

    async def _listen(self, stream: Stream) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        last = f"Last-Event-ID: {stream.last}\r\n" if stream.last else ""
        ask = f"GET /live/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self._cookie}\r\n{last}\r\n"
        writer.write(ask.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise OSError("no stream")
        stream.openings += 1
        self._open += stream.openings == 1
        if self._open == len(self.streams):
            self._all_open.set()
        rest = b""
        while part := await reader.read(65536):
            lines, _, rest = (rest + part).rpartition(b"\n")
            found = [int(one) for one in _ID.findall(lines)]
            if found:
                stream.seen.update(found)
                stream.last = found[-1]
                self._news.set()
            stream.again += lines.count(b"event: again")
        writer.close()


if __name__ == "__main__":
    asyncio.run(Listening(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])).run())
