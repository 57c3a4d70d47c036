"""Links that show a conversation to a colleague without an account."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Q

from nestor.inbox.models import Conversation, Message
from nestor.people.models import User
from nestor.routing.models import Forward
from nestor.routing.reads.standings import is_any_sealed
from nestor.routing.rules.forwarding import LinkState, shows_text, state_of
from nestor.vocabulary import Lane
from nestor.work.reads import is_free

SALT = "nestor.forward"
MOST_LINES = 200
LONGEST_TOKEN = 200


def token_for(public_id: str) -> str:
    """Return a link's token: signed with the key that is outside the database, and stored nowhere."""
    return Signer(salt=SALT).sign(public_id)


def digest_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_for(row: Forward) -> str:
    """Return the whole address of a link."""
    return f"{settings.URL}/asked/{token_for(row.public_id)}/"


def forward_by(token: str) -> Forward | None:
    """Return what a token opens; a forged one is refused before the database is asked."""
    try:
        Signer(salt=SALT).unsign(token[:LONGEST_TOKEN])
    except BadSignature:
        return None
    rows = Forward.objects.across_brands("the link says which").filter(digest=digest_of(token))
    joined = ("brand", "author", "conversation__channel", "conversation__post", "conversation__merged_into")
    found: Forward | None = rows.select_related(*joined).first()
    return found


def link_state(row: Forward, now: datetime) -> LinkState:
    """Return what a link still does now."""
    went_to = row.conversation.merged_into
    is_sealed = is_any_sealed(row.conversation) or (went_to is not None and is_any_sealed(went_to))
    return state_of(
        now=now,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        answered_at=row.answered_at,
        is_sealed=is_sealed,
    )


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One message as it is shown behind a link; `text` is None where it is covered."""

    who: str
    is_ours: bool
    at: datetime
    text: str | None
    has_picture: bool


def asked_lines(row: Forward) -> tuple[AskedLine, ...]:
    """Return what was said when the link was made, oldest first; nothing of what came later or is elsewhere."""
    there = Q(conversation=row.conversation) | Q(home=row.conversation)
    rows = Message.objects.of(row.brand_id).filter(there, shown_at__isnull=False, is_sealed=False)
    rows = rows.filter(arrived_at__lte=row.made_at, vanished_at__isnull=True).select_related("identity", "reading")
    found = [_line(row, one) for one in rows.order_by("-published_at", "-id")[:MOST_LINES]]
    return tuple(reversed(found))


def _line(row: Forward, one: Message) -> AskedLine:
    reading = getattr(one, "reading", None)
    name = one.identity.name or one.identity.handle if one.identity is not None else ""
    may_show = one.is_ours or (reading is not None and shows_text(reading.harm_level, Lane(reading.lane)))
    return AskedLine(
        who=row.conversation.channel.name if one.is_ours else name,
        is_ours=one.is_ours,
        at=one.published_at,
        text=one.text if may_show else None,
        has_picture=one.has_picture,
    )


@dataclass(frozen=True, slots=True)
class ForwardRow:
    """One link as the team sees it in the thread; `link` only where its mail could not leave, for who made it."""

    public_id: str
    name: str
    email: str
    question: str
    author: str
    state: LinkState
    made_at: datetime
    expires_at: datetime
    is_mailed: bool
    trouble: str
    link: str


def forward_row(row: Forward, me: User, now: datetime) -> ForwardRow:
    """Return a link as this person is shown it."""
    state = state_of(
        now=now,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        answered_at=row.answered_at,
        is_sealed=False,
    )
    is_stuck = bool(row.trouble) and row.mailed_at is None and state is LinkState.OPEN
    return ForwardRow(
        public_id=row.public_id,
        name=row.name,
        email=row.email,
        question=row.question,
        author=row.author.name if row.author else "",
        state=state,
        made_at=row.made_at,
        expires_at=row.expires_at,
        is_mailed=row.mailed_at is not None,
        trouble=row.trouble,
        link=link_for(row) if is_stuck and row.author_id == me.pk else "",
    )


def forwards_of(conversation: Conversation) -> list[Forward]:
    """Return the links to a conversation, oldest first, those of conversations joined to it among them."""
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    rows = Forward.objects.of(conversation.brand_id).filter(here).select_related("author")
    return list(rows.order_by("made_at", "id"))


def forward_in(conversation: Conversation, public_id: str) -> Forward | None:
    """Return one link of a conversation."""
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    found: Forward | None = Forward.objects.of(conversation.brand_id).filter(here, public_id=public_id).first()
    return found


def due_forwards(now: datetime, most: int) -> Iterable[int]:
    """Return links whose mail waits to be sent, longest waiting first."""
    rows = Forward.objects.across_brands("a sweep looks at every brand's due rows").filter(
        is_free(now), due_at__lte=now
    )
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])
