"""Tables of what leaves the desk."""

from django.db import models
from django.db.models import Q

from nestor.brands.models import Channel
from nestor.brands.scoping import BrandRow, PublicRow
from nestor.inbox.models import Conversation, Message
from nestor.media.models import File
from nestor.people.models import User
from nestor.work.models import Leased


class Delivery(Leased, PublicRow):
    """One text on its way to one channel. See `rules.STEPS` for the states and what may follow what."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, null=True, related_name="+")
    answers = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")  # the message answered
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")  # what it became
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    mark = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=12, default="waiting")
    due_at = models.DateTimeField(null=True, blank=True)  # when something is to be done: sent, or looked for
    late_at = models.DateTimeField(null=True, blank=True)  # not sent after this
    made_at = models.DateTimeField()
    first_tried_at = models.DateTimeField(null=True, blank=True)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)  # times we looked for it on the network
    reason = models.CharField(max_length=40, default="", blank=True)
    receipt_id = models.CharField(max_length=300, default="", blank=True)
    receipt_url = models.CharField(max_length=2000, default="", blank=True)
    cleared_findings = models.JSONField(default=list)  # stops a second person consented to, by id
    dismissed_at = models.DateTimeField(null=True, blank=True)  # somebody has seen what became of it

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(fields=["brand", "state", "-made_at"], name="delivery_state"),
            models.Index(fields=["conversation", "made_at"], name="delivery_thread"),
        ]


class DeliveryFile(BrandRow):
    """A file that goes out with an answer, or went."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey(File, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "file"], name="delivery_file_once")]


class Attempt(BrandRow):
    """One call to the network: committed before it begins, finished when its outcome is known."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=12, default="", blank=True
    )  # sent, refused, later, uncertain, "" in flight or killed
    reason = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_once")]


class Moderation(Leased, PublicRow):
    """One deed done to somebody's message on its network: approved, held, hidden. Doing it twice is harmless."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    deed = models.CharField(max_length=10)
    rule = models.CharField(max_length=500, default="", blank=True)  # of the charter, for what takes a voice away
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, default="waiting")  # waiting, done, refused
    reason = models.CharField(max_length=40, default="", blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="moderation_due"),
            models.Index(fields=["message", "made_at"], name="moderation_message"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message"], condition=Q(state="waiting"), name="moderation_one_at_a_time")
        ]
