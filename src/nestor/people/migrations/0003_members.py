"""Members are found by their names, last heard first, and can be said to be one person."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

from nestor.people.rules.names import looks_of
from nestor.work.rules.words import search_text

CHUNK = 1000
INSERT = (
    "INSERT INTO people_search(rowid, brand_id, search_text)"
    " SELECT new.id, new.brand_id, new.search_text WHERE new.search_text <> '';"
)
DELETE = (
    "INSERT INTO people_search(people_search, rowid, brand_id, search_text)"
    " SELECT 'delete', old.id, old.brand_id, old.search_text WHERE old.search_text <> '';"
)
# A migration that makes SQLite copy `people_member` into a new table must run `make_index` again: triggers are lost.
SQLITE = (
    "DROP TABLE IF EXISTS people_search",
    "CREATE VIRTUAL TABLE people_search USING fts5(brand_id, search_text, content='people_member', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER people_search_insert AFTER INSERT ON people_member BEGIN {INSERT} END",
    f"CREATE TRIGGER people_search_delete AFTER DELETE ON people_member BEGIN {DELETE} END",
    "CREATE TRIGGER people_search_update AFTER UPDATE OF search_text ON people_member"
    f" WHEN old.search_text <> new.search_text BEGIN {DELETE} {INSERT} END",
    "INSERT INTO people_search(rowid, brand_id, search_text)"
    " SELECT id, brand_id, search_text FROM people_member WHERE search_text <> ''",
)
SQLITE_BACK = (
    *(f"DROP TRIGGER IF EXISTS people_search_{name}" for name in ("insert", "delete", "update")),
    "DROP TABLE IF EXISTS people_search",
)
POSTGRESQL = (
    "ALTER TABLE people_member ADD COLUMN search_vector tsvector"
    " GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED",
    "CREATE INDEX people_search ON people_member USING gin (search_vector)",
)
POSTGRESQL_BACK = ("ALTER TABLE people_member DROP COLUMN search_vector",)


def make_index(apps: Any, schema_editor: Any) -> None:
    """Make the index of this database."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_index(apps: Any, schema_editor: Any) -> None:
    """Take the index away."""
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


def write_names(apps: Any, schema_editor: Any) -> None:
    """Write what the members known already are found by."""
    members = apps.get_model("people", "Member")._base_manager
    identities = apps.get_model("people", "Identity")._base_manager
    members.update(heard_at=models.F("last_seen_at"))
    last = 0
    while chunk := list(members.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        named: dict[int, list[str]] = {row.pk: [row.name] for row in chunk}
        for member_id, name, handle in identities.filter(member_id__in=named).values_list("member_id", "name", "handle"):
            named[member_id] += [name, handle]
        for row in chunk:
            row.search_text = search_text(" ".join(filter(None, dict.fromkeys(named[row.pk]))))
            row.looks = looks_of(row.name)
        members.bulk_update(chunk, ["search_text", "looks"])
        last = chunk[-1].pk


def to_member() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="people.member"
    )


class Migration(migrations.Migration):
    """Schema, names and their index."""

    dependencies = [("people", "0002_tokens")]

    operations = [
        migrations.AddField(
            "member", "heard_at", models.DateTimeField(default=timezone.now), preserve_default=False
        ),
        migrations.AddField("member", "looks", models.CharField(blank=True, default="", max_length=300)),
        migrations.AddField("member", "search_text", models.TextField(blank=True, default="")),
        migrations.AddField("member", "merged_into", to_member()),
        migrations.AddField("member", "person", to_member()),
        migrations.RunPython(write_names, migrations.RunPython.noop),
        migrations.AddIndex(
            "member",
            models.Index(
                fields=["brand", "-heard_at", "-id"],
                condition=models.Q(person__isnull=True),
                name="member_heard",
            ),
        ),
        migrations.AddIndex("member", models.Index(fields=["brand", "looks"], name="member_looks")),
        migrations.RunPython(make_index, drop_index),
    ]
