"""Tables of what people of the team are told."""

from django.db import models
from django.db.models import Q

from nestor.brands.scoping import PublicRow
from nestor.people.models import User


class Notice(PublicRow):
    """One thing one person is told: codes and a public id, never words, which stay where they are protected."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    occasion = models.CharField(max_length=20)
    about = models.CharField(max_length=16, default="", blank=True)  # public id of the conversation, channel …
    lane = models.CharField(max_length=10, default="", blank=True)
    urgency = models.PositiveSmallIntegerField(default=0)
    is_sealed = models.BooleanField(default=False)  # then neither lane nor name leaves the desk
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "brand", "-made_at"], name="notice_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "occasion", "about"], condition=Q(seen_at__isnull=True), name="notice_once_unseen"
            )
        ]
