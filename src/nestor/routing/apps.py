"""Start-up of the routing room."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.routing"
    label = "routing"
