"""What the people's door remembers: accounts, deputies, signing in, kept answers, drafts and saved views."""

from .deputy import Deputy
from .desk import Draft, SavedView
from .entry import Answered, LinkKind, OneTimeLink, SignInFailure, UsedPassword
from .user import ALONE, WATCHERS, StandIn, User

__all__ = [
    "ALONE",
    "WATCHERS",
    "Answered",
    "Deputy",
    "Draft",
    "LinkKind",
    "OneTimeLink",
    "SavedView",
    "SignInFailure",
    "StandIn",
    "UsedPassword",
    "User",
]
