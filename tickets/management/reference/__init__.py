"""What a new house begins with: the calendar, the limits with their citations, the rules of sign-off, the bureau's own doors."""

from .install import Installed, install

__all__ = ["Installed", "install"]
