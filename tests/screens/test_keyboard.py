"""Everything by keyboard: each key of the list and of a conversation."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import OpenPage, until_keys_are_heard
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]


def open_by_words(page: Page, words: str) -> None:
    """Open the latest conversation that says these words, from the keyboard alone."""
    page.keyboard.press("/")
    expect(page.locator("#palette-words")).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator("#palette-list")).to_contain_text(words)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#talk-head")).to_be_visible()


def shown(page: Page) -> str:
    """Return the public id of the conversation that is open."""
    return page.locator("#talk").get_attribute("data-open") or ""


def test_an_answer_is_taken_back_with_one_key(stage: Stage, open_page: OpenPage) -> None:
    stage.say("Is there a lift at Orlac? z1", by="mo")
    page = open_page()
    page.locator("#rows li", has_text="Orlac? z1").locator("a").click()
    expect(page.locator("#talk-head h1")).to_have_text("mo")
    before = shown(page)
    page.keyboard.press("r")
    page.keyboard.type("Oui, côté rue.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.locator(f'#talk[data-open="{before}"]')).to_be_visible()
    expect(page.locator("#answer-text")).to_have_value("Oui, côté rue.")
    expect(page.locator("#answer-text")).to_be_focused()
    assert [one for one in stage.admin.items("square") if "côté rue" in one["text"]] == []


def test_take_resolve_and_reopen(stage: Stage, open_page: OpenPage) -> None:
    stage.say("Where do I find my lost hat? e1", by="ugo")
    page = open_page()
    expect(page.locator("#rows li", has_text="lost hat? e1")).to_be_visible()
    open_by_words(page, "hat")
    before = shown(page)
    page.keyboard.press("a")
    expect(page.locator("#deed-take")).to_contain_text("Yours")
    page.keyboard.press("e")
    expect(page.locator("#says")).to_contain_text("Resolved.")
    page.goto(f"/inbox/{before}/?state=done")
    expect(page.locator("#deed-settle")).to_contain_text("Reopen")
    page.keyboard.press("e")
    expect(page.locator("#deed-settle")).to_contain_text("Resolve")


def test_the_lane_is_corrected_with_one_key_on_any_layout(stage: Stage, open_page: OpenPage) -> None:
    stage.say("A journalist here, could I speak to someone? l1", by="vic")
    page = open_page()
    page.locator("#rows li", has_text="could I speak to someone? l1").locator("a").click()
    expect(page.locator("#lane-menu")).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator("#lane-menu .sheet")).to_be_visible()
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'é', code: 'Digit2', bubbles: true}))"
    )
    expect(page.locator("#lane-menu > summary")).to_contain_text("Threat")
    page.keyboard.press("l")
    page.keyboard.press("8")
    expect(page.locator("#lane-menu > summary")).to_contain_text("Praise")


def test_keys_go_places_and_the_list_of_keys_opens(open_page: OpenPage) -> None:
    page = open_page("/")
    for key, path in (("i", "/inbox/"), ("c", "/channels/"), ("j", "/journal/"), ("t", "/")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(f":[0-9]+{path}$"))
        until_keys_are_heard(page)
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()


def test_keys_are_letters_while_one_types(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#answer-text")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("jkeraloz?/g")
    expect(page.locator("#answer-text")).to_have_value("jkeraloz?/g")
    expect(page.locator("#deed-settle")).to_contain_text("Resolve")
    page.locator("#answer-text").fill("")
    expect(page.locator("#put-away")).to_be_hidden()


@pytest.mark.parametrize(("locale", "line"), [("en-GB", "Covered (insult)"), ("fr-FR", "Voilé (insulte)")])
def test_a_covered_message_is_uncovered_by_one_key(open_page: OpenPage, locale: str, line: str) -> None:
    page = open_page("/inbox/?q=incapables", locale=locale)
    expect(page.locator("#rows li").first).not_to_contain_text("connards")
    page.locator("#rows a").first.click()
    slur = page.locator(".veil .words", has_text="connards")
    expect(page.locator(".veil summary")).to_contain_text(line)
    expect(slur).to_be_hidden()
    page.keyboard.press("v")
    expect(slur).to_be_visible()
    page.keyboard.press("v")
    expect(slur).to_be_hidden()


def test_the_inbox_works_without_scripts(stage: Stage, open_page: OpenPage) -> None:
    stage.say("Do you sell paper tickets? n1", by="zoe")
    watching = open_page()
    expect(watching.locator("#rows li", has_text="paper tickets? n1")).to_be_visible()
    page = open_page("/inbox/?q=paper", java_script_enabled=False)
    page.locator("#rows a").first.click()
    page.locator("#answer-text").fill("Oui, au guichet.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".delivery .words")).to_have_text("Oui, au guichet.")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#answer-text")).to_have_value("Oui, au guichet.")
