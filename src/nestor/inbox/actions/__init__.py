"""Writes of the inbox: take a batch in, read a channel, open webhooks, show what triage has read, record blindness."""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from nestor.brands import reads as brands
from nestor.brands.actions import keep_limits, report_trouble
from nestor.brands.models import Channel
from nestor.inbox import reads, rules
from nestor.inbox.actions import moving
from nestor.inbox.actions.blindness import (
    LeaseLost,
    ask_backfill,
    begin_blindness,
    end_blindness,
    fill_again,
    fill_blind_spot,
    note_sleep,
)
from nestor.inbox.actions.intake import Intake, let_vanish, take_in_arrivals
from nestor.inbox.events import MessageChanged
from nestor.inbox.models import Conversation, Cursor, Message, Payload, WebhookCall
from nestor.networks.contract import Batch, Connector, NetworkTrouble, Reason, Receipt, Refused, TryLater
from nestor.vocabulary import MessageKind
from nestor.work.actions import announce_all, release_lease, take_lease
from nestor.work.reads.lookups import Among
from nestor.work.rules import Lease, storable_name
from nestor.work.rules.words import search_text

log = logging.getLogger("nestor.inbox")
__all__ = ["ask_backfill", "fill_again", "fill_blind_spot"]  # written in `blindness`, called from here
MOST_BODY = 1_000_000  # bytes of one webhook call
MOST_PAGES = 50  # pages read in one go before another channel gets its turn


def take_in(channel: Channel, batch: Batch, now: datetime) -> Intake:
    """Store a batch and announce what is new, in one transaction. Taking the same batch in twice adds nothing."""
    with transaction.atomic():
        done = take_in_arrivals(channel, batch.arrivals, now)
        let_vanish(channel, batch.vanished, done)
        announce_all(done.happenings, now)
        return done


def open_cursor(channel: Channel, now: datetime) -> Cursor:
    """Begin to read a channel; a cursor that exists keeps its place and is due now."""
    cursor: Cursor
    cursor, is_new = Cursor.objects.of(channel.brand_id).get_or_create(
        channel=channel, defaults={"brand_id": channel.brand_id, "due_at": now}
    )
    if not is_new:
        Cursor.objects.of(channel.brand_id).filter(pk=cursor.pk).update(due_at=now, failures=0)
    return cursor


def read_now(channel: Channel, now: datetime) -> bool:
    """Make the channel due at once."""
    return Cursor.objects.of(channel.brand_id).filter(channel=channel).update(due_at=now) == 1


def read_channel(cursor_id: int, now: datetime) -> Intake | None:
    """Read one channel from its cursor; None when somebody else is at it.

    The network is called outside any transaction.
    """
    rows = Cursor.objects.across_brands("a worker looks at one due row by its id")
    lease = take_lease(rows.filter(due_at__lte=now), cursor_id, now, timedelta(seconds=settings.NESTOR_LEASE_FOR))
    if lease is None:
        return None
    cursor = rows.select_related("channel").get(pk=cursor_id)
    try:
        return _read_pages(cursor, lease, now)
    except LeaseLost:
        return None
    except brands.TROUBLES as trouble:
        _put_off(cursor, lease, trouble, now)
        return None
    except Exception as error:  # noqa: BLE001 - a connector's defect: the channel is blind, and that must show
        log.error("reading a channel of %s failed with %s", cursor.channel.network, type(error).__name__)
        _put_off(cursor, lease, NetworkTrouble(Reason.MALFORMED), now)
        return None


def _read_pages(cursor: Cursor, lease: Lease, now: datetime) -> Intake:
    channel, position, total = cursor.channel, cursor.position, Intake()
    poll_every = brands.poll_every(channel)
    note_sleep(cursor, now, poll_every)
    connector = brands.connector_of(channel)
    try:
        for page in range(MOST_PAGES):
            batch = connector.fetch(position)
            is_last = not batch.more or page == MOST_PAGES - 1
            done = _keep_page(cursor, lease, batch, now, poll_every if is_last and not batch.more else timedelta())
            total.added, total.edited, total.vanished = (
                total.added + done.added,
                total.edited + done.edited,
                total.vanished + done.vanished,
            )
            position = batch.cursor or position
            if is_last:
                break
        manners = _manners_of(connector)
    finally:
        connector.close()
    with transaction.atomic():
        if manners is not None:
            keep_limits(channel, *manners)
        report_trouble(channel, "", now)
        end_blindness(channel, now)
        if not release_lease(Cursor.objects.of(channel.brand_id), lease):
            raise LeaseLost
    return total


