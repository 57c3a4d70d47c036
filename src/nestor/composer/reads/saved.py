"""Saved replies, as they are chosen and managed, and whose signature stands below an answer."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import DateTimeField, PositiveIntegerField, TextField, Value
from django.db.models.functions import Cast

from nestor.brands.models import Brand
from nestor.composer import rules
from nestor.composer.models import Draft, SavedReply, Signature
from nestor.composer.reads import room_left
from nestor.composer.rules import Offer
from nestor.inbox.models import Conversation, Message
from nestor.inbox.reads import may_see
from nestor.people.reads import Seat
from nestor.work.rules.words import as_typed, is_hit, query_of

MOST_OFFERED = 9  # as many as there are figures to choose by


@dataclass(frozen=True, slots=True)
class Offered:
    """One saved reply as it would stand in this answer."""

    public_id: str
    name: str
    shortcut: str
    language: str
    text: str


def saved_replies(brand: Brand | int, asked: str = "") -> list[SavedReply]:
    """Return a brand's saved replies by name, those that hold every word asked for."""
    rows = list(SavedReply.objects.of(brand).order_by("name", "language", "id"))
    return [row for row in rows if _is_asked_for(row, asked)]


def _is_asked_for(row: SavedReply, asked: str) -> bool:
    query = query_of(as_typed(asked.strip().removeprefix("/")))
    return not query or is_hit(row.search_text.split(), query)


def saved_reply_for(brand: Brand | int, public_id: str) -> SavedReply | None:
    """Return one saved reply of the brand."""
    found: SavedReply | None = SavedReply.objects.of(brand).filter(public_id=public_id).first()
    return found


def offered(seat: Seat, conversation: Conversation, asked: str = "", most: int = MOST_OFFERED) -> tuple[Offered, ...]:
    """Return the saved replies that fit this conversation best, filled in. Three queries at most."""
    rows = {row.pk: row for row in saved_replies(seat.brand, asked)}
    if not rows:
        return ()
    last = _last_heard(seat, conversation)
    offers = [Offer(pk, row.language, row.used, rules.tokens_of(row.search_text)) for pk, row in rows.items()]
    said = rules.tokens_of(last.search_text) if last is not None else frozenset()
    values = values_for(seat, conversation, last)
    return tuple(
        Offered(row.public_id, row.name, row.shortcut, row.language, rules.filled(row.text, values))
        for row in (rows[pk] for pk in rules.ranked(offers, _language(seat.brand, last), said)[:most])
    )


def as_answer(seat: Seat, conversation: Conversation, reply: SavedReply) -> str:
    """Return a saved reply as it would stand in an answer here."""
    return rules.filled(reply.text, values_for(seat, conversation, _last_heard(seat, conversation)))


def _last_heard(seat: Seat, conversation: Conversation) -> Message | None:
    rows = Message.objects.of(seat.brand).filter(may_see(seat), conversation=conversation, is_ours=False)
    found: Message | None = rows.select_related("identity", "reading").order_by("-published_at", "-id").first()
    return found


def _language(brand: Brand, last: Message | None) -> str:
    heard = getattr(getattr(last, "reading", None), "language", "")
    return heard if heard not in ("", "unknown") else brand.language


def values_for(seat: Seat, conversation: Conversation, last: Message | None) -> dict[str, str]:
    """Return what the variables stand for in an answer by this person, here."""
    identity = last.identity if last is not None else None
    member = (identity.name or identity.handle) if identity is not None else ""
    channel = conversation.channel.name
    return {"member": member, "brand": seat.brand.name, "agent": seat.user.name, "channel": channel}


def is_saved(brand_id: int, text: str) -> bool:
    """Return whether a text is one of the brand's saved replies, filled in: words the team chose to repeat."""
    rows = SavedReply.objects.of(brand_id).values_list("text", flat=True)
    return any(rules.is_made_of(text, saved) for saved in rows)


def signature_of(seat: Seat) -> str:
    """Return what this person puts below their answers for this brand."""
    rows = Signature.objects.of(seat.brand).filter(user=seat.user)
    found: str | None = rows.values_list("text", flat=True).first()
    return found or ""


@dataclass(frozen=True, slots=True)
class Box:
    """What stands in an answer box: a text, how often it was changed, when last, and the signature below."""

    text: str = ""
    revision: int = 0
    changed_at: datetime | None = None
    signature: str = ""


def box_of(seat: Seat, conversation: Conversation) -> Box:
    """Return what this person is writing here, and their signature. One query."""
    own = Draft.objects.of(seat.brand).filter(conversation=conversation, author=seat.user)
    mine = Signature.objects.of(seat.brand).filter(user=seat.user)
    fixed = {"revision": Value(-1, PositiveIntegerField()), "changed_at": Value(None, DateTimeField())}
    columns = ("words", "revision", "changed_at")
    drafts = own.annotate(words=Cast("text", TextField())).values_list(*columns)
    signatures = mine.annotate(words=Cast("text", TextField()), **fixed).values_list(*columns)
    found = list(drafts.union(signatures, all=True))
    signature = next((text for text, revision, _ in found if revision < 0), "")
    draft = next((Box(text, revision, at) for text, revision, at in found if revision >= 0), Box())
    return replace(draft, signature=signature)


def signed(conversation: Conversation, text: str, signature: str) -> str:
    """Return an answer with its signature where the network has room for it."""
    return rules.signed(text, signature, lambda whole: room_left(conversation, whole).left)
