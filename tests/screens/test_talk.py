"""Notes, answers elsewhere, links for colleagues and saved replies: by keyboard, with nothing for axe to find."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.screens.axe import spills, violations
from tests.screens.conftest import OpenPage, until_keys_are_heard
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]


def opened(page: Page, words: str) -> str:
    """Open the conversation with these words from a list narrowed to it, however long the list is; return its id."""
    page.goto(f"/inbox/?q={words.rsplit(maxsplit=1)[-1]}")
    until_keys_are_heard(page)
    row = page.locator("#rows li", has_text=words)
    expect(row).to_be_visible()
    row.locator("a").focus()
    page.keyboard.press("o")
    expect(page.locator("#talk-head")).to_be_visible()
    return page.locator("#talk").get_attribute("data-open") or ""


def test_a_note_names_a_colleague_from_the_keyboard(stage: Stage, open_page: OpenPage) -> None:
    stage.say("Is platform 3 open? n1", by="nel")
    page = open_page()
    opened(page, "platform 3 open? n1")
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("Please look, @b")
    expect(page.locator("#note-names li")).to_have_text(["Bob"])
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#note-text")).to_have_value("Please look, @Bob ")
    page.keyboard.type("before noon")
    page.keyboard.press("Control+Enter")
    note = page.locator(".team-note")
    expect(note).to_contain_text("Please look, @Bob before noon")
    expect(note.locator(".naming")).to_have_text("@Bob")
    expect(page.locator("#note-text")).to_have_value("")
    assert violations(page) == []
    assert [one for one in stage.admin.items("square") if "before noon" in one["text"]] == []


def test_what_is_written_of_a_note_survives_a_reload(stage: Stage, open_page: OpenPage) -> None:
    stage.say("Is platform 4 open? n2", by="nel")
    page = open_page()
    name = opened(page, "platform 4 open? n2")
    page.keyboard.press("n")
    page.keyboard.type("half a note")
    page.goto(f"/inbox/{name}/")
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_have_value("half a note")


def test_answered_elsewhere_in_two_keys_and_undone(stage: Stage, open_page: OpenPage) -> None:
    stage.say("At what time do you open? w1", by="wim")
    page = open_page()
    opened(page, "do you open? w1")
    page.keyboard.press("w")
    page.keyboard.press("1")
    expect(page.locator(".elsewhere")).to_contain_text("Answered by phone")
    assert violations(page) == []
    page.locator(".elsewhere button").click()
    expect(page.locator(".elsewhere")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_colleague_without_an_account_answers_once(stage: Stage, open_page: OpenPage, width: int) -> None:
    words = f"Is the lift mended? q{width}"
    stage.say(words, by="quin")
    page = open_page(width=width)
    name = opened(page, words)
    page.keyboard.press("q")
    expect(page.locator("#forward-name")).to_be_focused()
    page.keyboard.type("Jean Quai")
    page.keyboard.press("Tab")
    page.keyboard.type("jean@orlac.example")
    page.locator("#forward-question").fill("Do you know?")
    assert violations(page) == []
    assert spills(page) == 0
    page.locator("#forward-box button").click()
    link = page.locator(".forward .copy input")  # no mail server here: whoever made it passes it on
    expect(link).to_be_visible()
    address = link.input_value()
    outside = open_page(address, width=width, locale="fr-FR", storage_state=None)
    expect(outside.locator("h1")).to_contain_text("Alice (Ligne Verte) vous demande votre aide")
    expect(outside.locator("body")).to_contain_text(words)
    assert violations(outside) == []
    assert spills(outside) == 0
    outside.locator("#asked-text").fill("Oui, depuis ce matin.")
    outside.locator("button.primary").click()
    expect(outside.locator("h1")).to_have_text("Merci")
    assert violations(outside) == []
    page.goto(f"/inbox/{name}/")
    expect(page.locator(".team-note")).to_contain_text("Jean Quai")
    expect(page.locator(".team-note")).to_contain_text("Oui, depuis ce matin.")


def test_three_keys_answer_with_a_saved_reply(stage: Stage, open_page: OpenPage) -> None:
    page = open_page("/settings/replies/new")
    page.get_by_label("Name").fill("Opening hours")
    page.get_by_label("Language").select_option("en")
    page.get_by_label("Text").fill("Hello {member}, the station opens at 8.")
    assert violations(page) == []
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("table.saved")).to_contain_text("Opening hours")
    assert violations(page) == []
    stage.say("What are your opening hours at the station? r1", by="rob")
    page.goto("/inbox/")
    name = opened(page, "hours at the station? r1")
    page.keyboard.press("r")
    expect(page.locator("#replies")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("1")
    expect(page.locator("#answer-text")).to_have_value(re.compile("Hello .*, the station opens at 8."))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo")).to_be_visible()
    page.goto(f"/inbox/{name}/")
    expect(page.locator("#thread")).to_contain_text("the station opens at 8.")


def test_a_figure_typed_before_the_replies_are_there_waits_for_them(stage: Stage, open_page: OpenPage) -> None:
    stage.say("And on Sundays, the opening hours? r2", by="rob")
    page = open_page()
    row = page.locator("#rows li", has_text="opening hours? r2")
    expect(row).to_be_visible()
    row.locator("a").focus()
    for key in ("o", "r", "1"):
        page.keyboard.press(key)
    expect(page.locator("#answer-text")).to_be_focused()
    page.keyboard.press("Control+Enter")  # the reply may still be on its way: it goes once it is there
    expect(page.locator("#undo")).to_be_visible()


def test_whoever_writes_their_own_is_left_alone(stage: Stage, open_page: OpenPage) -> None:
    stage.say("A third question about hours r3", by="ria")
    page = open_page()
    opened(page, "question about hours r3")
    page.keyboard.press("r")
    expect(page.locator("#replies")).to_be_visible()
    page.keyboard.type("At 14:30.")
    expect(page.locator("#replies")).to_be_hidden()
    expect(page.locator("#answer-text")).to_have_value("At 14:30.")


def test_a_signature_is_counted(stage: Stage, open_page: OpenPage) -> None:
    stage.say("A question to sign r4", by="ria")
    page = open_page("/me/signature")
    page.get_by_label("Below your answers for Ligne Verte").fill("– Al")
    assert violations(page) == []
    page.get_by_role("button", name="Keep").click()
    page.goto("/inbox/")
    opened(page, "A question to sign r4")
    page.keyboard.press("r")
    left = int(page.locator("[data-left]").inner_text())
    page.keyboard.type("Oui")
    expect(page.locator("[data-left]")).to_have_text(str(left - len("Oui\n– Al")))
    expect(page.locator("#room")).to_contain_text("– Al")
    page.goto("/me/signature")
    page.get_by_label("Below your answers for Ligne Verte").fill("")
    page.get_by_role("button", name="Keep").click()
