"""How far an installation is set up: what there is, what is missing and who mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from hotline.models import WATCHERS, OneTimeLink, User
from hotline.permissions import deputies
from hotline.wording import listed, said
from tickets.domain.words import SECTION, Role
from tickets.models import Phrase, Project, Route, Section, Term

#: Roles without which the work does not go round.
NEEDED = (Role.INTAKE, Role.DISPATCHER, Role.LEADER, *WATCHERS)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: in words, and whose it is to mend."""

    words: str
    role: Role


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts by name, those who hold a watching role, and the gaps."""

    counts: dict[str, int]
    watchers: list[tuple[str, str]]
    gaps: list[Gap]


def look(now: datetime) -> Standing:
    """Seven statements, whatever the size of the bureau."""
    people = list(User.objects.filter(is_active=True).select_related("section").order_by("id"))
    sections = list(Section.objects.filter(is_active=True).order_by("order", "id"))
    routes = list(Route.objects.filter(is_active=True).select_related("section"))
    counts = {
        "people": len(people),
        "sections": len(sections),
        "deputies": deputies.running(now).count(),
        "projects": Project.objects.filter(is_active=True).count(),
        "routes": len(routes),
        "phrases": Phrase.objects.filter(is_active=True).count(),
        "terms": Term.objects.filter(is_active=True).count(),
    }
    holders = [(said(role), listed(str(user) for user in people if role.value in user.roles)) for role in WATCHERS]
    return Standing(counts, holders, list(_gaps(people, sections, routes, now)))


def _gaps(people: list[User], sections: list[Section], routes: list[Route], now: datetime) -> Iterable[Gap]:
    held = Counter(code for user in people for code in user.roles)
    for role in NEEDED:
        if not held[role.value]:
            yield Gap(_("Nobody is: %s") % said(role), Role.SECURITY)
    waiting = [user for user in people if not user.roles]
    if waiting:
        yield Gap(_("Accounts without roles: %s") % _some(waiting), Role.SECURITY)
    unset = OneTimeLink.objects.filter(user__in=people, used_at__isnull=True, expires_at__lte=now)
    late = {link.user_id for link in unset}
    never = [user for user in people if not user.has_usable_password() and user.pk in late and not _signs_elsewhere()]
    if never:
        yield Gap(_("Links that were not used in time: %s") % _some(never), Role.SYSADMIN)
    yield from _of_sections(people, sections)
    broken = [route for route in routes if route.trouble or not route.section.is_active]
    if broken:
        yield Gap(_("Routing rules that do not work: %s") % _some(broken), Role.DISPATCHER)


def _of_sections(people: list[User], sections: list[Section]) -> Iterable[Gap]:
    for role in sorted(SECTION):
        manned = {user.section_id for user in people if role.value in user.roles}
        empty = [each for each in sections if not each.is_office and each.pk not in manned]
        if empty:
            words = _("Sections without %(role)s: %(sections)s")
            yield Gap(words % {"role": said(role), "sections": _some(empty)}, Role.SECURITY)


def _signs_elsewhere() -> bool:
    return bool(settings.SOCIALACCOUNT_PROVIDERS)


def _some(rows: list[Any], most: int = 6) -> str:
    shown = listed(str(row) for row in rows[:most])
    return shown if len(rows) <= most else _("%(some)s and %(more)d more") % {"some": shown, "more": len(rows) - most}
