"""A browser of somebody of the cast."""

from django.test import Client

from nestor.people.reads import Seat


def as_(seat: Seat, language: str = "en") -> Client:
    """Return a browser signed in as this person."""
    client = Client(headers={"accept-language": language})
    client.force_login(seat.user)
    return client
