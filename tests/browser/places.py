"""Every page there is, found as a person finds it: from one's desk by its links, one example of each kind of page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

from django.urls import Resolver404, resolve
from django.urls.resolvers import ResolverMatch

from .desk import Desk

#: An account of the demonstration for every kind of desk.
ROLES = {
    "dengji": "intake", "paidan": "office", "eng1-chengban": "handler", "eng1-kezhang": "chief", "lingdao": "leader",
    "baomi": "secrecy", "shenji": "auditor", "xitong": "sysadmin", "anquan": "security",
}  # fmt: skip
#: Not pages of the desks: programs' doors, downloads, the admin (Django's own), and what only HTMX asks for.
OUTSIDE = ("/api/", "/static/", "/hooks/", "/live", "/ready")
#: Parts of an address that make another page of the same name.
TELLING = ("action", "kind", "what", "name")


def kind_of(address: str) -> str:
    """The name of the page behind an address (``act:sign``), or nothing."""
    path = urlsplit(address).path
    if path.startswith(OUTSIDE):
        return ""
    try:
        found: ResolverMatch = resolve(path)
    except Resolver404:
        return ""
    told = [str(found.kwargs[name]) for name in TELLING if name in found.kwargs]
    return ":".join([found.url_name or "", *told])


def walk(desk: Desk, *, most: int = 120) -> Iterator[str]:
    """Stand on one page of each kind that this person comes to, and yield its name; the page is open meanwhile."""
    ahead, seen = ["/"], set[str]()
    while ahead and len(seen) < most:
        address = ahead.pop(0)
        if not (kind := kind_of(address)) or kind in seen:
            continue
        seen.add(kind)
        if desk.go(address) != 200 or "text/html" not in desk.content_type:
            continue
        here = kind_of(desk.page.url)
        if here != kind and here in seen:
            continue
        seen.add(here)
        ahead += desk.links()
        yield here
