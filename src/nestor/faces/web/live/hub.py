"""One look a second at what happened, for everybody who watches: the number of watchers costs no query."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.utils import timezone

from nestor.faces.web.live.presence import Presence, Sign
from nestor.routing.models import Route
from nestor.work.models import Event
from nestor.work.reads import events_since

log = logging.getLogger("nestor.live")
EVERY = 1.0  # seconds
WINDOW = timedelta(seconds=20)  # ids are not in commit order: an event may appear this long after its time
KEPT = 2000  # happenings a returning watcher can still be told of
PRESENCE = "Presence"  # the kind under which pages are told who is where
MOST_WAITING = 200  # happenings one slow watcher may have waiting; then it is told to look again


@dataclass(frozen=True, slots=True)
class Told:
    """What a watcher is told: ids and a kind, never text."""

    id: int
    brand_id: int
    kind: str
    conversation: str = ""
    is_sealed: bool = False


@dataclass(eq=False, slots=True)
class Watcher:
    """One open page."""

    brand_id: int
    sees_sealed: bool
    queue: "asyncio.Queue[Told | None]" = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    missed: bool = False

    def wants(self, told: Told) -> bool:
        """Return whether this page may know of it."""
        return told.brand_id == self.brand_id and (self.sees_sealed or not told.is_sealed)

    def tell(self, told: Told) -> None:
        """Queue it; a page that cannot keep up is told once to look at everything again."""
        if not self.wants(told):
            return
        try:
            self.queue.put_nowait(told)
        except asyncio.QueueFull:
            self.missed = True


def told_of(events: list[Event]) -> list[Told]:
    """Return events as watchers are told of them; at most one query more, for the public names of conversations."""
    wanted = {event.ids["conversation_id"] for event in events if event.ids.get("conversation_id")}
    names: dict[int, tuple[str, bool]] = {}
    if wanted:
        rows = Route.objects.across_brands(
            "one look for the watchers of every brand; each is told its own brand's alone"
        )
        found = rows.filter(conversation_id__in=wanted).values_list(
            "conversation_id", "conversation__public_id", "is_sealed"
        )
        names = {row[0]: (row[1], row[2]) for row in found}
    told = []
    for event in events:
        conversation_id = event.ids.get("conversation_id")
        if conversation_id and conversation_id not in names:
            continue  # not routed yet: it is announced again when it is
        name, is_sealed = names.get(conversation_id, ("", False)) if conversation_id else ("", False)
        told.append(Told(event.pk, event.brand_id, event.name, name, is_sealed))
    return told


class Hub:
    """Looks once a second while anybody watches, and tells each page what concerns it."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()
        self._seen: OrderedDict[int, datetime] = OrderedDict()
        self._recent: OrderedDict[int, Told] = OrderedDict()
        self._task: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self.looks = 0

    def join(self, watcher: Watcher, last_id: str = "") -> None:
        """Begin to tell this page, first what it missed since `last_id`, where that is still known."""
        if last_id:
            known = list(self._recent)
            number = int(last_id) if last_id.isascii() and last_id.isdigit() and len(last_id) < 20 else -1
            if number in self._recent:
                for told in [self._recent[one] for one in known[known.index(number) + 1 :]]:
                    watcher.tell(told)
            else:
                watcher.missed = True
        self._watchers.add(watcher)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(timezone.now()))

    def leave(self, watcher: Watcher) -> None:
        """Stop telling this page; with the last one gone, nothing is looked at any more."""
        self._watchers.discard(watcher)

    def pass_on(self, told: Told) -> None:
        """Tell the pages something that is no event: it has no place in the order, and is not told again."""
        for watcher in list(self._watchers):
            watcher.tell(told)

    async def _run(self, started_at: datetime) -> None:
        while self._watchers:
            try:
                await self.look(started_at)
            except Exception as error:  # noqa: BLE001  whatever goes wrong once, the pages are told of the next thing
                log.error("live events: %s", type(error).__name__)
            await asyncio.sleep(EVERY)

    async def look(self, started_at: datetime) -> None:
        """Look once, and tell everybody; of two looks, the second begins when the first has told all it saw."""
        async with self._looking:
            self.looks += 1
            since = max(started_at, timezone.now() - WINDOW)
            for told in await sync_to_async(self._news, thread_sensitive=False)(since):
                for watcher in list(self._watchers):
                    watcher.tell(told)

    def _news(self, since: datetime) -> list[Told]:
        try:
            return self._heard(since)
        finally:
            connections.close_all()  # any thread of the pool may look next: none keeps a connection meanwhile

    def _heard(self, since: datetime) -> list[Told]:
        fresh = [event for event in events_since(since) if event.pk not in self._seen]
        for event in fresh:
            self._seen[event.pk] = event.at
        while self._seen and next(iter(self._seen.values())) < since - WINDOW:
            self._seen.popitem(last=False)
        found = told_of(fresh) if fresh else []
        for told in found:
            self._recent[told.id] = told
        while len(self._recent) > KEPT:
            self._recent.popitem(last=False)
        return found


def tell_presence(sign: Sign) -> None:
    """Tell the pages of this process that somebody came to a conversation, left or began to write; from any thread."""
    told = Told(0, sign.brand_id, PRESENCE, sign.conversation, sign.is_sealed)
    for loop, shared in list(_loops.values()):
        with contextlib.suppress(RuntimeError):  # that loop has ended
            loop.call_soon_threadsafe(shared.pass_on, told)


presence = Presence(Path(settings.HOME) / "run", tell_presence)
_hubs: dict[int, Hub] = {}
_loops: dict[int, tuple[asyncio.AbstractEventLoop, Hub]] = {}


def hub() -> Hub:
    """Return the hub of this process's event loop."""
    key = id(asyncio.get_running_loop())
    if key not in _hubs:
        _hubs.clear()
        _loops.clear()
        _hubs[key] = Hub()
        _loops[key] = (asyncio.get_running_loop(), _hubs[key])
    return _hubs[key]


async def next_of(watcher: Watcher, within: float) -> Told | None:
    """Return what the page is to be told next, or None when nothing happened in that many seconds."""
    with contextlib.suppress(TimeoutError):
        return await asyncio.wait_for(watcher.queue.get(), within)
    return None
