"""What the desk and a network say to each other. Version 1; pure: no Django.

A network is a `Network` (what it is, how one connects) that opens a `Connector` (one connected account). Everything is
synchronous; every value is frozen; times are aware and in UTC. A connector never stores anything: cursors, secrets and
messages belong to the desk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from nestor.vocabulary import MessageKind

CONTRACT_VERSION = 1


class Ability(StrEnum):
    """What a connector can do; screens offer nothing else."""

    FETCH = "fetch"  # read from a cursor
    FETCH_BACK = "fetch_back"  # read a past interval again
    WEBHOOK = "webhook"
    LISTEN = "listen"
    REPLY = "reply"
    PUBLISH = "publish"
    EDIT = "edit"
    DELETE = "delete"
    FIND = "find"  # look for what was sent, by its mark
    HONOURS_MARKS = "honours_marks"  # the same mark twice is one message, by the network's own promise
    LIKE = "like"
    HIDE = "hide"
    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    TRASH = "trash"
    BLOCK = "block"
    METRICS = "metrics"


class Deed(StrEnum):
    """What `Connector.act` does to somebody's message."""

    LIKE = "like"
    HIDE = "hide"
    UNHIDE = "unhide"
    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    TRASH = "trash"
    BLOCK = "block"


class Reason(StrEnum):
    """Why a network said no: a code the screens translate, with what to do."""

    SIGN_IN = "sign_in"  # the token is dead or wrong: reconnect
    FORBIDDEN = "forbidden"  # signed in, but not allowed
    GONE = "gone"  # what is answered no longer exists
    TOO_LONG = "too_long"
    DUPLICATE = "duplicate"  # the network says it has this already
    INVALID = "invalid"  # the network understood and refused the content
    CLOSED = "closed"  # comments or messages are closed there
    LIMITED = "limited"  # a rate or a quota
    OUTAGE = "outage"
    MALFORMED = "malformed"  # the network's answer made no sense
    FORGED = "forged"  # a webhook whose signature is wrong, missing or too old
    UNREACHABLE = "unreachable"
    UNSAFE = "unsafe"  # an address the desk refuses to call


class NetworkTrouble(Exception):
    """Base of what a connector may raise; anything else is a defect of the connector."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail  # for the operator; never shown without escaping


class Refused(NetworkTrouble):
    """A clear no. `permanent` says whether the same request could ever pass."""

    def __init__(self, reason: Reason, detail: str = "", *, permanent: bool = True) -> None:
        super().__init__(reason, detail)
        self.permanent = permanent


class TryLater(NetworkTrouble):
    """Nothing was done; the same request may pass after `after`."""

    def __init__(self, reason: Reason, after: timedelta, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.after = after


class Uncertain(NetworkTrouble):
    """Nobody knows whether it was done: time-out after sending, connection lost, 5xx on a write."""


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody's account on the network."""

    network_id: str
    handle: str
    name: str = ""
    url: str = ""
    avatar_url: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; not fetched by the connector."""

    kind: Literal["image", "video", "audio", "file"]
    url: str = ""
    alt: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class HangsOn:
    """The publication a message hangs on: our post, somebody's post, an article."""

    network_id: str
    title: str = ""
    text: str = ""
    url: str = ""
    published_at: datetime | None = None
    is_ours: bool = True


@dataclass(frozen=True, slots=True)
class Arrival:
    """One utterance as the network shows it now; handed over again when it was edited.

    `text` is plain; `html` is what the network sent, untrusted. `thread_id` is the network's own name of the
    conversation as the desk should see it (a top comment and its replies, a DM partner, a mail thread).
    """

    network_id: str
    kind: MessageKind
    thread_id: str
    author: Author
    text: str
    published_at: datetime
    html: str = ""
    subject: str = ""
    edited_at: datetime | None = None
    is_ours: bool = False  # written by the connected account, wherever it was typed
    mark: str = ""  # the delivery's mark, where the network gives it back
    in_reply_to: str = ""
    hangs_on: HangsOn | None = None
    url: str = ""
    is_public: bool = True
    state: Literal["", "approved", "hold", "spam", "trash", "hidden"] = ""  # moderation on the network
    attachments: tuple[Attachment, ...] = ()
    payload: str = ""  # the raw JSON or mail, for the payload table