def _manners_of(connector: Connector) -> tuple[dict[str, Any], set[str]] | None:
    """Return limits by kind, and abilities; None where the network would not say: what it said before still holds."""
    try:
        limits = {kind.value: brands.limits_as_stored(connector.limits(kind)) for kind in MessageKind}
        return limits, {ability.value for ability in connector.can()}
    except NetworkTrouble:
        return None


def _keep_page(cursor: Cursor, lease: Lease, batch: Batch, now: datetime, wait: timedelta) -> Intake:
    with transaction.atomic():
        mine = Cursor.objects.of(cursor.brand_id).filter(pk=cursor.pk, lease_token=lease.token)
        held = mine.update(
            position=batch.cursor or cursor.position,
            read_at=now,
            failures=0,
            due_at=now + wait,
            leased_until=now + timedelta(seconds=settings.NESTOR_LEASE_FOR),
        )
        if held != 1:
            raise LeaseLost
        cursor.position, cursor.read_at, cursor.failures = batch.cursor or cursor.position, now, 0
        return take_in(cursor.channel, batch, now)


def _put_off(cursor: Cursor, lease: Lease, trouble: Exception, now: datetime) -> None:
    channel = cursor.channel
    reason = brands.reason_of(trouble)
    wait = rules.next_poll_for(cursor.failures + 1, brands.poll_every(channel))
    if isinstance(trouble, TryLater) and reason is not Reason.UNREACHABLE:  # who cannot be reached asks for no pause
        wait = max(wait, trouble.after)
    with transaction.atomic():
        rows = Cursor.objects.of(channel.brand_id)
        if release_lease(rows, lease, failures=cursor.failures + 1, due_at=now + wait):
            begin_blindness(channel, cursor.read_at or now, reason, now)
            report_trouble(channel, reason.value, now)


