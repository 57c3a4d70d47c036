"""Members outside: who is one person, what accounts they have, whose name looks like another's."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandQuerySet
from nestor.people.models import Identity, Member
from nestor.people.rules.names import is_same_name
from nestor.work.reads import words
from nestor.work.rules.words import Query

MOST_ALIKE = 200


def same_person(member: Member) -> list[int]:
    """Return the internal ids of all members that are one person with this one, the one at the top first."""
    top = member.person_id or member.pk
    below = Member.objects.of(member.brand_id).filter(person_id=top).order_by("id").values_list("pk", flat=True)
    return [top, *below]


def joined_to(top: int, brand_id: int) -> "models.QuerySet[Any, dict[str, Any]]":
    """Return the internal ids of the members joined to a person, as a question within another."""
    return Member.objects.of(brand_id).filter(person_id=top).values("pk")


def accounts_of(members: Iterable[int], brand_id: int) -> BrandQuerySet:
    """Return the identities of these members."""
    return Identity.objects.of(brand_id).filter(member_id__in=members)


def identities_of(member: Member) -> list[Identity]:
    """Return the accounts of a person, those of members joined to them included."""
    rows = accounts_of(same_person(member), member.brand_id)
    return list(rows.select_related("member").order_by("network", "id"))


def persons(brand: Brand | int) -> BrandQuerySet:
    """Return the brand's members, each person once."""
    return Member.objects.of(brand).filter(person__isnull=True)


def accounts_below(tops: Iterable[int], brand_id: int) -> dict[int, list[Identity]]:
    """Return the accounts of persons by the internal id of the one at the top. One query, either half by its index."""
    wanted = list(tops)
    members = Member.objects.of(brand_id).order_by()
    below = members.filter(person_id__in=wanted).values("pk")
    rows = Identity.objects.of(brand_id).filter(member_id__in=members.filter(pk__in=wanted).values("pk").union(below))
    found: dict[int, list[Identity]] = {}
    for row in rows.select_related("member").order_by("network", "id"):
        found.setdefault(row.member.person_id or row.member_id, []).append(row)
    return found


def answering(rows: BrandQuerySet, brand_id: int, query: Query) -> BrandQuerySet:
    """Keep the persons whose names answer a search; the same ones on either database."""
    ids = words.rare_ids("people_member", "people_search", brand_id, query)
    return words.along(rows, query) if ids is None else rows.filter(pk__in=ids)


def looking_like(members: Sequence[Member], rows: BrandQuerySet) -> dict[int, list[Member]]:
    """Return, for each of these, others of `rows` whose name looks the same and is written otherwise. One query."""
    looks = {one.looks for one in members if one.looks}
    if not looks:
        return {}
    by_looks: dict[str, list[Member]] = {}
    for row in rows.filter(looks__in=looks).order_by("first_seen_at", "id")[:MOST_ALIKE]:
        by_looks.setdefault(row.looks, []).append(row)
    found = {
        one.pk: [other for other in by_looks.get(one.looks, ()) if _is_alike(one, other)]
        for one in members
        if one.looks
    }
    return {pk: others for pk, others in found.items() if others}


def _is_alike(one: Member, other: Member) -> bool:
    return one.pk != other.pk and not is_same_name(one.name, other.name)
