"""From an account to an actor, from an actor to what he sees of a ticket; no way to a ticket but this one."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from hotline.models import User
from tickets.domain.actors import Actor
from tickets.domain.words import SECTION
from tickets.models import Ticket
from tickets.queries import scopes
from tickets.queries.scopes import Scope

from .table import ANYONE, ENDPOINTS, PAGES, SEES_CARD

NOBODY = Actor(name="anonymous", roles=frozenset())
#: Any scope of a section: what redact_row asks for.
SECTIONLIKE = Scope("section", 0)
View = Literal["office", "lead", "helper", "covered"]


def actor_of(user: User | AnonymousUser | Any) -> Actor:
    """Who acts: the account by its own roles, or the deputy it is just now; who has not signed in may do nothing."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    return user.stand_in.actor if user.stand_in is not None else user.actor()


def scope_of(actor: Actor) -> Scope:
    """Which tickets the actor sees (tickets.queries.scopes)."""
    return scopes.of(actor)


def may(actor: Actor, endpoint: str, *, signed_in: bool) -> bool:
    """Is the endpoint or page open to this actor? One that is not in the table is open to nobody."""
    allowed = ENDPOINTS.get(endpoint) or PAGES.get(endpoint, frozenset())
    if allowed == ANYONE:
        return True
    return signed_in and not actor.roles.isdisjoint(allowed)


class MayAct(BasePermission):
    """Asks the table for ``view.endpoints[method]``; the default is no."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True when one of the account's roles stands in the table."""
        endpoint = getattr(view, "endpoints", {}).get("GET" if request.method == "HEAD" else request.method, "")
        return may(actor_of(request.user), endpoint, signed_in=bool(request.user and request.user.is_authenticated))


def find_ticket(actor: Actor, number: str) -> Ticket:
    """The ticket if the actor sees it. What he does not see does not exist: NotFound, so that nobody learns that it does."""
    if not (number.isascii() and number.isprintable()):
        raise NotFound
    known = Ticket.objects.select_related("section", "proposed_section", "handler", "project", "parent")
    rows = scopes.visible(known, scope_of(actor))
    ticket = rows.filter(number=number).first()
    if ticket is None:
        raise NotFound
    return ticket


def view_of(actor: Actor, ticket: Ticket) -> View:
    """How much of the petitioner this actor sees in a ticket that he sees.

    ``office``: the card, covered; ``lead``: likewise, for the section in the lead of an ordinary matter; ``helper``: no card,
    for co-handlers; ``covered``: nothing that leads to the petitioner, for everybody else and for every section on a
    confidential matter (domain §6).
    """
    return _view(actor, ticket.section_id, is_confidential=ticket.is_confidential)


def view_of_row(actor: Actor, row: dict[str, Any]) -> View:
    """``view_of`` of a list row."""
    return _view(actor, row["section_id"], is_confidential=row["is_confidential"])


def _view(actor: Actor, section_id: int | None, *, is_confidential: bool) -> View:
    if actor.roles & SEES_CARD:
        return "office"
    if is_confidential or not actor.roles & SECTION:
        return "covered"
    return "lead" if actor.section_id == section_id else "helper"


def closed_row(actor: Actor, row: dict[str, Any]) -> dict[str, Any]:
    """A list row of a confidential matter, closed to everybody who gets no card: sections, and who only looks on."""
    if row["is_confidential"] and not actor.roles & SEES_CARD:
        return scopes.redact_row(row, SECTIONLIKE)
    return row
