"""What disconnecting a channel says, before it does it: narrow and wide, with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.screens.axe import spills, violations
from tests.screens.conftest import OpenPage
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]
WORDS = {"en-GB": ("What ends", "What stays", "Disconnect "), "fr-FR": ("Ce qui cesse", "Ce qui reste", "Déconnecter ")}


@pytest.mark.parametrize("locale", WORDS)
@pytest.mark.parametrize("width", [360, 1280])
def test_it_says_first_what_ends_and_what_stays(stage: Stage, open_page: OpenPage, width: int, locale: str) -> None:
    ends, stays, button = WORDS[locale]
    page = open_page("/channels/", width=width, locale=locale)
    fold = page.locator(f"#end-{stage.channels['private']['channel']}")
    expect(fold.get_by_text(ends)).to_be_hidden()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold.get_by_text(ends)).to_be_visible()
    expect(fold.get_by_text(stays)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_contain_text(button)
    assert violations(page) == []
    assert spills(page) == 0
