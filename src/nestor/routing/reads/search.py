"""Conversations in which words were said: the same ones, in the same order, on either database."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.reads import search
from nestor.people.reads import Seat
from nestor.routing.models import Route
from nestor.routing.reads import Hit, InboxPage, InboxRow, chosen, cursor_at, open_cursor, rows_of, taken
from nestor.routing.rules.filters import InboxFilter, Order, State
from nestor.work.reads.lookups import Among
from nestor.work.rules.words import Query, query_of, relevance_of, spans_of

MOST_RANKED = 1000  # latest hits among which the best are looked for
MOST_FEW = 4000  # conversations a filter leaves, up to which their messages are looked at one by one
MOST_LOOKS = 10  # at twice a page of hits each: somebody may have said one word a thousand times in one place
AROUND = 60  # characters of context before the first hit
LENGTH = 220
Said = tuple[int, int, datetime]  # message, conversation, when


def search_page(seat: Seat, wanted: InboxFilter, now: datetime, after: str = "", most: int = 50) -> InboxPage:
    """Return one page of conversations with the words of the filter, each with its best or latest hit.

    Raise `BadCursor`. Nothing is found for words that hold no word.
    """
    query = query_of(wanted.words)
    if not query:
        return InboxPage((), "")
    hits = _within(seat, wanted, query, now)
    if wanted.order is Order.RELEVANCE:
        ranked = _ranked(hits, query)
        start = open_cursor(after)[1] if after else 0  # this cursor counts how many were shown
        more = cursor_at(now, start + most) if start + most < len(ranked) else ""
        return InboxPage(_rows(seat, ranked[start : start + most], query, now), more)
    if after:
        hits = _before(hits, *open_cursor(after))
    said, more = _first_of_each(hits, most)
    return InboxPage(_rows(seat, said, query, now), more)


def _within(seat: Seat, wanted: InboxFilter, query: Query, now: datetime) -> BrandQuerySet:
    """Return the hits in conversations the filter leaves; whichever of the two is fewer is looked through."""
    hits, routes = search.hits(seat, query), chosen(seat, wanted, now)
    if hits.is_many and _narrows(wanted):
        few = list(routes.values_list("conversation_id", flat=True)[: MOST_FEW + 1])
        if len(few) <= MOST_FEW:
            return hits.rows.filter(Among("conversation_id", few))
    # Asked of each hit: as a list, a database would rather begin with the two hundred thousand standings of a brand.
    return hits.rows.filter(Exists(routes.filter(conversation_id=OuterRef("conversation_id"))))


def _narrows(wanted: InboxFilter) -> bool:
    return replace(wanted, words="", order=Order.TIME, state=State.ANY) != InboxFilter(state=State.ANY)


def _first_of_each(hits: BrandQuerySet, most: int) -> tuple[list[Said], str]:
    """Return the latest hit of each conversation, latest first, and the cursor after the last one."""
    found: dict[int, Said] = {}
    last: Said | None = None
    for _look in range(MOST_LOOKS):
        said = _latest(hits, last, 2 * most)
        for one in said:
            if one[1] not in found and len(found) == most and last is not None:
                return list(found.values()), cursor_at(last[2], last[0])
            found.setdefault(one[1], one)
            last = one
        if len(said) < 2 * most:
            return list(found.values()), ""
    return list(found.values()), cursor_at(last[2], last[0]) if last is not None else ""


def _latest(hits: BrandQuerySet, last: Said | None, most: int) -> list[Said]:
    """Return the latest hits before one: so many, since a database may look through all it is asked for at once."""
    if last is not None:
        hits = _before(hits, last[2], last[0])
    return list(hits.order_by("-published_at", "-id").values_list("pk", "conversation_id", "published_at")[:most])


def _before(hits: BrandQuerySet, at: datetime, row_id: int) -> BrandQuerySet:
    return hits.filter(published_at__lte=at).filter(Q(published_at__lt=at) | Q(id__lt=row_id))


def _ranked(hits: BrandQuerySet, query: Query) -> list[Said]:
    """Return the best hit of each conversation among the latest hits, best first."""
    rows = hits.order_by("-published_at", "-id")
    best: dict[int, tuple[float, Said]] = {}
    for pk, conversation_id, at, words in rows.values_list("pk", "conversation_id", "published_at", "search_text")[
        :MOST_RANKED
    ]:
        score = relevance_of(words.split(), query)
        if score > best.get(conversation_id, (-1.0,))[0]:
            best[conversation_id] = (score, (pk, conversation_id, at))
    return [said for _, said in sorted(best.values(), key=lambda one: one[0], reverse=True)]


def _rows(seat: Seat, said: list[Said], query: Query, now: datetime) -> tuple[InboxRow, ...]:
    texts = search.texts_of(seat, [one[0] for one in said])
    standings = taken(Route.objects.of(seat.brand).filter(conversation_id__in=[one[1] for one in said]))
    by_conversation = {row["conversation_id"]: row for row in standings}
    known = [one for one in said if one[0] in texts and one[1] in by_conversation]
    hits = {one[1]: _hit(*texts[one[0]], one[2], query) for one in known}
    return rows_of(seat, [by_conversation[one[1]] for one in known], now, hits)


def _hit(text: str, is_ours: bool, at: datetime, query: Query) -> Hit:  # noqa: FBT001  as the row holds it
    spans = spans_of(text, query)
    start = max(0, spans[0][0] - AROUND) if spans else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0  # at a word
    lead, tail = "…" if start else "", "…" if start + LENGTH < len(text) else ""
    line = "".join(" " if one.isspace() else one for one in text[start : start + LENGTH])
    moved = [(begin - start + len(lead), end - start + len(lead)) for begin, end in spans]
    marks = tuple(one for one in moved if one[1] <= len(lead) + len(line))
    return Hit(f"{lead}{line}{tail}", marks, at, is_ours)
