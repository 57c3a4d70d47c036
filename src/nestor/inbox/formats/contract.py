"""What every format yields, and what it has to be told."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from nestor.networks.contract import Arrival
from nestor.vocabulary import MessageKind

MOST_LINE = 4_000_000  # characters of one row or bytes of one mail; more is no message
MOST_REMEMBERED = 100_000  # rows, so that a reply joins the thread of what it answers


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row that is a message; `line` is where it begins, from 1."""

    line: int
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is none: a code and its parameters, which never hold what the row says."""

    line: int
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


class Unreadable(Exception):
    """The whole file makes no sense in this format, so no row was yielded or no more can follow."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Wrong(Exception):
    """One row makes no sense; becomes a `BadRow` at the row's line."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Manner:
    """How rows are to be understood.

    `zone` is the zone of times that name none, `now` the present; `columns` maps our names of columns (text,
    published_at, author, id) to the file's; `own` holds the brand's own handles and addresses in lower case.
    """

    zone: str
    now: datetime
    kind: MessageKind | None = None
    day_first: bool = True
    undated: datetime | None = None  # the time of rows that have none; without it they are bad
    encoding: str = ""  # "" guesses
    columns: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def kind_or(self, usual: MessageKind) -> MessageKind:
        """Return the kind asked for, or the usual one of the format."""
        return self.kind or usual


class Memory:
    """What has to be known of the rows before: their threads, and which say exactly the same. Only the latest."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._thread_of: OrderedDict[str, str] = OrderedDict()
        self._times: OrderedDict[str, int] = OrderedDict()
        self._most = most

    def join(self, network_id: str, in_reply_to: str, thread_id: str = "") -> str:
        """Return the thread of a row: the one it names, else that of what it answers, else its own."""
        found = thread_id or (self._thread_of.get(in_reply_to, in_reply_to) if in_reply_to else "") or network_id
        self._thread_of[network_id] = found
        if len(self._thread_of) > self._most:
            self._thread_of.popitem(last=False)
        return found

    def times(self, content: str) -> int:
        """Return how often rows said exactly this, with this one."""
        self._times[content] = count = self._times.pop(content, 0) + 1
        if len(self._times) > self._most:
            self._times.popitem(last=False)
        return count


Row = GoodRow | BadRow
AttachmentKind = Literal["image", "video", "audio", "file"]
