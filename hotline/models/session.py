"""A browser's session, kept with the account it belongs to."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession

from tickets.models.base import person_of_staff


class Session(AbstractBaseSession):
    """Django's own row, and ``user``: who is signed in by it, None before the sign-in."""

    user = person_of_staff(null=True)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """The store that the settings name: it writes these rows."""
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store
