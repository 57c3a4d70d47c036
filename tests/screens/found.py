"""Founds the desk of the screens: `python -m tests.screens.found URL FILE` prints its channels as JSON."""

import json
import os
import sys
from datetime import time
from pathlib import Path

import django
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
django.setup()

# Models can only be imported once Django is ready.
from nestor.brands.actions import connect_channel, found_brand, set_opening_hours  # noqa: E402
from nestor.inbox.actions import open_cursor  # noqa: E402
from nestor.networks import registry  # noqa: E402
from nestor.networks.practice.admin import Admin, DeskAccount, admin_token  # noqa: E402
from nestor.people.actions import add_user, give_role  # noqa: E402
from nestor.vocabulary import Role  # noqa: E402

PASSWORD = "correct horse battery staple"
PLACES = ("square", "page", "private", "mail")


def main() -> None:
    """Found the brand, its team and a channel at each place."""
    url, file = sys.argv[1], Path(sys.argv[2])
    now = timezone.now()
    brand = found_brand("Ligne Verte", "ligne-verte", now, own_contacts=["contact@ligne-verte.example"])
    set_opening_hours(brand, [(day, time.min, time.min) for day in range(7)], [], now)
    for name, role in (("Alice", Role.HEAD), ("Bob", Role.AGENT)):
        user = add_user(f"{name.lower()}@nestor.example", name, PASSWORD, now)
        give_role(brand, user, role, now, actor_id=None)
    admin = Admin(url, admin_token(file))
    channels = {}
    for place in PLACES:
        account = admin.desk_account(place, handle=f"@ligneverte_{place}", name="Ligne Verte")
        channels[place] = {"channel": _connect(brand, account, url), "account": account.account_id}
    admin.close()
    json.dump(channels, sys.stdout)


def _connect(brand: object, account: DeskAccount, url: str) -> str:
    settings, secrets, now = {"url": url, "place": account.place}, {"token": account.token}, timezone.now()
    connector = registry.load("practice").open({**settings, registry.ALLOW_PRIVATE: "1"}, secrets)
    try:
        who = connector.who_am_i()
    finally:
        connector.close()
    name = f"Ligne Verte ({account.place})"
    channel = connect_channel(brand, "practice", who, now, settings=settings, secrets=secrets, name=name)  # type: ignore[arg-type]
    open_cursor(channel, now)
    return str(channel.public_id)


if __name__ == "__main__":
    main()
