"""Clocks: targets by lane and channel, and what each due time is counted from."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

import nestor.vocabulary
import nestor.work.models


def keep_what_it_is_counted_from(apps: Any, schema_editor: Any) -> None:
    """Give each clock that ever ran the lane and the moment it was counted from."""
    routes = apps.get_model("routing", "Route")._base_manager.filter(clock_started_at__isnull=False)
    routes.update(clock_lane=F("lane"), clock_from_at=F("clock_started_at"))
    routes.filter(answered_at__lt=F("clock_started_at")).update(clock_is_next=True)


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0002_moderation'),
        ('inbox', '0003_moving'),
        ('routing', '0004_relief'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClockMove',
            fields=[
                ('lease_token', models.CharField(blank=True, default='', max_length=16)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('id', nestor.work.models.IdField(default=nestor.vocabulary.new_id, editable=False, primary_key=True, serialize=False)),
                ('public_id', models.CharField(default=nestor.vocabulary.new_public_id, editable=False, max_length=16, unique=True)),
                ('epoch', models.PositiveIntegerField()),
                ('state', models.CharField(default='running', max_length=10)),
                ('total', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ClockPolicy',
            fields=[
                ('id', nestor.work.models.IdField(default=nestor.vocabulary.new_id, editable=False, primary_key=True, serialize=False)),
                ('epoch', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ClockTarget',
            fields=[
                ('id', nestor.work.models.IdField(default=nestor.vocabulary.new_id, editable=False, primary_key=True, serialize=False)),
                ('lane', models.CharField(blank=True, default='', max_length=10)),
                ('is_next', models.BooleanField(default=False)),
                ('allowed_for', models.DurationField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='route',
            name='clock_epoch',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='route',
            name='clock_from_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='route',
            name='clock_is_next',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='route',
            name='clock_lane',
            field=models.CharField(blank=True, default='', max_length=10),
        ),
        migrations.AddIndex(
            model_name='route',
            index=models.Index(condition=models.Q(('clock_started_at__isnull', False), ('clock_stopped_at__isnull', True)), fields=['brand', 'clock_epoch'], name='route_epoch'),
        ),
        migrations.AddField(
            model_name='clockmove',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='brands.brand'),
        ),
        migrations.AddField(
            model_name='clockpolicy',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='brands.brand'),
        ),
        migrations.AddField(
            model_name='clocktarget',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='brands.brand'),
        ),
        migrations.AddField(
            model_name='clocktarget',
            name='channel',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='brands.channel'),
        ),
        migrations.AddIndex(
            model_name='clockmove',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='clock_move_due'),
        ),
        migrations.AddConstraint(
            model_name='clockmove',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('brand',), name='clock_move_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='clockpolicy',
            constraint=models.UniqueConstraint(fields=('brand',), name='clock_policy_once'),
        ),
        migrations.AddConstraint(
            model_name='clocktarget',
            constraint=models.UniqueConstraint(condition=models.Q(('channel__isnull', True)), fields=('brand', 'lane', 'is_next'), name='clock_target_once'),
        ),
        migrations.AddConstraint(
            model_name='clocktarget',
            constraint=models.UniqueConstraint(fields=('channel', 'lane', 'is_next'), name='clock_target_channel_once'),
        ),
        migrations.RunPython(keep_what_it_is_counted_from, migrations.RunPython.noop, elidable=True),
    ]
