"""Answers the team gave where the desk cannot see them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from nestor.brands.scoping import BrandQuerySet
from nestor.inbox.models import Conversation
from nestor.routing.models import ElsewhereAnswer


@dataclass(frozen=True, slots=True)
class ElsewhereRow:
    """One such answer as a screen shows it."""

    public_id: str
    place: str
    detail: str
    author: str
    at: datetime


def elsewhere_in(conversation: Conversation) -> BrandQuerySet:
    """Return such answers in a conversation and in those joined to it."""
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    return ElsewhereAnswer.objects.of(conversation.brand_id).filter(here)


def elsewhere_of(conversation: Conversation) -> tuple[ElsewhereRow, ...]:
    """Return such answers, oldest first."""
    rows = elsewhere_in(conversation).select_related("author").order_by("at", "id")
    return tuple(
        ElsewhereRow(row.public_id, row.place, row.detail, row.author.name if row.author else "", row.at)
        for row in rows
    )
