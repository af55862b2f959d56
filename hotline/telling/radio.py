"""上线 sessions as the desk shows them: the calls of a sitting, and the summary that is printed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count, OuterRef, Subquery

from hotline.models import RadioCall, RadioSession
from hotline.wording import label, mask_name, mask_phone, mask_text, pair
from tickets.domain.states import State
from tickets.domain.words import ClockKind, MatterType, Side
from tickets.models import Timer

Row = dict[str, Any]
SESSIONS = 40
#: States in which a clerk may still mend what he has logged.
MENDABLE = (State.REGISTERED.value, State.DISPATCHED.value)


def sessions() -> list[RadioSession]:
    """The newest, each with ``many`` calls and who opened it."""
    rows = RadioSession.objects.select_related("opened_by").annotate(many=Count("calls"))
    return list(rows.order_by("-on_air_at", "-id")[:SESSIONS])


def calls(session: RadioSession) -> list[Row]:
    """The calls of a session, the newest first, numbered as they came."""
    limits = Timer.objects.filter(
        inquiry=OuterRef("inquiry"), side=Side.OUTER.value, kind=ClockKind.REPLY.value
    ).order_by("-id")
    rows = (
        RadioCall.objects.filter(session=session)
        .select_related("inquiry__person", "inquiry__ticket__section", "inquiry__ticket__proposed_section")
        .annotate(answer_by=Subquery(limits.values("due_at")[:1]))
    )
    told = [_row(place, call) for place, call in enumerate(rows.order_by("id"), start=1)]
    return told[::-1]


def _row(place: int, call: Any) -> Row:
    ticket, person = call.inquiry.ticket, call.inquiry.person
    party = person.party() if person is not None else None
    who = " ".join(part for part in (mask_name(party.name), mask_phone(party.phone)) if part) if party else ""
    section = ticket.section or ticket.proposed_section
    return {
        "id": call.pk,
        "no": place,
        "who": who or pair("匿名听众", "anonymous listener"),
        "title": mask_text(ticket.title),
        "content": mask_text(ticket.content),
        "place": mask_text(ticket.place),
        "type": ticket.type,
        "type_label": label(MatterType, ticket.type),
        "number": ticket.number,
        "state": ticket.state,
        "state_label": label(State, ticket.state),
        "section": section.name if section else "",
        "is_proposed": ticket.section is None,
        "is_withdrawn": ticket.state == State.TERMINATED,
        "is_mendable": ticket.state in MENDABLE,
        "due_at": call.answer_by,
    }


def counted(rows: list[Row]) -> Row:
    """How many were ``kept`` and ``withdrawn``; the kept ones by ``types`` and ``sections``, most first."""
    kept = [row for row in rows if not row["is_withdrawn"]]
    undecided = pair("待派单", "to be dispatched")
    return {
        "kept": len(kept),
        "withdrawn": len(rows) - len(kept),
        "types": Counter(row["type_label"] for row in kept).most_common(),
        "sections": Counter(row["section"] or undecided for row in kept).most_common(),
    }
