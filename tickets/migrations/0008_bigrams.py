"""Pairs of neighbouring characters of a matter under an index, on PostgreSQL: two characters are the commonest search in Chinese."""

from __future__ import annotations

from typing import Any

from django.db import migrations

FUNCTION = """
CREATE FUNCTION tickets_bigrams(given text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT DISTINCT pair FROM (
            SELECT sign || lead(sign) OVER (ORDER BY place) AS pair
            FROM unnest(string_to_array(lower(given), NULL)) WITH ORDINALITY AS signs(sign, place)
        ) AS pairs WHERE pair IS NOT NULL
    ))
$$
"""
COLUMN = """
ALTER TABLE tickets_ticket ADD COLUMN words tsvector
    GENERATED ALWAYS AS (tickets_bigrams(title || ' ' || place || ' ' || content)) STORED
"""
INDEX = "CREATE INDEX ticket_words ON tickets_ticket USING gin (words)"
BACK = ("ALTER TABLE tickets_ticket DROP COLUMN words", "DROP FUNCTION tickets_bigrams(text)")


def add(apps: Any, editor: Any) -> None:
    """SQLite, the embedded default, reads its few thousand tickets instead."""
    if editor.connection.vendor == "postgresql":
        for statement in (FUNCTION, COLUMN, INDEX):
            editor.execute(statement)


def take_away(apps: Any, editor: Any) -> None:
    """The same back."""
    if editor.connection.vendor == "postgresql":
        for statement in BACK:
            editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_tickets_by_place")]

    operations = [migrations.RunPython(add, take_away)]
