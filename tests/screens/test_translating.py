"""A translator is chosen, and asked with one key, in both languages."""

import pytest
from playwright.sync_api import Page, expect

from tests.screens.axe import spills, violations
from tests.screens.conftest import OpenPage
from tests.screens.stage import Stage
from tests.screens.test_talk import opened

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]


def chosen(page: Page, name: str) -> None:
    """Choose who translates, by the name of its package."""
    page.goto("/settings/brand/")
    page.get_by_label(name).check()
    page.locator("#translation").get_by_role("button", name="Choose").click()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_key_translates_and_the_original_stays(stage: Stage, open_page: OpenPage, width: int) -> None:
    words = f"¿A qué hora abre la estación mañana por la mañana? t{width}"
    stage.say(words, by="tea")
    page = open_page(width=width)
    chosen(page, "wordbook 1.0")
    expect(page.locator("#translation [role=alert]")).to_contain_text("Word <book>: on this machine")
    assert violations(page) == []
    assert spills(page) == 0
    page.locator("#translation").get_by_role("button", name="Keep").click()
    expect(page.locator(".messages")).to_contain_text("Kept.")
    assert violations(page) == []
    name = opened(page, words)
    page.keyboard.press("T")
    below = page.locator(".in-mine")
    expect(below).to_contain_text("¿A qué time opens the station")
    expect(below).to_contain_text("Translated by Word <book>, Spanish → English.")
    expect(page.locator("#thread .said").first).to_have_text(words)
    assert violations(page) == []
    assert spills(page) == 0
    page.evaluate("htmx.ajax('GET', location.pathname + 'fresh', {target: 'body', swap: 'none'})")
    page.wait_for_function("!document.querySelector('.htmx-request')")
    expect(below).to_contain_text("opens the station")  # drawn again, it is still there
    french = open_page(f"/inbox/{name}/", width=width, locale="fr-FR")
    expect(french.get_by_role("button", name="Traduire")).to_be_visible()
    french.keyboard.press("T")
    expect(french.locator(".in-mine")).to_contain_text("heure ouvre la gare")
    expect(french.locator(".in-mine")).to_contain_text("espagnol → français")
    assert violations(french) == []
    assert spills(french) == 0
    bare = open_page(f"/inbox/{name}/", width=width, java_script_enabled=False)
    bare.get_by_role("button", name="Translate").click()
    expect(bare.locator("main")).to_contain_text("opens the station")
    expect(bare.locator("main")).to_contain_text(words)
    chosen(page, "Nobody")
    expect(page.locator(".messages")).to_contain_text("Kept.")
    page.goto(f"/inbox/{name}/")
    expect(page.locator("[data-translate]")).to_have_count(0)
