"""Who may do what at the people's door: one table of endpoints and roles, one way to a ticket, one sign-in."""

from .access import MayAct, View, actor_of, closed_row, find_ticket, may, scope_of, view_of
from .desks import lists_of
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
    "SignIn",
    "UnableToSignIn",
    "View",
    "actor_of",
    "address_of",
    "closed_row",
    "find_ticket",
    "lists_of",
    "may",
    "scope_of",
    "sign_in",
    "sign_out",
    "view_of",
]
