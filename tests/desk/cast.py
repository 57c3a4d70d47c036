"""The fixed cast: Alice heads, Bob answers, Sam stands in, Chloé is another brand, Dan is a member, Eve attacks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password

from nestor.brands.actions import connect_channel, found_brand
from nestor.brands.models import Brand, Channel
from nestor.networks.contract import Account, Arrival, Author, Batch, HangsOn
from nestor.people.actions import add_user, give_role
from nestor.people.reads import Seat
from nestor.vocabulary import MessageKind, Role

NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)  # a Tuesday, 12:00 in Paris
PASSWORD = "correct horse battery staple"
DAN = Author("dan-1", "@dan", "Dan")
EVE = Author("eve-1", "@eve<script>alert(1)</script>", '"><img src=x onerror=alert(2)>')


@dataclass(frozen=True, slots=True)
class Cast:
    """The seats, two brands and a channel each."""

    brand: Brand
    other_brand: Brand
    channel: Channel
    other_channel: Channel
    alice: Seat
    bob: Seat
    sam: Seat
    vera: Seat  # only looks
    chloe: Seat


@cache
def _hashed() -> str:
    """Return the one password, hashed once: the hash is slow on purpose."""
    return make_password(PASSWORD)


def assemble(now: datetime = NOON) -> Cast:
    """Put the cast into the database."""
    brand = found_brand("Ligne Verte", "ligne-verte", now)
    other = found_brand("Mairie d’Orlac", "orlac", now, is_institution=True)

    def seat(name: str, role: Role, where: Brand) -> Seat:
        user = add_user(f"{name.lower()}@nestor.example", name, None, now)
        user.password = _hashed()
        user.save(update_fields=["password"])
        give_role(where, user, role, now, actor_id=None)
        return Seat(user, where, role)

    return Cast(
        brand=brand,
        other_brand=other,
        channel=connect(brand, "ours", now),
        other_channel=connect(other, "theirs", now),
        alice=seat("Alice", Role.HEAD, brand),
        bob=seat("Bob", Role.AGENT, brand),
        sam=seat("Sam", Role.SUBSTITUTE, brand),
        vera=seat("Vera", Role.VIEWER, brand),
        chloe=seat("Chloe", Role.HEAD, other),
    )


def connect(brand: Brand, account_id: str, now: datetime = NOON) -> Channel:
    """Connect a channel that no test of this folder calls over the wire."""
    account = Account(account_id, f"@{account_id}", f"Compte {account_id}")
    return connect_channel(brand, "practice", account, now, settings={}, secrets={"token": f"secret-{account_id}"})


def said(text: str, number: int = 1, *, by: Author = DAN, minutes: float = 0, **more: object) -> Arrival:
    """Return something said from outside, `minutes` after noon; `more` are fields of `Arrival`."""
    fields: dict[str, object] = {
        "network_id": f"m{number}",
        "kind": MessageKind.COMMENT,
        "thread_id": f"t{number}",
        "author": by,
        "text": text,
        "published_at": NOON + timedelta(minutes=minutes),
        "hangs_on": HangsOn("post-1", title="Horaires d’été", url="https://example.test/post-1"),
        "payload": '{"raw": true}',
        **more,
    }
    return Arrival(**fields)  # type: ignore[arg-type]  # a dictionary of its own fields


def batch(*arrivals: Arrival, cursor: str = "c1") -> Batch:
    """Return them as one read."""
    return Batch(arrivals=arrivals, cursor=cursor)
