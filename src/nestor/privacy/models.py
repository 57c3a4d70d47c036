"""Tables of how long things are kept."""

from django.db import models
from django.db.models import Q

from nestor.brands.scoping import BrandRow
from nestor.privacy.rules import MOST_CALL_DAYS
from nestor.work.models import Leased


class Retention(Leased, BrandRow):
    """What a brand chose to keep how long, and how far dropping the rest has come. No row: it chose nothing."""

    message_months = models.PositiveSmallIntegerField(null=True)  # None: for good
    raw_days = models.PositiveSmallIntegerField(null=True)  # None: as long as the installation allows
    call_days = models.PositiveSmallIntegerField(default=MOST_CALL_DAYS)
    version = models.PositiveIntegerField(default=0)  # raised by every choice: who comes second is told
    due_at = models.DateTimeField(null=True, blank=True)  # when something may have become too old; None: nothing can
    conversations = models.PositiveIntegerField(default=0)  # dropped so far by the run that is under way
    messages = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)  # when a run last came to its end

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand"], name="retention_once")]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="retention_due")]
