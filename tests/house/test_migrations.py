"""Models and migrations say the same, and every migration has a name that says something."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tickets.models import guards

ROOT = Path(__file__).resolve().parents[2]
OURS = ("tickets", "hotline", "integrations")
pytestmark = pytest.mark.everywhere


@pytest.mark.django_db
def test_no_model_has_moved_away_from_its_migrations() -> None:
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue()


def test_each_application_has_one_line_of_migrations() -> None:
    loader = MigrationLoader(None)
    assert loader.detect_conflicts() == {}
    for app in OURS:
        assert len(loader.graph.leaf_nodes(app)) == 1


def test_migrations_are_named_after_what_they_do() -> None:
    for app in OURS:
        names = [path.stem for path in (ROOT / app / "migrations").glob("0*.py")]
        assert names, app
        nameless = [name for name in names if re.search(r"_auto_|_\d{8}_", name)]
        assert nameless == []


@pytest.mark.django_db
def test_the_guards_stand_after_the_migrations() -> None:
    assert guards.missing(connection) == []
