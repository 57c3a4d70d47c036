"""Who may translate messages, as the head of the desk chose."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('brands', '0004_own_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='brand',
            name='translator',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='brand',
            name='translator_host',
            field=models.CharField(blank=True, default='', max_length=253),
        ),
        migrations.AddField(
            model_name='brand',
            name='translator_name',
            field=models.CharField(blank=True, default='', max_length=60),
        ),
    ]
