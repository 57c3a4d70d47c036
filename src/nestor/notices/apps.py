"""Start-up of the notices room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Makes this room's events known."""

    name = "nestor.notices"
    label = "notices"

    def ready(self) -> None:
        """Declare once everything is loaded."""
        from nestor.notices import events  # noqa: F401  declared by being imported
