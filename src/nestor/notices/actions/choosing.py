"""What a person chooses for themselves: by which ways and when they are reached, and where."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from nestor.brands.secrets import seal, seal_again, unseal
from nestor.networks.contract import NetworkTrouble
from nestor.notices import reads
from nestor.notices.actions.sending import note_reached
from nestor.notices.models import Address, Habit, Reach
from nestor.notices.rules.reach import MOST_PERIODS, Way, wishes_of
from nestor.notices.ways import phone, push
from nestor.notices.ways.carrying import Destination, deliver, place_of
from nestor.notices.wording import trial_ping
from nestor.people.models import User
from nestor.people.reads import Seat
from nestor.vocabulary import new_public_id
from nestor.work.rules import storable

MOST_ADDRESSES = 12  # browsers and telephones of one person
MOST_LONG = 1000  # characters of an address


class TooMany(Exception):
    """A person has as many browsers and telephones as the desk keeps for one."""


def choose_ways(seat: Seat, wishes: Mapping[str, Iterable[str]]) -> None:
    """Keep by which ways somebody is told of what, for the brand of the seat; senseless rows and ways are left out."""
    known = wishes_of({row: list(ways) for row, ways in wishes.items()})
    stored = {row: sorted(way.value for way in ways) for row, ways in known.items()}
    rows = Reach.objects.of(seat.brand).filter(user=seat.user)
    with transaction.atomic():
        if not rows.update(wishes=stored):
            Reach.objects.bulk_create([Reach(brand=seat.brand, user=seat.user, wishes=stored)], ignore_conflicts=True)
            rows.update(wishes=stored)


def choose_quiet(owner: User, periods: Iterable[tuple[int, time, time]]) -> None:
    """Keep when a person is left in peace, in their own wall-clock time; none at all is a choice too."""
    chosen = sorted({(day, start, end) for day, start, end in periods if day in range(7)})[:MOST_PERIODS]
    _keep_habit(owner, quiet=[[day, f"{start:%H:%M}", f"{end:%H:%M}"] for day, start, end in chosen])


def choose_digest(owner: User, at: time | None, now: datetime) -> None:
    """Keep when a person gets their day in figures, by mail; None: never. The first is the next at that time."""
    habit = reads.habit_of(owner)
    habit.digest_at, habit.user = at, owner
    due = reads.digest_due(habit, now)
    done = now.astimezone(reads.local_zone(owner)).date().isoformat()
    _keep_habit(owner, digest_at=at, **({"digest_day": done} if due is not None and due <= now else {}))


def _keep_habit(owner: User, **values: Any) -> None:
    with transaction.atomic():
        if not Habit.objects.filter(user=owner).update(**values):
            Habit.objects.bulk_create([Habit(user=owner)], ignore_conflicts=True)
            Habit.objects.filter(user=owner).update(**values)


def add_browser(owner: User, subscription: Mapping[str, Any], name: str, now: datetime) -> Address:
    """Keep a browser that agreed to be told; the same one is kept once. Raise `ValueError`, `TooMany`."""
    kept = push.checked(subscription)
    return _keep_address(Address(user=owner, way=Way.PUSH.value, name=name), kept["endpoint"], json.dumps(kept), now)


def add_phone(seat: Seat, address: str, name: str, now: datetime) -> Address:
    """Keep an address of Apprise, of a service the head chose. Raise `ValueError`, `NotPossible`, `TooMany`."""
    address = address.strip()
    if not address or len(address) > MOST_LONG or not address.isprintable():
        raise ValueError("not an address of Apprise")
    schema = phone.schema_of(address, reads.policy_of(seat.brand).services)
    row = Address(user=seat.user, way=Way.PHONE.value, name=name, schema=schema[:30])
    return _keep_address(row, address, address, now)


def _keep_address(row: Address, told_apart_by: str, secret: str, now: datetime) -> Address:
    row.digest = hmac.new(settings.SECRET_KEY.encode(), told_apart_by.encode(), hashlib.sha256).hexdigest()
    row.name, row.made_at, row.sealed = storable(row.name.strip(), 60) or row.schema or row.way, now, seal(secret)
    mine = Address.objects.filter(user=row.user)
    known = mine.filter(digest=row.digest)
    with transaction.atomic():
        if known.update(sealed=row.sealed, name=row.name, trouble="", trouble_at=None):
            return known[0]
        if mine.count() >= MOST_ADDRESSES:
            raise TooMany
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same browser, in two tabs
        return known[0]
    return row


def remove_address(owner: User, public_id: str) -> bool:
    """Forget one of a person's browsers or telephones."""
    return bool(Address.objects.filter(user=owner, public_id=public_id).delete()[0])


def try_address(seat: Seat, address: Address, now: datetime) -> None:
    """Send a test there, now, and remember whether it was reached. Raise what `deliver` raises, and `SecretLost`."""
    services = tuple(reads.policy_of(seat.brand).services)
    try:
        deliver(place_of(address, services), trial_ping(seat.user.language, f"test-{new_public_id()}"))
    except NetworkTrouble as trouble:
        note_reached(address, trouble.reason.value, now)
        raise
    note_reached(address, "", now)


def try_mail(seat: Seat) -> None:
    """Send a test by mail. Raise what `deliver` raises."""
    deliver(Destination(Way.MAIL, seat.user.email), trial_ping(seat.user.language, f"test-{new_public_id()}"))


def reseal_addresses() -> int:
    """Encrypt every address with the newest key; return how many. Raise `SecretLost`, and nothing is changed."""
    count = 0
    with transaction.atomic():
        for row in Address.objects.all():
            mine = Address.objects.filter(pk=row.pk, sealed=row.sealed)
            count += mine.update(sealed=seal_again(row.sealed))
    return count


def is_this_browser(address: Address, endpoint: str) -> bool:
    """Return whether an address is the browser with that endpoint."""
    return address.way == Way.PUSH.value and json.loads(unseal(address.sealed)).get("endpoint") == endpoint
