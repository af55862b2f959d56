"""Django's admin for looking only: every table, nothing to add, change or delete, and no personal data."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from hotline.models import Answered, Call, Draft, OneTimeLink, RadioCall, UsedPassword, User
from tickets.domain.words import Role
from tickets.models import (
    Attachment,
    Contact,
    Decision,
    Event,
    Exchange,
    Inquiry,
    OutboxRow,
    Person,
    Rating,
    Reply,
    Request,
    Ticket,
)

LOOKERS = frozenset({Role.SYSADMIN, Role.AUDITOR})
#: Tables that speak of matters and people: the auditor reads every log, the system administrator no personal data (domain §5).
OF_MATTERS: tuple[type[models.Model], ...] = (
    Ticket, Inquiry, Exchange, Reply, Contact, Request, Decision, Attachment, OutboxRow, Person, Event, Rating, Call, RadioCall,
)  # fmt: skip
#: Columns that nobody is shown: sealed bytes, secrets, and texts that may name a person.
SEALED = frozenset(
    {
        "key", "sealed", "raw", "body", "password", "session_data", "title", "content", "place", "public_text", "handling", "remark",
        "note", "opinion", "reason", "comment", "facts", "detail", "evidence", "trouble", "lookup_code", "phone_digest", "incoming_digest",
        "number_digest", "id_digest", "route_reason", "trouble_zh", "history_change_reason", "lease_token", "token", "headers",
    }
)  # fmt: skip
WIDE = (models.TextField, models.JSONField, models.BinaryField)


def may_look(user: Any, model: type[models.Model]) -> bool:
    """Administrators of the system look at everything but matters; the auditor at everything."""
    roles = user.actor().roles if isinstance(user, User) and user.is_active else frozenset()
    if Role.AUDITOR in roles:
        return True
    return bool(roles & LOOKERS) and not issubclass(_base(model), OF_MATTERS)


def _base(model: type[models.Model]) -> type[models.Model]:
    """A history table is as secret as the table it is of."""
    return getattr(model, "instance_type", model)


#: Nobody looks at these: sealed, or good for coming in.
KEPT_BACK: tuple[type[models.Model], ...] = (Answered, Draft, OneTimeLink, UsedPassword)


class Looking(admin.ModelAdmin):
    """Read only, by permission and by form."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Every column but the sealed ones."""
        return [field.name for field in self.model._meta.concrete_fields if field.name not in SEALED]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """All of them."""
        return self.get_fields(request, obj)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The first columns that are short."""
        shown = [f.name for f in self.model._meta.concrete_fields if f.name not in SEALED and not isinstance(f, WIDE)]
        return shown[:8]

    def get_list_select_related(self, request: HttpRequest) -> bool:
        """One query for a page."""
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Shown in the index to lookers."""
        return may_look(request.user, self.model)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Lookers only."""
        return may_look(request.user, self.model)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: changes are made by actions, which write history and journal."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class Site(admin.AdminSite):
    """The admin of this house: lookers come in, ``is_staff`` opens nothing by itself."""

    site_header = site_title = "热线 · 只读管理 / Read-only administration"
    index_title = "数据 / Tables"
    login_template = "account/login.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """System administrators and auditors."""
        user = request.user
        return isinstance(user, User) and user.is_active and bool(user.actor().roles & LOOKERS)

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """By the page of everybody, with its lock-out."""
        from django.contrib.auth.views import redirect_to_login
        from django.core.exceptions import PermissionDenied

        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())


site = Site(name="admin")
for _model in apps.get_models():
    if _model._meta.app_label in ("tickets", "hotline", "integrations") and _model not in KEPT_BACK:
        site.register(_model, Looking)
