"""Tables of the brands room."""

from django.db import models

from nestor.brands.scoping import BrandRow, PublicRow
from nestor.vocabulary import new_id, new_public_id
from nestor.work.models import IdField


class Brand(models.Model):
    """A brand or an institution the desk speaks for."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    public_id = models.CharField(max_length=16, default=new_public_id, unique=True, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    zone = models.CharField(max_length=60, default="Europe/Paris")
    language = models.CharField(max_length=7, default="fr")
    is_institution = models.BooleanField(default=False)
    first_answer_for = models.DurationField()  # open time allowed for a first answer
    tint = models.PositiveSmallIntegerField(default=0)  # one of the few tints the screens know
    own_contacts = models.JSONField(default=list)  # numbers, addresses and mails that are the brand's own and public
    translator = models.CharField(max_length=40, default="", blank=True)  # key of who translates; "": nobody
    translator_name = models.CharField(max_length=60, default="", blank=True)
    translator_host = models.CharField(max_length=253, default="", blank=True)  # where texts go; "": this machine
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OpeningPeriod(BrandRow):
    """One opening period of a weekday, local wall-clock time."""

    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "weekday", "opens_at"], name="opening_once")]


class Closure(BrandRow):
    """A day the desk is closed."""

    day = models.DateField()
    name = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "day"], name="closure_once")]


class Channel(PublicRow):
    """One account of the brand on one network."""

    network = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    account_id = models.CharField(max_length=200, default="", blank=True)
    handle = models.CharField(max_length=200, default="", blank=True)
    url = models.URLField(max_length=1000, default="", blank=True)
    settings = models.JSONField(default=dict)
    limits = models.JSONField(default=dict)  # by kind of message, as the network last served them
    abilities = models.JSONField(default=list)  # what the connector could do when it was last asked
    is_connected = models.BooleanField(default=True)
    trouble = models.CharField(max_length=40, default="", blank=True)  # a contract Reason, "" when well
    trouble_since = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    hold_reason = models.CharField(max_length=500, default="", blank=True)
    turn = models.BigIntegerField(
        default=0
    )  # holds and claims for sending both raise it, so that they exclude each other
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "network", "account_id"], condition=~models.Q(account_id=""), name="channel_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OwnAccount(PublicRow):
    """An account the brand says it has, connected or not: where none is, the desk is blind, and says so."""

    network = models.CharField(max_length=40)
    handle = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)  # two writings of one handle are one
    unused_reason = models.CharField(max_length=500, default="", blank=True)
    unused_at = models.DateTimeField(null=True, blank=True)  # the brand does not use it, and says why
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["network", "folded", "id"]
        constraints = [models.UniqueConstraint(fields=["brand", "network", "folded"], name="own_account_once")]


class ChannelSecret(BrandRow):
    """A token or password of a channel, encrypted with a key that is not in the database."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    sealed = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "name"], name="channel_secret_once")]


class InstallationSecret(models.Model):
    """A secret of the whole installation for one network: an app's own key."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    network = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    sealed = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "name"], name="installation_secret_once")]
