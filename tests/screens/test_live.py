"""The page follows the desk: arrivals without a reload, nothing lost of where one looks and what one writes."""

import pytest
from playwright.sync_api import Route, expect

from tests.screens.conftest import OpenPage, until_keys_are_heard
from tests.screens.stage import Stage
from tests.screens.stock import until

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]


def test_an_arrival_appears_without_a_reload(stage: Stage, open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("html")).to_have_attribute("data-live", "stream")
    page.evaluate("window.still = true")
    total = page.locator(".lanes .count").first
    before = int(total.inner_text())
    stage.say("Is the 8:12 cancelled? live1", by="ana")
    expect(page.locator("#rows li").first).to_contain_text("live1")
    expect(total).to_have_text(str(before + 1))
    expect(page.locator("#told")).not_to_be_empty()
    assert page.evaluate("window.still") is True


def test_what_arrives_while_the_page_is_on_its_way_appears(stage: Stage, open_page: OpenPage) -> None:
    page = open_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/live/?*", hold)
    page.reload()
    until_keys_are_heard(page)
    expect(page.locator("#rows li").first).to_be_visible()
    stage.say("Which way is the exit? live5", by="ivo")
    until(stage, "SELECT count(*) FROM inbox_message WHERE text LIKE '%live5' AND shown_at IS NOT NULL")
    page.wait_for_timeout(3_000)  # nobody's list is told of it any more
    expect(page.locator("#rows li", has_text="live5")).to_have_count(0)
    held[0].continue_()
    expect(page.locator("#rows li", has_text="live5")).to_be_visible()


def test_where_one_looks_stays_where_it_is(stage: Stage, open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("html")).to_have_attribute("data-live", "stream")
    page.evaluate("document.getElementById('list-scroll').scrollTop = 900")
    top = page.evaluate("document.getElementById('list-scroll').scrollTop")
    stage.say("Two more for the pill live2", by="ben")
    pill = page.locator("#pill")
    expect(pill).to_be_visible()
    expect(pill).to_have_text("1 new conversation")
    assert page.evaluate("document.getElementById('list-scroll').scrollTop") == top
    pill.click()
    expect(page.locator("#rows li").first).to_contain_text("live2")
    expect(pill).to_be_hidden()


def test_a_thread_grows_while_one_writes(stage: Stage, open_page: OpenPage) -> None:
    first = stage.say("My bag is in the train live3", by="cam")
    page = open_page()
    page.locator("#rows li", has_text="live3").locator("a").click()
    page.keyboard.press("r")
    page.keyboard.type("Bonjour, de quel")
    stage.say("It is a red bag live3b", by="cam", reply_to=first)
    expect(page.locator("#thread")).to_contain_text("red bag live3b")
    expect(page.locator("#answer-text")).to_be_focused()
    page.keyboard.type(" train ?")
    expect(page.locator("#answer-text")).to_have_value("Bonjour, de quel train ?")
    page.locator("#answer-text").fill("")


def test_without_a_stream_the_page_asks_again(stage: Stage, open_page: OpenPage) -> None:
    page = open_page("/keys/")

    def refuse(route: Route) -> None:
        route.abort()

    page.context.route("**/live/?*", refuse)
    page.goto("/inbox/")
    expect(page.locator("html")).to_have_attribute("data-live", "asking")
    stage.say("Through a bad proxy live4", by="dee")
    expect(page.locator("#rows li").first).to_contain_text("live4")


def test_a_deep_link_and_the_way_back(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("document.getElementById('list-scroll').scrollTop = 500")
    page.locator("#rows li a").nth(12).click()
    expect(page.locator("#talk-head")).to_be_visible()
    address = page.url
    assert page.evaluate("document.getElementById('list-scroll').scrollTop") >= 400
    page.go_back()
    expect(page.locator("#talk-head")).to_have_count(0)
    page.goto(address)
    expect(page.locator("#talk-head")).to_be_visible()


def test_the_list_goes_on_to_its_end(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("#more")).to_be_attached()
    for _turn in range(4):
        if page.locator("#more").count():
            page.locator("#more a").scroll_into_view_if_needed()
            page.wait_for_load_state("networkidle")
    ids = page.locator("#rows > li[data-conversation]").evaluate_all(
        "rows => rows.map(row => row.dataset.conversation)"
    )
    assert len(ids) == len(set(ids)) > 60
