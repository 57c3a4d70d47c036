"""Whether somebody else of the team has just answered the same person."""

from datetime import datetime, timedelta

from django.db.models import Q

from nestor.guard.rules.contract import Family, Finding, Level
from nestor.inbox.models import Conversation, Message
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.publisher.models import Delivery
from nestor.publisher.rules import Spoken, State, second_answer, warned_since
from nestor.routing.models import ElsewhereAnswer
from nestor.routing.reads import is_visible

LONGEST = timedelta(days=30)  # a box that was open for longer counts as opened then
MOST = 20
CODES = {"d": "second_answer", "m": "second_answer_app", "e": "second_answer_elsewhere"}
ON_ITS_WAY = (State.WAITING, State.SENDING, State.SENT, State.UNCONFIRMED)


def second_answer_to(
    seat: Seat, conversation: Conversation, begun_at: datetime | None, now: datetime
) -> tuple[Finding, ...]:
    """Return a warning where somebody else answered this person since this answer was begun, or in the last minutes.

    Its id names that answer, so that the next one is told again. At most five queries.
    """
    begun_at = max(begun_at or now, now - LONGEST)
    found = dict(_spoken(seat, conversation, warned_since(begun_at, now)))
    second = second_answer(found, seat.user.pk, begun_at, now)
    if second is None:
        return ()
    author = User.objects.filter(pk=second.author_id).first() if second.author_id else None
    params = {"who": author.name if author else "", "at": second.at.isoformat()}
    if found[second] != conversation.public_id:
        params["conversation"] = found[second]
    kind, _, public_id = second.id.partition(":")
    return (Finding(f"{CODES[kind]}:{public_id}", "second_answer", Family.REPEAT, Level.WARN, params=params),)


def person_of(conversation: Conversation) -> int | None:
    """Return the person an answer here would be to: whoever spoke last, all their joined accounts together."""
    rows = Message.objects.of(conversation.brand_id).filter(conversation=conversation, is_ours=False)
    last = rows.filter(shown_at__isnull=False, identity__isnull=False).order_by("-published_at", "-id")
    found = last.values_list("identity__member_id", "identity__member__person_id").first()
    member = conversation.member
    own = (member.pk, member.person_id) if member is not None else (None, None)
    member_id, top_id = found or own
    person: int | None = top_id or member_id
    return person


def _of(member: str, person: int) -> Q:
    """Return the condition that a member is this person, or joined to them."""
    return Q(**{f"{member}_id": person}) | Q(**{f"{member}__person_id": person})


def _spoken(seat: Seat, conversation: Conversation, since: datetime) -> list[tuple[Spoken, str]]:
    """Return who answered here, or the same person elsewhere as far as this colleague may know, and where."""
    here = to_them = Q(conversation=conversation)
    if (person := person_of(conversation)) is not None:
        here |= _of("conversation__member", person) & Q(is_visible(seat))
        to_them = here | (_of("answers__identity__member", person) & Q(is_visible(seat)))
    where = "conversation__public_id"
    sent = Delivery.objects.of(seat.brand).filter(to_them, made_at__gte=since, state__in=ON_ITS_WAY)
    typed = Message.objects.of(seat.brand).filter(here, is_ours=True, mark="", published_at__gte=since)
    told = ElsewhereAnswer.objects.of(seat.brand).filter(here, at__gte=since)
    by_desk = sent.order_by("-made_at").values_list("public_id", "made_at", "author_id", where)[:MOST]
    by_app = typed.order_by("-published_at").values_list("public_id", "published_at", where)[:MOST]
    by_other_ways = told.order_by("-at").values_list("public_id", "at", "author_id", where)[:MOST]
    return [
        *((Spoken(f"d:{name}", at, author_id), place) for name, at, author_id, place in by_desk),
        *((Spoken(f"m:{name}", at, None), place) for name, at, place in by_app),
        *((Spoken(f"e:{name}", at, author_id), place) for name, at, author_id, place in by_other_ways),
    ]
