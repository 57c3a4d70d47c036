"""Tables of files."""

from django.db import models

from nestor.brands.scoping import PublicRow
from nestor.people.models import User


class File(PublicRow):
    """One file as it is kept: its bytes stand on the shelf under their SHA-256. It stays while a row points at it."""

    uploader = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120)
    alt = models.TextField(default="", blank=True)  # what it shows, for who cannot see it
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()  # bytes
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["brand", "digest"], name="file_bytes"),
            models.Index(fields=["made_at"], name="file_made"),
        ]
