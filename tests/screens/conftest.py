"""Fixtures of the screens: one desk for all of them, one browser, a page signed in as Alice."""

from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.screens.found import PASSWORD
from tests.screens.stage import CHROMIUM, Stage
from tests.screens.stock import stock
from tests.services_here import chromium_path

PATIENCE = 75_000  # milliseconds; what a killed desk was at is taken up again after a minute

LISTENS = "html[data-live], html:not(:has(#words))"  # keys are heard

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A desk with a small community."""
    built = Stage(tmp_path_factory.mktemp("desk"))
    try:
        built.set_up()
        stock(built)
        yield built
    finally:
        built.tear_down()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def signed_in(stage: Stage, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of somebody who signed in as Alice."""
    kept = tmp_path_factory.mktemp("browser") / "alice.json"
    context = browser.new_context(base_url=stage.url, locale="en-GB")
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Email").fill("alice@nestor.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    context.storage_state(path=kept)
    context.close()
    return kept


def until_keys_are_heard(page: Page) -> None:
    """Wait for the scripts of the page one came to: a key pressed before goes nowhere."""
    expect(page.locator(LISTENS)).to_be_attached()


@pytest.fixture
def open_page(stage: Stage, browser: Browser, signed_in: Path) -> Iterator[OpenPage]:
    """Opens pages signed in as Alice; a script error on any of them fails the test."""
    opened: list[BrowserContext] = []
    troubles: list[str] = []

    def open_one(
        path: str = "/inbox/", *, width: int = 1280, height: int = 800, locale: str = "en-GB", **more: object
    ) -> Page:
        options: dict[str, object] = {"storage_state": signed_in, "reduced_motion": "reduce", **more}
        context = browser.new_context(
            base_url=stage.url,
            locale=locale,
            viewport={"width": width, "height": height},
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(path)
        if more.get("java_script_enabled", True):
            until_keys_are_heard(page)
        return page

    yield open_one
    for context in opened:
        context.close()
    assert troubles == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say beside a failure what the desk was waiting for."""
    report = yield
    stage = getattr(item, "funcargs", {}).get("stage")
    if report.when == "call" and report.failed and isinstance(stage, Stage):
        report.sections.append(("the desk", f"{datetime.now(UTC)}\n{stage.state()}"))
    return report
