"""来源消息: what sources told us and our table refused, or what differs from our own correction; dealt with by a person, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.wording import label, mask_text, pair, said
from tickets.actions import exchanges as actions
from tickets.domain.messages import Happening
from tickets.domain.states import State
from tickets.queries import hall
from tickets.queries.pages import BadCursor
from tickets.queries.timeline import said_by_source

from .act import CONFLICT
from .office import groups
from .visit import Visit, page

SIZE = 30


@page("page.office.exchanges")
def exchanges(visit: Visit) -> HttpResponse:
    """A page of them, the oldest first."""
    try:
        found = hall.exchanges(after=visit.request.GET.get("after", ""), size=SIZE)
    except BadCursor:
        return visit.go(reverse("exchanges"))
    facts = {"groups": groups(visit, "exchanges"), "rows": [_told(row) for row in found.rows], "next": found.next}
    return visit.page("office/exchanges.html", facts)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "source": pair(row["source__name_zh"], row["source__name_en"]),
        "what": label(Happening, row["happening"]),
        "at": row["received_at"],
        "said": mask_text(said_by_source(row["detail"] or {})),
        "trouble": pair(row["trouble"], row["trouble_en"] or row["trouble"]),
        "inquiry": row["inquiry__number"] or "",
        "number": row["inquiry__ticket__number"] or "",
        "title": mask_text(row["inquiry__ticket__title"] or ""),
        "state": label(State, row["inquiry__ticket__state"] or ""),
    }


@page("page.office.exchanges")
def settle(visit: Visit, pk: int) -> HttpResponse:
    """GET asks how it was dealt with, POST writes it down."""
    found = hall.exchange(pk)
    if found is None:
        raise Http404(str(pk))
    facts: dict[str, Any] = {"row": _told(found), "reason": visit.request.POST.get("reason", "")}
    if visit.request.method != "POST":
        return _form(visit, facts)
    try:
        actions.settle(exchange_id=pk, actor=visit.actor, now=visit.now, reason=facts["reason"])
    except actions.UnableToSettleExchange as refusal:
        return _form(visit, {**facts, "wrong": said(refusal)}, CONFLICT)
    messages.success(visit.request, _("Dealt with: %s") % facts["row"]["what"])
    return visit.go(reverse("exchanges"))


def _form(visit: Visit, facts: Mapping[str, Any], status: int = 200) -> HttpResponse:
    if visit.is_fragment:
        return visit.part("office/settle_form.html", facts, status=status)
    return visit.page("office/settle.html", facts, status=status)
