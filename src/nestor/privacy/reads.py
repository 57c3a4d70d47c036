"""How long a brand keeps things, what is old by that, and whom nothing is left of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandQuerySet
from nestor.composer.models import Draft
from nestor.composer.reads import begun
from nestor.guard.models import Clearance
from nestor.hooks.reads import calls_before
from nestor.inbox.models import Conversation, Message
from nestor.inbox.reads.gone import raw_before
from nestor.people.models import Identity, Member
from nestor.privacy.models import Retention
from nestor.privacy.rules import DEFAULT, Spans, limits_of
from nestor.publisher.models import Delivery, Moderation
from nestor.publisher.rules import State
from nestor.routing.models import ElsewhereAnswer, Forward, Note, Route
from nestor.work.reads import is_free

MOST_COUNTED = 10_000
COUNTED_AT_ONCE = 1000
ON_ITS_WAY = (State.WAITING, State.SENDING, State.UNCONFIRMED)


def due_retentions(now: datetime, most: int) -> list[int]:
    """Return brands' choices of which something may have become too old."""
    rows = Retention.objects.across_brands("a sweep looks at every brand's due rows")
    return list(rows.filter(is_free(now), due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:most])


def retention_of(brand: Brand | int) -> Retention | None:
    """Return what the brand chose; None where it chose nothing."""
    found: Retention | None = Retention.objects.of(brand).first()
    return found


def spans_of(row: Retention | None) -> Spans:
    """Return how long a brand keeps things by what it chose."""
    return DEFAULT if row is None else Spans(row.message_months, row.raw_days, row.call_days)


def installation_limit() -> int:
    """Return how many days raw forms may be kept at most: whoever runs the desk says so."""
    return int(settings.NESTOR_KEEP_PAYLOADS_FOR)


def old_standings(brand_id: int, before: datetime, now: datetime) -> BrandQuerySet:
    """Return standings of conversations that were done by then and in which nothing has happened since, oldest first.

    Never an open or put-off one, a sealed one, one with a message not read yet, or one where something is on its way.
    """
    rows = Route.objects.of(brand_id).filter(is_open=False, is_sealed=False, snoozed_until__isnull=True)
    rows = rows.filter(last_at__lte=before, conversation__last_at__lte=before)
    rows = rows.filter(Q(resolved_at__isnull=True) | Q(resolved_at__lte=before))
    for stirring in _stirring(brand_id, before, now):
        rows = rows.filter(~Exists(stirring))
    return rows.order_by("last_at", "id")


def _stirring(brand_id: int, before: datetime, now: datetime) -> Iterable[Any]:
    """Yield what keeps a conversation, whatever its age: each is a question about the standing outside."""
    here = {"conversation_id": OuterRef("conversation_id")}
    held = Q(is_sealed=True) | Q(shown_at__isnull=True) | Q(arrived_at__gt=before)
    yield Message.objects.of(brand_id).filter(held, **here)
    yield Delivery.objects.of(brand_id).filter(state__in=ON_ITS_WAY, **here)
    yield Clearance.objects.of(brand_id).filter(state=Clearance.ASKED, **here)
    yield begun(Draft.objects.of(brand_id).filter(changed_at__gt=before, **here))
    yield Note.objects.of(brand_id).filter(made_at__gt=before, **here)
    yield ElsewhereAnswer.objects.of(brand_id).filter(at__gt=before, **here)
    asked = Forward.objects.of(brand_id).filter(answered_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)
    yield asked.filter(**here)
    in_there = {"message__conversation_id": OuterRef("conversation_id")}
    yield Moderation.objects.of(brand_id).filter(state="waiting", **in_there)


@dataclass(frozen=True, slots=True)
class Dropped:
    """How much would go, counted up to `MOST_COUNTED` of each."""

    conversations: int
    messages: int
    raw: int
    calls: int


def would_drop(brand: Brand, spans: Spans, now: datetime) -> Dropped:
    """Return what would go by these spans if they held from now on. Counting stops at `MOST_COUNTED`."""
    limits, brand_id = limits_of(spans, now), brand.pk
    ids: list[int] = []
    if limits.messages is not None:
        rows = old_standings(brand_id, limits.messages, now)
        ids = list(rows.values_list("conversation_id", flat=True)[:MOST_COUNTED])
    messages = 0
    for start in range(0, len(ids), COUNTED_AT_ONCE):
        some = ids[start : start + COUNTED_AT_ONCE]
        messages += Message.objects.of(brand_id).filter(conversation_id__in=some)[:MOST_COUNTED].count()
        if messages >= MOST_COUNTED:
            break
    raw = 0 if limits.raw is None else sum(rows[:MOST_COUNTED].count() for _m, rows in raw_before(brand_id, limits.raw))
    calls = 0 if limits.calls is None else calls_before(brand_id, limits.calls)[:MOST_COUNTED].count()
    return Dropped(len(ids), min(messages, MOST_COUNTED), min(raw, MOST_COUNTED), calls)


def silent_among(brand_id: int, member_ids: Iterable[int]) -> list[int]:
    """Return, of these members and whoever is one person with them, those of whom nothing is left here."""
    rows = Member.objects.of(brand_id)
    tops = {person or pk for pk, person in rows.filter(pk__in=list(member_ids)).values_list("pk", "person_id")}
    whole = rows.filter(Q(pk__in=tops) | Q(person_id__in=tops)).values_list("pk", "person_id")
    top_of = {pk: person or pk for pk, person in whole}
    said = Message.objects.of(brand_id).filter(identity=OuterRef("pk"))
    speak = Identity.objects.of(brand_id).filter(Exists(said), member_id__in=top_of)
    opened = Conversation.objects.of(brand_id).filter(member_id__in=top_of)
    heard = {*speak.values_list("member_id", flat=True), *opened.values_list("member_id", flat=True)}
    kept = {top_of[pk] for pk in heard}
    return [pk for pk, top in top_of.items() if top not in kept]
