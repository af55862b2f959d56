"""The bureau's own reference rows, kept in memory: routing rules, sections, projects; asked about together with calendar and limits."""

from __future__ import annotations

from contextlib import AbstractContextManager

from tickets.models import Project, Route, Section

from . import calendar, phrases, policies
from .freshness import Cached, held_together


def held() -> AbstractContextManager[None]:
    """Everything that taking in a matter looks up, asked about once."""
    return held_together(_routes, _sections, _projects, calendar.cached, policies.cached)


def held_for_a_page() -> AbstractContextManager[None]:
    """What nearly every page looks up, asked about once: sections, the calendar, phrases and words to avoid."""
    return held_together(_sections, calendar.cached, phrases.cached, phrases.cached_terms)


def routes() -> list[Route]:
    """The active rules of sections that work, in order."""
    return _routes.get()


def sections() -> dict[int, Section]:
    """Every section by its id, closed ones too."""
    return _sections.get()


def projects() -> dict[str, int]:
    """The active projects' ids by name; of two with one name the older."""
    return _projects.get()


def known_projects() -> list[Project]:
    """The active projects with their aliases, by name."""
    return _known.get()


def project_in(text: str) -> Project | None:
    """The project whose name, or else whose alias, stands in the text; of several the longest."""
    named = [(name, row) for row in known_projects() for name in (row.name, *row.aliases) if name and name in text]
    return max(named, key=lambda pair: len(pair[0]), default=("", None))[1]


def project_called(text: str) -> Project | None:
    """The project of exactly this name or alias."""
    wanted = text.strip()
    return next((row for row in known_projects() if wanted and wanted in (row.name, *row.aliases)), None)


def _read_routes() -> list[Route]:
    return list(Route.objects.filter(is_active=True, section__is_active=True))


def _read_sections() -> dict[int, Section]:
    return {row.pk: row for row in Section.objects.all()}


def _read_projects() -> dict[str, int]:
    return dict(Project.objects.filter(is_active=True).order_by("-pk").values_list("name", "pk"))


def _read_known() -> list[Project]:
    return list(Project.objects.filter(is_active=True).order_by("name", "id"))


_routes = Cached(_read_routes, Route, Section)
_sections = Cached(_read_sections, Section)
_projects = Cached(_read_projects, Project)
_known = Cached(_read_known, Project)
