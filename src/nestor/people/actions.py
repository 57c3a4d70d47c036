"""Writes of the people room: add to the team, give a role, know a member."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from nestor.brands.models import Brand
from nestor.brands.secrets import seal_again
from nestor.networks.contract import Author
from nestor.people.models import Identity, Member, TeamRole, User
from nestor.vocabulary import Role
from nestor.work.actions import note
from nestor.work.rules import storable, storable_name

SEALED_BY_LIBRARY = ("secret", "seed")  # where allauth keeps what `SealedMFAAdapter` encrypts
TRIES = 5


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


def know_authors(brand_id: int, network: str, authors: Iterable[Author], now: datetime) -> dict[str, Identity]:
    """Return the identity of each author by network id; those never seen become members.

    Joins the caller's transaction. A worker that knows one of them first makes it raise `IntegrityError`.
    """
    latest = {author.network_id: author for author in map(_storable, authors)}
    rows = Identity.objects.of(brand_id).filter(network=network, network_id__in=latest).select_related("member")
    known: dict[str, Identity] = {row.network_id: row for row in rows}
    for row in known.values():
        _freshen(row, latest[row.network_id])
    Member.objects.of(brand_id).filter(pk__in=[row.member_id for row in known.values()]).update(last_seen_at=now)
    fresh = [latest[key] for key in sorted(latest) if key not in known]  # in one order, whoever else is at it
    members = [
        Member(brand_id=brand_id, name=shown_name(author), first_seen_at=now, last_seen_at=now) for author in fresh
    ]
    Member.objects.bulk_create(members)
    identities = [
        Identity(
            brand_id=brand_id,
            member=member,
            network=network,
            network_id=author.network_id,
            handle=author.handle,
            name=author.name,
            url=author.url,
        )
        for author, member in zip(fresh, members, strict=True)
    ]
    Identity.objects.bulk_create(identities)
    return known | {row.network_id: row for row in identities}


def shown_name(author: Author) -> str:
    """Return how an author is named on screen."""
    return (author.name or author.handle or author.network_id)[:300]


def _storable(author: Author) -> Author:
    return Author(
        storable_name(author.network_id),
        storable(author.handle, 300),
        storable(author.name, 300),
        storable(author.url, 2000),
    )


def _freshen(row: Identity, author: Author) -> None:
    """Follow a change of name or address; the member's name follows while it is that account's own."""
    if (row.handle, row.name, row.url) == (author.handle, author.name, author.url):
        return
    if not (author.handle or author.name):
        return
    was = shown_name(Author(row.network_id, row.handle, row.name))
    row.handle, row.name, row.url = author.handle, author.name, author.url
    Identity.objects.of(row.brand_id).filter(pk=row.pk).update(handle=row.handle, name=row.name, url=row.url)
    Member.objects.of(row.brand_id).filter(pk=row.member_id, name=was).update(name=shown_name(author))
