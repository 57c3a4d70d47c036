"""Start-up of the web face."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class WebConfig(AppConfig):
    """Pages only: nothing to register."""

    name = "nestor.faces.web"
    label = "web"

    def ready(self) -> None:
        """Make the folder WhiteNoise looks into; nothing need be in it."""
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
