"""Full-text search: the words of messages anew, and an index over them that follows every change by itself."""

from typing import Any

from django.db import migrations, models

from nestor.work.rules.words import search_text

CHUNK = 1000
INSERT = (
    "INSERT INTO inbox_search(rowid, brand_id, search_text)"
    " SELECT new.id, new.brand_id, new.search_text WHERE new.search_text <> '';"
)
DELETE = (
    "INSERT INTO inbox_search(inbox_search, rowid, brand_id, search_text)"
    " SELECT 'delete', old.id, old.brand_id, old.search_text WHERE old.search_text <> '';"
)
# A migration that makes SQLite copy `inbox_message` into a new table must run `make_index` again: triggers are lost.
SQLITE = (
    "DROP TABLE IF EXISTS inbox_search",
    "CREATE VIRTUAL TABLE inbox_search USING fts5(brand_id, search_text, content='inbox_message', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER inbox_search_insert AFTER INSERT ON inbox_message BEGIN {INSERT} END",
    f"CREATE TRIGGER inbox_search_delete AFTER DELETE ON inbox_message BEGIN {DELETE} END",
    "CREATE TRIGGER inbox_search_update AFTER UPDATE OF search_text ON inbox_message"
    f" WHEN old.search_text <> new.search_text BEGIN {DELETE} {INSERT} END",
    "INSERT INTO inbox_search(rowid, brand_id, search_text)"
    " SELECT id, brand_id, search_text FROM inbox_message WHERE search_text <> ''",
)
SQLITE_BACK = (
    *(f"DROP TRIGGER IF EXISTS inbox_search_{name}" for name in ("insert", "delete", "update")),
    "DROP TABLE IF EXISTS inbox_search",
)
POSTGRESQL = (
    "ALTER TABLE inbox_message ADD COLUMN search_vector tsvector"
    " GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED",
    "CREATE INDEX inbox_search ON inbox_message USING gin (search_vector)",
)
POSTGRESQL_BACK = ("ALTER TABLE inbox_message DROP COLUMN search_vector",)


def make_index(apps: Any, schema_editor: Any) -> None:
    """Make the index of this database."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_index(apps: Any, schema_editor: Any) -> None:
    """Take the index away."""
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


def write_words(apps: Any, schema_editor: Any) -> None:
    """Write the words of messages that are stored already as they are searched for by now."""
    rows = apps.get_model("inbox", "Message")._base_manager.select_related("identity").filter(is_sealed=False)
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        for row in chunk:
            author = (row.identity.name, row.identity.handle) if row.identity else ()
            row.search_text = search_text(row.text, row.subject, *author)
        rows.model._base_manager.bulk_update(chunk, ["search_text"])
        last = chunk[-1].pk


class Migration(migrations.Migration):
    """Schema and words."""

    dependencies = [("inbox", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["brand", "-published_at", "-id"],
                condition=models.Q(shown_at__isnull=False),
                name="message_time",
            ),
        ),
        migrations.RunPython(write_words, migrations.RunPython.noop),
        migrations.RunPython(make_index, drop_index),
    ]
