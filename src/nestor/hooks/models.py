"""Tables of whom the desk tells outside, and of what."""

from django.db import models
from django.db.models import Q

from nestor.brands.scoping import PublicRow
from nestor.people.models import User
from nestor.work.models import Leased


class Receiver(Leased, PublicRow):
    """An address outside that is told what happens. One call at a time: a receiver that hangs holds up itself alone."""

    name = models.CharField(max_length=60)
    url = models.CharField(max_length=1000)
    kinds = models.JSONField()  # names of events
    secret = models.TextField()  # sealed with a key outside the database
    old_secret = models.TextField(default="", blank=True)  # signs as well until `old_until`
    old_until = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    is_on = models.BooleanField(default=True)
    trouble = models.CharField(max_length=40, default="", blank=True)  # of the last call
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True, blank=True)
    rest_until = models.DateTimeField(null=True, blank=True)  # not called before

    class Meta:
        indexes = [models.Index(fields=["brand", "made_at"], name="receiver_brand")]


class Call(PublicRow):
    """One event owed to one receiver, and what became of it."""

    WAITING, TOLD, FAILED, WITHHELD = "waiting", "told", "failed", "withheld"

    receiver = models.ForeignKey(Receiver, on_delete=models.CASCADE, related_name="+")
    event_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    ids = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=WAITING)
    due_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # of HTTP
    trouble = models.CharField(max_length=40, default="", blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # the last try

    class Meta:
        constraints = [models.UniqueConstraint(fields=["receiver", "event_id"], name="call_once")]
        indexes = [
            models.Index(fields=["receiver", "due_at"], condition=Q(due_at__isnull=False), name="call_due"),
            models.Index(fields=["happened_at"], name="call_time"),
        ]
