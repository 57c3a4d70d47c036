"""A query that does not name its brand is refused, whichever way it is asked."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery

from nestor.brands.models import Brand, Channel
from nestor.brands.scoping import BrandQuerySet, UnscopedQuery
from nestor.inbox.models import Conversation, Message
from nestor.people.models import TeamRole, User
from tests.desk.cast import NOON, Cast

Ask = Callable[[BrandQuerySet], Any]
WAYS: dict[str, Ask] = {
    "iterate": list,
    "len": len,
    "bool": bool,
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:1]),
    "get": lambda rows: rows.get(name="x"),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("made_at"),
    "latest": lambda rows: rows.latest("made_at"),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(Channel(id=1)),
    "aggregate": lambda rows: rows.aggregate(n=Count("id")),
    "values": lambda rows: list(rows.values("name")),
    "values_list": lambda rows: list(rows.values_list("name", flat=True)),
    "annotate": lambda rows: list(rows.annotate(n=Count("id"))),
    "distinct": lambda rows: rows.distinct().count(),
    "dates": lambda rows: list(rows.dates("made_at", "day")),
    "datetimes": lambda rows: list(rows.datetimes("made_at", "hour")),
    "iterator": lambda rows: list(rows.iterator()),
    "begin to iterate": lambda rows: rows.iterator(),
    "aiterator": lambda rows: asyncio.run(_first_of(rows)),
    "update": lambda rows: rows.update(name="x"),
    "delete": lambda rows: rows.delete(),
    "bulk_update": lambda rows: rows.bulk_update([Channel(id=1, name="x")], ["name"]),
    "get_or_create": lambda rows: rows.get_or_create(name="x"),
    "update_or_create": lambda rows: rows.update_or_create(name="x", defaults={"handle": "x"}),
    "explain": lambda rows: rows.explain(),
    "raw": lambda rows: list(rows.raw("SELECT * FROM brands_channel")),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "only": lambda rows: list(rows.only("name")),
    "reverse": lambda rows: list(rows.order_by("name").reverse()),
    "using": lambda rows: list(rows.using("default")),
}


async def _first_of(rows: BrandQuerySet) -> Any:
    return [row async for row in rows.aiterator()]


@pytest.mark.parametrize("way", WAYS)
def test_an_unscoped_query_is_refused(cast: Cast, way: str) -> None:
    with pytest.raises(UnscopedQuery, match=r"^Channel$"), transaction.atomic():
        WAYS[way](Channel.objects.all())
    assert Channel.objects.of(cast.brand).count() == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_filter_on_something_else_is_no_scope(cast: Cast, way: str) -> None:
    with pytest.raises(UnscopedQuery), transaction.atomic():
        WAYS[way](Channel.objects.filter(network="practice", brand__slug="ligne-verte"))


@pytest.mark.parametrize(
    "condition",
    [
        lambda cast: ~Q(brand=cast.brand),
        lambda cast: Q(brand=cast.brand) | Q(name="x"),
        lambda cast: Q(brand=cast.brand) | Q(brand=cast.other_brand) & Q(name="x"),
        lambda cast: Q(brand=cast.brand) ^ Q(name="x"),
        lambda cast: ~(Q(brand=cast.brand) & Q(name="x")),
        lambda cast: Q(brand__gte=cast.brand.pk),
        lambda _: Q(brand__isnull=False),
        lambda _: Q(brand__name="Ligne Verte"),
    ],
)
def test_a_condition_that_lets_other_brands_in_is_refused(cast: Cast, condition: Callable[[Cast], Q]) -> None:
    with pytest.raises(UnscopedQuery):
        list(Channel.objects.filter(condition(cast)))


def test_excluding_a_brand_is_no_scope(cast: Cast) -> None:
    with pytest.raises(UnscopedQuery):
        list(Channel.objects.exclude(brand=cast.brand))


def test_joining_a_scoped_to_an_unscoped_query_is_refused(cast: Cast) -> None:
    scoped, loose = Channel.objects.of(cast.brand), Channel.objects.all()
    for both in (scoped | loose, loose | scoped, scoped.union(loose), loose.union(scoped), scoped.difference(loose)):
        with pytest.raises(UnscopedQuery):
            list(both)
    for both in (scoped.union(loose), scoped.intersection(loose)):
        with pytest.raises(UnscopedQuery):
            both.count()
    assert list(scoped & loose) == [cast.channel]


def test_an_unscoped_query_inside_another_is_refused(cast: Cast) -> None:
    messages = Message.objects.filter(text="x")
    asked: list[Callable[[], Any]] = [
        lambda: list(Conversation.objects.of(cast.brand).filter(pk__in=messages.values("conversation_id"))),
        lambda: list(Conversation.objects.of(cast.brand).filter(pk__in=Subquery(messages.values("conversation_id")))),
        lambda: list(Conversation.objects.of(cast.brand).filter(Exists(messages.filter(conversation=OuterRef("pk"))))),
        lambda: list(Conversation.objects.of(cast.brand).annotate(t=Subquery(messages.values("text")[:1]))),
        lambda: Conversation.objects.of(cast.brand).filter(pk__in=messages.values("conversation_id")).update(kind="x"),
        lambda: list(User.objects.filter(pk__in=TeamRole.objects.values("user"))),
        lambda: list(Brand.objects.filter(pk__in=Channel.objects.values("brand"))),
        lambda: Brand.objects.filter(Exists(Channel.objects.filter(name="x"))).count(),
    ]
    for ask in asked:
        with pytest.raises(UnscopedQuery):
            ask()


def test_a_brand_named_by_the_outer_query_is_named(cast: Cast) -> None:
    rows = Brand.objects.filter(Exists(Channel.objects.filter(brand=OuterRef("pk"))))
    assert set(rows) == {cast.brand, cast.other_brand}


def test_prefetching_an_unscoped_query_is_refused(cast: Cast) -> None:
    Conversation.objects.create(
        brand=cast.brand, channel=cast.channel, thread_id="t", kind="comment", started_at=NOON, last_at=NOON
    )
    rows = Conversation.objects.of(cast.brand).prefetch_related(Prefetch("channel", queryset=Channel.objects.all()))
    with pytest.raises(UnscopedQuery):
        list(rows)


def test_a_scope_survives_whatever_follows(cast: Cast) -> None:
    rows = Channel.objects.of(cast.brand).filter(network="practice").exclude(name="x").order_by("-name").distinct()
    assert list(rows) == [cast.channel]
    assert rows.annotate(again=F("name")).values_list("pk", flat=True).get() == cast.channel.pk
    assert rows.none().count() == 0
    assert Channel.objects.filter(brand_id=cast.brand.pk).update(name="x") == 1
    assert Channel.objects.filter(brand__in=[cast.brand]).count() == 1


def test_looking_across_brands_wants_a_reason(cast: Cast) -> None:
    assert Channel.objects.across_brands("a test").count() == 2
    assert Channel.objects.across_brands("a test").filter(network="practice").order_by("id").first() == cast.channel
    with pytest.raises(ValueError, match="say why"):
        Channel.objects.across_brands("")


def test_the_reason_is_not_left_behind(cast: Cast) -> None:
    rows = Channel.objects.all()
    assert rows.across_brands("a test").count() == 2
    with pytest.raises(UnscopedQuery):
        rows.count()


def test_an_error_tells_no_more_than_the_table(cast: Cast) -> None:
    with pytest.raises(UnscopedQuery) as caught:
        list(Channel.objects.filter(name="what Eve wrote"))
    assert "Eve" not in str(caught.value)
