"""Start-up of the API face."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Addresses only: nothing to register."""

    name = "nestor.faces.api"
    label = "api"
