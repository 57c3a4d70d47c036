"""Where each conversation stands."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from nestor.brands.models import Channel
from nestor.brands.scoping import BrandRow, PublicRow
from nestor.inbox.models import Conversation, Message
from nestor.media.models import File
from nestor.people.models import User
from nestor.work.models import Leased


class Route(BrandRow):
    """Where a conversation stands: its lane, who has it, by when it is owed an answer. One row feeds the list."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="route")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")  # the conversation's, to filter by
    kind = models.CharField(max_length=10)  # the conversation's
    language = models.CharField(max_length=7, default="unknown")  # of the last message from outside
    lane = models.CharField(max_length=10)
    urgency = models.PositiveSmallIntegerField(default=0)
    tone = models.CharField(max_length=8, default="neutral")
    harm_level = models.PositiveSmallIntegerField(default=0)
    is_unsure = models.BooleanField(default=False)
    is_sealed = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)  # put off; None: in the inbox, or done
    label_ids = models.JSONField(default=list)  # of `ConversationLabel`, kept here for rows and counters
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    last_message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    last_at = models.DateTimeField()  # publication of the last message from outside
    clock_started_at = models.DateTimeField(null=True, blank=True)
    clock_due_at = models.DateTimeField(null=True, blank=True)
    clock_stopped_at = models.DateTimeField(null=True, blank=True)
    clock_lane = models.CharField(max_length=10, default="", blank=True)  # whose target counts, "" before any clock
    clock_from_at = models.DateTimeField(null=True, blank=True)  # the message it is counted from
    clock_is_next = models.BooleanField(default=False)  # we had answered before
    clock_epoch = models.PositiveIntegerField(default=0)  # of the targets and hours it was counted by
    clock_warn_at = models.DateTimeField(null=True, blank=True)  # when a part of the time is gone
    clock_step = models.PositiveSmallIntegerField(default=0)  # how far the desk has gone: `rules.steps.Step`
    clock_step_at = models.DateTimeField(null=True, blank=True)  # when it goes further
    answered_at = models.DateTimeField(null=True, blank=True)  # our first answer
    answered_elsewhere = models.BooleanField(default=False)  # typed in the network's own app
    resolved_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)  # raised by every change: two workers never overwrite each other

    class Meta:
        indexes = [
            # Of what is open, along time: a filter by one of these reads no more rows than it shows.
            models.Index(fields=["brand", "-last_at", "-id"], condition=Q(is_open=True), name="route_open"),
            models.Index(fields=["brand", "lane", "-last_at", "-id"], condition=Q(is_open=True), name="route_lane"),
            models.Index(
                fields=["brand", "channel", "-last_at", "-id"], condition=Q(is_open=True), name="route_channel"
            ),
            models.Index(
                fields=["brand", "assignee", "-last_at", "-id"], condition=Q(is_open=True), name="route_assignee"
            ),
            models.Index(
                fields=["brand", "-last_at", "-id"], condition=Q(snoozed_until__isnull=False), name="route_put_off"
            ),
            models.Index(fields=["brand", "-last_at", "-id"], name="route_time"),
            models.Index(
                fields=["brand", "answered_at"], condition=Q(answered_at__isnull=False), name="route_answered"
            ),
            models.Index(fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="route_snoozed"),
            models.Index(
                fields=["brand", "clock_due_at"],
                condition=Q(clock_stopped_at__isnull=True, clock_due_at__isnull=False),
                name="route_clock",
            ),
            models.Index(
                fields=["brand", "clock_epoch"],
                condition=Q(clock_stopped_at__isnull=True, clock_started_at__isnull=False),
                name="route_epoch",
            ),
            models.Index(
                fields=["brand", "clock_step_at"],
                condition=Q(clock_stopped_at__isnull=True, is_open=True, clock_step_at__isnull=False),
                name="route_step",
            ),
        ]


class OpenCount(BrandRow):
    """How many open conversations share a lane, a channel, or having nobody: kept, not counted."""

    facet = models.CharField(max_length=10)  # lane, channel, nobody, unsure, snoozed
    value = models.CharField(max_length=20, default="", blank=True)
    is_sealed = models.BooleanField(default=False)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "facet", "value", "is_sealed"], name="open_count_once")]


class ClockPolicy(BrandRow):
    """What holds for all clocks of a brand. Its epoch is raised whenever due times are to be counted anew."""

    epoch = models.PositiveIntegerField(default=0)
    warn_share = models.PositiveSmallIntegerField(default=75)  # percent of the time; 0: nobody is warned
    escalate_after = models.DurationField(null=True, default=timedelta(hours=1))  # open time; None: never

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand"], name="clock_policy_once")]


class ClockTarget(BrandRow):
    """One cell of the table: how much open time an answer may take."""

    lane = models.CharField(max_length=10, default="", blank=True)  # "": every lane
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, null=True, related_name="+")  # None: every channel
    is_next = models.BooleanField(default=False)
    allowed_for = models.DurationField(null=True)  # None: no answer is due by any time

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "lane", "is_next"], condition=Q(channel__isnull=True), name="clock_target_once"
            ),
            models.UniqueConstraint(fields=["channel", "lane", "is_next"], name="clock_target_channel_once"),
        ]


