"""Which pairs of neighbouring characters a matter holds, for the search by words: beside the ticket, so that an act on it, which
rewrites its row with all its indexes, leaves them alone."""

from __future__ import annotations

from typing import Any

from django.db import models

from .ticket import Ticket


class Tsvector(models.Field):  # type: ignore[type-arg]  # Django's is no generic when it runs
    """PostgreSQL's own kind; SQLite, the embedded default, keeps nothing here."""

    def db_type(self, connection: Any) -> str:
        """The same name on both: SQLite takes any."""
        return "tsvector"


@Tsvector.register_lookup
class Holds(models.Lookup):
    """``words__holds``: all of a tsquery's words."""

    lookup_name = "holds"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """``words @@ query``."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @@ {right}::tsquery", (*left_params, *right_params)


class Bigrams(models.Model):
    """Written by a trigger on tickets (migration 0023), on PostgreSQL only; read by ``tickets.queries.words``."""

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.PROTECT, related_name="+")
    words = Tsvector()

    def __str__(self) -> str:
        return str(self.ticket_id)
