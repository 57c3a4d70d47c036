"""Start-up of the people room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Nothing to register: people are asked, they do not act."""

    name = "nestor.people"
    label = "people"
