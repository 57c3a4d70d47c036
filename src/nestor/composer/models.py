"""Tables of what is being written."""

from django.db import models

from nestor.brands.scoping import PublicRow
from nestor.inbox.models import Conversation
from nestor.people.models import User


class Draft(PublicRow):
    """What one person is writing in one conversation. Put away, it leaves nothing."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(default="", blank=True)
    revision = models.PositiveIntegerField(default=0)  # the browser's own count: an older one never overwrites
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "author"], name="draft_once")]
