"""The whole walk on a real WordPress: a visitor's comment is read, answered from the keyboard, and is on the page."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import OpenPage
from tests.screens.stage import ROOT, Stage
from tests.services.wordpress.site import Site, running_site

pytestmark = [pytest.mark.screens, pytest.mark.service("wordpress"), pytest.mark.service("mariadb")]
QUESTION = "Bonjour, à quelle heure part le dernier train de nuit ?"
ANSWER = "Bonjour, le dernier train de nuit part à 22 h 40, tous les jours."


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


def connect_as_a_user_would(stage: Stage, site: Site) -> None:
    """Connect from the command line; the secret comes from the environment, never as an argument."""
    command = [sys.executable, "-m", "nestor", "connect", "wordpress", "--brand", "ligne-verte", "--name", "Le blog"]
    command += ["--set", f"url={site.url}", "--set", f"user={site.user}"]
    secret = {"NESTOR_CONNECT_APPLICATION_PASSWORD": site.app_password}
    environment = {**os.environ, **stage.environment(), **secret}
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)


def test_a_comment_is_answered_on_its_page(stage: Stage, site: Site, open_page: OpenPage) -> None:
    connect_as_a_user_would(stage, site)
    post = site.post("Trains de nuit", "Ils roulent de nouveau.")
    site.visitor_comment(post, "Noé", QUESTION)
    page = open_page("/channels/")
    blog = page.locator("section, article").filter(has_text="Le blog").last
    blog.get_by_role("button", name="Read now").click()
    page.goto("/inbox/")
    row = page.locator("[data-conversation]").filter(has_text="dernier train de nuit")
    expect(row).to_be_visible()
    row.click()
    message = page.locator("article.message").filter(has_text=QUESTION)
    expect(message).to_contain_text("held on the network")
    expect(message.get_by_role("button", name="why?")).to_be_visible()
    message.get_by_text("Moderate").click()
    message.get_by_role("button", name="Approve").click()
    page.keyboard.press("r")
    page.keyboard.type(ANSWER)
    address = page.url
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(address)  # the next one is open while the undo runs
    page.goto(address)
    ours = page.locator("article.message.ours").filter(has_text=ANSWER)
    expect(ours.get_by_role("link", name="On the network")).to_be_visible()
    expect(message).not_to_contain_text("held on the network")
    shown = site.page_text(post)
    assert QUESTION in shown
    assert ANSWER in shown
    assert len([row for row in site.comments().values() if ANSWER in row.get("content", row.get("text", ""))]) == 1
