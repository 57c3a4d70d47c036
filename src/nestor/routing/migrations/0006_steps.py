"""Steps: when a clock warns, when it is passed on, and how far the desk has gone about it."""

import datetime
from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, F
from django.utils import timezone


def count_running_clocks_anew(apps: Any, schema_editor: Any) -> None:
    """Give clocks that run their steps, in the background; those whose time has passed count as taken."""
    running = apps.get_model("routing", "Route")._base_manager.filter(
        clock_started_at__isnull=False, clock_stopped_at__isnull=True
    )
    policies = apps.get_model("routing", "ClockPolicy")._base_manager
    moves = apps.get_model("routing", "ClockMove")._base_manager
    for row in running.order_by().values("brand_id").annotate(n=Count("pk")):
        policies.get_or_create(brand_id=row["brand_id"])
        policies.filter(brand_id=row["brand_id"]).update(epoch=F("epoch") + 1)
        now, epoch = timezone.now(), policies.get(brand_id=row["brand_id"]).epoch
        moves.filter(brand_id=row["brand_id"], state="running").update(state="stopped", due_at=None, settled_at=now)
        moves.create(brand_id=row["brand_id"], epoch=epoch, total=row["n"], made_at=now, due_at=now)


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0002_moderation'),
        ('inbox', '0003_moving'),
        ('routing', '0005_clocks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='clockpolicy',
            name='escalate_after',
            field=models.DurationField(default=datetime.timedelta(seconds=3600), null=True),
        ),
        migrations.AddField(
            model_name='clockpolicy',
            name='warn_share',
            field=models.PositiveSmallIntegerField(default=75),
        ),
        migrations.AddField(
            model_name='route',
            name='clock_step',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='route',
            name='clock_step_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='route',
            name='clock_warn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='route',
            index=models.Index(condition=models.Q(('clock_step_at__isnull', False), ('clock_stopped_at__isnull', True), ('is_open', True)), fields=['brand', 'clock_step_at'], name='route_step'),
        ),
        migrations.RunPython(count_running_clocks_anew, migrations.RunPython.noop, elidable=True),
    ]
