"""Who may do what at the people's door: one table of endpoints and roles, one way to a ticket, one sign-in."""

from . import deputies, factors, passwords, sessions, signin, tokens
from .access import MayAct, View, actor_of, closed_row, find_ticket, may, scope_of, view_of, view_of_row
from .desks import lists_of
from .owed import Owed, owed
from .signin import SignIn, UnableToSignIn, address_of, sign_in, sign_out
from .table import ACT, ANYONE, ENDPOINTS, PAGES, PEOPLE, READERS

__all__ = [
    "ACT",
    "ANYONE",
    "ENDPOINTS",
    "PAGES",
    "PEOPLE",
    "READERS",
    "MayAct",
    "Owed",
    "SignIn",
    "UnableToSignIn",
    "View",
    "actor_of",
    "address_of",
    "closed_row",
    "deputies",
    "factors",
    "find_ticket",
    "lists_of",
    "may",
    "owed",
    "passwords",
    "scope_of",
    "sessions",
    "sign_in",
    "sign_out",
    "signin",
    "tokens",
    "view_of",
    "view_of_row",
]
