"""Start-up of the privacy room."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Registers this room's jobs."""

    name = "nestor.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.privacy.jobs import JOBS
        from nestor.work.registry import register

        register(*JOBS)
