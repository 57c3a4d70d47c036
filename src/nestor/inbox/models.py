"""Tables of what arrives."""

from django.db import models
from django.db.models import Q

from nestor.brands.models import Channel
from nestor.brands.scoping import BrandRow, PublicRow
from nestor.people.models import Identity, Member
from nestor.work.models import Leased


class Post(BrandRow):
    """A publication that messages hang on: ours, or somebody's that we are named below."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    network_id = models.CharField(max_length=300)
    title = models.CharField(max_length=500, default="", blank=True)
    text = models.TextField(default="", blank=True)
    url = models.CharField(max_length=2000, default="", blank=True)
    is_ours = models.BooleanField(default=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "network_id"], name="post_once")]


class Conversation(PublicRow):
    """A thread as the desk sees it: a top comment and its replies, a private exchange, a mail thread."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    thread_id = models.CharField(max_length=300)
    kind = models.CharField(max_length=10)
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=500, default="", blank=True)
    is_public = models.BooleanField(default=True)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    split_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "thread_id"], name="conversation_once")]
        indexes = [models.Index(fields=["brand", "member", "-last_at"], name="conversation_member")]


class Message(PublicRow):
    """One utterance as its network shows it now."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    home = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # before it was moved
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    network_id = models.CharField(max_length=300)
    kind = models.CharField(max_length=10)
    is_ours = models.BooleanField(default=False)
    identity = models.ForeignKey(Identity, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    html = models.TextField(default="", blank=True)  # neutralised
    subject = models.CharField(max_length=500, default="", blank=True)
    in_reply_to = models.CharField(max_length=300, default="", blank=True)
    url = models.CharField(max_length=2000, default="", blank=True)
    is_public = models.BooleanField(default=True)
    state = models.CharField(max_length=10, default="", blank=True)  # moderation on the network
    mark = models.CharField(max_length=16, default="", blank=True)
    has_picture = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    vanished_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)  # None: not read yet, so nobody sees it
    is_sealed = models.BooleanField(default=False)  # suspected alert: need-to-know
    search_text = models.TextField(
        default="", blank=True
    )  # its words as they are searched for; indexed: migration 0002

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "network_id"], name="message_once")]
        indexes = [
            models.Index(fields=["conversation", "published_at", "id"], name="message_thread"),
            models.Index(
                fields=["brand", "identity", "-published_at"],
                condition=Q(shown_at__isnull=False),
                name="message_identity",
            ),
            models.Index(fields=["arrived_at"], condition=Q(shown_at__isnull=True), name="message_unread"),
            models.Index(
                fields=["brand", "-published_at", "-id"], condition=Q(shown_at__isnull=False), name="message_time"
            ),
        ]


class MessageVersion(BrandRow):
    """How a message read before it was edited."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    html = models.TextField(default="", blank=True)
    replaced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["message", "replaced_at"], name="version_message")]


class Attachment(BrandRow):
    """A file named by a message; not fetched."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    url = models.CharField(max_length=2000, default="", blank=True)
    alt = models.TextField(default="", blank=True)
    media_type = models.CharField(max_length=100, default="", blank=True)


class Payload(BrandRow):
    """The raw form of what arrived, apart from the message and kept for a while only."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    body = models.TextField()
    received_at = models.DateTimeField()
    keep_until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["keep_until"], name="payload_keep_until"),
            models.Index(fields=["brand", "received_at"], name="payload_brand"),  # a brand may keep them less long
        ]


class GoneMessage(BrandRow):
    """That a message was here and was dropped: it does not come back when its network tells of it again."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    number = models.BigIntegerField()  # `rules.digest_of` its id on the network

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "number"], name="gone_once")]


class Cursor(Leased, BrandRow):
    """How far a channel has been read; committed together with what was read."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="+")
    position = models.TextField(default="", blank=True)
    due_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)  # last time the channel could be read

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="cursor_due")]


class BlindSpot(Leased, BrandRow):
    """An interval in which a channel could not be read, until a back-fill closes it."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=40)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)  # None: still blind
    position = models.TextField(default="", blank=True)  # the back-fill's own cursor
    due_at = models.DateTimeField(null=True, blank=True)  # when the back-fill is to go on
    found = models.PositiveIntegerField(default=0)  # messages that only the back-fill brought
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["brand", "channel", "-from_at"], name="blind_channel"),
            models.Index(fields=["due_at"], condition=Q(closed_at__isnull=True), name="blind_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel"], condition=Q(until_at__isnull=True), name="blind_open_once")
        ]


class WebhookCall(Leased, BrandRow):
    """A webhook's body as it came, kept until it was opened: nothing is lost between the two."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    headers = models.JSONField()
    body = models.BinaryField()
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # None: opened or refused
    reason = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "digest"], name="webhook_once")]
        indexes = [
            models.Index(fields=["due_at"], name="webhook_due"),
            models.Index(fields=["brand", "received_at"], name="webhook_brand"),
        ]


class ImportRun(BrandRow):
    """One file that was imported: how many rows, how many were bad."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=300)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
