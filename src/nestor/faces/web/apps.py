"""Start-up of the web face."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages only: nothing to register."""

    name = "nestor.faces.web"
    label = "web"
