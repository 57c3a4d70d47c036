"""Writes of the people room about the team: add somebody, give a role, keep what they sign in with."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from nestor.brands.models import Brand
from nestor.brands.secrets import seal_again
from nestor.people.models import AccessToken, TeamRole, User
from nestor.people.reads import Seat
from nestor.people.rules import TOKEN_FOR, Permission, Scope, digest_of
from nestor.vocabulary import Role
from nestor.work.actions import note
from nestor.work.rules import storable

SEALED_BY_LIBRARY = ("secret", "seed")  # where allauth keeps what `SealedMFAAdapter` encrypts
TRIES = 5
TOKEN_BEGINS = "nestor_"  # noqa: S105  so that a secret left in a file or a log is recognised for what it is


def add_user(email: str, name: str, password: str | None, now: datetime, **traits: str) -> User:
    """Create somebody of the team; None as password means that they cannot sign in by password.

    `traits`: language, zone, theme. Raise `ValidationError` for a weak password, `IntegrityError` for a known address.
    """
    user = User(email=email.strip().lower(), name=name, made_at=now, **traits)
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    with transaction.atomic():
        user.save(force_insert=True)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        note("add_user", user, now, brand_id=None, actor_id=None)
    return user


def give_role(brand: Brand, user: User, role: Role, now: datetime, *, actor_id: int | None) -> TeamRole:
    """Give a person a role for a brand, or change it."""
    with transaction.atomic():
        row: TeamRole
        row, _ = TeamRole.objects.of(brand).update_or_create(
            user=user,
            defaults={"role": role.value},
            create_defaults={"role": role.value, "brand": brand, "made_at": now},
        )
        note("give_role", row, now, brand_id=brand.pk, actor_id=actor_id, facts={"role": role.value, "user": user.pk})
        return row


def end_role(brand: Brand, user: User, now: datetime, *, actor_id: int | None) -> bool:
    """Take a person off a brand's team."""
    with transaction.atomic():
        if not TeamRole.objects.of(brand).filter(user=user).delete()[0]:
            return False
        note("end_role", user, now, brand_id=brand.pk, actor_id=actor_id)
        return True


def make_token(
    seat: Seat, name: str, scopes: Iterable[Scope], days: int, now: datetime
) -> tuple[AccessToken, str] | None:
    """Make a token and return it with its secret, which is shown once and kept nowhere; None for what is not open."""
    kept, chosen = storable(" ".join(name.split()), 60), sorted({scope.value for scope in scopes})
    if not seat.may(Permission.CONNECT) or not kept or not chosen or days not in TOKEN_FOR:
        return None
    secret = f"{TOKEN_BEGINS}{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        row: AccessToken = AccessToken.objects.create(
            brand=seat.brand,
            owner=seat.user,
            name=kept,
            digest=digest_of(secret),
            ending=secret[-4:],
            scopes=chosen,
            made_at=now,
            expires_at=now + timedelta(days=days),
        )
        note("make_token", row, now, brand_id=seat.brand.pk, actor_id=seat.user.pk, facts={"scopes": chosen})
    return row, secret


def revoke_token(seat: Seat, token: AccessToken, now: datetime) -> bool:
    """End a token at once."""
    if not seat.may(Permission.CONNECT, token):
        return False
    with transaction.atomic():
        rows = AccessToken.objects.of(seat.brand).filter(pk=token.pk, revoked_at__isnull=True)
        if rows.update(revoked_at=now) != 1:
            return False
        note("revoke_token", token, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
        return True


def mark_token_used(token: AccessToken, now: datetime) -> bool:
    """Remember the day on which a token was last used, and nothing finer; False where that is known."""
    today = now.date()
    if token.last_used_on == today:
        return False
    return AccessToken.objects.of(token.brand_id).filter(pk=token.pk).update(last_used_on=today) == 1


def reseal_sign_in() -> int:
    """Encrypt what the team signs in with (TOTP, recovery codes) with the newest key; return how many rows changed.

    A row that somebody signs in with meanwhile is read again, so that a spent recovery code stays spent.
    """
    count = 0
    for row_id in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)):
        rows = Authenticator.objects.filter(pk=row_id)
        for _ in range(TRIES):
            stored = rows.values_list("data", flat=True).first()
            if stored is None or rows.filter(data=stored).update(data=resealed(stored)) == 1:
                count += stored is not None
                break
    return count


def resealed(stored: dict[str, Any]) -> dict[str, Any]:
    """Return the library's row with each secret in it encrypted with the newest key; raise `SecretLost`."""
    changed: dict[str, Any] = {name: seal_again(stored[name]) for name in SEALED_BY_LIBRARY if stored.get(name)}
    if codes := stored.get("migrated_codes"):
        changed["migrated_codes"] = [seal_again(code) for code in codes]
    return {**stored, **changed}


def set_preferences(user: User, **chosen: str) -> None:
    """Keep a person's own language, zone or theme."""
    User.objects.filter(pk=user.pk).update(
        **{name: chosen[name] for name in ("language", "zone", "theme") if name in chosen}
    )
