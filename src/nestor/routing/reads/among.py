"""What the team says and does around a conversation: notes, answers given elsewhere, links. One query for all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import BigIntegerField, CharField, DateTimeField, F, Q, TextField, Value
from django.db.models.functions import Cast

from nestor.inbox.models import Conversation
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.routing.models import ElsewhereAnswer, Forward, Label, Note
from nestor.routing.reads.elsewhere import ElsewhereRow
from nestor.routing.reads.forwarding import ForwardRow, forward_row
from nestor.routing.reads.notes import NoteRow, note_row

MOST = 300  # the latest so many are shown beside a thread
COLUMNS = (
    "public_id what said_at author_id author__name words one two three expires_at revoked_at answered_at mailed_at"
).split()
NOTHING, NEVER = Value("", TextField()), Value(None, DateTimeField())
ENDS = {"expires_at": NEVER, "revoked_at": NEVER, "answered_at": NEVER, "mailed_at": NEVER}
TeamWord = NoteRow | ElsewhereRow | ForwardRow


@dataclass(frozen=True, slots=True)
class Around:
    """What the team said, with when, oldest first, and the labels it put on."""

    words: tuple[tuple[datetime, TeamWord], ...]
    labels: tuple[Label, ...]


def around(conversation: Conversation, seat: Seat, now: datetime, label_ids: Sequence[int] = ()) -> Around:
    """Return what the team said around a conversation and those joined to it, and these labels."""
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    links = Forward.objects.of(conversation.brand_id).filter(here)
    links = links.annotate(said_at=F("made_at"), **_words("link", "question", "name", "email", "trouble"))
    places = ElsewhereAnswer.objects.of(conversation.brand_id).filter(here)
    places = places.annotate(said_at=F("at"), **_words("place", "detail", "place"), **ENDS)
    notes = Note.objects.of(conversation.brand_id).filter(here)
    notes = notes.annotate(said_at=F("made_at"), **_words("note", "text", "from_name", "namings"), **ENDS)
    # Links come first: their columns have the types of all.
    first, *others = (rows.values_list(*COLUMNS) for rows in (links, places, notes))
    if label_ids:
        others.append(_label_columns(conversation.brand_id, label_ids))
    every = [dict(zip(COLUMNS, row, strict=True)) for row in first.union(*others, all=True).order_by("-said_at")]
    named = {row["public_id"]: row for row in every if row["what"] == "label"}
    said = [row for row in every if row["what"] != "label"][:MOST]
    return Around(
        words=tuple((row["said_at"], _word(row, conversation.brand_id, seat, now)) for row in reversed(said)),
        labels=tuple(_label(row) for row in sorted(named.values(), key=itemgetter("two"))),
    )


def _label_columns(brand_id: int, label_ids: Sequence[int]) -> Any:
    rows = Label.objects.of(brand_id).filter(pk__in=label_ids).order_by()
    nobody = {"whose": Value(None, BigIntegerField()), "who": Value(None, CharField())}
    rows = rows.annotate(said_at=F("made_at"), **_words("label", "name", "tint", "folded"), **ENDS, **nobody)
    swapped = {"author_id": "whose", "author__name": "who"}
    return rows.values_list(*(swapped.get(name, name) for name in COLUMNS))


def _label(row: dict[str, Any]) -> Label:
    return Label(public_id=row["public_id"], name=row["words"], tint=int(row["one"]), folded=row["two"])


def _words(what: str, words: str, *more: str) -> dict[str, Any]:
    """Return the columns of words, the same in number and kind whatever the table."""
    given = [Cast(name, TextField()) for name in more] + [NOTHING] * (3 - len(more))
    return {"what": Value(what, CharField()), "words": Cast(words, TextField())} | dict(
        zip(("one", "two", "three"), given, strict=True)
    )


def _word(row: dict[str, Any], brand_id: int, seat: Seat, now: datetime) -> TeamWord:
    author = User(pk=row["author_id"], name=row["author__name"] or "") if row["author_id"] else None
    own = {"brand_id": brand_id, "public_id": row["public_id"], "author": author}
    if row["what"] == "place":
        return ElsewhereRow(row["public_id"], row["one"], row["words"], author.name if author else "", row["said_at"])
    if row["what"] == "link":
        link = {name: row[name] for name in ENDS} | {"name": row["one"], "email": row["two"], "trouble": row["three"]}
        return forward_row(Forward(**own, **link, question=row["words"], made_at=row["said_at"]), seat.user, now)
    namings = json.loads(row["two"])
    note = Note(**own, text=row["words"], from_name=row["one"], namings=namings, made_at=row["said_at"])
    return note_row(note, seat)
