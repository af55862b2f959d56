"""What a pause rests on is said in English too; rows that are there already get it by their Chinese."""

from typing import Any

from django.db import migrations, models

CITATIONS = {
    "信访工作条例（2022）第三十一条、第三十六条": "Regulations on Petition Work (2022), arts. 31 and 36",
    "中华人民共和国政府信息公开条例（2019）第三十条": "Regulations on the Disclosure of Government Information (2019), art. 30",
    "中华人民共和国政府信息公开条例（2019）第三十二条、第三十三条": (
        "Regulations on the Disclosure of Government Information (2019), arts. 32 and 33"
    ),
    "本单位暂定，待确认": "set by the bureau for now, to be confirmed",
}


def fill(apps: Any, editor: Any) -> None:
    """The row and its history, so that the newest of it stays what the row is."""
    for kind in ("PauseRule", "HistoricalPauseRule"):
        rows = apps.get_model("tickets", kind).objects
        for zh, en in CITATIONS.items():
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
