"""规则: what holds in this house, readable by everybody: a matter tried out, the limits with their source, the calendar at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Max, Min
from django.http import HttpResponse
from django.utils.translation import gettext as _

from hotline.telling import rules as telling
from hotline.wording import label, listed, pair, said, whole
from tickets.actions.timers.planned import Planner
from tickets.domain.moments import to_local
from tickets.domain.routing import Facts
from tickets.domain.words import Channel, ClockKind, MatterType, Outcome, Side, Urgency
from tickets.models import CoveredYear, Inquiry, OfficeHours, PauseRule, Policy, SignOffRule, SpecialDay
from tickets.queries import offices, signing
from tickets.queries import policies as queries
from tickets.queries import rules as routing
from tickets.queries.calendar import working_calendar

from .visit import Visit, page

LONGEST = 2_000
WORDS: Mapping[str, Any] = {"channel": Channel, "type": MatterType, "urgency": Urgency}


@page("page.rules")
def rules(visit: Visit) -> HttpResponse:
    """What would become of a matter that comes in now: where it goes and why, and what is due when. Nothing is written."""
    asked = visit.request.GET
    given = {name: asked.get(name, "") for name in (*WORDS, "text", "place", "project")}
    choices = {name: [(word.value, said(word)) for word in kind] for name, kind in WORDS.items()}
    facts: dict[str, Any] = {
        "here": "rules",
        "given": given,
        "choices": choices,
        "projects": [project.name for project in offices.known_projects()[:200]],
        "tried": _tried(visit, given) if given["text"].strip() else None,
    }
    template = "rules/tried.html" if visit.is_fragment else "rules/rules.html"
    return (visit.part if visit.is_fragment else visit.page)(template, facts)


def _tried(visit: Visit, given: Mapping[str, str]) -> dict[str, Any]:
    words = {
        name: kind(given[name]) if given[name] in kind._value2member_map_ else next(iter(kind))
        for name, kind in WORDS.items()
    }
    text, place, project = (given[name][:LONGEST] for name in ("text", "place", "project"))
    facts = Facts(words["channel"], words["type"], words["urgency"], "", text, place=place, project=project)
    with offices.held():
        decision, sections = routing.decision(facts), offices.sections()
        planner = Planner(visit.now)
        inquiry = Inquiry(channel=words["channel"].value, received_at=visit.now, dispatched_at=visit.now)
        kind_of = words["type"].value, words["urgency"].value, ""
        outer = planner.outer(inquiry, kind_of)
        inner = planner.inner(inquiry, kind_of, decision.section_id or 0, outer)
    policies = Policy.objects.in_bulk([row["policy_id"] for row in (*outer, *inner) if row["policy_id"]])
    return {
        "section": sections[decision.section_id].name if decision.section_id in sections else "",
        "co_sections": [sections[pk].name for pk in decision.co_section_ids if pk in sections],
        "reason": pair(decision.reason_zh, decision.reason_en),
        "clocks": [_clock(row, policies) for row in (*outer, *inner)],
    }


def _clock(row: Mapping[str, Any], policies: Mapping[int, Policy]) -> dict[str, Any]:
    policy = policies.get(row["policy_id"] or 0)
    return {
        "side": label(Side, row["side"]),
        "kind": label(ClockKind, row["kind"]),
        "due_at": row["due_at"],
        "is_provisional": row["is_provisional"],
        "policy": pair(*policy.names) if policy else "",
        "amount": telling.amount(policy) if policy and "before" not in row["terms"] else "",
        "citation": pair(*policy.citations) if policy else "",
    }


@page("page.rules")
def policies(visit: Visit) -> HttpResponse:
    """The limits: those in force, or with the examples of other places and what has ended."""
    today = to_local(visit.now).date()
    is_all = visit.request.GET.get("all") == "1"
    rows: Iterable[Policy] = Policy.objects.order_by("id") if is_all else queries.in_force(visit.now)
    facts = {
        "here": "policies",
        "is_all": is_all,
        "groups": telling.policies(rows, today),
        "pauses": telling.pauses(PauseRule.objects.filter(is_active=True)),
        "signers": [_signer(rule) for rule in signing.rules()],
    }
    return visit.page("rules/policies.html", facts)


def _signer(rule: SignOffRule) -> str:
    said_of = [
        label(Channel, rule.channel),
        label(Outcome, rule.outcome),
        _("supervised matters") if rule.is_supervised else "",
    ]
    return listed(filter(None, said_of)) or _("everything")


@page("page.rules")
def calendar(visit: Visit) -> HttpResponse:
    """A year at a glance."""
    today = to_local(visit.now).date()
    bounds = CoveredYear.objects.aggregate(first=Min("year"), last=Max("year"))
    first, last = bounds["first"] or today.year, max(bounds["last"] or today.year, today.year) + 1
    wanted = whole(visit.request.GET.get("year", "")) or today.year
    number = min(max(wanted, first), last)
    special = list(SpecialDay.objects.filter(date__year=number).order_by("date"))
    known = working_calendar()
    months = telling.year(known, number, today, {row.date for row in special if row.intervals})
    facts = {
        "here": "calendar",
        "year": number,
        "before": number - 1 if number > first else None,
        "after": number + 1 if number < last else None,
        "months": months,
        "working": sum(month["working"] for month in months),
        "special": [_special(row) for row in special],
        "covered_until": known.covered_until,
        "is_covered": known.is_covered(date(number, 12, 31)),
        "hours": OfficeHours.objects.order_by("first_date"),
    }
    return visit.page("rules/calendar.html", facts)


def _special(row: SpecialDay) -> dict[str, Any]:
    return {
        "row": row,
        "name": pair(row.name_zh, row.name_en or row.name_zh),
        "what": (_("own hours") if row.intervals else _("worked")) if row.is_working else _("day off"),
    }
