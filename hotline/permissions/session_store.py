"""Session and account are read by one statement: every request needs both, and neither is kept between two requests."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from hotline.models import Session, User

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
        found = next(iter(User.objects.raw(_statement(), [self.session_key, now])), None)
        _arrived.set(found if found is not None and found.pk else None)
        if found is None:
            self._session_key = None
            return {}
        return dict(self.decode(found.__dict__.pop("session_data")))


@cache
def _statement() -> str:
    account = ", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)
    return (
        f"SELECT {account}, s.session_data FROM {Session._meta.db_table} s"  # noqa: S608 (our own names)
        f" LEFT JOIN {User._meta.db_table} u ON u.id = s.user_id WHERE s.session_key = %s AND s.expire_date > %s"
    )


class Accounts(ModelBackend):
    """Django's backend; the account that has just come with its session is not asked for again."""

    def get_user(self, user_id: Any) -> User | None:
        """The account, None when it is switched off or unknown."""
        found = _arrived.get()
        _arrived.set(None)
        if found is None or str(found.pk) != str(user_id):
            return super().get_user(user_id)
        return found if self.user_can_authenticate(found) else None