def receive_webhook(channel: Channel, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookCall | None:
    """Keep a webhook call as it came; None when this very call is kept already.

    A job opens it, so that the network gets its answer at once.
    """
    digest = hashlib.sha256(repr(sorted(headers.items())).encode() + body).hexdigest()
    row, is_new = WebhookCall.objects.of(channel.brand_id).get_or_create(
        channel=channel,
        digest=digest,
        defaults={
            "brand_id": channel.brand_id,
            "headers": dict(headers),
            "body": body[:MOST_BODY],
            "received_at": now,
            "due_at": now,
        },
    )
    return row if is_new else None


def open_webhook_call(call_id: int, now: datetime) -> Intake | None:
    """Verify and take in one kept call; a forged one is remembered by its reason, its body is emptied."""
    rows = WebhookCall.objects.across_brands("a worker looks at one due row by its id")
    lease = take_lease(rows.filter(due_at__lte=now), call_id, now, timedelta(seconds=settings.NESTOR_LEASE_FOR))
    if lease is None:
        return None
    call = rows.select_related("channel").get(pk=call_id)
    mine = WebhookCall.objects.of(call.brand_id)
    try:
        connector = brands.connector_of(call.channel)
        try:
            batch = connector.open_webhook(call.headers, bytes(call.body), call.received_at)
        finally:
            connector.close()
    except Refused as trouble:
        release_lease(mine, lease, due_at=None, reason=trouble.reason.value, body=b"", headers={})
        return None
    except brands.TROUBLES:
        release_lease(mine, lease, due_at=now + timedelta(minutes=1))
        return None
    except Exception as error:  # noqa: BLE001 - a connector's defect: the call is kept, it may be opened once mended
        log.error("opening a call of %s failed with %s", call.channel.network, type(error).__name__)
        release_lease(mine, lease, due_at=now + timedelta(minutes=10), reason=Reason.MALFORMED.value)
        return None
    with transaction.atomic():
        if not release_lease(mine, lease, due_at=None, reason="", body=b"", headers={}):
            return None
        return take_in(call.channel, batch, now)


def show_messages(
    brand_id: int,
    plain: Iterable[int],
    sealed: Iterable[int],
    now: datetime,
    *,
    read_as: Mapping[int, datetime | None] | None = None,
) -> int:
    """Let messages be seen, now that triage has read them; sealed ones by those who must know.

    Joins the caller's transaction. What was sealed once stays so until a person says otherwise, edited or not.
    `read_as` holds each message's `edited_at` when it was read: one that was edited since stays unseen.
    """
    rows, seen = Message.objects.of(brand_id).filter(shown_at__isnull=True), list(plain)
    hidden = list(sealed)
    Payload.objects.of(brand_id).filter(Among("message_id", hidden)).delete()
    if read_as is None:
        count = rows.filter(Among("pk", seen)).update(shown_at=now)
    else:
        unedited = [pk for pk in seen if read_as[pk] is None]
        count = rows.filter(Among("pk", unedited), edited_at__isnull=True).update(shown_at=now)
        for pk in seen:
            if read_as[pk] is not None:
                count += rows.filter(pk=pk, edited_at=read_as[pk]).update(shown_at=now)
    count += rows.filter(Among("pk", hidden)).update(shown_at=now, is_sealed=True, search_text="")
    return count - _hide_edited(brand_id, {pk: read_as[pk] for pk in hidden} if read_as else {})


def _hide_edited(brand_id: int, read_as: Mapping[int, datetime | None]) -> int:
    """Hide again what was edited while it was being read; the rows are ours until the transaction ends."""
    rows = Message.objects.of(brand_id).filter(Among("pk", read_as))
    edited = [pk for pk, edited_at in rows.values_list("pk", "edited_at") if edited_at != read_as[pk]]
    return Message.objects.of(brand_id).filter(Among("pk", edited)).update(shown_at=None)


def unseal_message(message: Message) -> bool:
    """Take the seal off a message that turned out not to be an alert; it can be searched for again."""
    rows = Message.objects.of(message.brand_id).filter(pk=message.pk, is_sealed=True)
    author = (message.identity.name, message.identity.handle) if message.identity else ()
    return rows.update(is_sealed=False, search_text=search_text(message.text, message.subject, *author)) == 1


def seal_message(message: Message) -> bool:
    """Seal a message that turned out to be an alert; its raw form and its search words go."""
    rows = Message.objects.of(message.brand_id).filter(pk=message.pk, is_sealed=False)
    Payload.objects.of(message.brand_id).filter(message=message).delete()
    return rows.update(is_sealed=True, search_text="") == 1


def record_sent(
    conversation: Conversation, receipt: Receipt, text: str, mark: str, now: datetime, *, in_reply_to: str = ""
) -> Message:
    """Put an answer of ours into its thread; the network's own echo of it, earlier or later, is the same row.

    Where somebody joined or split the thread while it waited, it stands beside what it answers.
    """
    rows = Message.objects.of(conversation.brand_id)
    place = moving.place_of(conversation, in_reply_to)
    message: Message
    message, is_new = rows.get_or_create(
        channel_id=conversation.channel_id,
        network_id=storable_name(receipt.network_id),
        defaults={
            "brand_id": conversation.brand_id,
            "conversation_id": place,
            "home_id": conversation.pk if place != conversation.pk else None,
            "kind": conversation.kind,
            "is_ours": True,
            "text": text,
            "mark": mark,
            "url": receipt.url[:2000],
            "in_reply_to": in_reply_to,
            "is_public": conversation.is_public,
            "published_at": receipt.at,
            "arrived_at": now,
            "shown_at": now,
            "search_text": search_text(text),
        },
    )
    if not is_new and message.mark != mark:  # its echo was faster, from a network that gives no marks back
        message.mark = mark
        rows.filter(pk=message.pk).update(mark=mark)
    said = Conversation.objects.of(conversation.brand_id).filter(pk__in={conversation.pk, place})
    said.filter(last_at__lt=receipt.at).update(last_at=receipt.at)
    return message


def record_state(message: Message, state: str, now: datetime) -> bool:
    """Remember how a message is moderated on its network by now. Joins the caller's transaction."""
    rows = Message.objects.of(message.brand_id).filter(pk=message.pk).exclude(state=state)
    if rows.update(state=state) != 1:
        return False
    ids = {"brand_id": message.brand_id, "message_id": message.pk, "conversation_id": message.conversation_id}
    announce_all([MessageChanged(**ids)], now)
    return True


def drop_payloads(now: datetime, most: int = 1000) -> int:
    """Delete raw forms whose time is over, and what is left of webhook calls as old; return how many."""
    count: int = 0
    for model, rows in reads.overdue_rows(now):
        old = list(rows.values_list("pk", flat=True)[:most])
        count += model.objects.across_brands(reads.UPKEEP).filter(pk__in=old).delete()[0]
    return count
