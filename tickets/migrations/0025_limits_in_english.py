"""Limits say their name and what they rest on in English too; rows that are there already get it by their Chinese."""

from typing import Any

from django.db import migrations, models

from tickets.management.reference import english


def fill(apps: Any, editor: Any) -> None:
    """The row and its history, so that the newest of it stays what the row is."""
    for kind in ("Policy", "HistoricalPolicy"):
        rows = apps.get_model("tickets", kind).objects
        for zh, en in english.NAMES.items():
            rows.filter(name=zh, name_en="").update(name_en=en)
        for zh, en in english.CITATIONS.items():
            rows.filter(citation=zh, citation_en="").update(citation_en=en)


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0024_open_and_undated'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalpolicy',
            name='citation_en',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='historicalpolicy',
            name='name_en',
            field=models.CharField(blank=True, help_text='blank: the name stands on English pages as well', max_length=120),
        ),
        migrations.AddField(
            model_name='policy',
            name='citation_en',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='policy',
            name='name_en',
            field=models.CharField(blank=True, help_text='blank: the name stands on English pages as well', max_length=120),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
