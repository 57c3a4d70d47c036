"""Start-up of the notices room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.notices"
    label = "notices"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.notices.actions.troubles import is_still_troubled
        from nestor.notices.jobs import JOBS, SUBSCRIBERS
        from nestor.notices.reads import STILL
        from nestor.notices.rules import Occasion
        from nestor.work.registry import register

        register(*JOBS, *SUBSCRIBERS)
        STILL[Occasion.CHANNEL_BLIND] = is_still_troubled
