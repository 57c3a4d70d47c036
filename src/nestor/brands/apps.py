"""Start-up of the brands room."""

from django.apps import AppConfig


class BrandsConfig(AppConfig):
    """Nothing to register: brands are asked, they do not act."""

    name = "nestor.brands"
    label = "brands"
