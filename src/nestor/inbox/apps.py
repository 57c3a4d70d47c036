"""Start-up of the inbox room."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Registers this room's jobs and subscribers."""

    name = "nestor.inbox"
    label = "inbox"
