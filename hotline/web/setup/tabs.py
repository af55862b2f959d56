"""The tabs of the set-up desk: the parts that this person keeps."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hotline.permissions import may

from ..visit import Visit

#: (page name, address name, arguments, label) in order.
TABS: tuple[tuple[str, str, tuple[str, ...], Any], ...] = (
    ("page.setup", "setup", (), _("Overview")),
    ("page.setup.people", "setup_people", (), _("Accounts")),
    ("page.setup.sections", "setup_sections", (), _("Sections")),
    ("page.setup.rows", "setup_rows", ("projects",), _("Projects")),
    ("page.setup.rows", "setup_rows", ("phrases",), _("Phrases")),
    ("page.setup.rows", "setup_rows", ("terms",), _("Wrong and sensitive words")),
    ("page.setup.sheets", "setup_sheets", (), _("By Excel")),
)


def tabs(visit: Visit) -> list[dict[str, Any]]:
    """Label and address of each part open to this visitor, and whether he is there."""
    found = []
    for endpoint, name, arguments, label in TABS:
        if may(visit.actor, endpoint, signed_in=True):
            address = reverse(name, args=arguments)
            here = (
                visit.request.path.startswith(address) if address != reverse("setup") else visit.request.path == address
            )
            found.append({"label": label, "address": address, "is_here": here})
    return found


def page(visit: Visit, template: str, facts: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the desk with its tabs."""
    return visit.page(f"setup/{template}", {"tabs": tabs(visit), **facts}, status=status)
