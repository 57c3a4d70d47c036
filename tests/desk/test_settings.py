"""What is set on pages: the brand, labels, views; who may, what is refused, what is taken along."""

import json

import pytest

from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.routing.actions.labels import put_label
from nestor.routing.actions.views import make_label, save_view
from nestor.routing.models import Label, SavedView
from nestor.routing.rules.filters import InboxFilter
from nestor.vocabulary import Lane
from nestor.work.models import Event, JournalEntry
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle

BRAND = {
    "name": "Ligne Bleue",
    "tint": "4",
    "language": "en",
    "zone": "Europe/Brussels",
    "own_contacts": "01 23 45\n\n01 23 45\nligne@bleue.example",
}


def test_the_head_changes_the_brand(cast: Cast) -> None:
    client = as_(cast.alice)
    assert "Kept." in client.post("/settings/brand/", BRAND, follow=True).content.decode()
    cast.brand.refresh_from_db()
    brand = cast.brand
    assert (brand.name, brand.tint, brand.language, brand.zone) == ("Ligne Bleue", 4, "en", "Europe/Brussels")
    assert (brand.own_contacts, brand.is_institution, brand.slug) == (
        ["01 23 45", "ligne@bleue.example"],
        False,
        "ligne-verte",
    )
    assert Event.objects.filter(name="OpeningHoursChanged", brand_id=brand.pk).count() == 1
    assert "that is so already" in client.post("/settings/brand/", BRAND, follow=True).content.decode()
    line = JournalEntry.objects.filter(verb="change_brand").get()
    assert "Bleue" not in str(line.facts)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", " "),
        ("name", "\u202e"),
        ("name", "a" * 121),
        ("tint", "8"),
        ("language", "xx"),
        ("zone", "Mars/Base"),
        ("own_contacts", "\n".join(map(str, range(101)))),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_kept(cast: Cast, name: str, value: str) -> None:
    assert as_(cast.alice).post("/settings/brand/", BRAND | {name: value}).status_code == 422
    cast.brand.refresh_from_db()
    assert cast.brand.name == "Ligne Verte"


def test_only_the_head_sees_the_brands_settings(cast: Cast) -> None:
    assert as_(cast.bob).get("/settings/brand/").status_code == 403
    assert as_(cast.bob).post("/settings/brand/", BRAND).status_code == 403
    page = as_(cast.vera).get("/settings/team/").content.decode()
    assert "/settings/brand/" not in page
    assert "/settings/labels/" not in page


def test_labels_are_renamed_and_deleted(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said("Bonjour, quand ouvre la gare ?")), NOON)
    settle()
    client = as_(cast.bob)
    assert "There it is." in client.post("/settings/labels/", {"name": "<b>À voir</b>"}, follow=True).content.decode()
    label = Label.objects.of(cast.brand).get()
    put_label(cast.bob, Conversation.objects.of(cast.brand).get(), label, NOON)
    page = client.get("/settings/labels/").content.decode()
    assert "1 conversation" in page
    assert "<b>À voir" not in page
    make_label(cast.bob, "Autre", NOON)
    path = f"/settings/labels/{label.public_id}/"
    assert "no other label has" in client.post(f"{path}change", {"name": "autre"}, follow=True).content.decode()
    assert "Kept." in client.post(f"{path}change", {"name": "=Somme()", "tint": "3"}, follow=True).content.decode()
    label.refresh_from_db()
    assert (label.name, label.tint) == ("=Somme()", 3)
    text = b"".join(client.get("/settings/lists/labels.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=Somme()" in text
    for other in (as_(cast.chloe), as_(cast.vera)):
        assert other.post(f"{path}delete").status_code in (403, 404)
    assert "The label is gone" in client.post(f"{path}delete", follow=True).content.decode()
    assert client.post(f"{path}delete").status_code == 404
    assert Label.objects.of(cast.brand).count() == 1


def test_views_are_renamed_and_deleted_by_whom_they_are(cast: Cast) -> None:
    shared = save_view(cast.bob, "Presse", InboxFilter(lanes=(Lane.PRESS,)), NOON, is_shared=True)
    own = save_view(cast.bob, "À moi", InboxFilter(whose="me"), NOON, is_shared=False)
    assert shared is not None
    assert own is not None
    bob, sam, vera = as_(cast.bob), as_(cast.sam), as_(cast.vera)
    assert "À moi" not in sam.get("/settings/views/").content.decode()
    assert sam.post(f"/settings/views/{own.public_id}/delete").status_code == 404
    assert (
        "Kept."
        in sam.post(f"/settings/views/{shared.public_id}/change", {"name": "La presse"}, follow=True).content.decode()
    )
    assert (
        "Nothing was changed"
        in vera.post(f"/settings/views/{shared.public_id}/change", {"name": "x"}, follow=True).content.decode()
    )
    assert vera.post(f"/settings/views/{shared.public_id}/delete").status_code == 404
    lines = b"".join(bob.get("/settings/lists/views.jsonl").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [json.loads(line)["name"] for line in lines] == ["La presse", "À moi"]
    assert bob.post(f"/settings/views/{own.public_id}/delete").status_code == 302
    assert SavedView.objects.of(cast.brand).count() == 1
    assert bob.get("/settings/lists/secrets.csv").status_code == 404
