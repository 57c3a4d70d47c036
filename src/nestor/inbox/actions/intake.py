"""How a batch becomes rows: one pass per table, whatever its size, inside the caller's transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from nestor.brands.models import Channel
from nestor.inbox import rules
from nestor.inbox.events import MessageArrived, MessageChanged, MessageEdited, OwnMessageSeen
from nestor.inbox.models import Attachment, Conversation, Message, MessageVersion, Payload, Post
from nestor.inbox.reads.gone import without_gone
from nestor.networks.contract import Arrival, Vanished
from nestor.people.actions.members import know_authors
from nestor.people.models import Identity
from nestor.vocabulary import new_id
from nestor.work.actions.many import change_rows, write_rows
from nestor.work.events import Happening
from nestor.work.reads.lookups import Among
from nestor.work.rules import storable_name
from nestor.work.rules.words import search_text

CHUNK = 500  # rows asked for or written in one statement
TRIES = 8  # each worker that was faster with the same messages or people costs one


@dataclass(slots=True)
class Intake:
    """What one batch did."""

    added: int = 0
    edited: int = 0
    vanished: int = 0
    happenings: list[Happening] = field(default_factory=list)

    def add(self, other: "Intake") -> None:
        """Add what another part of the batch did."""
        self.added, self.edited = self.added + other.added, self.edited + other.edited
        self.vanished += other.vanished
        self.happenings += other.happenings


def take_in_arrivals(channel: Channel, arrivals: Sequence[Arrival], now: datetime) -> Intake:
    """Store what is new, keep the old version of what was edited; what is known already changes nothing."""
    done = Intake()
    for start in range(0, len(arrivals), CHUNK):
        done.add(_take_in_chunk(channel, [rules.tidy(one, now) for one in arrivals[start : start + CHUNK]], now))
    return done


def _take_in_chunk(channel: Channel, arrivals: Sequence[Arrival], now: datetime) -> Intake:
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _take_in_once(channel, arrivals, now)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def _take_in_once(channel: Channel, arrivals: Sequence[Arrival], now: datetime) -> Intake:
    done, latest = Intake(), _latest(arrivals)
    rows = Message.objects.of(channel.brand_id).filter(Among("network_id", latest), channel=channel)
    known: dict[str, Message] = {row.network_id: row for row in rows}
    known |= _declared(channel, [one for one in latest.values() if one.is_ours and one.network_id not in known])
    for network_id, row in known.items():
        _see_again(row, latest[network_id], now, done)
    fresh = without_gone(channel, (one for one in latest.values() if one.network_id not in known))
    if not fresh:
        return done
    heard = ((one.author, one.published_at) for one in fresh if not one.is_ours)
    identities = know_authors(channel.brand_id, channel.network, heard, now)
    posts = _posts_of(channel, fresh)
    conversations = _conversations_of(channel, fresh, identities, posts)
    moved = _moved(channel, fresh, conversations)
    messages = [_message_of(channel, one, conversations, identities, now) | moved(one) for one in fresh]
    write_rows(Message, messages)
    _keep_rest(channel, messages, fresh, now)
    done.added += len(messages)
    for message in messages:
        ids = {"brand_id": channel.brand_id, "message_id": message["id"]}
        is_ours = message["is_ours"]
        done.happenings.append(
            OwnMessageSeen(**ids, conversation_id=message["conversation_id"]) if is_ours else MessageArrived(**ids)
        )
    return done


def _latest(arrivals: Iterable[Arrival]) -> dict[str, Arrival]:
    """Return one arrival per message: the latest edit, in whatever order the network told us of them."""
    latest: dict[str, Arrival] = {}
    for one in arrivals:
        other = latest.get(one.network_id)
        if other is None or (one.edited_at or one.published_at) >= (other.edited_at or other.published_at):
            latest[one.network_id] = one
    return latest


def _declared(channel: Channel, ours: Sequence[Arrival]) -> dict[str, Message]:
    """Return answers that somebody had declared sent and that the network now shows: one message, not two."""
    found: dict[str, Message] = {}
    if not ours:
        return found
    rows = Message.objects.of(channel.brand_id).filter(channel=channel, network_id__startswith=rules.DECLARED)
    waiting = list(rows.filter(is_ours=True).select_related("conversation").order_by("published_at", "id"))
    for arrival in ours:
        row = next((one for one in waiting if _is_the_same(one, arrival)), None)
        if row is None:
            continue
        waiting.remove(row)
        row.network_id = arrival.network_id
        rows.filter(pk=row.pk).update(network_id=arrival.network_id, url=arrival.url or row.url)
        found[arrival.network_id] = row
    return found


def _is_the_same(row: Message, arrival: Arrival) -> bool:
    if arrival.mark:
        return arrival.mark == row.mark
    return row.conversation.thread_id == arrival.thread_id and rules.same_words(row.text, arrival.text)


def _see_again(row: Message, arrival: Arrival, now: datetime, done: Intake) -> None:
    changes: dict[str, Any] = {}
    mine = Message.objects.of(row.brand_id).filter(pk=row.pk)
    changed = MessageChanged(brand_id=row.brand_id, message_id=row.pk, conversation_id=row.conversation_id)
    if arrival.state and arrival.state != row.state:
        changes["state"] = arrival.state
    if row.vanished_at is not None:
        changes["vanished_at"] = None
    if changes:
        mine.update(**changes)
        done.happenings.append(changed)
    if not _is_edit(row, arrival):
        return
    author = () if row.is_ours else (arrival.author.name, arrival.author.handle)
    edited = mine.filter(text=row.text, edited_at=row.edited_at).update(
        text=arrival.text,
        html=rules.neutral_html(arrival.html) if arrival.html else "",
        edited_at=arrival.edited_at or now,
        shown_at=row.shown_at if row.is_ours else None,
        search_text="" if row.is_sealed else search_text(arrival.text, row.subject, *author),
    )
    if edited != 1:
        return  # another worker brought this edit
    MessageVersion.objects.create(brand_id=row.brand_id, message=row, text=row.text, html=row.html, replaced_at=now)
    done.edited += 1
    done.happenings.append(changed if row.is_ours else MessageEdited(brand_id=row.brand_id, message_id=row.pk))


def _is_edit(row: Message, arrival: Arrival) -> bool:
    """Return whether it is a later wording: no earlier one that comes late, nor ours as the network trimmed it."""
    if arrival.text == row.text or (row.is_ours and rules.same_words(arrival.text, row.text)):
        return False
    if row.edited_at is None:
        return True
    if arrival.edited_at is not None:
        return arrival.edited_at >= row.edited_at
    # A network that dates no edit: then the last one was dated by us, at the moment its version was kept.
    versions = MessageVersion.objects.of(row.brand_id).filter(message=row)
    return versions.filter(replaced_at=row.edited_at).exists()


def _posts_of(channel: Channel, arrivals: Iterable[Arrival]) -> dict[str, int]:
    hangs = {one.hangs_on.network_id: one.hangs_on for one in arrivals if one.hangs_on is not None}
    rows = Post.objects.of(channel.brand_id).filter(Among("network_id", hangs), channel=channel)
    known: dict[str, int] = dict(rows.values_list("network_id", "pk"))
    fresh = [
        Post(
            brand_id=channel.brand_id,
            channel=channel,
            network_id=key,
            title=hang.title,
            text=hang.text,
            url=hang.url,
            is_ours=hang.is_ours,
            published_at=hang.published_at,
        )
        for key, hang in sorted(hangs.items())
        if key not in known
    ]
    Post.objects.bulk_create(fresh)
    return known | {row.network_id: row.pk for row in fresh}


def _conversations_of(
    channel: Channel, arrivals: Sequence[Arrival], identities: dict[str, Identity], posts: dict[str, int]
) -> dict[str, int]:
    """Return the internal id of each thread's conversation; those not known yet are made."""
    threads: dict[str, list[Arrival]] = {}
    for one in sorted(arrivals, key=lambda arrival: arrival.published_at):
        threads.setdefault(one.thread_id, []).append(one)
    rows = Conversation.objects.of(channel.brand_id).filter(Among("thread_id", threads), channel=channel)
    known: dict[str, int] = {}
    later: list[tuple[int, dict[str, Any]]] = []
    for pk, thread_id, started_at, last_at, member_id in rows.values_list(
        "pk", "thread_id", "started_at", "last_at", "member_id"
    ):
        known[thread_id], utterances = pk, threads[thread_id]
        first, last, opener = utterances[0].published_at, utterances[-1].published_at, _opener(utterances)
        if last > last_at:
            later.append((pk, {"last_at": last, "guard": (last,)}))
        if first < started_at:
            Conversation.objects.of(channel.brand_id).filter(pk=pk, started_at__gt=first).update(started_at=first)
        if member_id is None and opener is not None:
            member = identities[opener.author.network_id].member_id
            Conversation.objects.of(channel.brand_id).filter(pk=pk, member=None).update(member_id=member)
    change_rows(Conversation, channel.brand_id, sorted(later, key=lambda one: one[0]), guard="last_at < %s")
    fresh = [
        _conversation_of(channel, utterances, identities, posts)
        for thread_id, utterances in sorted(threads.items())
        if thread_id not in known
    ]
    write_rows(Conversation, fresh)
    return known | {row["thread_id"]: row["id"] for row in fresh}


