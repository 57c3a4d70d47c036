"""Start-up of the composer room."""

from django.apps import AppConfig


class ComposerConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.composer"
    label = "composer"
