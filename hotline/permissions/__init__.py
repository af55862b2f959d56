"""Who may do what at the people's door: one table of endpoints and roles, one way to a ticket, one sign-in."""

from .access import MayAct, actor_of, closed_row, find_ticket, scope_of, view_of
from .desks import lists_of
from .signin import SignIn, UnableToSignIn, address_of, sign_in, sign_out
from .table import ACT, ANYONE, ENDPOINTS, PEOPLE, READERS

__all__ = [
    "ACT",
    "ANYONE",
    "ENDPOINTS",
    "PEOPLE",
    "READERS",
    "MayAct",
    "SignIn",
    "UnableToSignIn",
    "actor_of",
    "address_of",
    "closed_row",
    "find_ticket",
    "lists_of",
    "scope_of",
    "sign_in",
    "sign_out",
    "view_of",
]
