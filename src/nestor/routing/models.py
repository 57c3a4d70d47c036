"""Where each conversation stands."""

from django.db import models
from django.db.models import Q

from nestor.brands.scoping import BrandRow
from nestor.inbox.models import Conversation, Message
from nestor.people.models import User


class Route(BrandRow):
    """Where a conversation stands: its lane, who has it, by when it is owed an answer. One row feeds the list."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="route")
    lane = models.CharField(max_length=10)
    urgency = models.PositiveSmallIntegerField(default=0)
    tone = models.CharField(max_length=8, default="neutral")
    harm_level = models.PositiveSmallIntegerField(default=0)
    is_unsure = models.BooleanField(default=False)
    is_sealed = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    last_message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    last_at = models.DateTimeField()  # publication of the last message from outside
    clock_started_at = models.DateTimeField(null=True, blank=True)
    clock_due_at = models.DateTimeField(null=True, blank=True)
    clock_stopped_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)  # our first answer
    answered_elsewhere = models.BooleanField(default=False)  # typed in the network's own app
    resolved_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)  # raised by every change: two workers never overwrite each other

    class Meta:
        indexes = [
            models.Index(fields=["brand", "is_open", "is_sealed", "-last_at", "-id"], name="route_open"),
            models.Index(fields=["brand", "is_open", "lane", "-last_at", "-id"], name="route_lane"),
            models.Index(fields=["brand", "assignee", "is_open", "-last_at"], name="route_assignee"),
            models.Index(
                fields=["brand", "clock_due_at"],
                condition=Q(clock_stopped_at__isnull=True, clock_due_at__isnull=False),
                name="route_clock",
            ),
        ]


class LaneCount(BrandRow):
    """How many open conversations a lane holds: kept, not counted."""

    lane = models.CharField(max_length=10)
    is_sealed = models.BooleanField(default=False)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "lane", "is_sealed"], name="lane_count_once")]
