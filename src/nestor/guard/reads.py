"""What the guard is told about an answer, and who is waiting for consent."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from nestor.brands.models import Brand
from nestor.brands.reads import limits_of
from nestor.composer.models import DraftFile
from nestor.composer.reads import room_left
from nestor.composer.reads.saved import is_saved
from nestor.guard.models import Clearance
from nestor.guard.rules.catalogue import RULES
from nestor.guard.rules.contract import AnsweredMessage, BrandSettings, Finding, Level, Outgoing, check
from nestor.inbox.models import Conversation, Message
from nestor.media.models import File
from nestor.media.reads import FileRow, file_row
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.vocabulary import MessageKind

EARLIER_FOR = timedelta(days=2)  # how far back "the same text to many people" looks
MOST_EARLIER = 50


def findings_on(
    conversation: Conversation, text: str, now: datetime, files: Sequence[File] = ()
) -> tuple[Finding, ...]:
    """Return what the guard objects to in this answer and what is attached to it, heaviest first."""
    brand = Brand.objects.get(pk=conversation.brand_id)
    outgoing = replace(
        _outgoing(brand, conversation, text, now),
        image_alts=tuple(file.alt for file in files),
        media_types=tuple(file.media_type for file in files),
        file_sizes=tuple(file.size for file in files),
    )
    return check(outgoing, RULES, BrandSettings(is_public_body=brand.is_institution))


def _outgoing(brand: Brand, conversation: Conversation, text: str, now: datetime) -> Outgoing:
    rows = Message.objects.of(brand).filter(conversation=conversation, is_ours=False, shown_at__isnull=False)
    last: Message | None = rows.select_related("identity").order_by("-published_at", "-id").first()
    contacts = [str(one) for one in brand.own_contacts]
    return Outgoing(
        text=text,
        network=conversation.channel.network,
        kind=MessageKind(conversation.kind),
        subject=conversation.subject if conversation.kind == MessageKind.MAIL.value else "",
        limits=limits_of(conversation.channel, conversation.kind),
        length=room_left(conversation, text).length,
        reply_to=_answered(last),
        account_tone="institution" if brand.is_institution else "brand",
        own_numbers=tuple(one for one in contacts if "@" not in one),
        own_addresses=tuple(one for one in contacts if "@" in one),
        earlier_answers=_earlier_answers(conversation, text, now),
        heard_at=last.published_at if last is not None else None,
        now=now,
    )


def _answered(last: Message | None) -> AnsweredMessage | None:
    if last is None:
        return None
    name, handle = (last.identity.name, last.identity.handle) if last.identity else ("", "")
    return AnsweredMessage(last.text, name, handle)


def _earlier_answers(conversation: Conversation, text: str, now: datetime) -> tuple[str, ...]:
    """Return what others were answered lately; a saved reply is meant to be said again."""
    rows = Message.objects.of(conversation.brand_id).filter(
        is_ours=True, channel_id=conversation.channel_id, published_at__gte=now - EARLIER_FOR
    )
    latest = rows.exclude(conversation=conversation).order_by("-published_at").values_list("text", flat=True)
    found = tuple(latest[:MOST_EARLIER])
    return () if found and is_saved(conversation.brand_id, text) else found


def stops(findings: Iterable[Finding]) -> set[str]:
    """Return the ids a second person would have to consent to."""
    return {one.id for one in findings if one.level is Level.STOP}


def absolutes(findings: Iterable[Finding]) -> set[str]:
    """Return the ids nobody can consent to: the words must change."""
    return {one.id for one in findings if one.level is Level.ABSOLUTE}


def warnings(findings: Iterable[Finding]) -> set[str]:
    """Return the ids that must have been shown before the text goes out."""
    return {one.id for one in findings if one.level is Level.WARN}


def fingerprint_of(conversation: Conversation, text: str, stopped: Iterable[str], files: Iterable[File] = ()) -> str:
    """Return what a consent covers: this text and these files, here, against these findings, and nothing else."""
    with_it = [[file.digest, file.alt] for file in files]
    covered = [conversation.pk, text, sorted(stopped), *([with_it] if with_it else [])]
    return hashlib.sha256(json.dumps(covered).encode()).hexdigest()


def as_stored(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as plain JSON values."""
    return [
        {**asdict(one), "params": dict(one.params), "family": one.family.value, "level": one.level.value}
        for one in findings
    ]


def clearance_given(
    conversation: Conversation, author_id: int, text: str, stopped: Iterable[str], files: Iterable[File] = ()
) -> Clearance | None:
    """Return the consent that covers exactly this."""
    rows = Clearance.objects.of(conversation.brand_id).filter(
        conversation=conversation, author_id=author_id, state=Clearance.GIVEN
    )
    found: Clearance | None = rows.filter(fingerprint=fingerprint_of(conversation, text, stopped, files)).first()
    return found


def clearances_waiting(seat: Seat) -> list[Clearance]:
    """Return what waits for this person's consent: nobody is asked about their own words."""
    if not seat.may(Permission.CLEAR):
        return []
    rows = Clearance.objects.of(seat.brand).filter(state=Clearance.ASKED).exclude(author=seat.user)
    return list(rows.select_related("conversation", "conversation__channel", "author").order_by("asked_at", "id"))


def files_judged(seat: Seat, waiting: Sequence[Clearance]) -> dict[int, list[FileRow]]:
    """Return what is attached to the texts that wait, by the clearance's id. One query, none where none waits."""
    if not waiting:
        return {}
    written = {(one.author_id, one.conversation_id): one.pk for one in waiting}
    rows = DraftFile.objects.of(seat.brand).filter(draft__author_id__in={author for author, _ in written})
    rows = rows.filter(draft__conversation_id__in={conversation for _, conversation in written})
    found: dict[int, list[FileRow]] = {}
    for row in rows.select_related("file", "draft").order_by("id"):
        if pk := written.get((row.draft.author_id, row.draft.conversation_id)):
            found.setdefault(pk, []).append(file_row(row.file))
    return found


def clearance_of(seat: Seat, conversation: Conversation, text: str) -> Clearance | None:
    """Return the latest consent this person asked for to exactly this text, unless it is over."""
    rows = Clearance.objects.of(seat.brand).filter(conversation=conversation, author=seat.user, text=text)
    rows = rows.exclude(state__in=(Clearance.USED, Clearance.WITHDRAWN)).select_related("judge")
    found: Clearance | None = rows.order_by("-asked_at", "-id").first()
    return found


def clearance_for(seat: Seat, public_id: str) -> Clearance | None:
    """Return one request this person may judge."""
    rows = Clearance.objects.of(seat.brand).filter(public_id=public_id).select_related("conversation", "author")
    return rows.first() if seat.may(Permission.CLEAR) else None


def clearance_asked(seat: Seat, public_id: str) -> Clearance | None:
    """Return one request this person made."""
    rows = Clearance.objects.of(seat.brand).filter(public_id=public_id, author=seat.user)
    found: Clearance | None = rows.select_related("conversation").first()
    return found