def _moved(
    channel: Channel, arrivals: Sequence[Arrival], conversations: dict[str, int]
) -> Callable[[Arrival], dict[str, Any]]:
    """Return where each arrival goes whose thread somebody merged into another or split; {} for all others."""
    rows = Conversation.objects.of(channel.brand_id)
    mine = set(conversations.values())
    merged = dict(rows.filter(Among("pk", mine), merged_into__isnull=False).values_list("pk", "merged_into_id"))
    parted = set(rows.filter(Among("split_from_id", mine)).values_list("split_from_id", flat=True))
    answered = {one.in_reply_to for one in arrivals if one.in_reply_to and conversations[one.thread_id] in parted}
    said = Message.objects.of(channel.brand_id).filter(channel=channel, network_id__in=answered, home_id__in=parted)
    beside = dict(said.values_list("network_id", "conversation_id")) if answered else {}

    def move(arrival: Arrival) -> dict[str, Any]:
        own = conversations[arrival.thread_id]
        target = beside.get(arrival.in_reply_to, own) if own in parted else merged.get(own, own)
        return {} if target == own else {"conversation_id": target, "home_id": own}

    return move


def _opener(utterances: Sequence[Arrival]) -> Arrival | None:
    return next((one for one in utterances if not one.is_ours), None)


