"""First steps by keyboard: begun, done at the desk itself, seen without a reload, put away."""

import re

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import OpenPage, until_keys_are_heard
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]


@pytest.mark.parametrize(("locale", "again"), [("en-GB", "Begin again"), ("fr-FR", "Recommencer")])
def test_a_step_is_done_by_doing_it_and_seen_without_a_reload(
    stage: Stage, open_page: OpenPage, locale: str, again: str
) -> None:
    page = open_page("/first-steps/", locale=locale)
    page.get_by_role("button", name=again).press("Enter")
    first = page.locator("#step-take")
    expect(first).to_have_attribute("open", "")
    expect(page.locator(".step.is-done")).to_have_count(0)

    elsewhere = open_page("/inbox/?lane=question&whose=nobody", locale=locale)
    elsewhere.keyboard.press("j")
    elsewhere.keyboard.press("o")
    expect(elsewhere.locator("#talk-head")).to_be_visible()
    elsewhere.keyboard.press("a")
    expect(first).to_have_class(re.compile("is-done"))
    expect(page.locator("#step-answer")).to_have_attribute("open", "")


def test_exercises_open_and_lead_on_from_the_keyboard(stage: Stage, open_page: OpenPage) -> None:
    page = open_page("/first-steps/")
    fold = page.locator("#step-many")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(fold.get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("lane=praise"))


def test_they_are_put_away_and_found_again_through_the_palette(stage: Stage, open_page: OpenPage) -> None:
    page = open_page("/first-steps/")
    page.get_by_role("button", name="Begin again").press("Enter")
    page.goto("/")
    card = page.locator(".steps-card")
    card.get_by_role("button").press("Enter")
    expect(card).to_have_count(0)
    until_keys_are_heard(page)
    page.keyboard.press("/")
    page.locator("#palette-words").fill("First steps")
    expect(page.locator("#palette-list")).to_contain_text("First steps")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/first-steps/"))
    page.get_by_role("button", name="Show them on Today again").press("Enter")
    page.goto("/")
    expect(card).to_be_visible()
