"""Every row belongs to a brand, and every column that can hold words says whose they are."""

from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.db import models

from nestor.brands.models import Brand
from nestor.brands.scoping import BrandQuerySet, BrandRow, UnscopedQuery
from tests.house.test_rooms import ROOMS

MODELS = {
    model._meta.label: model
    for model in apps.get_models(include_auto_created=True)
    if model.__module__[:7] == "nestor."
}
NO_BRAND = {
    "brands.Brand": "it is the brand",
    "brands.InstallationSecret": "an app's own key is the installation's",
    "people.User": "a person may work for several brands; roles are a brand's",
    "notices.Address": "a browser or telephone is a person's own, for every brand they work for",
    "notices.Habit": "when a person is left in peace is theirs, whatever the brand",
    "work.Event": "carries the brand as an id: work stands before brands; ids only",
    "work.Wakeup": "goes with its event",
    "work.JournalEntry": "carries the brand as an id; lines of the installation itself have none",
    "work.IdempotencyKey": "carries the brand as an id; a digest and a public id",
    "work.Pulse": "processes serve every brand",
}
WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)
# Columns that hold what a machine made or chose from a list: never a person's words.
CODES = {
    "public_id": "an opaque id of our own",
    "lease_token": "a random token",
    "network": "the key of a network",
    "state": "one of our own states, or of the contract's",
    "kind": "one of the contract's kinds",
    "lane": "one of the glossary's",
    "clock_lane": "one of the glossary's",
    "tone": "one of the glossary's",
    "mark": "a random mark",
    "position": "a network's own place in its list",
    "digest": "a SHA-256",
    "fingerprint": "a SHA-256",
    "trouble": "a reason of the contract, or the type of an error",
    "language": "an ISO code",
    "role": "one of the glossary's",
    "outcome": "one of our own",
}
CODES_OF = {
    "brands.Brand": {
        "zone": "an IANA zone",
        "translator": "an entry point",
        "translator_host": "a host's name",
    },
    "brands.Channel": {"limits": "figures a network serves", "abilities": "codes of the contract"},
    "brands.ChannelSecret": {"name": "what a network calls its token"},
    "brands.InstallationSecret": {"name": "what a network calls its key"},
    "people.User": {"password": "a hash"},
    "people.AccessToken": {"ending": "the end of a random secret", "scopes": "codes of ours"},
    "people.Invitation": {"mailed_digest": "a SHA-256"},
    "notices.Notice": {"occasion": "one of our own", "about": "a public id"},
    "notices.Call": {"occasion": "one of our own", "about": "a public id", "told": "ids"},
    "notices.Address": {"way": "one of our own", "schema": "what Apprise calls a service"},
    "notices.Sending": {"way": "one of our own", "place": "a public id", "reason": "ours or the contract's"},
    "notices.Habit": {"digest_day": "a date"},
    "notices.Reach": {"wishes": "codes"},
    "notices.Policy": {"ways": "codes"},
    "media.File": {"media_type": "a MIME type"},
    "inbox.Attachment": {"media_type": "a MIME type"},
    "inbox.BlindSpot": {"reason": "a reason of the contract"},
    "inbox.WebhookCall": {"reason": "a reason of the contract"},
    "triage.Reading": {"harm_kinds": "codes of the glossary", "model": "the version of the reader"},
    "triage.Correction": {"field": "a name of ours", "model": "the version of the reader"},
    "routing.Route": {"label_ids": "ids"},
    "routing.OpenCount": {"facet": "a name of ours", "value": "a code or an id"},
    "routing.SavedView": {"resolved": "ids"},
    "routing.ElsewhereAnswer": {"place": "one of our own"},
    "routing.Note": {"namings": "places and ids"},
    "routing.BulkDeed": {"deed": "one of our own", "target": "a public id or a moment"},
    "routing.BulkItem": {"before": "codes, ids and moments"},
    "publisher.Delivery": {"reason": "a code", "cleared_findings": "ids of findings"},
    "publisher.Attempt": {"reason": "a reason of the contract"},
    "publisher.Moderation": {"deed": "a deed of the contract", "reason": "a reason of the contract"},
    "hooks.Receiver": {
        "kinds": "names of events",
        "secret": "sealed, and random before",
        "old_secret": "sealed, and random before",
    },
    "hooks.Call": {"ids": "ids alone"},
    "work.Event": {"name": "the name of an event", "ids": "ids alone, refused otherwise"},
    "work.Wakeup": {"subscriber": "a name of ours"},
    "work.JournalEntry": {"verb": "a name of ours", "subject": "a name of ours", "facts": "codes and ids"},
    "work.IdempotencyKey": {"scope": "a purpose of ours", "key": "a browser's random key", "result": "public ids"},
    "work.Pulse": {"part": "a name of ours"},
}


