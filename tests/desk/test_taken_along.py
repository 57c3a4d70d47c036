"""Channels, the team and one's brands as files: what the page shows, to whom it shows it, and no formula."""

import csv
import io
import json

import pytest

from nestor.brands.models import Channel
from nestor.inbox.models import BlindSpot
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast


def taken(client: object, address: str) -> str:
    answer = client.get(address)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_channels_with_what_they_missed(cast: Cast) -> None:
    Channel.objects.of(cast.brand).filter(pk=cast.channel.pk).update(name="=1+1")
    BlindSpot.objects.create(brand=cast.brand, channel=cast.channel, reason="outage", from_at=NOON, found=3)
    rows = list(csv.DictReader(io.StringIO(taken(as_(cast.bob), "/channels/export.csv"))))
    assert [(row["channel"], row["blind_why"], row["found"]) for row in rows] == [("'=1+1", "outage", "3")]
    assert "outage" not in taken(as_(cast.chloe), "/channels/export.jsonl")


def test_addresses_of_the_team_are_for_its_head(cast: Cast) -> None:
    mine = [json.loads(line) for line in taken(as_(cast.alice), "/settings/team/export.jsonl").splitlines()]
    assert {one["email"] for one in mine} >= {cast.bob.user.email}
    assert {one["name"] for one in mine} == {"Alice", "Bob", "Sam", "Vera"}
    assert "@" not in taken(as_(cast.bob), "/settings/team/export.csv")


def test_one_s_brands_with_their_figures(cast: Cast) -> None:
    rows = list(csv.DictReader(io.StringIO(taken(as_(cast.alice), "/brands/export.csv"))))
    assert [(row["brand"], row["role"], row["late"]) for row in rows] == [(cast.brand.name, "head", "0")]


@pytest.mark.parametrize("address", ["/channels/export", "/settings/team/export", "/brands/export"])
def test_each_is_on_its_page_and_no_other_form_is_known(cast: Cast, address: str) -> None:
    client = as_(cast.alice)
    assert f'href="{address}.csv"' in client.get(address.removesuffix("export")).content.decode()
    assert client.get(f"{address}.exe").status_code == 404
