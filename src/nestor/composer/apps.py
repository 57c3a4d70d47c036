"""Start-up of the composer room."""

from django.apps import AppConfig


class ComposerConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.composer"
    label = "composer"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.composer.jobs import JOBS
        from nestor.work.registry import register

        register(*JOBS)
