"""Accounts of the brand that nobody reads are shown as blind spots until somebody says what becomes of them."""

from datetime import UTC, datetime

import pytest

from nestor.brands.actions import disconnect_channel, forget_account, leave_unused, name_account, use_again
from nestor.brands.models import OwnAccount
from nestor.brands.reads import channels_of, whereabouts_of
from nestor.config.health import Health, examine
from nestor.faces.cli.doctor import in_words, sentences
from nestor.work.models import Event, JournalEntry
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast

HOSTILE = "<script>alert(1)</script>\u202eevil"


def blind(cast: Cast) -> list[str]:
    return [one.account.network for one in whereabouts_of(cast.brand, channels_of(cast.brand)) if one.is_blind]


def named(cast: Cast, network: str = "instagram", handle: str = "@ligneverte") -> OwnAccount:
    row = name_account(cast.brand, network, handle, NOON, actor_id=cast.alice.user.pk)
    assert row is not None
    return row


def test_what_no_channel_reads_is_blind_until_it_is_said_to_be_unused(cast: Cast) -> None:
    account = named(cast)
    named(cast, "practice", "@ours")
    assert blind(cast) == ["instagram"]
    assert disconnect_channel(cast.channel, NOON, actor_id=None)
    assert sorted(blind(cast)) == ["instagram", "practice"]
    assert not leave_unused(account, "  ", NOON, actor_id=None)
    assert leave_unused(account, "Fermé en 2024", NOON, actor_id=cast.alice.user.pk)
    assert not leave_unused(account, "Encore", NOON, actor_id=None)
    assert blind(cast) == ["practice"]
    assert use_again(account, NOON, actor_id=None)
    assert forget_account(account, NOON, actor_id=None)
    assert not forget_account(account, NOON, actor_id=None)
    assert JournalEntry.objects.get(verb="leave_unused").reason == "Fermé en 2024"
    assert Event.objects.filter(name="OwnAccountMoved", brand_id=cast.brand.pk).count() == 5


def test_the_same_account_is_named_once(cast_for_threads: Cast) -> None:
    cast = cast_for_threads
    writings = ("@LigneVerte", "ligneverte", " LIGNEVERTE/")
    done = at_once(*[lambda t=text: name_account(cast.brand, "x", t, NOON, actor_id=None) for text in writings])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert sum(one is not None for one in done) == 1
    assert name_account(cast.brand, "x", " @ ", NOON, actor_id=None) is None


def test_pages_show_it_and_say_what_to_do(cast: Cast) -> None:
    named(cast, "instagram", HOSTILE)
    named(cast, "wordpress", "https://blog.example/")
    client = as_(cast.alice)
    for path in ("/", "/channels/"):
        shown = client.get(path).content.decode()
        assert "Instagram" in shown
        assert "not read" in shown
        assert "<script>alert(1)" not in shown
    shown = client.get("/channels/").content.decode()
    assert "no such network is installed" in shown
    assert "nestor connect wordpress" in shown
    assert "Instagram" not in as_(cast.chloe).get("/").content.decode()


def test_forms_name_leave_and_forget(cast: Cast) -> None:
    client = as_(cast.alice)
    assert client.post("/channels/where", {"network": "x", "handle": "@ligne"}).status_code == 302
    account = OwnAccount.objects.of(cast.brand).get()
    address = f"/channels/where/{account.public_id}"
    client.post(address, {"do": "unused", "reason": ""})
    assert blind(cast) == ["x"]
    client.post(address, {"do": "unused", "reason": "Abandonné"})
    assert blind(cast) == []
    assert "Abandonné" in client.get("/channels/").content.decode()
    client.post(address, {"do": "use"})
    assert blind(cast) == ["x"]
    assert client.post(address, {"do": "nonsense"}).status_code == 400
    client.post(address, {"do": "forget"})
    assert OwnAccount.objects.of(cast.brand).count() == 0
    assert client.post("/channels/where", {"network": "nowhere", "handle": "x"}).status_code == 400


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("vera", 403), ("chloe", 404)])
def test_only_who_may_connect_changes_it(cast: Cast, who: str, status: int) -> None:
    account = named(cast)
    client = as_(getattr(cast, who))
    assert client.post(f"/channels/where/{account.public_id}", {"do": "forget"}).status_code == status
    assert OwnAccount.objects.of(cast.brand).count() == 1


def test_doctor_says_so(cast: Cast) -> None:
    named(cast)
    named(cast, "wordpress", "blog.example")
    found = [one for one in examine(lambda: datetime.now(UTC), lambda _: None) if one.part == "account"]
    assert {one.code for one in found} == {"account_is_unread", "account_cannot_be_read"}
    assert all(one.health is Health.WARNING for one in found)
    what, todo = sentences()["account_cannot_be_read"]
    said = [what.format(**in_words(one.facts)) for one in found if one.code == "account_cannot_be_read"]
    assert "@ligneverte" in said[0]
    assert "Instagram" in said[0]
    assert todo
