"""A conversation as one column: what they said, what we answered, and what is still on its way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from nestor.faces.web.words import HARMS, LANES, word
from nestor.inbox.models import Conversation
from nestor.inbox.reads import ThreadMessage, thread
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.publisher.models import Moderation
from nestor.publisher.reads import DeliveryRow, deliveries_of, moderations_of
from nestor.publisher.rules import deeds_for, takes_a_voice_away

COVERED_FROM = 2  # harm level from which a text is covered


@dataclass(frozen=True, slots=True)
class DeedChoice:
    """One deed a person may do to a message; `needs_rule` asks for the rule of the charter it breaks."""

    code: str
    needs_rule: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the column: a message said, or a delivery that has not become one."""

    at: datetime
    said: ThreadMessage | None = None
    delivery: DeliveryRow | None = None
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

    @property
    def takes_voices(self) -> bool:
        """Return whether any of the deeds needs a rule of the charter."""
        return any(deed.needs_rule for deed in self.deeds)


def timeline(conversation: Conversation, seat: Seat, now: datetime) -> list[Entry]:
    """Return the column, oldest first; a delivery that became a message is shown once, as that message."""
    said = thread(conversation, seat)
    deliveries = deliveries_of(conversation, seat)
    known = {one.message.pk for one in said}
    authors = {row.message_id: row.author for row in deliveries if row.message_id}
    may_act = seat.may(Permission.ANSWER)
    link = next((one.message.url for one in reversed(said) if one.message.url), "")
    look_at = link or (conversation.post.url if conversation.post else "")
    if not look_at.lower().startswith(("http://", "https://")):
        look_at = ""
    moderations = moderations_of(conversation, seat)
    abilities = conversation.channel.abilities if seat.may(Permission.MODERATE) else []
    entries = [_said(one, authors.get(one.message.pk, ""), moderations.get(one.message.pk), abilities) for one in said]
    entries += [
        Entry(
            at=row.settled_at or row.made_at,
            delivery=row,
            leaves_in=_seconds(row.due_at, now),
            may_act=may_act,
            look_at=look_at,
        )
        for row in deliveries
        if row.message_id not in known
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _seconds(at: datetime | None, now: datetime) -> int:
    return max(0, round((at - now) / timedelta(seconds=1))) if at else 0


def _said(one: ThreadMessage, author_name: str, moderation: Moderation | None, abilities: list[str]) -> Entry:
    reading = one.reading
    waits = moderation is not None and moderation.state == "waiting"
    is_theirs = not one.message.is_ours and one.message.vanished_at is None and not waits
    deeds = deeds_for(abilities, one.message.state) if is_theirs else []
    is_covered = reading is not None and reading.harm_level >= COVERED_FROM
    return Entry(
        at=one.message.published_at,
        said=one,
        author_name=author_name,
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
