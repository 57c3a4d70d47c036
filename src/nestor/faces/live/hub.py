"""One look a second at what happened, for everybody who watches: the number of watchers costs no query.

Shared by the doors that have a stream: pages, and the API.
"""

import asyncio
import contextlib
import json
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.utils import timezone

from nestor.faces.live.presence import Presence, Sign
from nestor.notices.reads import owners_of
from nestor.routing.models import Route
from nestor.work.models import Event
from nestor.work.reads import events_by_id, moments_since

log = logging.getLogger("nestor.live")
EVERY = 1.0  # seconds
WINDOW = timedelta(seconds=20)  # ids are not in commit order: an event may appear this long after its time
KEPT = 10_000  # happenings a returning watcher can still be told of
PRESENCE = "Presence"  # the kind under which pages are told who is where
MOST_WAITING = 5000  # happenings one slow watcher may have waiting; then it is told to look again
AGAIN = b"event: again\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Told:
    """What a watcher is told: ids and a kind, never text. Its line is written once, however many are told."""

    id: int
    brand_id: int
    kind: str
    conversation: str = ""
    is_sealed: bool = False
    only_for: int = 0  # what somebody is told is no news to the others
    line: bytes = field(default=b"", compare=False, repr=False)

    def __post_init__(self) -> None:
        place = f"id: {self.id}\n" if self.id else ""  # presence has no place in the order
        object.__setattr__(self, "line", f"{place}event: news\ndata: {json.dumps(self.words())}\n\n".encode())

    def words(self) -> dict[str, str]:
        """Return what goes over the wire."""
        return {"id": str(self.id), "kind": self.kind, "conversation": self.conversation}


@dataclass(eq=False, slots=True)
class Watcher:
    """One open page, or one machine that listens; `kinds` are those it may know of, None for all."""

    brand_id: int
    sees_sealed: bool
    kinds: frozenset[str] | None = None
    whose: int = 0
    queue: "asyncio.Queue[Told]" = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    missed: bool = False

    def wants(self, told: Told) -> bool:
        """Return whether this page may know of it."""
        if told.only_for:  # theirs, whichever brand they speak for at the moment
            return told.only_for == self.whose
        is_open = self.sees_sealed or not told.is_sealed
        return told.brand_id == self.brand_id and is_open and (self.kinds is None or told.kind in self.kinds)

    def tell(self, told: Told) -> None:
        """Queue it; a page that cannot keep up is told once to look at everything again."""
        if self.wants(told):
            self.keep([told])

    def keep(self, wanted: Iterable[Told]) -> None:
        """Queue what this page wants to know."""
        try:
            for told in wanted:
                self.queue.put_nowait(told)
        except asyncio.QueueFull:
            self.missed = True


def told_of(events: list[Event]) -> list[Told]:
    """Return events as watchers are told of them; two queries at most: names of conversations, owners of notices."""
    wanted = {event.ids["conversation_id"] for event in events if event.ids.get("conversation_id")}
    names: dict[int, tuple[str, bool | None]] = {}
    if wanted:
        rows = Route.objects.across_brands(
            "one look for the watchers of every brand; each is told its own brand's alone"
        )
        found = rows.filter(conversation_id__in=wanted).values_list(
            "conversation_id", "conversation__public_id", "is_sealed", "last_message__is_sealed"
        )
        names = {row[0]: (row[1], row[2] or row[3]) for row in found}  # what is sealed now is sealed at once
    told, owners = [], owners_of([event.ids["notice_id"] for event in events if event.ids.get("notice_id")])
    for event in events:
        notice_id = event.ids.get("notice_id")
        if notice_id:
            if notice_id in owners:
                told.append(Told(event.pk, event.brand_id, event.name, only_for=owners[notice_id]))
            continue
        conversation_id = event.ids.get("conversation_id")
        if conversation_id and conversation_id not in names:
            continue  # not routed yet: it is announced again when it is
        name, is_sealed = names.get(conversation_id, ("", False)) if conversation_id else ("", False)
        told.append(Told(event.pk, event.brand_id, event.name, name, bool(is_sealed)))
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
            self._task = asyncio.get_running_loop().create_task(self._run(timezone.now() - WINDOW))

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
            self._tell(await sync_to_async(self._news, thread_sensitive=False)(since))

    def _tell(self, news: list[Told]) -> None:
        """Tell every page what concerns it; who may know the same is chosen for once."""
        chosen: dict[tuple[int, bool, frozenset[str] | None], list[Told]] = {}
        personal = [told for told in news if told.only_for]
        for watcher in list(self._watchers) if news else ():
            audience = (watcher.brand_id, watcher.sees_sealed, watcher.kinds)
            if audience not in chosen:
                chosen[audience] = [told for told in news if not told.only_for and watcher.wants(told)]
            own = [told for told in personal if watcher.wants(told)] if personal else []
            watcher.keep([*chosen[audience], *own] if own else chosen[audience])

    def _news(self, since: datetime) -> list[Told]:
        try:
            return self._heard(since)
        finally:
            connections.close_all()  # any thread of the pool may look next: none keeps a connection meanwhile

    def _heard(self, since: datetime) -> list[Told]:
        unseen = {pk: at for pk, at in moments_since(since) if pk not in self._seen}
        fresh = events_by_id(unseen)
        self._seen.update(unseen)
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


async def next_of(watcher: Watcher, within: float) -> list[Told]:
    """Return everything that waits for the page; nothing when nothing happened in that many seconds."""
    found: list[Told] = []
    with contextlib.suppress(TimeoutError):
        found.append(await asyncio.wait_for(watcher.queue.get(), within))
        while not watcher.queue.empty():
            found.append(watcher.queue.get_nowait())
    return found


def chunk_of(watcher: Watcher, news: Iterable[Told]) -> bytes:
    """Return what goes over the wire now, in one piece."""
    lines = b"".join(told.line for told in news) or b": still here\n\n"
    if watcher.missed:
        watcher.missed = False
        return AGAIN + lines
    return lines
