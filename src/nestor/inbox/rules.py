"""What may be stored and shown of what arrives, and what counts as blindness. Pure."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import nh3

from nestor.networks.contract import Arrival, Attachment, HangsOn
from nestor.work import rules as work

MOST_TEXT = 200_000  # characters kept of one message; the payload keeps the rest for a while
MOST_SUBJECT = 500
MOST_ADDRESS = 2000
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # how far a network's clock may be ahead of ours before we doubt it
DECLARED = "seen-"  # begins the id of an answer somebody saw on the network and the desk has no receipt for
EXCERPT = 160
LATE_AFTER = timedelta(minutes=10)
ASLEEP_AFTER = timedelta(minutes=5)
TAGS = {"a", "b", "blockquote", "br", "code", "em", "i", "li", "ol", "p", "pre", "strong", "ul"}
ARCHIVE = "archive"  # the network of imported files: history that is never polled and cannot be answered


def storable(text: str, most: int = MOST_TEXT) -> str:
    """Return text that both databases can hold: no NUL, no lone surrogate, of bounded length."""
    return work.storable(text, most)


def digest_of(network_id: str) -> int:
    """Return a number that tells a message from others, and says nothing else of it."""
    return int.from_bytes(hashlib.sha256(network_id.encode()).digest()[:8], signed=True)


def tidy(arrival: Arrival, now: datetime) -> Arrival:
    """Return what arrived as it can be stored: whatever a network sends, one message never blocks the others."""
    named = work.storable_name
    return replace(
        arrival,
        network_id=named(arrival.network_id),
        thread_id=named(arrival.thread_id or arrival.network_id),
        in_reply_to=named(arrival.in_reply_to),
        author=replace(arrival.author, network_id=named(arrival.author.network_id)),
        text=storable(arrival.text),
        subject=storable(arrival.subject, MOST_SUBJECT),
        url=storable(arrival.url, MOST_ADDRESS),
        mark=storable(arrival.mark, 16),
        payload=storable(arrival.payload),
        published_at=plausible(arrival.published_at, now),
        edited_at=None if arrival.edited_at is None else plausible(arrival.edited_at, now),
        hangs_on=None if arrival.hangs_on is None else _tidy_post(arrival.hangs_on, now),
        attachments=tuple(_tidy_file(one) for one in arrival.attachments),
    )


def _tidy_post(post: HangsOn, now: datetime) -> HangsOn:
    return replace(
        post,
        network_id=work.storable_name(post.network_id),
        title=storable(post.title, MOST_SUBJECT),
        text=storable(post.text),
        url=storable(post.url, MOST_ADDRESS),
        published_at=None if post.published_at is None else plausible(post.published_at, now),
    )


def _tidy_file(file: Attachment) -> Attachment:
    return replace(
        file,
        url=storable(file.url, MOST_ADDRESS),
        alt=storable(file.alt, 5000),
        media_type=storable(file.media_type, 100),
    )


def plausible(at: datetime, now: datetime) -> datetime:
    """Return a network's time; one far ahead of ours counts as now, so that nobody stays on top of the list by it."""
    return now if at > now + AHEAD else max(at, EARLIEST)


def same_words(one: str, other: str) -> bool:
    """Return whether two texts differ at most in spaces and line ends: networks trim what they are sent."""
    return one.split() == other.split()


def neutral_html(html: str) -> str:
    """Return HTML that cannot act: few tags, no attribute but a link's address, nothing that loads by itself."""
    return nh3.clean(
        storable(html),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )


def excerpt_of(text: str) -> str:
    """Return one line of at most 160 characters."""
    line = " ".join(text[: EXCERPT * 4].split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


def is_late_arrival(published_at: datetime, arrived_at: datetime, *, since: datetime) -> bool:
    """Return whether a message reached the desk long after it was published and its channel was connected."""
    return published_at > since and arrived_at - published_at > LATE_AFTER


def was_asleep(read_at: datetime | None, now: datetime, poll_every: timedelta) -> bool:
    """Return whether nobody read the channel for so long that the interval counts as blind."""
    return read_at is not None and now - read_at > max(ASLEEP_AFTER, 5 * poll_every)


def next_poll_for(failures: int, poll_every: timedelta) -> timedelta:
    """Return how long to wait before reading again: doubling with failures, at most five minutes."""
    longest = max(timedelta(minutes=5), poll_every)
    waited: timedelta = min(longest, poll_every * 2 ** min(failures, 10))
    return waited
