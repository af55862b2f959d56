"""What the people's door remembers: accounts, deputies, signing in, kept answers, drafts, saved views, calls, radio sessions."""

from .call import Call, CallEvent, CallState, Extension
from .deputy import Deputy
from .desk import Draft, SavedView
from .entry import Answered, LinkKind, OneTimeLink, SignInFailure, UsedPassword
from .radio import RadioCall, RadioSession
from .session import Session
from .user import ALONE, WATCHERS, StandIn, User

__all__ = [
    "ALONE",
    "WATCHERS",
    "Answered",
    "Call",
    "CallEvent",
    "CallState",
    "Deputy",
    "Draft",
    "Extension",
    "LinkKind",
    "OneTimeLink",
    "RadioCall",
    "RadioSession",
    "SavedView",
    "Session",
    "SignInFailure",
    "StandIn",
    "UsedPassword",
    "User",
]
