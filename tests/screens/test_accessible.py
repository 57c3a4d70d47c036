"""Every page, both languages, both themes, wide and narrow: axe-core finds nothing, nothing spills sideways."""

import pytest
from playwright.sync_api import Page, expect

from tests.screens.axe import spills, violations
from tests.screens.conftest import OpenPage
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]

PAGES = (
    "/",
    "/inbox/",
    "/inbox/?lane=lead",
    "/inbox/?state=done",
    "/inbox/?q=zzzz",
    "/channels/",
    "/journal/",
    "/journal/?about=guard",
    "/relief/",
    "/me/",
    "/me/reached/",
    "/notices/",
    "/rota/",
    "/settings/tokens/",
    "/settings/webhooks/",
    "/keys/",
    "/first-steps/",
    "/help/",
    "/brands/",
    "/members/",
    "/members/?q=zzzz",
    "/settings/team/",
    "/settings/brand/",
    "/settings/hours/",
    "/settings/retention/",
    "/settings/labels/",
    "/settings/views/",
    "/nowhere/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/logout/",
)
STRANGERS_PAGES = ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_axe_finds_nothing(stage: Stage, open_page: OpenPage, locale: str, theme: str, width: int) -> None:
    page = open_page(locale=locale, width=width, color_scheme=theme)
    found = [f"{path} {one}" for path in PAGES for one in _look(page, path)]
    for text in ("Bellombre", "Gate 9", "tortu", "Hello there", "opening hours"):
        _open(page, text)
        found += [f"{text} {one}" for one in violations(page)]
    page.keyboard.press("y")
    expect(page.locator(".reasons .card").last).to_be_visible()
    page.keyboard.press("l")
    covered = "target-size"  # what lies below an open menu is covered while it is open
    found += [f"menu {one}" for one in violations(page) if not one.startswith(covered)]
    stranger = open_page("/accounts/login/", locale=locale, width=width, color_scheme=theme, storage_state=None)
    found += [f"{path} {one}" for path in STRANGERS_PAGES for one in _look(stranger, path)]
    assert found == []


def _look(page: Page, path: str) -> list[str]:
    page.goto(path)
    expect(page.locator("main")).to_be_visible()
    found = violations(page)
    if (over := spills(page)) > 0:
        found.append(f"spills by {over} px")
    return found


def _open(page: Page, text: str) -> None:
    page.goto(f"/inbox/?q={text}")
    page.locator("#rows a").first.click()
    expect(page.locator("#talk-head")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/inbox/", "/channels/", "/journal/", "/me/", "/keys/", "/accounts/2fa/"])
def test_twice_the_size_needs_no_sideways_scroll(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=640, height=400, device_scale_factor=2)  # 1280 × 800 at 200 %
    assert spills(page) <= 0


def test_the_language_and_theme_are_a_persons_own(open_page: OpenPage) -> None:
    page = open_page("/me/")
    page.get_by_label("Language").select_option("fr")
    page.get_by_label("Theme").select_option("dark")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_label("Langue").select_option("")
    page.get_by_label("Thème").select_option("")
    page.get_by_role("button", name="Garder").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
