"""Start-up of the publisher room."""

from django.apps import AppConfig


class PublisherConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.publisher"
    label = "publisher"
