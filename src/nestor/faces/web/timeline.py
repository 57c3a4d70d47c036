"""A conversation as one column: what they said, what we answered, and what is still on its way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nestor.faces.web.words import HARMS, LANES, word
from nestor.inbox.models import Conversation
from nestor.inbox.reads import ThreadMessage, Window, thread
from nestor.media.reads import FileRow
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.publisher.models import Moderation
from nestor.publisher.reads import Beside, DeliveryRow, beside
from nestor.publisher.rules import deeds_for, takes_a_voice_away
from nestor.routing.reads import cursor_at
from nestor.routing.reads.among import TeamWord
from nestor.routing.reads.elsewhere import ElsewhereRow
from nestor.routing.reads.forwarding import ForwardRow
from nestor.routing.reads.notes import NoteRow
from nestor.routing.rules.forwarding import COVERED_FROM
from nestor.triage.reads import translator_of
from nestor.triage.rules.translation import is_foreign


@dataclass(frozen=True, slots=True)
class DeedChoice:
    """One deed a person may do to a message; `needs_rule` asks for the rule of the charter it breaks."""

    code: str
    needs_rule: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the column: a message said, a delivery that has not become one, what the team says of it."""

    at: datetime
    said: ThreadMessage | None = None
    delivery: DeliveryRow | None = None
    note: NoteRow | None = None
    elsewhere: ElsewhereRow | None = None
    forward: ForwardRow | None = None
    note_parts: tuple[tuple[str, bool], ...] = ()  # its text cut where it names somebody
    files: tuple[FileRow, ...] = ()  # that went with the answer or the note
    author_name: str = ""
    is_covered: bool = False
    cover: str = ""
    is_rich: bool = False
    leaves_in: int = 0
    may_act: bool = False
    look_at: str = ""
    deeds: tuple[DeedChoice, ...] = ()
    deed_waits: str = ""  # a deed that is being done
    deed_refused: str = ""  # why the network would not do the latest one
    is_foreign: bool = False  # in a language this person does not read, and somebody may translate it

    @property
    def takes_voices(self) -> bool:
        """Return whether any of the deeds needs a rule of the charter."""
        return any(deed.needs_rule for deed in self.deeds)


@dataclass(frozen=True, slots=True)
class Column:
    """One window of the column, oldest first. `earlier` asks for what is before it, "" where nothing is."""

    entries: tuple[Entry, ...]
    start: str
    earlier: str
    attached: tuple[FileRow, ...] = ()  # to this person's own draft


def timeline(
    conversation: Conversation, seat: Seat, now: datetime, window: Window, words: Sequence[tuple[datetime, TeamWord]]
) -> Column:
    """Return a window of the column; a delivery that became a message is shown once, as that message."""
    found = thread(conversation, seat, replace(window, most=window.most + 1))
    has_more = len(found) > window.most
    said = found[-window.most :]
    ids = [one.message.pk for one in said]
    around = beside(conversation, seat, ids)
    entries = _messages(conversation, seat, said, around)
    waiting = [row for row in around.deliveries if row.message_id not in ids]
    entries += _deliveries(conversation, seat, now, waiting, said)
    entries += [_team_word(at, word, around.noted) for at, word in words]
    start = cursor_at(said[0].message.published_at, ids[0]) if ids else ""
    inside = [entry for entry in entries if _is_inside(entry, said, window, has_more=has_more)]
    return Column(tuple(sorted(inside, key=lambda entry: entry.at)), start, start if has_more else "", around.attached)


def _is_inside(entry: Entry, said: tuple[ThreadMessage, ...], window: Window, *, has_more: bool) -> bool:
    """Return whether what is no message of this window belongs in it by its time."""
    if entry.said is not None or not said:
        return True
    is_late_enough = not (has_more or window.since) or entry.at >= said[0].message.published_at
    return is_late_enough and (window.before is None or entry.at < window.before[0])


