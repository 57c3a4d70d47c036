"""Tables of the people room: the team (users, roles) and members outside (identities)."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from nestor.brands.scoping import BrandRow, PublicRow
from nestor.vocabulary import Role, new_id, new_public_id


class Users(BaseUserManager["User"]):
    """Finds users by their mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody of the team."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    public_id = models.CharField(max_length=16, default=new_public_id, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=7, default="", blank=True)
    zone = models.CharField(max_length=60, default="", blank=True)
    theme = models.CharField(max_length=7, default="", blank=True)  # light, dark, "" follows the device
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name, for sign-in pages."""
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Return False: the desk asks `people.rules.may`, never Django's permissions."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Return False: see `has_perm`."""
        return False


class TeamRole(BrandRow):
    """What one person of the team is for one brand."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "user"], name="team_role_once")]
        indexes = [models.Index(fields=["user"], name="team_role_user")]


class Member(PublicRow):
    """A person outside, as one brand knows them."""

    name = models.CharField(max_length=300)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()


class Identity(BrandRow):
    """A member's account on one network."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    network = models.CharField(max_length=40)
    network_id = models.CharField(max_length=300)
    handle = models.CharField(max_length=300, default="", blank=True)
    name = models.CharField(max_length=300, default="", blank=True)
    url = models.CharField(max_length=2000, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "network", "network_id"], name="identity_once")]
        indexes = [models.Index(fields=["brand", "member"], name="identity_member")]
