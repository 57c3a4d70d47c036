"""Writes about a brand's team: invite, join, change a role, suspend, remove. A brand is never left without a head."""

import hashlib
from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandQuerySet
from nestor.people.actions import add_user, give_role
from nestor.people.events import TeamChanged
from nestor.people.models import Invitation, TeamRole, User
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.vocabulary import Role
from nestor.work.actions import announce, note, release_lease, take_lease

VALID_FOR = timedelta(days=7)
MOST_OPEN = 100  # invitations of one brand
LEASE_FOR = timedelta(minutes=2)
FIRST_WAIT, MOST_FAILURES = timedelta(minutes=1), 6


class LastHead(Exception):
    """Without this person nobody would head the brand."""


class TooMany(Exception):
    """More invitations are open than a team can need."""


def digest_of(secret: str) -> str:
    """Return what is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def invite(seat: Seat, email: str, role: Role, now: datetime, *, language: str = "") -> str | None:
    """Invite somebody and return the secret of the link, shown once; an open invitation is renewed.

    None without the right, or where they are of the team already. Raise `TooMany`.
    """
    address = email.strip().lower()
    on_team = TeamRole.objects.of(seat.brand).filter(user__email__iexact=address)
    if not seat.may(Permission.HEAD) or on_team.exists():
        return None
    secret = token_urlsafe(32)
    fresh = {
        "role": role.value,
        "language": language,
        "author": seat.user,
        "digest": digest_of(secret),
        "mailed_digest": "",
        "made_at": now,
        "expires_at": now + VALID_FOR,
        "due_at": now if mail_works() else None,
        "mailed_at": None,
        "failures": 0,
    }
    with transaction.atomic():
        rows = Invitation.objects.of(seat.brand).filter(settled_at__isnull=True)
        if rows.exclude(email=address).count() >= MOST_OPEN:
            raise TooMany
        row, _is_new = rows.update_or_create(
            email=address, defaults=fresh, create_defaults=fresh | {"brand": seat.brand, "email": address}
        )
        note("invite", row, now, brand_id=seat.brand.pk, actor_id=seat.user.pk, facts={"role": role.value})
    return secret


def mail_works() -> bool:
    """Return whether this installation has a mail server."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def withdraw_invitation(seat: Seat, invitation: Invitation, now: datetime) -> bool:
    """Take an invitation back; its link works no more."""
    if not seat.may(Permission.HEAD, invitation):
        return False
    with transaction.atomic():
        rows = Invitation.objects.of(seat.brand).filter(pk=invitation.pk, settled_at__isnull=True)
        if rows.update(settled_at=now, due_at=None) != 1:
            return False
        note("withdraw_invitation", invitation, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
        return True


def mail_invitation(row_id: int, now: datetime) -> None:
    """Mail one invitation that is due, with a link of its own; a mail server that is away is tried again, later."""
    due = Invitation.objects.across_brands("a worker looks at one due row by its id").filter(
        settled_at__isnull=True, due_at__lte=now, expires_at__gt=now
    )
    lease = take_lease(due, row_id, now, LEASE_FOR)
    if lease is None:
        return
    row = due.select_related("brand", "author").get(pk=row_id)
    secret = token_urlsafe(32)
    rows = Invitation.objects.of(row.brand_id)
    rows.filter(pk=row.pk, lease_token=lease.token).update(mailed_digest=digest_of(secret))  # before it leaves
    try:
        _send(row, f"{settings.URL}/join/{secret}/")
    except OSError:  # smtplib's errors are such, too
        wait = FIRST_WAIT * 2**row.failures
        due_at = now + wait if row.failures + 1 < MOST_FAILURES else None
        release_lease(rows, lease, due_at=due_at, failures=row.failures + 1)
    else:
        release_lease(rows, lease, due_at=None, mailed_at=now)


def _send(row: Invitation, link: str) -> None:
    with translation.override(row.language or row.brand.language):
        context = {"brand": row.brand.name, "who": row.author.name if row.author else "", "link": link, "row": row}
        subject = " ".join((_("Join %(brand)s at its desk") % {"brand": row.brand.name}).split())
        text = render_to_string("web/mail/invitation.txt", context)
    send_mail(subject, text, None, [row.email])


def accept_as_new(secret: str, name: str, password: str, now: datetime, **traits: str) -> Seat | None:
    """Join by a link as somebody new; None for a link that works no more, or whose address has an account by now.

    Raise `ValidationError` for a weak password: then the link still works.
    """
    try:
        with transaction.atomic():
            invitation = _use(secret, now)
            if invitation is None:
                return None
            return _seated(invitation, add_user(invitation.email, name, password, now, **traits), now)
    except IntegrityError:
        return None


def accept_as(secret: str, person: User, now: datetime) -> Seat | None:
    """Join by a link with the account one has; None for a link that works no more, or that is somebody else's."""
    with transaction.atomic():
        invitation = _use(secret, now, Q(email__iexact=person.email))
        return _seated(invitation, person, now) if invitation is not None else None


def _use(secret: str, now: datetime, also: Q | None = None) -> Invitation | None:
    """Use a link up: of two who try at once, one does."""
    digest = digest_of(secret)
    rows = Invitation.objects.across_brands("a link says which brand it is for").filter(
        Q(digest=digest) | Q(mailed_digest=digest), also or Q(), settled_at__isnull=True, expires_at__gt=now
    )
    row: Invitation | None = rows.select_related("brand").first()
    if row is None or rows.filter(pk=row.pk).update(settled_at=now, is_accepted=True, due_at=None) != 1:
        return None
    return row


def _seated(invitation: Invitation, person: User, now: datetime) -> Seat:
    brand = invitation.brand
    known = TeamRole.objects.of(brand).filter(user=person).first()
    role = Role(known.role if known else invitation.role)
    if known is None:
        give_role(brand, person, role, now, actor_id=person.pk)
    note("join_team", person, now, brand_id=brand.pk, actor_id=person.pk)
    announce(TeamChanged(brand_id=brand.pk, user_id=person.pk), now)
    return Seat(person, brand, role)


def change_role(seat: Seat, person: User, role: Role, now: datetime) -> bool:
    """Give somebody of the team another role; False without the right or a change. Raise `LastHead`."""
    if not seat.may(Permission.HEAD):
        return False
    with transaction.atomic():
        rows = _team_held(seat.brand).filter(user=person).exclude(role=role.value)
        if rows.update(role=role.value) != 1:
            return False
        _must_have_a_head(seat.brand)
        facts = {"role": role.value, "user": person.pk}
        note("give_role", person, now, brand_id=seat.brand.pk, actor_id=seat.user.pk, facts=facts)
        announce(TeamChanged(brand_id=seat.brand.pk, user_id=person.pk), now)
    return True


def suspend(seat: Seat, person: User, now: datetime) -> bool:
    """Take somebody's seat away for now, and end their sessions. Raise `LastHead`."""
    return _move(seat, person, "suspend", now, before={"suspended_at__isnull": True}, suspended_at=now)


def resume(seat: Seat, person: User, now: datetime) -> bool:
    """Give somebody who was suspended their seat back."""
    return _move(seat, person, "resume", now, before={"suspended_at__isnull": False}, suspended_at=None)


def _move(
    seat: Seat, person: User, verb: str, now: datetime, *, before: dict[str, bool], suspended_at: datetime | None
) -> bool:
    if not seat.may(Permission.HEAD):
        return False
    with transaction.atomic():
        if _team_held(seat.brand).filter(user=person, **before).update(suspended_at=suspended_at) != 1:
            return False
        _must_have_a_head(seat.brand)
        _tell(seat, person, verb, now, ends_sessions=suspended_at is not None)
    return True


def remove(seat: Seat, person: User, now: datetime) -> bool:
    """Take somebody off the team, and end their sessions; their account and other brands stay. Raise `LastHead`."""
    if not seat.may(Permission.HEAD):
        return False
    with transaction.atomic():
        if not _team_held(seat.brand).filter(user=person).delete()[0]:
            return False
        _must_have_a_head(seat.brand)
        _tell(seat, person, "end_role", now, ends_sessions=True)
    return True


def _tell(seat: Seat, person: User, verb: str, now: datetime, *, ends_sessions: bool) -> None:
    if ends_sessions:
        User.objects.filter(pk=person.pk).update(turn=F("turn") + 1)
    note(verb, person, now, brand_id=seat.brand.pk, actor_id=seat.user.pk)
    announce(TeamChanged(brand_id=seat.brand.pk, user_id=person.pk), now)


def _team_held(brand: Brand) -> BrandQuerySet:
    """Return the team's rows, the brand held: of two heads who demote each other, the second is told."""
    Brand.objects.filter(pk=brand.pk).update(made_at=F("made_at"))
    return TeamRole.objects.of(brand)


def _must_have_a_head(brand: Brand) -> None:
    heads = TeamRole.objects.of(brand).filter(role=Role.HEAD.value, suspended_at__isnull=True, user__is_active=True)
    if not heads.exists():
        raise LastHead
