"""Lines of the journal as a person may read them: not those about what is sealed to them, and never by person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nestor.brands.reads import channels_of
from nestor.guard.models import Clearance
from nestor.inbox.models import Message
from nestor.inbox.reads import conversation_for
from nestor.inbox.reads.members import member_for, visible_members
from nestor.people.reads import Seat
from nestor.people.reads.members import same_person
from nestor.publisher.models import Delivery
from nestor.routing.models import Note
from nestor.routing.reads import visible_routes
from nestor.work.models import JournalEntry
from nestor.work.reads import journal

CONVERSATION, CHANNEL, MEMBER = "inbox.Conversation", "brands.Channel", "people.Member"
ABOUT: tuple[tuple[Any, str], ...] = ((Message, "conversation_id"), (Delivery, "conversation_id"))
ABOUT += ((Clearance, "conversation_id"), (Note, "conversation_id"))
SCAN, MOST_TURNS = 500, 12  # lines looked at to find those asked for, before one says how far one looked
Cursor = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the journal is asked for: verbs, since when, a network, certain rows by the label of their table."""

    verbs: frozenset[str] = frozenset()
    since: datetime | None = None
    network: str = ""
    subjects: Mapping[str, Sequence[int]] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line with what it is about: public ids, "" where it is about none."""

    entry: JournalEntry
    conversation: str = ""
    channel: str = ""
    channel_name: str = ""
    network: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class JournalPage:
    """One page of lines; `after` is where to go on, None at the end. `is_cut`: one looked far and found few."""

    lines: tuple[Line, ...]
    after: Cursor | None
    is_cut: bool = False


def read_journal(seat: Seat, asked: Asked, before: Cursor | None, most: int) -> JournalPage:
    """Return a page of what is asked for, latest first; at most so many lines are looked at."""
    found: list[Line] = []
    is_plain = not (asked.verbs or asked.network)
    for _turn in range(MOST_TURNS):
        size = most + 1 if is_plain else SCAN
        rows = list(journal(seat.brand.pk, before, size, since=asked.since, subjects=asked.subjects))
        lines = [one for one in lines_of(seat, rows) if is_asked(one, asked)]
        for line in lines:
            if len(found) == most:
                return JournalPage(tuple(found), (found[-1].entry.at, found[-1].entry.pk))
            found.append(line)
        if len(rows) < size:
            return JournalPage(tuple(found), None)
        before = rows[-1].at, rows[-1].pk
    return JournalPage(tuple(found), before, is_cut=True)


def subjects_of(
    seat: Seat, *, conversation: str = "", channel: str = "", member: str = ""
) -> dict[str, list[int]] | None:
    """Return the rows behind a public id; none of them for what this person may not see, None where none is given."""
    if conversation:
        found = conversation_for(seat, conversation)
        if found is None:
            return {}
        sent = Delivery.objects.of(seat.brand).filter(conversation=found).values_list("pk", flat=True)
        return {CONVERSATION: [found.pk], Delivery._meta.label: list(sent)}
    if channel:
        return {CHANNEL: list(channels_of(seat.brand).filter(public_id=channel).values_list("pk", flat=True))}
    if member:
        person = member_for(seat, member)
        return {MEMBER: same_person(person)} if person is not None else {}
    return None


def is_asked(line: Line, asked: Asked) -> bool:
    """Return whether a line is among those asked for."""
    return (not asked.verbs or line.entry.verb in asked.verbs) and asked.network in ("", line.network)


def lines_of(seat: Seat, entries: Sequence[JournalEntry]) -> list[Line]:
    """Return lines without those about what is sealed to this person; a few queries whatever their number."""
    about = conversations_behind(seat, entries)
    rows = visible_routes(seat).filter(conversation_id__in=set(about.values()))
    known = {
        pk: (name, channel)
        for pk, name, channel in rows.values_list("conversation_id", "conversation__public_id", "channel_id")
    }
    channels = {row.pk: row for row in channels_of(seat.brand)}
    members = _members(seat, entries)
    concerned = {CONVERSATION, *(model._meta.label for model, _ in ABOUT)}
    found = []
    for one in entries:
        conversation, channel_id = known.get(about.get((one.subject, one.subject_id), 0), ("", 0))
        if (one.subject in concerned and not conversation) or (one.subject == MEMBER and one.subject_id not in members):
            continue
        channel = channels.get(one.subject_id if one.subject == CHANNEL else channel_id)
        found.append(
            Line(
                entry=one,
                conversation=conversation,
                channel=channel.public_id if channel and one.subject == CHANNEL else "",
                channel_name=channel.name if channel and one.subject == CHANNEL else "",
                network=channel.network if channel else str(one.facts.get("network", "")),
                member=members.get(one.subject_id, "") if one.subject == MEMBER else "",
            )
        )
    return found


def conversations_behind(seat: Seat, entries: Sequence[JournalEntry]) -> dict[tuple[str, int], int]:
    """Return the conversation each line is about, by what the line names."""
    about = {(one.subject, one.subject_id): one.subject_id for one in entries if one.subject == CONVERSATION}
    for model, column in ABOUT:
        label = model._meta.label
        ids = [one.subject_id for one in entries if one.subject == label]
        if ids:
            rows = model.objects.of(seat.brand).filter(pk__in=ids).values_list("pk", column)
            about |= {(label, pk): conversation_id for pk, conversation_id in rows}
    return about


def _members(seat: Seat, entries: Sequence[JournalEntry]) -> dict[int, str]:
    ids = {one.subject_id for one in entries if one.subject == MEMBER}
    if not ids:
        return {}
    tops = {one.facts.get("person", one.subject_id) for one in entries if one.subject == MEMBER}
    shown = dict(visible_members(seat).filter(pk__in=tops | ids).values_list("pk", "public_id"))
    return {
        one.subject_id: shown[top]
        for one in entries
        if one.subject == MEMBER and (top := one.facts.get("person", one.subject_id)) in shown
    }
