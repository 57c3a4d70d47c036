"""Start-up of the hooks room."""

from django.apps import AppConfig


class HooksConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.hooks"
    label = "hooks"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.hooks.jobs import JOBS, SUBSCRIBERS
        from nestor.work.registry import register

        register(*JOBS, *SUBSCRIBERS)
