"""Start-up of the media room."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Registers this room's jobs."""

    name = "nestor.media"
    label = "media"

    def ready(self) -> None:
        """Register once everything is loaded."""
        from nestor.media.jobs import JOBS
        from nestor.work.registry import register

        register(*JOBS)
