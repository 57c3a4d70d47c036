"""Start-up of the work room."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Registers the jobs that serve wake-ups and forget what is old."""

    name = "nestor.work"
    label = "work"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from django.db.models.signals import post_migrate

        from nestor.work.actions.planning import foretell_sizes
        from nestor.work.jobs import KNOCKS, UPKEEP, WAKEUPS
        from nestor.work.registry import register

        post_migrate.connect(lambda using, **_more: foretell_sizes(using), sender=self, weak=False)
        register(WAKEUPS, KNOCKS, UPKEEP)
