"""Tables of work: what happened (events, journal) and what is owed to whom (wake-ups)."""

from typing import Any

from django.db import models

from nestor.vocabulary import new_id


class IdField(models.BigIntegerField):  # type: ignore[type-arg]
    """An internal id: 64 bits of `vocabulary.new_id`. On SQLite it is the row's own number.

    SQLite takes only a primary key declared `integer` for that (https://www.sqlite.org/lang_createtable.html#rowid);
    any other, `bigint` too, is an index beside the table: one more to write, and one more to go through at each look.
    """

    def db_type(self, connection: Any) -> str | None:
        """Return the column's type."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)

    def rel_db_type(self, connection: Any) -> str | None:
        """Return the type of the columns that point here."""
        return super().db_type(connection)


class Leased(models.Model):
    """A row that one worker at a time may work on: a token and when it lapses."""

    lease_token = models.CharField(max_length=16, default="", blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class AppendOnly(models.QuerySet[Any]):
    """Rows that are written once."""

    def update(self, **values: object) -> int:
        """Refuse: what happened cannot be changed."""
        raise TypeError(f"{self.model.__name__} is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: what happened cannot be undone."""
        raise TypeError(f"{self.model.__name__} is append-only")

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        """As Django's, but a row that exists is never overwritten."""
        if kwargs.get("update_conflicts"):
            raise TypeError(f"{self.model.__name__} is append-only")
        return super().bulk_create(*args, **kwargs)


class Written(models.Model):
    """Base of what is written once: neither a row nor a queryset of it can be changed or deleted."""

    objects = AppendOnly.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, for a new row only."""
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: what happened cannot be undone."""
        raise TypeError(f"{type(self).__name__} is append-only")


class Event(Written):
    """Something that happened: ids only, never text."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    brand_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    ids = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["brand_id", "at"], name="event_brand_at"),
        ]


class Wakeup(Leased):
    """One event owed to one subscriber; gone once the subscriber's own transaction commits."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    brand_id = models.BigIntegerField()
    subscriber = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=200, default="", blank=True)  # type of the last error, never its text

    class Meta:
        indexes = [models.Index(fields=["due_at", "id"], name="wakeup_due")]
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="wakeup_once")]


class JournalEntry(Written):
    """Who did what, when, why. Codes and ids only; `reason` is what the person typed."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    brand_id = models.BigIntegerField(null=True)  # None: the installation itself
    actor_id = models.BigIntegerField(null=True)  # None: the desk itself
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    reason = models.TextField(default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["brand_id", "-at", "-id"], name="journal_brand_at"),
            models.Index(fields=["brand_id", "subject", "subject_id"], name="journal_subject"),
        ]


class IdempotencyKey(models.Model):
    """A submission already answered: the same key gives the same result."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    brand_id = models.BigIntegerField()
    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand_id", "scope", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["made_at"], name="idempotency_made_at")]


class Pulse(models.Model):
    """That a part of the desk is alive: the real loop writes it, `doctor` reads it."""

    part = models.CharField(max_length=60, primary_key=True)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    at = models.DateTimeField()
