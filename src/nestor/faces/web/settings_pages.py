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
    SettingsPage("reached", _("How you are reached"), _("Where, by which ways, and when not"), Permission.SEE),
    SettingsPage("rota", _("On call"), _("Who is told of what concerns nobody in particular"), Permission.SEE),
    SettingsPage("settings_team", _("Team"), _("Who works here, and what each role may do"), Permission.SEE),
    SettingsPage("settings_brand", _("Brand"), _("Name, colour, language, time zone, contacts"), Permission.HEAD),
    SettingsPage("opening_hours", _("Opening hours"), _("When clocks run, and when they stand still"), Permission.HEAD),
    SettingsPage("clocks", _("Clocks"), _("By when an answer is owed"), Permission.HEAD),
    SettingsPage("retention", _("Retention"), _("What is kept, how long, and why"), Permission.HEAD),
    SettingsPage("settings_labels", _("Labels"), _("The words the team puts on conversations"), Permission.ROUTE),
    SettingsPage("settings_views", _("Views"), _("Lists kept by name: the team’s and your own"), Permission.SEE),
    SettingsPage("tokens", _("Tokens"), _("Let other programs use the desk"), Permission.CONNECT),
    SettingsPage("webhooks", _("Webhooks"), _("Tell other programs what happens"), Permission.CONNECT),
    SettingsPage("signature", _("Signature"), _("What stands below your answers, brand by brand"), Permission.ANSWER),
    SettingsPage("saved_replies", _("Saved replies"), _("Words of the team’s own, two keys away"), Permission.ANSWER),
)


def settings_context(seat: Seat, here: str) -> dict[str, Any]:
    """Return what the frame of a settings page shows: the pages this person may open, and which one this is."""
    pages = [page for page in PAGES if seat.may(page.permission)]
    return {"settings_pages": pages, "settings_here": next(page for page in pages if page.url_name == here)}