@dataclass(frozen=True, slots=True)
class Vanished:
    """A message that is no longer on the network."""

    network_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """What a read brought. `cursor` is committed with the arrivals; `more` asks to be called again at once."""

    arrivals: tuple[Arrival, ...] = ()
    vanished: tuple[Vanished, ...] = ()
    cursor: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes out with a parcel: checked, without metadata, of a type and size the limits allow."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    alt: str = ""  # what it shows, "" where nobody said
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent. `mark` is unique per delivery: 16 characters of [0-9a-z]."""

    mark: str
    text: str
    kind: Literal["reply", "post"] = "reply"
    in_reply_to: str = ""  # network_id of the message answered
    thread_id: str = ""
    hangs_on: str = ""  # network_id of the publication
    message_kind: MessageKind = MessageKind.COMMENT
    to: Author | None = None
    subject: str = ""
    language: str = ""
    attempted_at: datetime | None = None  # when the first attempt began; lets `find` look in the right place
    last_attempted_at: datetime | None = None  # latest moment an attempt may have begun; `Absent` only when it is over
    not_after: datetime | None = None  # `send` must not begin after this: by then somebody else decides
    files: tuple[Enclosure, ...] = ()  # only what `limits` takes; `find` is given none: text and mark name the message


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof from the network that it has the message."""

    network_id: str
    at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The network has it."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Absent:
    """The network does not have it and no request can still be in flight."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell yet, or ever, by reading."""

    reason: Reason = Reason.OUTAGE


Sighting = Found | Absent | Unknown


@dataclass(frozen=True, slots=True)
class Limits:
    """What the network accepts. Every limit is data with a source and a date; None where there is none.

    The desk counts `reply_within` down where people answer and refuses what would come too late, without calling.
    """

    text: int | None
    unit: Literal["characters", "graphemes", "weighted", "bytes"]
    source: str
    as_of: str  # ISO date the source was read
    text_bytes: int | None = None
    link_length: int | None = None  # a link counts as this many units
    subject: int | None = None
    images: int = 0  # files one message may carry, where `media_types` names any
    alt: int | None = None
    media_types: tuple[str, ...] = ()  # what `Parcel.files` may be; none: nothing is offered, nothing is enclosed
    file_bytes: int | None = None  # of each file
    reply_within: timedelta | None = None  # its own window for an answer, from their last message; None: no window


@dataclass(frozen=True, slots=True)
class Field:
    """One setting asked when a channel is connected; label and help are in the network's own `locale/`."""

    name: str
    kind: Literal["text", "url", "secret", "choice"] = "text"
    required: bool = True
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """Who we turned out to be when the connection was tried."""

    network_id: str
    handle: str
    name: str = ""
    url: str = ""
    warnings: tuple[str, ...] = ()  # codes: e.g. `unfiltered_html`


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts the network gives for one publication; absent keys are unknown, never zero."""

    counts: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class Connector(Protocol):
    """One connected account. May raise `NetworkTrouble` only. Not shared between threads."""

    def who_am_i(self) -> Account:
        """Prove the credentials work."""
        ...

    def can(self) -> frozenset[Ability]:
        """Return what this account can do here and now."""
        ...

    def limits(self, kind: MessageKind) -> Limits:
        """Return the limits of an answer of this kind; what the network itself serves wins."""
        ...

    def measure(self, text: str, kind: MessageKind) -> int:
        """Return the length of the text in the unit of `limits(kind)`; no network call."""
        ...

    def fetch(self, since: str) -> Batch:
        """Return what came after the cursor ("" is the very first read), oldest first."""
        ...

    def fetch_back(self, start: datetime, end: datetime, cursor: str = "") -> Batch:
        """Return what was published or changed in [start, end), page by page."""
        ...

    def open_webhook(self, headers: Mapping[str, str], raw_body: bytes, received_at: datetime) -> Batch:
        """Verify and open a webhook call; raise `Refused(FORGED)` when it is not from the network."""
        ...

    def send(self, parcel: Parcel) -> Receipt:
        """Send once. Raise `Refused`, `TryLater` (surely not done) or `Uncertain`."""
        ...

    def find(self, parcel: Parcel, now: datetime) -> Sighting:
        """Look for what `send` may have done; `Absent` only when it can neither be there nor still arrive."""
        ...

    def edit(self, network_id: str, text: str) -> Receipt:
        """Replace the text of a message of ours."""
        ...

    def delete(self, network_id: str) -> None:
        """Remove a message of ours; gone already is no error."""
        ...

    def act(self, deed: Deed, network_id: str) -> None:
        """Do a deed to somebody's message; done already is no error."""
        ...

    def metrics(self, network_id: str) -> Metrics:
        """Return the counts of one publication."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


@runtime_checkable
class Network(Protocol):
    """What third parties register under the entry point `nestor.networks`."""

    key: str  # stable, [a-z0-9_]
    name: str  # proper noun, the same in every language
    contract: int  # the CONTRACT_VERSION it was written for
    fields: tuple[Field, ...]
    poll_every: timedelta

    def open(self, settings: Mapping[str, str], secrets: Mapping[str, str]) -> Connector:
        """Open a connector; raise `Refused(INVALID)` when a setting makes no sense. No network call."""
        ...

    def begin(self, settings: Mapping[str, str], return_url: str, state: str) -> str:
        """Return the address where the person signs in, or "" where fields are enough."""
        ...

    def complete(self, settings: Mapping[str, str], answer: Mapping[str, str]) -> Mapping[str, str]:
        """Turn what the sign-in page gave back into secrets."""
        ...
