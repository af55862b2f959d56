"""上线: the page of the on-air sessions, the sitting in which calls are logged one after another, and its printed summary."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from hotline.acting import drafts
from hotline.acting import radio as acting
from hotline.acting.radio import PROGRAMME, ListenerForm, SessionForm
from hotline.models import RadioCall, RadioSession
from hotline.telling import radio as telling
from hotline.wording import said
from tickets.actions.intake import UnableToReceiveError
from tickets.domain.moments import to_local
from tickets.domain.states import UnableToMove
from tickets.queries import habits

from . import act, fields
from .visit import Visit, page

UNPROCESSABLE = 422
Errors = dict[str, list[str]]


@page("page.radio")
def radio(visit: Visit) -> HttpResponse:
    """The sessions, the newest first; by POST a new one is opened."""
    if visit.request.method != "POST":
        return _sessions(visit, _usual(visit))
    form = SessionForm(data=fields.typed(SessionForm, visit.request.POST))
    if not form.is_valid():
        return _sessions(visit, visit.request.POST, fields.errors_of(form.errors), UNPROCESSABLE)
    try:
        session = acting.open_session(form=dict(form.validated_data), user=visit.user, now=visit.now)
    except ValidationError as error:
        return _sessions(visit, visit.request.POST, fields.errors_of(error.detail), UNPROCESSABLE)
    return visit.go(reverse("radio_session", args=[session.pk]))


def _usual(visit: Visit) -> dict[str, Any]:
    """The programme of last time, today at the full hour."""
    last = RadioSession.objects.first()
    hour = to_local(visit.now).replace(minute=0, second=0, microsecond=0)
    return {"programme": last.programme if last else PROGRAMME, "on_air_at": hour}


def _sessions(visit: Visit, given: Any, errors: Errors | None = None, status: int = 200) -> HttpResponse:
    shown = {each.name: each for each in fields.fields_of(SessionForm, given, errors)}
    facts = {"f": shown, "sessions": telling.sessions(), "general": (errors or {}).get("", [])}
    return visit.page("intake/radio.html", facts, status=status)


def _session(pk: int) -> RadioSession:
    return get_object_or_404(RadioSession.objects.select_related("opened_by"), pk=pk)


def place_of(session: RadioSession) -> str:
    """Where the draft of a sitting is kept."""
    return f"radio/{session.pk}"


@page("page.radio")
def sitting(visit: Visit, pk: int) -> HttpResponse:
    """The form of short calls with the list below it; Enter logs one and empties the form."""
    session = _session(pk)
    if visit.request.method == "POST":
        return _logged(visit, session)
    if session.closed_at is not None:
        return visit.go(reverse("radio_summary", args=[pk]))
    kept = drafts.find(visit.user, place_of(session))
    return _sitting(visit, session, fields.kept(kept[0]) if kept else {})


def _sitting(
    visit: Visit, session: RadioSession, given: Any, errors: Errors | None = None, status: int = 200, mending: int = 0
) -> HttpResponse:
    rows = telling.calls(session)
    shown = {each.name: each for each in fields.fields_of(ListenerForm, given, errors)}
    shown["content"].kind = "text"
    facts = {
        "session": session,
        "f": shown,
        "general": (errors or {}).get("", []),
        "entry": secrets.token_hex(8),
        "rows": rows,
        "last": next((row["id"] for row in rows if row["is_mendable"]), 0),
        "mending": next((row for row in rows if row["id"] == mending), None),
        "places": habits.places(),
    }
    if visit.is_fragment:
        return visit.part("intake/sitting.html", facts, status=status)
    return visit.page("intake/session.html", facts, status=status)


def _logged(visit: Visit, session: RadioSession) -> HttpResponse:
    form, errors = _read(visit)
    if not errors:
        entry_of = visit.request.POST.get("entry", "")
        errors = _tried(
            lambda: acting.log(session=session, form=form, entry=entry_of, actor=visit.actor, now=visit.now)
        )
    if errors:
        return _sitting(visit, session, visit.request.POST, errors, UNPROCESSABLE)
    drafts.drop(user=visit.user, place=place_of(session))
    if visit.is_fragment:
        return _sitting(visit, session, {})
    return visit.go(reverse("radio_session", args=[session.pk]))


def _read(visit: Visit) -> tuple[dict[str, Any], Errors]:
    form = ListenerForm(data=fields.typed(ListenerForm, visit.request.POST))
    if form.is_valid():
        return dict(form.validated_data), {}
    return {}, fields.errors_of(form.errors)


def _tried(do: Any) -> Errors:
    """What was refused, by field; nothing where it was done."""
    try:
        do()
    except UnableToReceiveError as error:
        return {error.field: [said(error)]}
    except (UnableToMove, ValidationError, OperationalError) as error:
        return act.refusal(error)
    return {}


@page("page.radio")
def draft(visit: Visit, pk: int) -> HttpResponse:
    """Keep what is being typed in the sitting."""
    if visit.request.method != "POST":
        raise Http404
    session, post = _session(pk), visit.request.POST
    typed = {name: [str(each) for each in post.getlist(name)] for name in ("phone", "name", "content", "place", "type")}
    if not any(post.get(name, "").strip() for name in ("phone", "name", "content", "place")):
        drafts.drop(user=visit.user, place=place_of(session))
        return HttpResponse("")
    drafts.keep(user=visit.user, place=place_of(session), typed=typed, now=visit.now)
    return HttpResponse(drafts.said(visit.now))


@page("page.radio")
def correct(visit: Visit, pk: int, call: int) -> HttpResponse:
    """A logged call typed again: what was said is amended, the old stays in the history."""
    session, row = _session(pk), _call(pk, call)
    if visit.request.method != "POST":
        ticket = row.inquiry.ticket
        given: Mapping[str, Any] = {"content": ticket.content, "place": ticket.place, "type": ticket.type}
        return _sitting(visit, session, given, mending=row.pk)
    form, errors = _read(visit)
    errors = errors or _tried(lambda: acting.correct(call=row, form=form, actor=visit.actor, now=visit.now))
    if errors:
        return _sitting(visit, session, visit.request.POST, errors, UNPROCESSABLE, mending=row.pk)
    if visit.is_fragment:
        return _sitting(visit, session, {})
    return visit.go(reverse("radio_session", args=[pk]))


def _call(session: int, pk: int) -> RadioCall:
    return get_object_or_404(
        RadioCall.objects.select_related("session", "inquiry__ticket", "inquiry__person", "inquiry__source"),
        session_id=session,
        pk=pk,
    )


@page("page.radio")
def withdraw(visit: Visit, pk: int, call: int) -> HttpResponse:
    """撤单 of a call that was logged by mistake."""
    if visit.request.method == "POST":
        reason = visit.request.POST.get("reason", "").strip() or "上线登记有误，撤单"
        acting.withdraw(call=_call(pk, call), reason=reason, actor=visit.actor, now=visit.now)
        messages.success(visit.request, _("Withdrawn"))
    return visit.go(reverse("radio_session", args=[pk]))


@page("page.radio")
def close(visit: Visit, pk: int) -> HttpResponse:
    """The programme is over; or, where something was forgotten, it is opened again."""
    session = _session(pk)
    if visit.request.method != "POST":
        return visit.go(reverse("radio_session", args=[pk]))
    if visit.request.POST.get("do") == "open":
        acting.open_again(session=session, actor=visit.actor, now=visit.now)
        return visit.go(reverse("radio_session", args=[pk]))
    acting.close(session=session, actor=visit.actor, now=visit.now)
    return visit.go(reverse("radio_summary", args=[pk]))


@page("page.radio")
def summary(visit: Visit, pk: int) -> HttpResponse:
    """The session on one sheet of paper."""
    session = _session(pk)
    rows = telling.calls(session)[::-1]
    facts = {"session": session, "rows": rows, "counted": telling.counted(rows)}
    return visit.page("intake/summary.html", facts)
