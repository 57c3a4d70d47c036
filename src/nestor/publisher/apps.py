"""Start-up of the publisher room."""

from django.apps import AppConfig


class PublisherConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.publisher"
    label = "publisher"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.notices.reads import DIGEST
        from nestor.publisher.jobs import JOBS, SUBSCRIBERS
        from nestor.publisher.reads import figures
        from nestor.work.registry import register

        register(*JOBS, *SUBSCRIBERS)
        DIGEST["publisher"] = figures
