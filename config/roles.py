"""The app's role in PostgreSQL: reads and writes rows, owns nothing, so it cannot switch off the journal's triggers."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

ROWS = sql.SQL("SELECT, INSERT, UPDATE, DELETE")


def grant(connection: BaseDatabaseWrapper, *, role: str, password: str) -> None:
    """Make the role or give it this password, and grant rows of all tables here and to come. Run as the tables' owner.

    Never granted: TRUNCATE (it passes row triggers by), TRIGGER, REFERENCES, and CREATE in the schema.
    """
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        for statement in (
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                verb, name, sql.Literal(password)
            ),
            sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name),
            sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA public TO {}").format(ROWS, name),
            sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name),
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON TABLES TO {}").format(ROWS, name),
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}").format(name),
        ):
            cursor.execute(statement)
