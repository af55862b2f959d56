"""The bigrams of a matter leave the ticket's row: every act on a ticket computed them anew and wrote them into their index once more."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import tickets.models.bigrams

TEXT = "title || ' ' || place || ' ' || content"
OF_NEW = "NEW.title || ' ' || NEW.place || ' ' || NEW.content"
BORN = f"""
CREATE FUNCTION tickets_bigrams_born() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO tickets_bigrams (ticket_id, words) SELECT id, tickets_bigrams({TEXT}) FROM born;
    RETURN NULL;
END $$
"""
CHANGED = f"""
CREATE FUNCTION tickets_bigrams_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO tickets_bigrams (ticket_id, words) VALUES (NEW.id, tickets_bigrams({OF_NEW}))
    ON CONFLICT (ticket_id) DO UPDATE SET words = EXCLUDED.words;
    RETURN NULL;
END $$
"""
THERE = (
    "INSERT INTO tickets_bigrams (ticket_id, words) SELECT id, words FROM tickets_ticket",
    "SET CONSTRAINTS ALL IMMEDIATE",  # else the tables cannot be changed in this transaction
    "ALTER TABLE tickets_ticket DROP COLUMN words",
    "CREATE INDEX tickets_bigrams_words ON tickets_bigrams USING gin (words)",
    BORN,
    CHANGED,
    """
    CREATE TRIGGER tickets_bigrams_born AFTER INSERT ON tickets_ticket REFERENCING NEW TABLE AS born
    FOR EACH STATEMENT EXECUTE FUNCTION tickets_bigrams_born()
    """,
    """
    CREATE TRIGGER tickets_bigrams_changed AFTER UPDATE OF title, place, content ON tickets_ticket FOR EACH ROW
    WHEN ((OLD.title, OLD.place, OLD.content) IS DISTINCT FROM (NEW.title, NEW.place, NEW.content))
    EXECUTE FUNCTION tickets_bigrams_changed()
    """,
)
BACK = (
    "DROP TRIGGER tickets_bigrams_born ON tickets_ticket",
    "DROP TRIGGER tickets_bigrams_changed ON tickets_ticket",
    "DROP FUNCTION tickets_bigrams_born()",
    "DROP FUNCTION tickets_bigrams_changed()",
    f"ALTER TABLE tickets_ticket ADD COLUMN words tsvector GENERATED ALWAYS AS (tickets_bigrams({TEXT})) STORED",
    "CREATE INDEX ticket_words ON tickets_ticket USING gin (words)",
)


def move(apps: Any, editor: Any) -> None:
    """SQLite, the embedded default, reads its few thousand tickets instead."""
    if editor.connection.vendor == "postgresql":
        for statement in THERE:
            editor.execute(statement)


def move_back(apps: Any, editor: Any) -> None:
    """The same back."""
    if editor.connection.vendor == "postgresql":
        for statement in BACK:
            editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0022_inquiries_unclosed")]

    operations = [
        migrations.CreateModel(
            name="Bigrams",
            fields=[
                ("ticket", models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+", serialize=False,
                    to="tickets.ticket",
                )),
                ("words", tickets.models.bigrams.Tsvector()),
            ],
        ),
        migrations.RunPython(move, move_back),
    ]  # fmt: skip
