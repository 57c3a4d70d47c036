"""Moment 2: "What are your opening hours?" Three keys, and the next message is open while the undo runs."""

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import OpenPage
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]

ASKED = {
    "en-GB": ("What are your opening hours?", "We are open from six in the morning to midnight, every day."),
    "fr-FR": ("Quels sont vos horaires d’ouverture ?", "Nous sommes ouverts de six heures à minuit, tous les jours."),
}


def save_reply(open_page: OpenPage, locale: str, text: str) -> None:
    """Save a reply as Alice would."""
    page = open_page("/settings/replies/new", locale=locale)
    page.locator("[name=name]").fill(f"Opening hours {locale}")
    page.locator("[name=text]").fill(text)
    page.locator("[name=language]").select_option(locale[:2])
    page.locator("main form button.primary").click()
    expect(page.locator("table.saved")).to_contain_text(f"Opening hours {locale}")


@pytest.mark.parametrize("locale", ASKED)
def test_three_keys_and_the_next_is_open(stage: Stage, open_page: OpenPage, locale: str) -> None:
    question, text = ASKED[locale]
    mark = f"m2{locale[:2]}"
    save_reply(open_page, locale, text)
    asked_before = stage.say(f"{question} Answer me soon, {mark}", by=f"sam{locale}")
    said = stage.say(f"{question} Thank you, {mark}", by=f"lea{locale}")
    page = open_page(f"/inbox/?q={mark}", locale=locale)
    expect(page.locator("#rows li[data-conversation]")).to_have_count(2)
    page.locator("#rows li", has_text=f"lea{locale}").locator("a").focus()
    page.keyboard.press("o")
    expect(page.locator("#talk-head h1")).to_have_text(f"lea{locale}")
    before = page.locator("#talk").get_attribute("data-open") or ""

    page.keyboard.press("r")  # one
    expect(page.locator("#answer-text")).to_be_focused()
    page.keyboard.press("1")  # two
    expect(page.locator("#answer-text")).to_have_value(text)
    page.keyboard.press("Control+Enter")  # three
    expect(page.locator("#undo")).to_be_visible()
    expect(page.locator(f'#talk:not([data-open="{before}"]) #talk-head h1')).to_have_text(f"sam{locale}")
    expect(page.locator("#undo")).to_have_count(0)

    page.goto(f"/inbox/{before}/")
    expect(page.locator(".message.ours").last).to_contain_text(text)
    expect(page.locator(".delivery.waiting, .delivery.sending")).to_have_count(0)
    answered = [one["reply_to"] for one in stage.admin.items("square") if one["text"] == text]
    assert said in answered
    assert asked_before not in answered
