"""Start-up of the work room."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Registers the jobs that serve wake-ups and forget what is old."""

    name = "nestor.work"
    label = "work"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.work.jobs import KNOCKS, UPKEEP, WAKEUPS
        from nestor.work.registry import register

        register(WAKEUPS, KNOCKS, UPKEEP)
