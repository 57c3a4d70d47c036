"""Tables of what was stopped, and who consented."""

from django.db import models

from nestor.brands.scoping import PublicRow
from nestor.inbox.models import Conversation
from nestor.people.models import User


class Clearance(PublicRow):
    """A second person's consent to one exact text, asked for by its author."""

    ASKED, GIVEN, REFUSED, USED, WITHDRAWN = "asked", "given", "refused", "used", "withdrawn"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)  # of text, conversation and findings: consent covers nothing else
    findings = models.JSONField()
    state = models.CharField(max_length=10, default=ASKED)
    asked_at = models.DateTimeField()
    judge = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["brand", "state", "asked_at"], name="clearance_state")]
