"""Pictures chosen, pasted and dropped: described, kept, taken out by keyboard, sent, seen in the thread."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.desk.pictures import photograph, picture
from tests.screens.axe import violations
from tests.screens.conftest import OpenPage
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]

# A browser gives scripts no clipboard of files: the event is made as one would make it.
HAND = """([selector, kind, bytes, name, type]) => {
  const chosen = new DataTransfer();
  chosen.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], name, { type }));
  const how = { bubbles: true, cancelable: true };
  const place = document.querySelector(selector);
  const pasted = new ClipboardEvent("paste", { ...how, clipboardData: chosen });
  place.dispatchEvent(kind === "paste" ? pasted : new DragEvent(kind, { ...how, dataTransfer: chosen }));
}"""


def hand(page: Page, selector: str, kind: str, content: bytes, name: str) -> None:
    page.evaluate(HAND, [selector, kind, base64.b64encode(content).decode(), name, "image/png"])


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    found = [tmp_path / "gare.jpg", tmp_path / "plan.svg"]
    found[0].write_bytes(photograph())
    found[1].write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    return found


def opened(stage: Stage, open_page: OpenPage, mark: str) -> Page:
    stage.say(f"Where is the station? {mark}", by=mark)
    page = open_page()
    page.locator("#rows li", has_text=mark).locator("a").click()
    expect(page.locator("#answer-text")).to_be_visible()
    return page


def test_a_picture_goes_out_with_an_answer(stage: Stage, open_page: OpenPage, paths: list[Path]) -> None:
    page = opened(stage, open_page, "files1")
    page.keyboard.press("r")
    page.keyboard.type("In front of the library.")
    page.locator("#attach-file").focus()
    page.locator("#attach-file").set_input_files(paths)
    alt = page.locator("#attached [data-alt]")
    expect(alt).to_be_focused()
    expect(page.locator("#attached")).to_contain_text("“plan.svg” is none of what is taken here")
    expect(page.locator("#findings")).to_contain_text("Not described")
    assert violations(page) == []
    page.keyboard.type("The station from the square")
    expect(page.locator("#findings")).not_to_contain_text("Not described")
    page.keyboard.press("Enter")
    expect(page.locator(".enclosed")).to_have_count(1)
    address = page.url.removeprefix(stage.url)
    page.context.close()
    page = open_page(address)
    expect(page.locator("#attached [data-alt]")).to_have_value("The station from the square")
    expect(page.locator("#attached img")).to_have_js_property("naturalWidth", 40)
    hand(page, "#answer-text", "paste", picture("PNG"), "pasted.png")
    expect(page.locator(".enclosed")).to_have_count(2)
    hand(page, "#answer-text", "drop", picture("PNG"), "dropped.png")
    expect(page.locator(".enclosed")).to_have_count(3)
    for left in (2, 1):
        page.locator(".enclosed button").last.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".enclosed")).to_have_count(left)
    page.locator("#answer-text").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo")).to_be_visible()
    page.goto(stage.url + address)
    shown = page.locator(".message.ours .files img")
    expect(shown).to_have_attribute("alt", "The station from the square")
    expect(shown).to_have_js_property("naturalWidth", 40)
    expect(page.locator("#answer-text")).to_have_value("")
    expect(page.locator(".enclosed")).to_have_count(0)
    expect(page.locator(".message.ours:not(.delivery) .files img")).to_have_count(1)
    assert violations(page) == []


def test_a_note_carries_pictures(stage: Stage, open_page: OpenPage, paths: list[Path]) -> None:
    page = opened(stage, open_page, "files2")
    page.keyboard.press("n")
    page.keyboard.type("See the plan")
    page.locator("#note-attach").set_input_files(paths[:1])
    hand(page, "#note-text", "paste", picture("PNG"), "pasted.png")
    rows = page.locator("#note-files .enclosed")
    expect(rows).to_have_count(2)
    rows.nth(1).locator("button").press("Enter")
    expect(rows).to_have_count(1)
    rows.locator("input").fill("The plan")
    page.locator("#note-text").press("Control+Enter")
    expect(page.locator(".team-note .files img")).to_have_attribute("alt", "The plan")
    expect(page.locator("#note-files .enclosed")).to_have_count(0)
    assert violations(page) == []


def test_without_scripts_a_picture_is_attached(stage: Stage, open_page: OpenPage, paths: list[Path]) -> None:
    address = opened(stage, open_page, "files3").url.removeprefix(stage.url)
    page = open_page(address, java_script_enabled=False)
    page.locator("#answer-text").fill("In front of the library.")
    page.locator("#attach-file").set_input_files(paths[0])
    page.get_by_role("button", name="Attach the chosen files").click()
    expect(page.locator("#answer-text")).to_have_value("In front of the library.")
    page.locator("#attached [data-alt]").fill("The station")
    page.locator("#attached [data-alt]").press("Enter")
    expect(page.locator("#attached [data-alt]")).to_have_value("The station")
    page.locator("#send").click()
    expect(page.locator(".message.ours .files img")).to_have_attribute("alt", "The station")
