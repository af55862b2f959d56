"""What a pause rests on is said in English too; rows that are there already get it by their Chinese."""

from typing import Any

from django.db import migrations, models

from tickets.management.reference import english


def fill(apps: Any, editor: Any) -> None:
    """The row and its history, so that the newest of it stays what the row is."""
    for kind in ("PauseRule", "HistoricalPauseRule"):
        rows = apps.get_model("tickets", kind).objects
        for zh, en in english.CITATIONS.items():
            rows.filter(citation=zh, citation_en="").update(citation_en=en)


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0029_notices_done'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalpauserule',
            name='citation_en',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='pauserule',
            name='citation_en',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
