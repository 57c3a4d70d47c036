"""The pages of the settings, in their order: what each is called, and who may open it."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nestor.people.reads import Seat
from nestor.people.rules import Permission


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """One page: the name of its address, its title, what it is for, and what one must be allowed to do."""

    url_name: str
    title: "str | Promise"
    about: "str | Promise"
    permission: Permission


PAGES: tuple[SettingsPage, ...] = (
    SettingsPage("preferences", _("You"), _("Language, time zone, theme"), Permission.SEE),
)


def settings_context(seat: Seat, here: str) -> dict[str, Any]:
    """Return what the frame of a settings page shows: the pages this person may open, and which one this is."""
    pages = [page for page in PAGES if seat.may(page.permission)]
    return {"settings_pages": pages, "settings_here": next(page for page in pages if page.url_name == here)}
