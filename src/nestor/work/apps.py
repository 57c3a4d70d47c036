"""Start-up of the work room."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Registers the job that serves wake-ups."""

    name = "nestor.work"
    label = "work"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.work.jobs import KNOCKS, WAKEUPS
        from nestor.work.registry import register

        register(WAKEUPS, KNOCKS)