class ClockMove(Leased, PublicRow):
    """Running clocks that are counted anew after targets or hours changed: some at a time, stopped when told."""

    RUNNING, DONE, STOPPED = "running", "done", "stopped"

    epoch = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="clock_move_due")]
        constraints = [
            models.UniqueConstraint(fields=["brand"], condition=Q(state="running"), name="clock_move_one_at_a_time")
        ]


class Label(PublicRow):
    """A word the team puts on conversations."""

    name = models.CharField(max_length=60)
    folded = models.CharField(max_length=60)  # two names that differ in case or accents only are one
    tint = models.PositiveSmallIntegerField(default=0)  # one of the few tints the screens know
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["folded", "id"]
        constraints = [models.UniqueConstraint(fields=["brand", "folded"], name="label_once")]


class ConversationLabel(BrandRow):
    """A label on a conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "label"], name="conversation_label_once")]
        indexes = [models.Index(fields=["label", "conversation"], name="conversation_label")]


class SavedView(PublicRow):
    """A filter somebody keeps by name: for the team, or for themselves."""

    name = models.CharField(max_length=60)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")  # None: the whole team's
    asked = models.JSONField()  # as `rules.filters.given_by` writes a filter
    resolved = models.JSONField(default=dict)  # the rows its public ids stand for: what its counter goes by
    place = models.PositiveSmallIntegerField(default=0)
    count = models.BigIntegerField(default=0)  # open to everybody; meaningful while `counted_at` is set
    sealed_count = models.BigIntegerField(default=0)  # for who must know, on top
    counted_at = models.DateTimeField(null=True, blank=True)  # None: not kept, or to be counted anew
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["place", "made_at", "id"]
        indexes = [models.Index(fields=["counted_at"], name="saved_view_counted")]


class BulkDeed(Leased, PublicRow):
    """One deed to many conversations: done in small steps, stopped or undone when its author says so."""

    RUNNING, DONE, STOPPED, UNDOING, UNDONE = "running", "done", "stopped", "undoing", "undone"

    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    deed = models.CharField(max_length=20)
    target = models.CharField(max_length=40, default="", blank=True)  # a public id, a lane or a time, by the deed
    state = models.CharField(max_length=10, default=RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # looked at so far
    changed = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)  # left alone while undoing: somebody had changed them since
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="bulk_due"),
            models.Index(fields=["brand", "author", "-made_at"], name="bulk_author"),
        ]


class BulkItem(BrandRow):
    """One conversation of a deed to many: how it stood before, so that it can be undone."""

    bulk = models.ForeignKey(BulkDeed, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(null=True)  # codes and ids; None: not reached yet, or nothing to change
    version = models.PositiveIntegerField(default=0)  # of the standing once it was done

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "conversation"], name="bulk_item_once")]
        indexes = [models.Index(fields=["bulk", "id"], name="bulk_item_order")]


class Note(PublicRow):
    """What somebody says to the rest of the team about a conversation; nobody outside ever sees it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    from_name = models.CharField(max_length=120, default="", blank=True)  # who answered by a link, without an account
    text = models.TextField()
    namings = models.JSONField(default=list)  # [start, end, id of the person named]
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["conversation", "made_at"], name="note_thread")]


class NoteFile(BrandRow):
    """A file that goes with a note."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey(File, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "file"], name="note_file_once")]


class Relief(PublicRow):
    """All that one person has, offered to a colleague at the end of their hours; theirs once the colleague says yes."""

    OFFERED, CONFIRMED, DECLINED, WITHDRAWN = "offered", "confirmed", "declined", "withdrawn"

    giver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    receiver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, default=OFFERED)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "giver"], condition=Q(state="offered"), name="relief_offered_once")
        ]
        indexes = [
            models.Index(fields=["receiver", "state"], name="relief_receiver"),
            models.Index(fields=["giver", "state"], name="relief_giver"),
        ]


class ElsewhereAnswer(PublicRow):
    """That somebody of the team answered where the desk cannot see it: by phone, in person, from another account."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    place = models.CharField(max_length=10)
    detail = models.CharField(max_length=200, default="", blank=True)  # which account, which meeting
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["conversation", "at"], name="elsewhere_thread")]


class Forward(Leased, PublicRow):
    """A conversation shown to a colleague without an account, by a link that expires and takes one answer."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120)
    email = models.CharField(max_length=254)
    question = models.TextField()
    language = models.CharField(max_length=7)  # of the mail
    digest = models.CharField(max_length=64, unique=True)  # of the link's token, which is kept nowhere
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # when the mail is to be sent; None: sent, or given up
    tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=20, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["conversation", "made_at"], name="forward_thread"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="forward_due"),
        ]
