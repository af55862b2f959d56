"""The head of every page: the desks this person has, and which of them he is at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from hotline.permissions import may
from tickets.domain.actors import Actor
from tickets.domain.words import Role

if TYPE_CHECKING:
    from .visit import Visit


@dataclass(frozen=True, slots=True)
class Desk:
    """A tab of the head: ``endpoints`` are the beginnings of the page names that belong to it, ``first`` the name of its first page."""

    code: str
    label: str | Promise
    first: str
    endpoints: tuple[str, ...]


#: In the order of the head; whoever may open the first page of a desk sees its tab.
DESKS = (
    Desk("intake", _("Intake"), "page.intake", ("page.intake", "page.calls", "page.radio")),
    Desk("section", _("Handling"), "page.queue", ("page.queue", "page.ticket")),
    Desk("office", _("Dispatch"), "page.office", ("page.office",)),
    Desk("board", _("Board"), "page.board", ("page.board",)),
    Desk("platforms", _("Platforms"), "page.platforms", ("page.platforms",)),
    Desk("rules", _("Rules"), "page.rules", ("page.rules",)),
    Desk("setup", _("Set-up"), "page.setup", ("page.setup",)),
    Desk("audit", _("Audit"), "page.audit", ("page.audit",)),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A desk as a link."""

    code: str
    label: str | Promise
    address: str
    is_here: bool


def desks(actor: Actor) -> Iterable[Desk]:
    """The desks that are open to him."""
    return (desk for desk in DESKS if may(actor, desk.first, signed_in=True))


#: Who begins somewhere else than at the first of his tabs.
OWN = (
    (Role.SYSADMIN, "setup"), (Role.SECURITY, "setup"), (Role.AUDITOR, "audit"),
    (Role.LEADER, "board"), (Role.DISPATCHER, "office"),
)  # fmt: skip


def own(actor: Actor) -> Desk | None:
    """The desk where he begins."""
    open_to_him = {desk.code: desk for desk in desks(actor)}
    mine = (open_to_him[code] for role, code in OWN if actor.has(role) and code in open_to_him)
    return next(mine, None) or next(iter(open_to_him.values()), None)


def head(request: HttpRequest) -> dict[str, Any]:
    """A context processor: the head of the house on every page of somebody who is in, also on those that libraries render."""
    visit = getattr(request, "visit", None)
    return (
        {} if visit is None else {"visit": visit, "shell": SimpleLazyObject(lambda: of(visit)), "help": help_of(visit)}
    )


def of(visit: Visit) -> list[Tab]:
    """The tabs for this page."""
    return [
        Tab(desk.code, desk.label, reverse(desk.first.removeprefix("page.")), _is_at(desk, visit.endpoint))
        for desk in desks(visit.actor)
    ]


def help_of(visit: Visit) -> str:
    """Where the guide of this page stands: that of its desk, else the one that begins."""
    here = next((desk.code for desk in DESKS if _is_at(desk, visit.endpoint)), "start")
    return reverse("guide_of", args=[here])


def _is_at(desk: Desk, endpoint: str) -> bool:
    return any(endpoint == begins or endpoint.startswith(f"{begins}.") for begins in desk.endpoints)
