"""What is being written survives: the browser killed, the desk killed, the checks shown while one types."""

import signal

import pytest
from playwright.sync_api import Route, expect

from tests.screens.conftest import OpenPage
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]


def test_a_draft_survives_its_browser(stage: Stage, open_page: OpenPage) -> None:
    stage.say("May I bring my dog? draft1", by="eli")
    page = open_page()
    page.locator("#rows li", has_text="draft1").locator("a").click()
    page.keyboard.press("r")
    page.keyboard.type("Oui, tenu en laisse")
    expect(page.locator("#kept")).to_have_text("Draft kept")
    address = page.url
    page.context.close()
    another = open_page(address.removeprefix(stage.url))
    expect(another.locator("#answer-text")).to_have_value("Oui, tenu en laisse")
    another.get_by_role("button", name="Put away").click()
    expect(another.locator("#answer-text")).to_have_value("")
    another.reload()
    expect(another.locator("#answer-text")).to_have_value("")


def test_a_draft_survives_the_desk(stage: Stage, open_page: OpenPage) -> None:
    stage.say("Is there a night train? draft2", by="fay")
    page = open_page()
    page.locator("#rows li", has_text="draft2").locator("a").click()
    page.keyboard.press("r")
    page.keyboard.type("Oui, ")
    expect(page.locator("#kept")).to_have_text("Draft kept")
    stage.close(signal.SIGKILL)
    try:
        page.keyboard.type("le vendredi soir")
        expect(page.locator("#kept")).to_have_text("Draft kept on this device")
    finally:
        stage.open()
    page.reload()
    expect(page.locator("#answer-text")).to_have_value("Oui, le vendredi soir")
    expect(page.locator("#kept")).to_have_text("Draft kept")
    page.get_by_role("button", name="Put away").click()
    expect(page.locator("#answer-text")).to_have_value("")


def test_what_is_left_counts_as_one_types_and_the_checks_speak(stage: Stage, open_page: OpenPage) -> None:
    stage.say("You never answer. draft3", by="gil")
    page = open_page()
    page.locator("#rows li", has_text="draft3").locator("a").click()
    left = page.locator("#room [data-left]")
    most = int(left.inner_text())
    page.keyboard.press("r")
    page.keyboard.type("👩‍👩‍👧 bonjour")
    expect(left).to_have_text(str(most - 9))
    page.locator("#answer-text").fill("Vous êtes un imbécile.")
    expect(page.locator(".finding.stop, .finding.absolute").first).to_be_visible()
    expect(page.locator("#send")).to_contain_text("Ask for a second reading")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#says")).to_contain_text("second reading")
    expect(page.locator("#answer-text")).to_have_value("Vous êtes un imbécile.")
    assert [one for one in stage.admin.items("square") if "imbécile" in one["text"]] == []
    page.get_by_role("button", name="Put away").click()
    expect(page.locator("#answer-text")).to_have_value("")


def test_what_is_still_on_its_way_does_not_come_back(stage: Stage, open_page: OpenPage) -> None:
    stage.say("Is there a bar? draft4", by="hal")
    page = open_page()
    page.locator("#rows li", has_text="draft4").locator("a").click()
    held: list[Route] = []
    page.route("**/draft", lambda route: held.append(route))  # noqa: PLW0108 - the browser asks for a plain function
    page.keyboard.press("r")
    page.keyboard.type("Nobody should read this")
    page.get_by_role("button", name="Put away").click()
    expect(page.locator("#answer-text")).to_have_value("")
    while not held:
        page.wait_for_timeout(50)
    with page.expect_response("**/draft") as late:
        held[0].continue_()
    assert late.value.status == 409
    page.unroute("**/draft")
    page.reload()
    expect(page.locator("#answer-text")).to_have_value("")
