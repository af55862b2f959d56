"""Any act of the table as a form: in a dialog of the ticket's page, or as a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from hotline.acting import choosing, drafts, proposing
from hotline.acting.acts import ACTS, Act
from hotline.acting.fields import Misread
from hotline.permissions import find_ticket, may
from hotline.permissions.table import action_endpoint
from hotline.telling import approving, clocks, stale
from hotline.telling.matter import Telling
from hotline.wording import done, said, whole
from tickets.actions import readings, timers
from tickets.actions.contents import UnableToStore
from tickets.actions.ledger import StaleVersion
from tickets.domain.states import Action, UnableToMove, permits
from tickets.domain.terms import BadTerms
from tickets.models import ReadingKind, ReplyState, RequestKind, Ticket
from tickets.queries import approvals

from . import fields, refusals
from .visit import Visit, page

CONFLICT, UNPROCESSABLE, BUSY = 409, 422, 503
#: What the button beside a draft that came back sends.
FORGET = "forget"
#: Acts that the intake desk may have proposed: their forms begin with what it wrote.
PROPOSED = {Action.REJECT: RequestKind.REJECTION.value, Action.MERGE: RequestKind.MERGER.value}

#: Acts that judge a reply, and how it stands then.
JUDGES = {
    Action.PASS_REVIEW: ReplyState.SUBMITTED, Action.FAIL_REVIEW: ReplyState.SUBMITTED,
    Action.APPROVE: ReplyState.REVIEWED, Action.DISAPPROVE: ReplyState.REVIEWED,
}  # fmt: skip


@page("page.ticket.act")
def act(visit: Visit, number: str, action: str) -> HttpResponse:
    """GET shows the form, POST does the act; what was typed stays whatever happens."""
    chosen = _of_person(action)
    if not may(visit.actor, action_endpoint(chosen), signed_in=True):
        return refusals.forbidden(visit.request)
    ticket = find_ticket(visit.actor, number)
    if not permits(chosen, visit.actor, ticket.section_id):
        raise UnableToMove("section", "本件不由您的科室主办。", "Your section does not lead this matter.")
    if visit.request.POST.get("do") == FORGET:
        _forget(visit, ticket, chosen)
        return _asked(visit, ticket, chosen)
    if visit.request.method != "POST":
        return _asked(visit, ticket, chosen)
    return _done(visit, ticket, chosen)


def _of_person(action: str) -> Action:
    if action not in Action._value2member_map_ or Action(action) not in ACTS:
        raise Http404(action)
    return Action(action)


def _asked(
    visit: Visit,
    ticket: Ticket,
    action: Action,
    *,
    errors: Mapping[str, list[str]] | None = None,
    told: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    given, restored = _given(visit, ticket, action)
    shown = fields.fields_of(ACTS[action].form, given, errors, choosing.of(ticket))
    facts = {
        "ticket": ticket,
        "action": action,
        "label": said(action),
        "restored": restored,
        "fields": [each for each in shown if each.name != "inquiry" or each.choices],
        "general": (errors or {}).get("", []),
        "version": (told or {}).get("version", ticket.version),
        "back": visit.back(reverse("ticket", args=[ticket.number])),
        "beside": BESIDE[action](ticket) if action in BESIDE else None,
        "judged": _judged(visit, ticket, action),
        **(told or {}),
    }
    return (visit.part if visit.is_fragment else visit.page)(
        "ticket/act_form.html" if visit.is_fragment else "ticket/act.html", facts, status=status
    )


def _given(visit: Visit, ticket: Ticket, action: Action) -> tuple[Mapping[str, Any] | QueryDict, str]:
    """What stands in the form, and a word on it when it was kept from an earlier try."""
    post = visit.request.POST
    if visit.request.method == "POST" and post.get("do") != FORGET:
        return post, ""
    kept = drafts.find(visit.user, drafts.place(ticket.number, action.value))
    if kept is None:
        return initial(ticket, action), ""
    return fields.kept(kept[0]), drafts.restored(kept[1], visit.now)


def initial(ticket: Ticket, action: Action) -> dict[str, Any]:
    """What a form begins with: the office's dispatch with the proposed section, a correction with the facts as they are."""
    if action is Action.DISPATCH:
        proposal = proposing.of(ticket)
        helpers = [section.code for section in proposal.co_sections]
        code = proposal.section.code if proposal.section else ""
        return {"section": code, "co_sections": helpers, "reason": proposal.reason if proposal.section else ""}
    if action in PROPOSED:
        asked = ticket.requests.filter(kind=PROPOSED[action], is_open=True).first()
        return dict(asked.facts) if asked else {}
    if action is Action.AMEND:
        names = ("title", "content", "type", "category", "urgency", "area_code", "place", "is_confidential")
        return {name: getattr(ticket, name) for name in names}
    return {}


