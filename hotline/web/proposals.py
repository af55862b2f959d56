"""变更方案: what is proposed, which clocks would move, the decision, and the work while it goes on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotline.permissions import may
from hotline.telling import proposals as telling
from hotline.wording import label, said, whole
from tickets.actions import proposals as actions
from tickets.domain.moments import to_local
from tickets.models import Effect, Proposal, Reach, Stage
from tickets.queries import offices
from tickets.queries import proposals as queries
from tickets.queries.calendar import working_calendar
from tickets.queries.pages import BadCursor

from .act import CONFLICT
from .visit import Visit, page

TICKED, SHOWN = "ticket", "shown"


@page("page.rules.proposals")
def proposals(visit: Visit) -> HttpResponse:
    """The newest proposals, those that wait on top."""
    rows = [telling.row(each) for each in queries.recent()]
    facts = {
        "here": "proposals",
        "open": [row for row in rows if row["stage"] == Stage.OPEN or row["is_at_work"]],
        "past": [row for row in rows if not (row["stage"] == Stage.OPEN or row["is_at_work"])],
    }
    return visit.page("rules/proposals.html", facts)


@page("page.rules.proposals")
def proposal(visit: Visit, pk: int) -> HttpResponse:
    """One proposal with the clocks that would move, a page of them."""
    return _shown(visit, _found(pk))


def _found(pk: int) -> Proposal:
    found = queries.one(pk)
    if found is None:
        raise Http404(str(pk))
    return found


def _narrowed(visit: Visit) -> dict[str, Any]:
    asked = visit.request.GET
    effect, section = asked.get("effect", ""), asked.get("section", "")
    return {
        "effect": effect if effect in Effect._value2member_map_ else "",
        "section": whole(section),
        "chosen": asked.get("chosen") == "1",
    }


def _shown(visit: Visit, found: Proposal, status: int = 200, **more: Any) -> HttpResponse:
    narrowed = _narrowed(visit)
    try:
        listed = queries.page(queries.moves(found, **narrowed), visit.request.GET.get("after", ""))
    except BadCursor:
        return visit.go(reverse("proposal", args=[found.pk]))
    calendar, row = working_calendar(), telling.row(found)
    query = {"effect": narrowed["effect"], "section": "" if narrowed["section"] is None else str(narrowed["section"])}
    facts = {
        "here": "proposals",
        "row": row,
        "what": telling.what(found, to_local(visit.now).date()),
        "effects": telling.effects(found),
        "sections": telling.sections(found, offices.sections()),
        "moves": [telling.move(each, visit.actor, calendar) for each in listed.rows],
        "narrowed": narrowed,
        "query": urlencode({name: value for name, value in query.items() if value}),
        "next": listed.next,
        "is_open": found.stage == Stage.OPEN,
        "chosen": queries.moves(found, chosen=True).values("ticket_id").distinct().count() if found.stage == Stage.OPEN else 0,
        "reaches": [(each.value, label(Reach, each.value)) for each in Reach],
        "given": {"note": visit.request.POST.get("note", ""), "reach": visit.request.POST.get("reach", Reach.ALL.value)},
        **_mays(visit, found),
        **more,
    }  # fmt: skip
    return visit.page("rules/proposal.html", facts, status=status)


def _mays(visit: Visit, found: Proposal) -> dict[str, bool]:
    decides = may(visit.actor, "page.rules.decide", signed_in=True)
    is_own = found.proposed_by_id is not None and found.proposed_by_id in (visit.actor.user_id, visit.actor.in_place_of)
    pending = found.stage in (Stage.OPEN, Stage.MEASURING)
    return {
        "may_decide": decides and not is_own and found.stage == Stage.OPEN,
        "is_own": decides and is_own and found.stage == Stage.OPEN,
        "may_take_back": decides and found.stage == Stage.APPLIED,
        "may_withdraw": pending and visit.may_propose,
        "may_choose": found.stage == Stage.OPEN and may(visit.actor, "page.rules.choose", signed_in=True),
    }


@page("page.rules.decide")
def decide(visit: Visit, pk: int) -> HttpResponse:
    """Approve, refuse or take back."""
    found, post = _found(pk), visit.request.POST
    if visit.request.method == "POST":
        facts: dict[str, Any] = {
            "proposal": found,
            "actor": visit.actor,
            "now": visit.now,
            "text": post.get("note", ""),
        }
        try:
            if post.get("do") == "approve":
                wanted = post.get("reach", "")
                reach = Reach(wanted) if wanted in Reach._value2member_map_ else Reach.ALL
                done = actions.approve(reach=reach, **facts)
                if done.stage == Stage.MEASURING:
                    messages.warning(visit.request, _("The rules have changed since: it is measured anew first."))
            elif post.get("do") == "refuse":
                actions.refuse(**facts)
            elif post.get("do") == "take_back":
                actions.take_back(**facts)
        except actions.UnableToPropose as refusal:
            return _shown(visit, found, CONFLICT, wrong=said(refusal))
    return visit.go(reverse("proposal", args=[pk]))


@page("page.rules.propose")
def withdraw(visit: Visit, pk: int) -> HttpResponse:
    """Taken from the table before it is decided."""
    found = _found(pk)
    if visit.request.method == "POST":
        try:
            actions.withdraw(proposal=found, actor=visit.actor, now=visit.now)
        except actions.UnableToPropose as refusal:
            return _shown(visit, found, CONFLICT, wrong=said(refusal))
        messages.success(visit.request, _("Proposal withdrawn: %s") % found.title)
    return visit.go(reverse("proposal", args=[pk]))


@page("page.rules.choose")
def choose(visit: Visit, pk: int) -> HttpResponse:
    """Those ticked on this page are chosen, the others of it are not; or all that the list is narrowed to."""
    found, post = _found(pk), visit.request.POST
    back = f"{reverse('proposal', args=[pk])}?{visit.request.GET.urlencode()}"
    if visit.request.method != "POST":
        return visit.go(back)
    try:
        if post.get("do") in ("all", "none"):
            rows = queries.moves(found, **_narrowed(visit)).order_by().values("ticket_id")
            actions.choose(proposal=found, tickets=rows, chosen=post["do"] == "all", actor=visit.actor)
        else:
            ticked = set(filter(None, map(whole, post.getlist(TICKED))))
            listed = set(filter(None, map(whole, post.getlist(SHOWN))))
            actions.choose(proposal=found, tickets=listed - ticked, chosen=False, actor=visit.actor)
            actions.choose(proposal=found, tickets=ticked, chosen=True, actor=visit.actor)
    except actions.UnableToPropose as refusal:
        return _shown(visit, found, CONFLICT, wrong=said(refusal))
    return visit.go(back)


@page("page.rules.proposals")
def progress(visit: Visit, pk: int) -> HttpResponse:
    """How far the work is; the page itself again once it is done."""
    found = _found(pk)
    row = telling.row(found)
    answer = visit.part("rules/progress.html", {"row": row})
    if not row["is_at_work"]:
        answer["HX-Refresh"] = "true"
    return answer
