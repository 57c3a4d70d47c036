"""Start-up of the guard room."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.guard"
    label = "guard"
