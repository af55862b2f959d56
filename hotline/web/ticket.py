"""The page of a ticket: clocks and people on the left, the matter and the reply in the middle, the story on the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from hotline.acting import drafts
from hotline.permissions import find_ticket, may
from hotline.permissions.table import SEES_READINGS
from hotline.telling import changes, readers, story, verdicts
from hotline.telling import clocks as clock_words
from hotline.telling.matter import Telling
from hotline.wording import account, label
from tickets.actions import readings
from tickets.domain.states import Action
from tickets.domain.words import Role, Side
from tickets.models import ReadingKind, RequestKind, Ticket
from tickets.queries import calendar, hall, phrases
from tickets.queries.freshness import held_together

from . import buttons, reply
from .visit import Visit, page

STORY_LINES = 14
#: So many chases, supervisions and instructions stand over the matter; all of them stand in the story.
MOST_ASKED = 4


@page("page.ticket")
def ticket(visit: Visit, number: str) -> HttpResponse:
    """The whole of a ticket on one screen."""
    found = find_ticket(visit.actor, number)
    readings.write(ticket=found, actor=visit.actor, now=visit.now, kind=ReadingKind.PAGE)
    return visit.page("ticket/page.html", facts(visit, found))


def facts(visit: Visit, found: Ticket) -> dict[str, Any]:
    """What the page shows, in a bounded number of statements."""
    telling = Telling(found, visit.actor).open(story=True)
    with held_together(calendar.cached, phrases.cached, phrases.cached_terms):
        return _facts(visit, telling)


def _facts(visit: Visit, telling: Telling) -> dict[str, Any]:
    found, told = telling.ticket, telling.whole()
    desk = reply.desk(visit, telling)
    lines = story.lines(telling)
    limits = clock_words.shown(found, visit.now, side=Side.INNER if visit.scope.kind == "section" else Side.OUTER)
    shown, more = story.newest(lines, STORY_LINES)
    return {
        "ticket": found,
        "told": told,
        "tags": tags(told),
        "merged": sorted({str(each.of_ticket) for each in telling.inquiries if each.ticket_id != found.pk}),  # type: ignore[attr-defined]
        "clocks": limits,
        "reply_unit": clock_words.reply_unit(limits),
        "asked": [line for line in lines if line["code"] in hall.ASKED][:MOST_ASKED],
        "asked_at": found.asked_at,
        "may_compare": may(visit.actor, "page.office.compare", signed_in=True),
        "verdicts": verdicts.of(telling),
        "story": shown,
        "story_more": more,
        "desk": desk,
        "account": account(each.channel for each in telling.inquiries),
        "buttons": buttons.of(telling, writes_reply=desk is not None),
        "dispatched_by": _dispatched_by(lines),
        "caller": next((each["caller"] for each in reversed(told["inquiries"]) if each["caller"]), None),
        "codes": telling.codes(),
        "may_reveal": telling.view in ("office", "lead"),
        "sees_readings": bool(visit.actor.roles & SEES_READINGS),
        "seq": found.journal_seq,
    }


def _dispatched_by(lines: list[dict[str, Any]]) -> str:
    """The person who named the section; nothing where a rule did, or nobody yet."""
    last = next((line["who"] for line in lines if line["code"] == Action.DISPATCH.value), "")
    return "" if last == label(Role, Role.SYSTEM.value) else str(last)


def tags(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(words, tone) of what marks the ticket beside its state."""
    asked = {each["kind"] for each in told["requests"] if each["is_open"]}
    marks = [
        (told["urgency_label"], "red", told["urgency"] == "critical"),
        (told["urgency_label"], "amber", told["urgency"] == "urgent"),
        (_("Confidential"), "red", told["is_confidential"]),
        (_("Supervised"), "red", told["is_supervised"]),
        (_("Chases: %d") % told["chase_count"], "amber", told["chase_count"]),
        (_("Redos: %d") % told["redo_count"], "amber", told["redo_count"]),
        (_("Extension asked"), "", RequestKind.EXTENSION in asked),
        (_("Suspension asked"), "", RequestKind.SUSPENSION in asked),
        (_("Must be handled here"), "amber", told["must_handle"]),
        (_("Answered on the line"), "blue", told["is_direct"]),
    ]
    return [(str(words), tone) for words, tone, holds in marks if holds]


@page("page.ticket.story")
def whole_story(visit: Visit, number: str) -> HttpResponse:
    """Everything that happened."""
    found = find_ticket(visit.actor, number)
    telling = Telling(found, visit.actor).open(story=True)
    given = {"ticket": found, "title": telling.facts()["title"], "story": story.lines(telling)}
    return (visit.part if visit.is_fragment else visit.page)(
        "ticket/story_lines.html" if visit.is_fragment else "ticket/story.html", given
    )


@page("page.ticket.changes")
def what_changed(visit: Visit, number: str) -> HttpResponse:
    """Field by field, what was and what became."""
    found = find_ticket(visit.actor, number)
    telling = Telling(found, visit.actor)
    rows = changes.for_people(changes.of(found, telling))
    return visit.page("ticket/changes.html", {"ticket": found, "title": telling.facts()["title"], "rows": rows})


@page("page.ticket.readers")
def who_looked(visit: Visit, number: str) -> HttpResponse:
    """谁看过: who opened the petitioner's data or a file, when and why."""
    found = find_ticket(visit.actor, number)
    telling = Telling(found, visit.actor)
    return visit.page(
        "ticket/readers.html", {"ticket": found, "title": telling.facts()["title"], "rows": readers.of(found)}
    )


@page("page.ticket.draft")
def draft(visit: Visit, number: str, action: str) -> HttpResponse:
    """Keep what is being typed; the answer says when it was kept."""
    if visit.request.method != "POST" or (action != "reply" and action not in Action._value2member_map_):
        raise Http404(action)
    found = find_ticket(visit.actor, number)
    typed = {name: [str(each) for each in texts] for name, texts in visit.request.POST.lists()}
    for name in ("csrfmiddlewaretoken", "version", "back", "do", "kept"):
        typed.pop(name, None)
    drafts.keep(user=visit.user, place=drafts.place(found.number, action), typed=typed, now=visit.now)
    return HttpResponse(drafts.said(visit.now))
