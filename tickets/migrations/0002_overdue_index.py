"""The overdue list reads an index of the overdue alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("is_overdue", True)), fields=["due_at", "id"], name="ticket_overdue"
            ),
        ),
    ]
