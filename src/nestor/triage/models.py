"""Tables of what triage believes."""

from django.db import models

from nestor.brands.scoping import BrandRow
from nestor.inbox.models import Message
from nestor.people.models import User


class Reading(BrandRow):
    """What triage believes of a message now; a person's correction wins."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="reading")
    language = models.CharField(max_length=7)
    lane = models.CharField(max_length=10)
    lanes = models.JSONField()  # every lane's probability
    flags = models.JSONField(default=list)
    tone = models.CharField(max_length=8)
    harm_level = models.PositiveSmallIntegerField(default=0)
    harm_kinds = models.JSONField(default=list)
    urgency = models.PositiveSmallIntegerField(default=0)
    is_unsure = models.BooleanField(default=False)
    is_suspected = models.BooleanField(default=False)  # alert or threat
    reasons = models.JSONField(default=list)  # [label, start, end, weight, code] of each span
    model = models.CharField(max_length=60)
    read_at = models.DateTimeField()
    corrected_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    corrected_at = models.DateTimeField(null=True, blank=True)


class Correction(BrandRow):
    """What a person said a message really was; training learns from it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=20)
    was = models.CharField(max_length=40)
    should_be = models.CharField(max_length=40)
    model = models.CharField(max_length=60)
    corrected_at = models.DateTimeField()
