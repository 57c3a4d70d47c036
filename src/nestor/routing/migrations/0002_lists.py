"""Lists: what a standing can be filtered by, labels, saved views, kept counters, deeds to many."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, OuterRef, Q, Subquery

import nestor.vocabulary
import nestor.work.models


def copy_conversations(apps: Any, schema_editor: Any) -> None:
    """Give each standing the channel and kind of its conversation, and the language of its last message."""
    routes = apps.get_model("routing", "Route")._base_manager
    conversations = apps.get_model("inbox", "Conversation")._base_manager.filter(pk=OuterRef("conversation_id"))
    routes.update(
        channel_id=Subquery(conversations.values("channel_id")[:1]), kind=Subquery(conversations.values("kind")[:1])
    )
    readings = apps.get_model("triage", "Reading")._base_manager.filter(message_id=OuterRef("last_message_id"))
    known = routes.annotate(said=Subquery(readings.values("language")[:1])).filter(said__isnull=False)
    known.update(language=Subquery(readings.values("language")[:1]))


def count_open(apps: Any, schema_editor: Any) -> None:
    """Count once what is kept from here on."""
    routes = apps.get_model("routing", "Route")._base_manager.filter(is_open=True)
    kept = apps.get_model("routing", "OpenCount")
    facets = {
        "lane": (routes, "lane"),
        "channel": (routes, "channel_id"),
        "nobody": (routes.filter(assignee__isnull=True), None),
        "unsure": (routes.filter(is_unsure=True), None),
    }
    rows = []
    for facet, (some, column) in facets.items():
        names = ["brand_id", "is_sealed", *([column] if column else [])]
        for row in some.order_by().values(*names).annotate(n=Count("pk")):
            value = str(row[column]) if column else ""
            key = {"brand_id": row["brand_id"], "facet": facet, "value": value, "is_sealed": row["is_sealed"]}
            rows.append(kept(**key, count=row["n"]))
    kept._base_manager.bulk_create(rows)


ID = ("id", nestor.work.models.IdField(default=nestor.vocabulary.new_id, editable=False, primary_key=True, serialize=False))
PUBLIC_ID = (
    "public_id",
    models.CharField(default=nestor.vocabulary.new_public_id, editable=False, max_length=16, unique=True),
)


def to(model: str, **more: Any) -> Any:
    """Return a key to another table."""
    options = {"on_delete": django.db.models.deletion.CASCADE, "related_name": "+", **more}
    return models.ForeignKey(to=model, **options)


class Migration(migrations.Migration):
    """Tables, columns, and what fills them."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("brands", "0001_initial"),
        ("inbox", "0002_search"),
        ("triage", "0001_initial"),
        ("routing", "0001_initial"),
    ]

    operations = [
        migrations.AddField("route", "channel", to("brands.channel", null=True)),
        migrations.AddField("route", "kind", models.CharField(default="", max_length=10), preserve_default=False),
        migrations.AddField("route", "language", models.CharField(default="unknown", max_length=7)),
        migrations.AddField("route", "snoozed_until", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("route", "label_ids", models.JSONField(default=list)),
        migrations.RunPython(copy_conversations, migrations.RunPython.noop),
        migrations.AlterField("route", "channel", to("brands.channel")),
        migrations.CreateModel(
            "OpenCount",
            [
                ID,
                ("facet", models.CharField(max_length=10)),
                ("value", models.CharField(blank=True, default="", max_length=20)),
                ("is_sealed", models.BooleanField(default=False)),
                ("count", models.BigIntegerField(default=0)),
                ("brand", to("brands.brand")),
            ],
        ),
        migrations.CreateModel(
            "Label",
            [
                ID,
                PUBLIC_ID,
                ("name", models.CharField(max_length=60)),
                ("folded", models.CharField(max_length=60)),
                ("tint", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("brand", to("brands.brand")),
            ],
            options={"ordering": ["folded", "id"]},
        ),
        migrations.CreateModel(
            "ConversationLabel",
            [ID, ("brand", to("brands.brand")), ("conversation", to("inbox.conversation")), ("label", to("routing.label"))],
        ),
        migrations.CreateModel(
            "SavedView",
            [
                ID,
                PUBLIC_ID,
                ("name", models.CharField(max_length=60)),
                ("asked", models.JSONField()),
                ("resolved", models.JSONField(default=dict)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("count", models.BigIntegerField(default=0)),
                ("sealed_count", models.BigIntegerField(default=0)),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("brand", to("brands.brand")),
                ("owner", to(settings.AUTH_USER_MODEL, null=True)),
            ],
            options={"ordering": ["place", "made_at", "id"]},
        ),
        migrations.CreateModel(
            "BulkDeed",
            [
                ID,
                PUBLIC_ID,
                ("lease_token", models.CharField(blank=True, default="", max_length=16)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("deed", models.CharField(max_length=20)),
                ("target", models.CharField(blank=True, default="", max_length=40)),
                ("state", models.CharField(default="running", max_length=10)),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("kept", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("author", to(settings.AUTH_USER_MODEL, null=True, on_delete=django.db.models.deletion.SET_NULL)),
                ("brand", to("brands.brand")),
            ],
        ),
        migrations.CreateModel(
            "BulkItem",
            [
                ID,
                ("before", models.JSONField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("brand", to("brands.brand")),
                ("bulk", to("routing.bulkdeed")),
                ("conversation", to("inbox.conversation")),
            ],
        ),
        migrations.AddIndex("route", models.Index(fields=["brand", "channel", "is_open", "-last_at"], name="route_channel")),
        migrations.AddIndex("route", models.Index(fields=["brand", "-last_at", "-id"], name="route_time")),
        migrations.AddIndex(
            "route",
            models.Index(condition=Q(snoozed_until__isnull=False), fields=["snoozed_until"], name="route_snoozed"),
        ),
        migrations.AddConstraint(
            "opencount",
            models.UniqueConstraint(fields=("brand", "facet", "value", "is_sealed"), name="open_count_once"),
        ),
        migrations.AddConstraint("label", models.UniqueConstraint(fields=("brand", "folded"), name="label_once")),
        migrations.AddConstraint(
            "conversationlabel",
            models.UniqueConstraint(fields=("conversation", "label"), name="conversation_label_once"),
        ),
        migrations.AddIndex(
            "conversationlabel", models.Index(fields=["label", "conversation"], name="conversation_label")
        ),
        migrations.AddIndex("savedview", models.Index(fields=["counted_at"], name="saved_view_counted")),
        migrations.AddIndex(
            "bulkdeed", models.Index(condition=Q(due_at__isnull=False), fields=["due_at"], name="bulk_due")
        ),
        migrations.AddIndex("bulkdeed", models.Index(fields=["brand", "author", "-made_at"], name="bulk_author")),
        migrations.AddConstraint(
            "bulkitem", models.UniqueConstraint(fields=("bulk", "conversation"), name="bulk_item_once")
        ),
        migrations.AddIndex("bulkitem", models.Index(fields=["bulk", "id"], name="bulk_item_order")),
        migrations.RunPython(count_open, migrations.RunPython.noop),
        migrations.DeleteModel("LaneCount"),
    ]
