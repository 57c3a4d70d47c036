"""What is rarely on screen must be as readable: answers that need a person, a consent asked for, a second factor."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.screens.axe import spills, violations
from tests.screens.conftest import OpenPage
from tests.screens.found import PASSWORD
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]

STATES = {
    "waiting": ("waiting", "outage", "2099-01-01 00:00:00"),
    "refused": ("refused", "too_long", None),
    "looked for": ("unconfirmed", "outage", "2099-01-01 00:00:00"),
    "asks": ("unconfirmed", "absent", None),
    "late": ("late", "late", None),
    "stopped": ("cancelled", "guard", None),
}
LOOKS = [("en-GB", "light", 360), ("fr-FR", "dark", 1280), ("fr-FR", "light", 360), ("en-GB", "dark", 1280)]


def answer(page: Page, stage: Stage, name: str) -> str:
    """Have somebody ask something and Alice answer it; return the conversation's address."""
    stage.say(f"Does the ticket office open on Monday? {name}", "page", by=f"member-{name.replace(' ', '-')}")
    page.goto("/inbox/")
    page.locator("#rows li", has_text=f"Monday? {name}").locator("a").click()
    expect(page.locator("#talk-head h1")).to_contain_text("member-")
    address = re.sub(r".*(/inbox/[^/]+/).*", r"\1", page.url)
    page.locator("#answer-text").fill(f"Oui, de 8 h à 12 h ({name}).")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#undo")).to_be_visible()
    return address


def put(stage: Stage, name: str) -> None:
    """Leave the answer in the state a failing network would have brought it to."""
    state, reason, due_at = STATES[name]
    with closing(sqlite3.connect(stage.home / "nestor.sqlite3", timeout=20)) as database, database:
        changed = database.execute(
            "UPDATE publisher_delivery SET state = ?, reason = ?, due_at = ?, message_id = NULL WHERE text LIKE ?",
            (state, reason, due_at, f"%({name})%"),
        ).rowcount
    assert changed == 1


@pytest.fixture(scope="module")
def addresses(stage: Stage, request: pytest.FixtureRequest) -> dict[str, str]:
    return {}


@pytest.fixture
def answers(stage: Stage, open_page: OpenPage, addresses: dict[str, str]) -> dict[str, str]:
    """One answer in each state, by its state."""
    if not addresses:
        page = open_page()
        for name in STATES:
            addresses[name] = answer(page, stage, name)
            put(stage, name)
    return addresses


@pytest.fixture
def bob(open_page: OpenPage) -> Page:
    """A page signed in as Bob."""
    page = open_page("/", storage_state=None)
    page.get_by_label("Email").fill("bob@nestor.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    return page


def looked_at(page: Page) -> list[str]:
    found = violations(page)
    return [*found, "spills"] if spills(page) > 0 else found


@pytest.mark.parametrize(("locale", "theme", "width"), LOOKS)
def test_answers_that_need_a_person(
    open_page: OpenPage, answers: dict[str, str], locale: str, theme: str, width: int
) -> None:
    page = open_page("/", locale=locale, width=width, color_scheme=theme)
    expect(page.locator("#decide-title .count")).not_to_have_text("0")
    found = [f"today {one}" for one in looked_at(page)]
    for name, address in answers.items():
        page.goto(address)
        expect(page.locator(f'.delivery[data-state="{STATES[name][0]}"]')).to_be_visible()
        found += [f"{name} {one}" for one in looked_at(page)]
    assert found == []


def test_nobody_decides_while_the_desk_still_looks(open_page: OpenPage, answers: dict[str, str]) -> None:
    page = open_page(answers["looked for"])
    delivery = page.locator(".delivery.unconfirmed")
    expect(delivery.get_by_role("button", name="It is there")).to_be_visible()
    expect(delivery.get_by_role("button")).to_have_count(1)
    page.goto(answers["asks"])
    expect(page.locator(".delivery.unconfirmed").get_by_role("button")).to_have_count(3)


@pytest.mark.parametrize("look", LOOKS[:2])
def test_a_consent_that_is_waited_for(stage: Stage, open_page: OpenPage, bob: Page, look: tuple[str, str, int]) -> None:
    locale, theme, width = look
    stage.say(f"You are late again! consent {width}", by=f"kim-{width}")
    bob.goto("/inbox/")
    bob.locator("#rows li", has_text=f"consent {width}").locator("a").click()
    bob.locator("#answer-text").fill(f"Va prendre une tisane et fiche-nous la paix. {width}")
    bob.get_by_role("button", name="Ask for a second reading").click()
    expect(bob.locator("#findings")).to_contain_text("A second reading is asked for.")
    expect(bob.get_by_role("button", name="Waiting for a second reading")).to_be_disabled()
    asking = looked_at(bob)
    page = open_page("/", locale=locale, width=width, color_scheme=theme)
    asked = page.locator("#clearances article", has_text=f"la paix. {width}")
    expect(asked).to_be_visible()
    assert [*asking, *looked_at(page)] == []
    asked.locator("input[name=reason]").fill("Not in these words.")
    asked.locator("button[value=refuse]").click()
    expect(asked).to_have_count(0)
    expect(bob.locator("#findings")).to_contain_text("Alice refused this text: Not in these words.")
    assert looked_at(bob) == []


@pytest.mark.parametrize(("locale", "theme", "width"), LOOKS[:2])
def test_the_moderation_menu_and_the_second_factor(
    stage: Stage, open_page: OpenPage, locale: str, theme: str, width: int
) -> None:
    stage.say(f"Rubbish service. moderate {width}", "page", by=f"lou-{width}")
    page = open_page(locale=locale, width=width, color_scheme=theme)
    page.locator("#rows li", has_text=f"moderate {width}").locator("a").click()
    page.locator("details[id^=moderate-] summary").first.click()
    expect(page.locator("details[id^=moderate-] input[name=rule]").first).to_be_visible()
    found = [f"moderation {one}" for one in looked_at(page)]
    page.goto("/accounts/2fa/totp/activate/")
    if page.locator("input[type=password]").count():
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main button[type=submit], main form button").first.click()
    expect(page.locator("main img, main svg").first).to_be_visible()
    found += [f"second factor {one}" for one in looked_at(page)]
    assert found == []
