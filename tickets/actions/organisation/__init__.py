"""机构: sections that are added, renamed, closed and joined, and the open work that is handed over when people or sections go."""

from .handover import of_person, of_section
from .reference import save
from .sections import add_section, change_section, close_section

__all__ = ["add_section", "change_section", "close_section", "of_person", "of_section", "save"]
