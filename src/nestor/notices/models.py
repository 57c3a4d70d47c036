"""Tables of what people of the team are told, by which ways, and who is on call."""

from django.db import models
from django.db.models import Q

from nestor.brands.scoping import BrandRow, PublicRow
from nestor.people.models import User
from nestor.vocabulary import new_id, new_public_id
from nestor.work.models import IdField, Leased


class Call(Leased, PublicRow):
    """A matter that concerns nobody in particular: one after another is told until somebody takes it."""

    occasion = models.CharField(max_length=20)
    about = models.CharField(max_length=16, default="", blank=True)
    lane = models.CharField(max_length=10, default="", blank=True)
    urgency = models.PositiveSmallIntegerField(default=0)
    is_sealed = models.BooleanField(default=False)
    rung = models.PositiveSmallIntegerField(default=0)  # how many times somebody was told
    told = models.JSONField(default=list)  # ids of those who were
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # when the next are told; None: nobody is left, or it is over
    taken_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)  # taken, or it no longer matters

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="duty_call_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "occasion", "about"], condition=Q(over_at__isnull=True), name="duty_call_once"
            )
        ]


class Notice(PublicRow):
    """One thing one person is told: codes and a public id, never words, which stay where they are protected."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, null=True, related_name="+")
    occasion = models.CharField(max_length=20)
    about = models.CharField(max_length=16, default="", blank=True)  # public id of the conversation, channel …
    lane = models.CharField(max_length=10, default="", blank=True)
    urgency = models.PositiveSmallIntegerField(default=0)
    is_sealed = models.BooleanField(default=False)  # then neither lane nor name leaves the desk
    rung = models.PositiveSmallIntegerField(default=0)  # of the call: from the second on, others did not answer
    stands_in = models.BooleanField(default=False)  # called although not on the rota
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "brand", "-made_at"], name="notice_user"),
            models.Index(fields=["user", "-made_at", "-id"], name="notice_list"),
            models.Index(fields=["user"], condition=Q(seen_at__isnull=True), name="notice_unseen"),
            models.Index(fields=["made_at"], name="notice_made"),
            models.Index(fields=["brand", "about"], condition=Q(seen_at__isnull=True), name="notice_about"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "occasion", "about"], condition=Q(seen_at__isnull=True), name="notice_once_unseen"
            )
        ]


class Address(models.Model):
    """A browser or a telephone of one person: a person's own, for every brand they work for. What it is, is sealed."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    public_id = models.CharField(max_length=16, default=new_public_id, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=5)
    name = models.CharField(max_length=60)
    schema = models.CharField(max_length=30, default="", blank=True)  # of Apprise
    sealed = models.TextField()
    digest = models.CharField(max_length=64)  # keyed, so that one browser is kept once
    trouble = models.CharField(max_length=20, default="", blank=True)
    trouble_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="address_once")]


class Sending(Leased, BrandRow):
    """One notice by one way: it leaves at most once."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.SET_NULL, null=True, related_name="+")
    way = models.CharField(max_length=5)
    place = models.CharField(max_length=16, default="", blank=True)  # public id of the address, "" for mail
    state = models.CharField(max_length=12, default="waiting")
    reason = models.CharField(max_length=20, default="", blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    is_quiet = models.BooleanField(default=False)  # it waits because it is quiet
    due_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="sending_due")]
        constraints = [models.UniqueConstraint(fields=["notice", "way", "place"], name="sending_once")]


class Habit(models.Model):
    """When one person is left in peace, and when they want the day in figures: theirs, whatever the brand."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    quiet = models.JSONField(null=True)  # [weekday, "HH:MM", "HH:MM"]; None: never chosen
    digest_at = models.TimeField(null=True, blank=True)
    digest_day = models.CharField(max_length=10, default="", blank=True)  # the last it went out, an ISO date


class Reach(BrandRow):
    """By which ways one person wants to be told of what, for one brand."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    wishes = models.JSONField(default=dict)  # a row of `rules.reach.ROWS` to ways

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "user"], name="reach_once")]


class Shift(PublicRow):
    """Somebody is on call at this time of each week; wall clock of the brand's zone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField(default=1)
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        ordering = ["weekday", "starts_at", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "user", "rank", "weekday", "starts_at"], name="shift_once")
        ]


class Swap(PublicRow):
    """For once somebody else is on call, or nobody."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")  # None: nobody
    rank = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [models.Index(fields=["brand", "ends_at"], name="swap_ends")]


class Policy(BrandRow):
    """What the head of the desk chose: which ways notices may take, and how long the next on call is not told."""

    ways = models.JSONField(default=list)
    services = models.JSONField(default=list)  # of Apprise: a schema, or a schema with its host
    next_after = models.PositiveSmallIntegerField(default=10)  # minutes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand"], name="policy_once")]
