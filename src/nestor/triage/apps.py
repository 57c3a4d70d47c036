"""Start-up of the triage room."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.triage"
    label = "triage"
