# ruff: noqa: INP001  a script, not a package
"""Takes the pictures of the documentation from a running demo: `docs/make_images.py http://127.0.0.1:8000`.

Start `./nestor demo --fresh --no-browser` first and let a few messages arrive. Needs Chromium.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent / "images"
BRAND = "railway"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
ANSWERS = {
    "en": "Hello, thank you for telling us. Our colleagues are looking into it, and we write again here.",
    "fr": "Bonjour, merci de nous l’avoir signalé. Nos équipes regardent, et nous revenons vers vous ici.",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, the page, and how it is looked at."""

    name: str
    path: str
    language: str = "en"
    theme: str = "light"
    width: int = 1440
    height: int = 900
    opens: str = ""  # a conversation that says these words
    writes: bool = False


PICTURES = (
    Picture("inbox-en", "/inbox/", opens="Colin Haddersley", writes=True),
    Picture("inbox-fr", "/inbox/", "fr", opens="Grace Prosser", writes=True),
    Picture("inbox-fr-dark", "/inbox/", "fr", "dark", opens="Delphine Roux"),
    Picture("inbox-en-narrow", "/inbox/", width=390, height=780),
    Picture("today-en", "/"),
    Picture("today-fr-dark", "/", "fr", "dark"),
    Picture("channels-en", "/channels/"),
    Picture("channels-fr-dark", "/channels/", "fr", "dark"),
    Picture("journal-en", "/journal/"),
)


def main() -> None:
    """Take them all."""
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for picture in PICTURES:
            take(browser, address, picture)
        browser.close()


def take(browser: Browser, address: str, picture: Picture) -> None:
    """Take one picture."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": picture.width, "height": picture.height},
        locale={"en": "en-GB", "fr": "fr-FR"}[picture.language],
        color_scheme="dark" if picture.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    speak_for(page, BRAND)
    page.goto(picture.path)
    if picture.opens:
        open_conversation(page, picture)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    print(FOLDER / f"{picture.name}.png")  # noqa: T201  said to whoever runs it
    context.close()


def speak_for(page: Page, brand: str) -> None:
    """Go to the brand of the pictures; the demo has several."""
    page.goto("/")
    page.locator("#brands > summary").click()
    page.locator(f'#brands button[value="{brand}"]').click()


def open_conversation(page: Page, picture: Picture) -> None:
    """Open the conversation of the picture, or the first where nobody says these words."""
    rows = page.locator("#rows li", has_text=picture.opens)
    (rows if rows.count() else page.locator("#rows li")).first.locator("a").click()
    page.locator("#talk-head").wait_for()
    if picture.writes:
        page.keyboard.press("r")
        page.locator("#answer-text").fill(ANSWERS[picture.language])
        page.locator("#kept:not(:empty)").wait_for()


if __name__ == "__main__":
    main()
