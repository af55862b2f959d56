"""Session and account are read by one statement: every request needs both, and neither is kept between two requests."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from hotline.models import Session, User

#: Place of a column -> (what its value passes through, the column).
Converters = dict[int, tuple[list[Callable[[Any, Any, Any], Any]], Any]]
#: Who came with the session that was read last, until he is asked for.
_arrived: ContextVar[User | None] = ContextVar("arrived", default=None)


class SessionStore(db.SessionStore):
    """Django's store of sessions in the database; what is written is its, but for the account beside it."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Our own row."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row with its account."""
        row = cast(Session, super().create_model_instance(data))
        row.user_id = data.get(SESSION_KEY)
        return row

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing when it is not there, or over."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        account, names, converters = _account(connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(SELECT.format(account), [self.session_key, now])
            found = cursor.fetchone()
        if found is None:
            _arrived.set(None)
            self._session_key = None
            return {}
        data, *values = found
        for place, (converts, column) in converters.items():
            for convert in converts:
                values[place] = convert(values[place], column, connection)
        _arrived.set(User.from_db(connection.alias, names, values) if values[0] is not None else None)
        return dict(self.decode(data))


SELECT = (
    f"SELECT s.session_data, {{}} FROM {Session._meta.db_table} s"  # noqa: S608 (our own names)
    f" LEFT JOIN {User._meta.db_table} u ON u.id = s.user_id WHERE s.session_key = %s AND s.expire_date > %s"
)


@cache
def _account(vendor: str) -> tuple[str, list[str], Converters]:
    """The columns of an account as SQL, their names (the id first), and by place what makes Python's values of a row's, which each
    database has of its own."""
    fields = User._meta.concrete_fields
    compiler = User.objects.all().query.get_compiler(connection=connection)
    converters: Converters = compiler.get_converters([field.get_col(User._meta.db_table) for field in fields])
    return ", ".join(f"u.{field.column}" for field in fields), [field.attname for field in fields], converters


class Accounts(ModelBackend):
    """Django's backend; the account that has just come with its session is not asked for again."""

    def get_user(self, user_id: Any) -> User | None:
        """The account, None when it is switched off or unknown."""
        found = _arrived.get()
        _arrived.set(None)
        if found is None or str(found.pk) != str(user_id):
            return super().get_user(user_id)
        return found if self.user_can_authenticate(found) else None
