"""How the team signs in: django-allauth, without sign-up by strangers, with TOTP secrets sealed."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from nestor.brands.secrets import seal, unseal
from nestor.people.models import User
from nestor.people.reads import seats_of

BRANDS = "/brands/"  # the home of whoever speaks for several
DEMO_EMAIL = "demo@nestor.example"  # whoever opens the demo on its own machine is this person


class DeskAccountAdapter(DefaultAccountAdapter):
    """A desk is joined by invitation of its head, never by sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: nobody signs up."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where one goes after signing in: whoever speaks for several brands sees them all first."""
        usual: str = super().get_login_redirect_url(request)
        user = request.user
        return BRANDS if isinstance(user, User) and len(seats_of(user)) > 1 else usual


class SealedMFAAdapter(DefaultMFAAdapter):
    """Keeps TOTP secrets and recovery seeds encrypted with the keys outside the database."""

    def encrypt(self, text: str) -> str:
        """Return the secret sealed."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; raise `SecretLost`."""
        return unseal(encrypted_text)
