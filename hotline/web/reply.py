"""The reply desk: the internal account and the public reply side by side, checked while they are written, sent on to review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import OperationalError, transaction
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from hotline.acting import drafts, forms
from hotline.acting.acts import ACTS
from hotline.acting.fields import Day
from hotline.permissions import find_ticket
from hotline.telling import stale
from hotline.telling.matter import Telling
from hotline.wording import account, pair, public_reply, said, whole
from tickets.actions.ledger import StaleVersion
from tickets.domain.states import Action, State, UnableToMove, permits
from tickets.domain.words import Outcome
from tickets.models import FileState, PhraseKind, ReplyState, Ticket
from tickets.queries import phrases, readiness

from . import act, fields
from .visit import Visit, page

EDITABLE = (ReplyState.DRAFT.value, ReplyState.SENT_BACK.value, ReplyState.BOUNCED.value)
FORM = forms.Draft
#: In the address: what stands written now, not the reader's own draft of it.
AS_IT_IS = "as_it_is"
KEPT = ("outcome", "public_text", "handling", "promised_on", "disclosure", "disclosure_ground", "document_no")


def place(ticket: Ticket) -> str:
    """Where its draft is kept."""
    return drafts.place(ticket.number, "reply")


def desk(visit: Visit, telling: Telling, told: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """What the desk shows; None where this reader writes no reply now. ``told``: what became of the last try."""
    ticket = telling.ticket
    if not _writes(visit, ticket):
        return None
    written, remark = _written(telling)
    is_fresh = visit.request.method != "POST" and AS_IT_IS not in visit.request.GET
    kept = drafts.find(visit.user, place(ticket)) if is_fresh else None
    given: Any = visit.request.POST if visit.request.method == "POST" else kept[0] if kept else written
    errors = (told or {}).get("errors", {})
    files = [(str(row["id"]), row["name"]) for row in telling.hanging["attachments"] if _is_ours(row)]
    made = {each.name: each for each in fields.fields_of(FORM, given, errors, {"attachments": lambda: files})}
    return {
        "fields": made,
        "remark": remark,
        "public_reply": public_reply(each.channel for each in telling.inquiries),
        "kept": drafts.said(kept[1]) if kept else "",
        "phrases": phrases.of(PhraseKind.REPLY, ticket.section_id),
        "handling_phrases": phrases.of(PhraseKind.HANDLING, ticket.section_id),
        "findings": _findings(ticket, given, _known(telling)),
        "general": errors.get("", []) + errors.get("contact", []),
        **(told or {}),
    }


def _writes(visit: Visit, ticket: Ticket) -> bool:
    return ticket.stage is State.IN_PROGRESS and permits(Action.DRAFT, visit.actor, ticket.section_id)


def _written_now(visit: Visit, number: str) -> Ticket:
    ticket = find_ticket(visit.actor, number)
    if not _writes(visit, ticket):
        raise Http404(number)
    return ticket


def _written(telling: Telling) -> tuple[dict[str, Any], str]:
    """The text that waits to be mended, as its author wrote it, and why it came back."""
    rows = [row for row in telling.hanging["replies"] if not row["is_interim"]]
    if not rows or rows[-1]["state"] not in EDITABLE:
        return {}, ""
    last = rows[-1]
    files = [row["id"] for row in telling.hanging["attachments"] if row["reply__no"] == last["no"]]
    return {**{name: last[name] for name in KEPT}, "attachments": files}, str(last["remark"])


def _text(given: Any) -> readiness.Text:
    """What stands in the form now."""
    data = fields.typed(FORM, given) if isinstance(given, QueryDict) else dict(given)

    def one(name: str) -> str:
        value = data.get(name) or ""
        return str(value[0] if isinstance(value, list) and value else value if not isinstance(value, list) else "")

    files = tuple(pk for each in data.get("attachments") or () if (pk := whole(each)))
    day = Day()
    try:
        promised = day.to_internal_value(one("promised_on")) if one("promised_on") else None
    except ValidationError:
        promised = None
    return readiness.Text(one("outcome"), one("public_text"), one("handling"), promised, files)


def _is_ours(row: dict[str, Any]) -> bool:
    return row["state"] == FileState.STORED and row["role"] != "matter"


def _known(telling: Telling) -> readiness.Known:
    """What the page has read already."""
    contacts = [(row["contacted_at"], row["is_reached"]) for row in telling.hanging["contacts"]]
    photos = frozenset(row["id"] for row in telling.hanging["attachments"] if row["role"] == "photo")
    return readiness.Known(telling.inquiries, contacts[-1] if contacts else None, photos)


def _findings(ticket: Ticket, given: Any, known: readiness.Known | None = None) -> list[dict[str, str]]:
    text = _text(given)
    is_begun = bool(
        text.public_text.strip() or text.handling.strip()
    )  # nobody is told off before he has written a word
    return [
        {"level": each.level if is_begun or each.level == "good" else "todo", "words": said(each)}
        for each in readiness.findings(ticket, text, known)
    ]


@page("page.ticket.act")
def checks(visit: Visit, number: str) -> HttpResponse:
    """The checks of what stands in the form, while it is written: for whoever writes now."""
    ticket = _written_now(visit, number)
    return visit.part("ticket/checks.html", {"findings": _findings(ticket, visit.request.POST)})


@page("page.ticket.act")
def preview(visit: Visit, number: str) -> HttpResponse:
    """The reply as each source will show it."""
    ticket = _written_now(visit, number)
    telling = Telling(ticket, visit.actor)
    text = _text(visit.request.POST)
    shown = [
        {
            "source": pair(each.source.name_zh, each.source.name_en),
            "number": each.number,
            "code": each.source_id,
            "account": account([each.channel]),
        }
        for each in telling.inquiries
    ]
    outcome = {word.value: said(word) for word in Outcome}
    facts = {"ticket": ticket, "text": text, "shown": shown, "outcome": outcome.get(text.outcome, "")}
    return visit.part("ticket/preview.html", facts)


@page("page.ticket.act")
def write(visit: Visit, number: str) -> HttpResponse:
    """Keep the reply as a draft of the ticket, or submit it for review as well; what was typed stays whatever happens."""
    ticket = find_ticket(visit.actor, number)
    if visit.request.method != "POST":
        return visit.go(reverse("ticket", args=[number]) + "#reply")
    form = FORM(data=fields.typed(FORM, visit.request.POST))
    if not form.is_valid():
        return _unfinished(visit, ticket, {"errors": fields.errors_of(form.errors)})
    try:
        _do(visit, ticket, form.validated_data)
    except StaleVersion as error:
        return _again(visit, ticket, {"stale": stale.told(error), "version": error.facts["version"]}, act.CONFLICT)
    except (UnableToMove, ValidationError, OperationalError) as error:
        return _again(visit, ticket, {"errors": act.refusal(error)}, act.CONFLICT)
    drafts.drop(user=visit.user, place=place(ticket))
    messages.success(visit.request, _("Draft saved") if _only_saves(visit) else _("Submitted for review"))
    return visit.go(reverse("ticket", args=[number]))


def _only_saves(visit: Visit) -> bool:
    return visit.request.POST.get("do") == "save"


def _unfinished(visit: Visit, ticket: Ticket, told: dict[str, Any]) -> HttpResponse:
    """What is not all there yet may be saved as it is, for oneself; only what is submitted needs all."""
    if not _only_saves(visit) or not _writes(visit, ticket):
        return _again(visit, ticket, told, act.UNPROCESSABLE)
    _keep(visit, ticket)
    messages.success(visit.request, _("Saved for you: the draft is not finished, so nobody else sees it yet"))
    return visit.go(reverse("ticket", args=[ticket.number]) + "#reply")


def _keep(visit: Visit, ticket: Ticket) -> None:
    """What was typed, as a draft of this person."""
    typed = {name: visit.request.POST.getlist(name) for name in (*KEPT, "attachments") if name in visit.request.POST}
    drafts.keep(user=visit.user, place=place(ticket), typed=typed, now=visit.now)


@transaction.atomic
def _do(visit: Visit, ticket: Ticket, values: dict[str, Any]) -> None:
    expected = whole(visit.request.POST.get("version", ""))
    ACTS[Action.DRAFT].do(ticket=ticket, actor=visit.actor, now=visit.now, expected_version=expected, **values)
    if not _only_saves(visit):
        ACTS[Action.SUBMIT].do(ticket=ticket, actor=visit.actor, now=visit.now, expected_version=None)


def _again(visit: Visit, ticket: Ticket, told: dict[str, Any], status: int) -> HttpResponse:
    """The page once more, with what was typed and what is wrong with it."""
    from .ticket import facts

    fresh = find_ticket(visit.actor, ticket.number)
    given = facts(visit, fresh)
    if given["desk"] is None:
        return _moved_on(visit, fresh, given["account"])
    given["desk"] |= desk(visit, Telling(fresh, visit.actor).open(), told) or {}
    return visit.page("ticket/page.html", given, status=status)


def _moved_on(visit: Visit, ticket: Ticket, name: str) -> HttpResponse:
    """The ticket left the hands of who was writing: who did what and when, and what was typed, which is kept. ``name``: of the account."""
    _keep(visit, ticket)
    post = visit.request.POST
    texts = [(name, post.get("handling", "")), (_("Public reply"), post.get("public_text", ""))]
    facts = {
        "ticket": ticket,
        "state": said(ticket.stage),
        "stale": stale.last(ticket),
        "typed": [each for each in texts if each[1].strip()],
    }
    return visit.page("ticket/moved_on.html", facts, status=act.CONFLICT)