def _before_dispatch(ticket: Ticket) -> dict[str, Any]:
    """What a dispatcher must know while he chooses: what is proposed and why, and when the source wants its answer."""
    return {
        "template": "hotline/ticket/beside_dispatch.html",
        "proposal": proposing.of(ticket),
        "outer_due": timers.earliest_outer_reply(ticket),
    }


def _before_extension(ticket: Ticket) -> dict[str, Any]:
    """Which limits would move, what they are now, and by how much at most."""
    return {"template": "hotline/ticket/beside_extension.html", "limits": clocks.extendable(ticket)}


#: What stands beside the fields of an act.
BESIDE = {Action.DISPATCH: _before_dispatch, Action.ASK_EXTENSION: _before_extension}


def _judged(visit: Visit, ticket: Ticket, action: Action) -> dict[str, Any] | None:
    """The reply that the act passes or sends back; whoever sees it here has looked at the ticket."""
    found = approvals.letters([ticket.pk], JUDGES[action]).get(ticket.pk) if action in JUDGES else None
    if found is None:
        return None
    readings.write(ticket=ticket, actor=visit.actor, now=visit.now, kind=ReadingKind.PAGE)
    return approving.judged(found, Telling(ticket, visit.actor))


def _done(visit: Visit, ticket: Ticket, action: Action) -> HttpResponse:
    post, row = visit.request.POST, ACTS[action]
    typed = fields.typed(row.form, post) | dict(visit.request.FILES.items())
    if action is Action.AMEND:
        typed = _only_changed(ticket, typed)
    form = row.form(data=typed)
    if not form.is_valid():
        return _asked(visit, ticket, action, errors=fields.errors_of(form.errors), status=UNPROCESSABLE)
    if action is Action.CONTACT and form.validated_data["reached"] and not form.validated_data["note"]:
        return _asked(visit, ticket, action, errors={"note": [_("Say what was said.")]}, status=UNPROCESSABLE)
    try:
        outcome = row.do(
            ticket=ticket,
            actor=visit.actor,
            now=visit.now,
            expected_version=_expected(row, post),
            **form.validated_data,
        )
    except StaleVersion as error:
        return _asked(
            visit, ticket, action, told={"stale": stale.told(error), "version": error.facts["version"]}, status=CONFLICT
        )
    except (UnableToMove, UnableToStore, Misread, ValidationError, BadTerms, OperationalError) as error:
        return _asked(visit, ticket, action, errors=refusal(error), status=CONFLICT)
    _forget(visit, ticket, action)
    if row.reads:
        return visit.part("ticket/opened.html", {"opened": outcome, "ticket": ticket})
    messages.success(visit.request, done(action, f"{ticket.number} {Telling(ticket, visit.actor).title}"))
    return visit.go(visit.back(reverse("ticket", args=[ticket.number])))


def _forget(visit: Visit, ticket: Ticket, action: Action) -> None:
    """Its draft goes; with it that of the act in whose form this one was chosen."""
    for name in {action.value, visit.request.POST.get("kept", action.value)}:
        drafts.drop(user=visit.user, place=drafts.place(ticket.number, name))


def _only_changed(ticket: Ticket, typed: dict[str, Any]) -> dict[str, Any]:
    """A correction says only what differs."""
    return {
        name: value
        for name, value in typed.items()
        if name == "reason" or str(getattr(ticket, name, None)) != str(value).replace("\r\n", "\n")
    }


def _expected(row: Act, post: Mapping[str, Any]) -> int | None:
    """The version that the person saw; acts that only add do not ask."""
    return None if row.adds else whole(post.get("version", ""))


def refusal(error: Exception) -> dict[str, list[str]]:
    """The domain's refusal under its field, or under '' for the whole form."""
    if isinstance(error, ValidationError):
        return fields.errors_of(error.detail)
    if isinstance(error, Misread):
        return {each["field"]: [each["reason"]] for each in error.errors}
    if isinstance(error, BadTerms):
        return {"amount": [_("This amount does not fit the limit's unit.")]}
    if isinstance(error, OperationalError):
        return {"": [_("The service is busy: try again in a moment.")]}
    if isinstance(error, UnableToStore):
        return {"file": [said(error)]}
    name = getattr(error, "facts", {}).get("field", "")
    return {name: [said(error)]}  # type: ignore[arg-type]
