"""Start-up of the people room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers this room's jobs."""

    name = "nestor.people"
    label = "people"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.people.jobs import JOBS
        from nestor.work.registry import register

        register(*JOBS)
