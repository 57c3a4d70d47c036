"""Founds the demo's brands, team and channels: `python -m nestor.faces.cli.demo_desk URL FILE`."""

import os
import sys
from datetime import date, datetime, time
from pathlib import Path

import django
import phonenumbers
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
django.setup()

# Models can only be imported once Django is ready.
from nestor.config.places import CORPORA  # noqa: E402
from nestor.faces.cli.demo_rows import connect_account, found_replies, found_team, found_world  # noqa: E402
from nestor.faces.closures import public_holidays  # noqa: E402
from nestor.networks.practice.admin import Admin, admin_token  # noqa: E402
from nestor.networks.practice.community import World, read_worlds  # noqa: E402

OPENS, CLOSES = time(7), time(20)
COLLEAGUES = ("Inès", "Tom")


def main() -> None:
    """Found what is missing."""
    url, file = sys.argv[1], Path(sys.argv[2])
    admin = Admin(url, admin_token(file))
    try:
        found_demo(admin, url, timezone.now())
    finally:
        admin.close()


def found_demo(admin: Admin, url: str, now: datetime) -> None:
    """Found a brand for each written world and connect its accounts; run again, only reconnect."""
    accounts = admin.desk_accounts()
    for world in read_worlds(CORPORA / "community"):
        brand = found_world(world, _periods(), _closures(now), _contacts(world), now)
        found_team(brand, COLLEAGUES, now)
        if brand.made_at == now:
            found_replies(brand, CORPORA / "community" / world.key / "replies.yaml", now)
        for account in accounts:
            if account.ref == f"{world.key}/brand":
                connect_account(brand, account, url, now)


def _periods() -> list[tuple[int, time, time]]:
    week = [(day, OPENS, CLOSES) for day in range(5)]
    return [*week, (5, time(9), time(18)), (6, time(9), time(18))]


def _closures(now: datetime) -> list[tuple[date, str]]:
    return public_holidays("FR", "fr", [now.year, now.year + 1])


def _contacts(world: World) -> list[str]:
    """Return the numbers and addresses the brand publishes itself, as its facts name them."""
    facts = " ".join(world.facts)
    numbers = [
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in phonenumbers.PhoneNumberMatcher(facts, "FR")
    ]
    return sorted({*numbers, *(account.handle for account in world.accounts.values() if "@" in account.handle[1:])})


if __name__ == "__main__":
    main()