def _team_word(at: datetime, word: TeamWord, noted: Mapping[str, tuple[FileRow, ...]]) -> Entry:
    if isinstance(word, NoteRow):
        return Entry(at=at, note=word, note_parts=tuple(_parts(word)), files=noted.get(word.public_id, ()))
    return Entry(at=at, elsewhere=word) if isinstance(word, ElsewhereRow) else Entry(at=at, forward=word)


def _messages(conversation: Conversation, seat: Seat, said: tuple[ThreadMessage, ...], around: Beside) -> list[Entry]:
    abilities = conversation.channel.abilities if seat.may(Permission.MODERATE) else []
    ours = {row.message_id: row for row in around.deliveries if row.message_id}
    deeds = around.moderations
    drawn = [_said(one, ours.get(one.message.pk), deeds.get(one.message.pk), abilities) for one in said]
    reads = _read_in(conversation, seat, said)
    return [replace(one, is_foreign=True) if reads and _is_foreign(one, reads) else one for one in drawn]


def _read_in(conversation: Conversation, seat: Seat, said: tuple[ThreadMessage, ...]) -> str:
    """Return the language this person reads where other ones may be translated here, "" where they may not."""
    chosen = translator_of(seat.brand)
    is_sealed = conversation.route.is_sealed or any(one.message.is_sealed for one in said)
    return "" if chosen is None or (chosen.host and is_sealed) else get_language() or ""


def _is_foreign(entry: Entry, reads: str) -> bool:
    said = entry.said
    return said is not None and said.reading is not None and is_foreign(said.reading.language, said.message.text, reads)


def _deliveries(
    conversation: Conversation, seat: Seat, now: datetime, rows: list[DeliveryRow], said: tuple[ThreadMessage, ...]
) -> list[Entry]:
    link = next((one.message.url for one in reversed(said) if one.message.url), "")
    look_at = link or (conversation.post.url if conversation.post else "")
    if not look_at.lower().startswith(("http://", "https://")):
        look_at = ""
    may_act = seat.may(Permission.ANSWER)
    return [
        Entry(
            at=row.settled_at or row.made_at,
            delivery=row,
            files=row.files,
            leaves_in=_seconds(row.due_at, now),
            may_act=may_act,
            look_at=look_at,
        )
        for row in rows
    ]


def _parts(row: NoteRow) -> Iterator[tuple[str, bool]]:
    """Yield a note's text in pieces, and whether each names somebody."""
    at = 0
    for start, end in sorted(set(row.namings)):
        if start > at:
            yield row.text[at:start], False
        yield row.text[start:end], True
        at = end
    if at < len(row.text):
        yield row.text[at:], False


def _seconds(at: datetime | None, now: datetime) -> int:
    return max(0, round((at - now) / timedelta(seconds=1))) if at else 0


def _said(one: ThreadMessage, sent: DeliveryRow | None, moderation: Moderation | None, abilities: list[str]) -> Entry:
    reading = one.reading
    waits = moderation is not None and moderation.state == "waiting"
    is_theirs = not one.message.is_ours and one.message.vanished_at is None and not waits
    deeds = deeds_for(abilities, one.message.state) if is_theirs else []
    is_covered = reading is not None and reading.harm_level >= COVERED_FROM
    return Entry(
        at=one.message.published_at,
        said=one,
        author_name=sent.author if sent is not None else "",
        files=sent.files if sent is not None else (),
        is_covered=is_covered,
        cover=cover_of(reading) if is_covered else "",
        is_rich=bool(one.message.html) and one.message.kind == "mail",
        deeds=tuple(DeedChoice(deed.value, takes_a_voice_away(deed)) for deed in deeds),
        deed_waits=moderation.deed if moderation is not None and waits else "",
        deed_refused=moderation.reason if moderation is not None and moderation.state == "refused" else "",
    )


def cover_of(reading: Any) -> str:
    """Return the neutral line on a veil: why it is covered, and what the message is."""
    kinds = ", ".join(word(HARMS, kind) for kind in reading.harm_kinds)
    lane = word(LANES, reading.lane)
    if not kinds:
        return _("Covered · %(lane)s") % {"lane": lane}
    return _("Covered (%(kinds)s) · %(lane)s") % {"kinds": kinds, "lane": lane}
