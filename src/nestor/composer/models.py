"""Tables of what is being written."""

from django.db import models
from django.db.models import Q

from nestor.brands.scoping import BrandRow, PublicRow
from nestor.inbox.models import Conversation
from nestor.media.models import File
from nestor.people.models import User


class Draft(PublicRow):
    """What one person is writing in one conversation. Put away: no words at once, no row soon."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(default="", blank=True)
    revision = models.PositiveIntegerField(default=0)  # the browser's own count: an older one never overwrites
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "author"], name="draft_once")]


class DraftFile(BrandRow):
    """A file attached to what somebody is writing."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey(File, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "file"], name="draft_file_once")]


class SavedReply(PublicRow):
    """Words of the team's own, kept to answer with. How often it was used is counted, by whom is not."""

    name = models.CharField(max_length=80)
    shortcut = models.CharField(max_length=20, default="", blank=True)
    language = models.CharField(max_length=7)
    text = models.TextField()
    search_text = models.TextField(default="", blank=True)
    used = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "shortcut", "language"], condition=~Q(shortcut=""), name="saved_reply_shortcut_once"
            )
        ]


class Signature(BrandRow):
    """What one person of the team puts below their answers for one brand."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "user"], name="signature_once")]
