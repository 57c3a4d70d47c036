"""Tables of the people room: the team (users, roles) and members outside (identities)."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from nestor.brands.scoping import BrandRow, PublicRow
from nestor.vocabulary import Role, new_id, new_public_id
from nestor.work.models import IdField, Leased


class Users(BaseUserManager["User"]):
    """Finds users by their mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody of the team."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    public_id = models.CharField(max_length=16, default=new_public_id, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=7, default="", blank=True)
    zone = models.CharField(max_length=60, default="", blank=True)
    theme = models.CharField(max_length=7, default="", blank=True)  # light, dark, "" follows the device
    is_active = models.BooleanField(default=True)
    turn = models.PositiveIntegerField(default=0)  # raised to end all sessions of this person
    made_at = models.DateTimeField()

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must know to go on: another one after the password changed, or the turn was raised."""
        value = f"{self.password}{self.turn or ''}"
        salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        return salted_hmac(salt, value, secret=secret or settings.SECRET_KEY, algorithm="sha256").hexdigest()

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
    suspended_at = models.DateTimeField(null=True, blank=True)  # then they have no seat here
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "user"], name="team_role_once")]
        indexes = [models.Index(fields=["user"], name="team_role_user")]


class AccessToken(PublicRow):
    """A machine's way in: acts for whoever made it, at one brand, within its scopes. Only its hash is kept."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    ending = models.CharField(max_length=4)  # the secret's last characters, to tell tokens apart
    scopes = models.JSONField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)  # the day alone: no trace of who works when

    class Meta:
        indexes = [models.Index(fields=["brand", "-made_at"], name="token_brand")]


class Invitation(Leased, PublicRow):
    """That somebody may join a brand's team, by a link that works once, for a while; kept as a digest alone."""

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])
    language = models.CharField(max_length=7, default="", blank=True)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)  # of the link shown to whoever invites
    mailed_digest = models.CharField(max_length=64, default="", blank=True)  # of the link that was mailed
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # when it is to be mailed
    mailed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)  # accepted, or withdrawn
    is_accepted = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="invitation_due"),
            models.Index(fields=["mailed_digest"], name="invitation_mailed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "email"], condition=models.Q(settled_at__isnull=True), name="invitation_open_once"
            )
        ]


class Member(PublicRow):
    """A person outside, as one brand knows them; several found to be one person hang below one of them."""

    name = models.CharField(max_length=300)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    heard_at = models.DateTimeField()  # when the person was last seen: this one or any below
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")  # as it was said
    person = models.ForeignKey(  # the one at the top; None: itself
        "self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    search_text = models.TextField(default="", blank=True)  # the person's words, at the top; indexed: migration 0003
    looks = models.CharField(max_length=300, default="", blank=True)  # what the name looks like, whatever its letters

    class Meta:
        indexes = [
            models.Index(
                fields=["brand", "-heard_at", "-id"], condition=models.Q(person__isnull=True), name="member_heard"
            ),
            models.Index(fields=["brand", "looks"], name="member_looks"),
            models.Index(  # instead of the foreign key's own, which holds mostly NULL and misleads SQLite
                fields=["person"], condition=models.Q(person__isnull=False), name="member_person"
            ),
        ]


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