def _conversation_of(
    channel: Channel, utterances: Sequence[Arrival], identities: dict[str, Identity], posts: dict[str, int]
) -> dict[str, Any]:
    first, opener = utterances[0], _opener(utterances)
    hang = next((one.hangs_on for one in utterances if one.hangs_on is not None), None)
    return {
        "id": new_id(),
        "brand_id": channel.brand_id,
        "channel_id": channel.pk,
        "thread_id": first.thread_id,
        "kind": first.kind.value,
        "member_id": identities[opener.author.network_id].member_id if opener else None,
        "post_id": posts[hang.network_id] if hang else None,
        "subject": first.subject,
        "is_public": first.is_public,
        "started_at": first.published_at,
        "last_at": utterances[-1].published_at,
    }


def _message_of(
    channel: Channel,
    arrival: Arrival,
    conversations: dict[str, int],
    identities: dict[str, Identity],
    now: datetime,
) -> dict[str, Any]:
    author = () if arrival.is_ours else (arrival.author.name, arrival.author.handle)
    return {
        "id": new_id(),
        "brand_id": channel.brand_id,
        "conversation_id": conversations[arrival.thread_id],
        "channel_id": channel.pk,
        "network_id": arrival.network_id,
        "kind": arrival.kind.value,
        "is_ours": arrival.is_ours,
        "identity_id": None if arrival.is_ours else identities[arrival.author.network_id].pk,
        "text": arrival.text,
        "html": rules.neutral_html(arrival.html) if arrival.html else "",
        "subject": arrival.subject,
        "in_reply_to": arrival.in_reply_to,
        "url": arrival.url,
        "is_public": arrival.is_public,
        "state": arrival.state,
        "mark": arrival.mark,
        "has_picture": any(one.kind == "image" for one in arrival.attachments),
        "published_at": arrival.published_at,
        "arrived_at": now,
        "edited_at": arrival.edited_at,
        "shown_at": now if arrival.is_ours else None,
        "search_text": search_text(arrival.text, arrival.subject, *author),
    }


def _keep_rest(
    channel: Channel, messages: Sequence[dict[str, Any]], arrivals: Sequence[Arrival], now: datetime
) -> None:
    fixed = {"brand_id": channel.brand_id}
    pairs = list(zip((message["id"] for message in messages), arrivals, strict=True))
    files = [
        {"message_id": pk, "kind": one.kind, "url": one.url, "alt": one.alt, "media_type": one.media_type}
        for pk, arrival in pairs
        for one in arrival.attachments
    ]
    write_rows(Attachment, [fixed | one for one in files])
    kept = fixed | {"received_at": now, "keep_until": now + timedelta(days=settings.NESTOR_KEEP_PAYLOADS_FOR)}
    bodies = [{"message_id": pk, "body": arrival.payload} for pk, arrival in pairs if arrival.payload]
    write_rows(Payload, [kept | one for one in bodies])


def let_vanish(channel: Channel, vanished: Iterable[Vanished], done: Intake) -> None:
    """Remember that messages are gone from the network; what they said stays at the desk."""
    for one in vanished:
        rows = Message.objects.of(channel.brand_id).filter(
            channel=channel, network_id=storable_name(one.network_id), vanished_at__isnull=True
        )
        found = rows.values_list("pk", "conversation_id").first()
        if found is not None and rows.update(vanished_at=one.at) == 1:
            done.vanished += 1
            done.happenings.append(
                MessageChanged(brand_id=channel.brand_id, message_id=found[0], conversation_id=found[1])
            )
