"""Start-up of the inbox room."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.inbox"
    label = "inbox"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.inbox.jobs import JOBS, SUBSCRIBERS
        from nestor.work.registry import register

        register(*JOBS, *SUBSCRIBERS)
