"""The app's role in PostgreSQL works with rows and can neither empty a table nor switch off a guard."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg import errors, sql

from config.roles import grant

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "only-in-this-test"


@pytest.fixture
def app() -> Iterator[psycopg.Connection]:
    """A connection as the app's role; the role is removed afterwards."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL has roles, SQLite has none")
    role = f"app_of_{connection.settings_dict['NAME']}"
    for _ in range(2):  # a second run changes nothing
        grant(connection, role=role, password=PASSWORD)
    settings = connection.get_connection_params()
    where = {key: settings[key] for key in ("dbname", "host", "port") if settings.get(key)}
    try:
        with psycopg.connect(**where, user=role, password=PASSWORD, autocommit=True) as session:
            yield session
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))


def test_rows_may_be_read_and_written(app: psycopg.Connection) -> None:
    app.execute("INSERT INTO django_session VALUES ('k', 'd', now())")
    assert app.execute("SELECT session_data FROM django_session WHERE session_key = 'k'").fetchone() == ("d",)
    app.execute("DELETE FROM django_session WHERE session_key = 'k'")


@pytest.mark.parametrize(
    "attack",
    [
        "TRUNCATE tickets_event",
        "ALTER TABLE tickets_event DISABLE TRIGGER ALL",
        "DROP TRIGGER tickets_event_append_only ON tickets_event",
        "DROP TABLE tickets_event",
        "CREATE TABLE elsewhere (id int)",
        "SET session_replication_role = replica",
    ],
)
def test_guards_are_out_of_reach(app: psycopg.Connection, attack: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)
