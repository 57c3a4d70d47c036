"""What attackers write is shown and does nothing."""

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import OpenPage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]


@pytest.mark.parametrize(
    ("words", "visible"), [("tortu", "<script>window.pwned=1</script> {{ 7*7 }}"), ("Hello", "Hello")]
)
def test_hostile_texts_are_inert(open_page: OpenPage, words: str, visible: str) -> None:
    page = open_page(f"/inbox/?q={words}")
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    page.locator("#rows a").first.click()
    expect(page.locator("#thread")).to_contain_text(visible)
    page.keyboard.press("y")
    expect(page.locator(".reasons .card")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("x")
    assert page.evaluate("window.pwned") is None
    assert (
        page.locator(
            "#thread script, #thread iframe, #thread style, #thread img, #thread [onerror], #thread [style]"
        ).count()
        == 0
    )
    assert page.locator('a[href^="javascript"]').count() == 0
    isolated = page.locator("#thread .words").first.evaluate("one => getComputedStyle(one).unicodeBidi")
    assert isolated in ("isolate", "plaintext", "isolate-override")
    page.locator("#answer-text").fill("")


def test_a_hostile_name_stays_in_its_place(open_page: OpenPage) -> None:
    page = open_page("/inbox/?q=tortu")
    name = page.locator("#rows .who bdi").first
    expect(name).to_contain_text("<img src=x onerror=")
    assert name.evaluate("one => getComputedStyle(one).unicodeBidi") == "isolate"
    assert page.evaluate("window.pwned") is None
    assert page.locator("#rows img").count() == 0
