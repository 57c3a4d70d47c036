"""Moments 1 and 10: in the morning the first thing due is one key away; in the evening two keys hand it all over."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.screens.axe import spills, violations
from tests.screens.conftest import OpenPage
from tests.screens.found import PASSWORD
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]
TAKEN = {"en-GB": "has taken over", "fr-FR": "a pris le relais"}


def bobs_page(page: Page, stage: Stage, locale: str) -> tuple[BrowserContext, Page]:
    """Return a page on which Bob has signed in, as he would."""
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(base_url=stage.url, locale=locale, reduced_motion="reduce")
    bob = context.new_page()
    bob.goto("/")
    bob.locator("input[name=login]").fill("bob@nestor.example")
    bob.locator("input[name=password]").fill(PASSWORD)
    bob.keyboard.press("Enter")
    expect(bob.locator("#first, .calm").first).to_be_visible()
    return context, bob


@pytest.mark.parametrize("locale", TAKEN)
def test_moment_1_the_first_thing_due_is_one_key_away(stage: Stage, open_page: OpenPage, locale: str) -> None:
    page = open_page("/", locale=locale)
    context, bob = bobs_page(page, stage, locale)
    try:
        expect(bob.locator("#since-title")).to_be_visible()
        first = bob.locator("#first")
        address = first.get_attribute("href")
        assert address is not None
        expect(bob.locator("html[data-live]")).to_be_attached()  # the keys listen
        bob.keyboard.press("f")
        expect(bob).to_have_url(f"{stage.url}{address}")
        expect(bob.locator("#talk-head")).to_be_visible()
    finally:
        context.close()


@pytest.mark.parametrize("locale", TAKEN)
def test_moment_10_two_keys_and_one(stage: Stage, open_page: OpenPage, locale: str) -> None:
    mark = f"m10 {locale}"
    stage.say(f"Where do I find the timetable for Sunday? {mark}", by=f"rose{locale}")
    page = open_page("/inbox/", locale=locale)
    row = page.locator("#rows li", has_text=mark)
    row.locator("a").click()
    expect(page.locator("#talk-head")).to_be_visible()
    page.keyboard.press("a")
    expect(row.locator("b", has_text="you" if locale == "en-GB" else "vous")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type(f"On our pages, under timetables. {mark}")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    context, bob = bobs_page(page, stage, locale)
    try:
        bob.goto("/inbox/")
        page.keyboard.press("H")
        expect(page.locator("form button.person").first).to_be_focused()
        assert violations(page) == []
        assert spills(page) <= 0
        page.keyboard.press("Enter")
        expect(page.locator("#relief-strip .calmly")).to_be_visible()
        expect(bob.locator("#relief-confirm")).to_be_visible()  # by itself, while he works
        assert violations(bob) == []
        bob.keyboard.press("Y")
        expect(bob.locator("#rows li", has_text=mark)).to_be_visible()
        expect(page.locator("#relief-strip")).to_contain_text(TAKEN[locale])  # and she may go
        bob.locator("#rows li", has_text=mark).locator("a").click()
        expect(bob.locator("#answer-text")).to_have_value(f"On our pages, under timetables. {mark}")
    finally:
        context.close()