def declared() -> dict[tuple[str, str], list[str]]:
    """Return, for each column some forget.py names, where it does."""
    found: dict[tuple[str, str], list[str]] = {}
    for room in ROOMS:
        name = f"nestor.{room}.forget"
        if find_spec(name) is None:
            continue
        module = import_module(name)
        for kind in ("PERSONAL", "IMPERSONAL", "TEAM"):
            for label, columns in getattr(module, kind, {}).items():
                for column in columns:
                    found.setdefault((label, column), []).append(f"{room}.{kind}")
    return found


def coded(label: str, column: str) -> bool:
    return column in CODES_OF.get(label, {}) or column in CODES


@pytest.mark.parametrize("label", MODELS)
def test_every_column_of_words_says_whose_they_are(label: str) -> None:
    covered = declared()
    columns = [field.name for field in MODELS[label]._meta.local_fields if isinstance(field, WORDS)]
    nobodys = [one for one in columns if (label, one) not in covered and not coded(label, one)]
    twice = [one for one in columns if len(covered.get((label, one), [])) > 1]
    both = [one for one in columns if (label, one) in covered and one in CODES_OF.get(label, {})]
    assert (nobodys, twice, both) == ([], [], [])


def test_what_is_declared_exists() -> None:
    for label, column in declared():
        assert MODELS[label]._meta.get_field(column).name == column
    for label, columns in CODES_OF.items():
        for column in columns:
            assert MODELS[label]._meta.get_field(column).name == column
    everywhere = {field.name for model in MODELS.values() for field in model._meta.local_fields}
    assert set(CODES) <= everywhere


def test_a_room_speaks_of_its_own_tables() -> None:
    for (label, column), places in declared().items():
        assert {place.split(".")[0] for place in places} == {label.split(".")[0]}, column


@pytest.mark.parametrize("label", MODELS)
def test_every_row_belongs_to_a_brand(label: str) -> None:
    model = MODELS[label]
    if label in NO_BRAND:
        assert not issubclass(model, BrandRow)
        return
    assert issubclass(model, BrandRow)
    field = model._meta.get_field("brand")
    assert field.remote_field is not None
    assert (field.remote_field.model, field.null) == (Brand, False)
    assert isinstance(model._default_manager.all(), BrandQuerySet)


@pytest.mark.django_db
@pytest.mark.parametrize("label", [label for label in MODELS if label not in NO_BRAND])
def test_every_such_table_refuses_an_unscoped_query(label: str) -> None:
    rows = MODELS[label]._default_manager.all()
    for ask in (list, lambda these: these.count(), lambda these: these.update(), lambda these: these.delete()):
        with pytest.raises(UnscopedQuery):
            ask(rows)


def test_exceptions_are_still_needed() -> None:
    assert set(NO_BRAND) <= set(MODELS)
    assert all(reason for reason in NO_BRAND.values())


@pytest.mark.parametrize("label", MODELS)
def test_no_link_leads_back_across_brands(label: str) -> None:
    """A related manager would ask without naming the brand; only one-to-one links, of one row, lead back."""
    for relation in MODELS[label]._meta.related_objects:
        if relation.related_model._meta.label not in MODELS:
            continue  # a library's own
        assert relation.hidden or relation.one_to_one, relation.get_accessor_name()
