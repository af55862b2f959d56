"""What an installation is set up with: kinds of rows that pages and Excel sheets write by the same forms and the same acts."""

from .base import Kind
from .people import PEOPLE, RIGHTS
from .reference import PHRASES, PROJECTS, ROUTES, TERMS
from .sections import SECTIONS

KINDS = {kind.code: kind for kind in (SECTIONS, PEOPLE, RIGHTS, PROJECTS, ROUTES, PHRASES, TERMS)}

__all__ = ["KINDS", "PEOPLE", "PHRASES", "PROJECTS", "RIGHTS", "ROUTES", "SECTIONS", "TERMS", "Kind"]
