"""Moment 9: a token dies. Blind since then, reconnected in three clicks, back-filled with the original times."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import OpenPage
from tests.screens.stage import Stage

pytestmark = [pytest.mark.service("chromium"), pytest.mark.screens]


WORDS = {
    "en-GB": ("Blind since", "no longer accepts the desk’s access", "Connected again", "read again", "See what to do"),
    "fr-FR": ("Aveugle depuis", "n’accepte plus l’accès du bureau", "Reconnecté", "relu", "Voir que faire"),
}


@pytest.mark.parametrize("locale", WORDS)
def test_a_token_dies(stage: Stage, open_page: OpenPage, locale: str) -> None:
    blind, why, again, filled, what_to_do = WORDS[locale]
    mark = f"m9{locale[:2]}"
    account = stage.account("private")
    card_id = stage.channels["private"]["channel"]
    page = open_page("/channels/", locale=locale)
    card = page.locator(f"#c-{card_id}")
    expect(card.locator("[data-well]")).to_be_visible()
    assert stage.admin.revoke_tokens(account.account_id) >= 1
    expect(card.locator("[data-blind]")).to_contain_text(blind)  # by itself, while one watches
    expect(card).to_contain_text(why)
    at = datetime.now(UTC) - timedelta(minutes=3)
    for number in range(3):
        stage.say(
            f"Said while blind {number} {mark}",
            "private",
            by=f"kim{number}{mark}",
            published_at=at + timedelta(minutes=number),
        )
    token = stage.admin.issue_token(account.account_id)

    page.goto("/")
    page.locator(f'a[href$="#c-{card_id}"]', has_text=what_to_do).click()  # one
    field = card.locator('input[name$="-token"]')
    field.click()  # two
    field.fill(token)
    card.locator("form", has=page.locator("input[name$='-token']")).locator("button.primary").click()  # three
    expect(page.locator(".messages")).to_contain_text(again)
    expect(card.locator("[data-well]")).to_be_visible()
    card.locator("summary", has_text=re.compile("blind spot|angles? mort")).click()
    expect(card.locator("tbody tr").first).to_contain_text(filled)

    page.goto(f"/inbox/?q={mark}")
    rows = page.locator("#rows li[data-conversation]", has_text=mark)
    expect(rows).to_have_count(3)
    times = rows.locator("time.when").evaluate_all("all => all.map(one => Date.parse(one.getAttribute('datetime')))")
    expected = [int((at + timedelta(minutes=2 - number)).timestamp()) for number in range(3)]
    assert [int(one / 1000) for one in times] == expected


def test_a_wrong_token_says_so_and_changes_nothing(stage: Stage, open_page: OpenPage) -> None:
    card_id = stage.channels["page"]["channel"]
    page = open_page("/channels/")
    card = page.locator(f"#c-{card_id}")
    card.locator("summary", has_text="Reconnect").click()
    card.locator('input[name$="-token"]').fill("not-a-token")
    card.get_by_role("button", name="Try and keep").click()
    expect(card.get_by_role("alert")).to_contain_text("no longer accepts")
    expect(card.locator('input[name$="-token"]')).to_have_value("")
    expect(card.locator("[data-well]")).to_be_visible()


def test_a_channel_is_held_with_a_reason_and_let_go(stage: Stage, open_page: OpenPage) -> None:
    page = open_page("/channels/")
    card = page.locator(f"#c-{stage.channels['mail']['channel']}")
    card.locator("summary", has_text="Hold").click()
    card.get_by_label("Reason, for the journal").fill("Accident on the line")
    card.get_by_role("button", name="Hold what is to leave").click()
    expect(card).to_contain_text("Accident on the line")
    page.goto("/journal/?about=channels")
    expect(page.locator(".lines")).to_contain_text("Accident on the line")
    page.goto("/channels/")
    card.locator("summary", has_text="Lift the hold").click()
    card.get_by_label("Reason, for the journal").fill("Over")
    card.get_by_role("button", name="Lift the hold").click()
    expect(card).not_to_contain_text("Accident on the line")
