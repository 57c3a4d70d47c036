"""Start-up of the routing room."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.routing"
    label = "routing"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.routing.jobs import JOBS, SUBSCRIBERS
        from nestor.work.registry import register

        register(*JOBS, *SUBSCRIBERS)
