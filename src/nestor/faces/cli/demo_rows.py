"""What the demo's desk is made of, through the same actions a real desk is founded with."""

from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path

import yaml

from nestor.brands import actions as brands
from nestor.brands.models import Brand
from nestor.composer.actions.saved import save_reply
from nestor.networks import registry
from nestor.networks.practice.admin import DeskAccount
from nestor.networks.practice.community import World
from nestor.people import actions as people
from nestor.people.models import User
from nestor.people.reads import seat_at
from nestor.people.sign_in import DEMO_EMAIL
from nestor.vocabulary import Role

INSTITUTIONS = frozenset({"townhall"})


def found_world(
    world: World,
    periods: Iterable[tuple[int, time, time]],
    closures: Iterable[tuple[date, str]],
    contacts: list[str],
    now: datetime,
) -> Brand:
    """Return the world's brand, founded on first use."""
    found = Brand.objects.filter(slug=world.key).first()
    if found is not None:
        return found
    brand = brands.found_brand(
        world.brand,
        world.key,
        now,
        zone=world.zone,
        language=world.languages[0],
        is_institution=world.key in INSTITUTIONS,
        own_contacts=contacts,
    )
    brands.set_opening_hours(brand, periods, closures, now)
    return brand


def found_team(brand: Brand, colleagues: Iterable[str], now: datetime) -> None:
    """Put the demo community manager and colleagues at the brand's desk."""
    people.give_role(brand, _user(DEMO_EMAIL, "Camille", now), Role.HEAD, now, actor_id=None)
    for number, name in enumerate(colleagues, 1):
        people.give_role(brand, _user(f"colleague{number}@nestor.example", name, now), Role.AGENT, now, actor_id=None)


def found_replies(brand: Brand, file: Path, now: datetime) -> None:
    """Keep the saved replies a world was written with, in the name of its community manager."""
    seat = seat_at(User.objects.get(email=DEMO_EMAIL), brand.slug)
    if seat is not None:
        for given in yaml.safe_load(file.read_text(encoding="utf-8")):
            save_reply(seat, given, now)


def _user(email: str, name: str, now: datetime) -> User:
    return User.objects.filter(email=email).first() or people.add_user(email, name, None, now)


def connect_account(brand: Brand, account: DeskAccount, url: str, now: datetime) -> None:
    """Connect one account at the practice network, or tell its channel the network's new address."""
    settings, secrets = {"url": url, "place": account.place}, {"token": account.token}
    connector = registry.load("practice").open({**settings, registry.ALLOW_PRIVATE: "1"}, secrets)
    try:
        who = connector.who_am_i()
    finally:
        connector.close()
    name = f"{account.name} ({account.place})"
    brands.connect_channel(brand, "practice", who, now, settings=settings, secrets=secrets, name=name)
