"""Accounts the brand says it has, connected or not."""

import django.db.models.deletion
import nestor.vocabulary
import nestor.work.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0003_tint'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnAccount',
            fields=[
                ('id', nestor.work.models.IdField(default=nestor.vocabulary.new_id, editable=False, primary_key=True, serialize=False)),
                ('public_id', models.CharField(default=nestor.vocabulary.new_public_id, editable=False, max_length=16, unique=True)),
                ('network', models.CharField(max_length=40)),
                ('handle', models.CharField(max_length=200)),
                ('folded', models.CharField(max_length=200)),
                ('unused_reason', models.CharField(blank=True, default='', max_length=500)),
                ('unused_at', models.DateTimeField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='brands.brand')),
            ],
            options={
                'ordering': ['network', 'folded', 'id'],
                'constraints': [models.UniqueConstraint(fields=('brand', 'network', 'folded'), name='own_account_once')],
            },
        ),
    ]
