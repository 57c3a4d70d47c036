"""Start-up of the triage room."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.triage"
    label = "triage"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.triage.jobs import SUBSCRIBERS
        from nestor.work.registry import register

        register(*SUBSCRIBERS)
