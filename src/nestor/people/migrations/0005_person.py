"""Who is part of a person is found by an index that holds those alone; the foreign key's own goes, for it misleads."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

NAME = "member_person"


def drop_own_index(apps: Any, schema_editor: Any) -> None:
    """Drop it by name: altering the column would make SQLite copy the table without its triggers."""
    with schema_editor.connection.cursor() as cursor:
        known = schema_editor.connection.introspection.get_constraints(cursor, "people_member")
    for name, one in known.items():
        if one["index"] and not one["unique"] and one["columns"] == ["person_id"] and name != NAME:
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    """One index for another."""

    dependencies = [("people", "0004_team")]

    operations = [
        migrations.AddIndex(
            "member", models.Index(fields=["person"], condition=models.Q(person__isnull=False), name=NAME)
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_own_index, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    "member",
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.member",
                    ),
                )
            ],
        ),
    ]
