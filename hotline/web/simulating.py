"""推演: a past period replayed under another limit, calendar or staffing, and beside it what it really was; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from hotline.telling import simulation as telling
from hotline.wording import said, whole
from tickets.actions.proposals.proposing import amended
from tickets.domain.moments import to_local
from tickets.domain.words import Side
from tickets.models import Policy, Proposal, ProposalKind, Section
from tickets.queries import offices, policies
from tickets.queries.calendar import read_content
from tickets.queries.simulation import Otherwise, Simulated, limits_of, simulate

from .visit import Visit, page

LONGEST = 366
UNPROCESSABLE = 422


@page("page.rules.simulate")
def simulation(visit: Visit) -> HttpResponse:
    """GET with nothing shows the form; asked, it shows the table as well."""
    asked = visit.request.GET
    today = to_local(visit.now).date()
    first_of_month = today.replace(day=1)
    begin = (first_of_month - timedelta(days=1)).replace(day=1)
    given = {
        "first": asked.get("first") or begin.isoformat(), "last": asked.get("last") or (first_of_month - timedelta(days=1)).isoformat(),
        **{name: asked.get(name, "") for name in ("policy", "amount", "section", "hands", "proposal")},
        "side": asked.get("side") if asked.get("side") in Side._value2member_map_ else Side.OUTER.value,
    }  # fmt: skip
    errors: dict[str, str] = {}
    found = _replayed(visit, given, errors) if asked else None
    facts = {
        "here": "simulate",
        "given": given,
        "errors": errors,
        "found": found,
        "policies": [
            (str(row.pk), telling.policy(row)) for row in policies.in_force(visit.now) if row.clock == "reply"
        ],
        "sections": [(str(pk), section.name) for pk, section in offices.sections().items() if section.is_active],
        "proposals": _proposals(),
        "sides": [(side.value, said(side)) for side in Side],
    }
    template = "rules/simulated.html" if visit.is_fragment else "rules/simulation.html"
    return (visit.part if visit.is_fragment else visit.page)(template, facts, status=UNPROCESSABLE if errors else 200)


def _proposals() -> list[tuple[str, str]]:
    rows = Proposal.objects.filter(kind=ProposalKind.CALENDAR.value).order_by("-id")[:20]
    return [(str(row.pk), row.title) for row in rows]


def _replayed(visit: Visit, given: Mapping[str, Any], errors: dict[str, str]) -> dict[str, Any] | None:
    first, last = (_day(given[name], name, errors) for name in ("first", "last"))
    if first and last and not 0 <= (last - first).days <= LONGEST:
        errors["last"] = _("The period ends before it begins, or is longer than a year.")
    otherwise = _otherwise(given, errors)
    if errors or first is None or last is None:
        return None
    found: Simulated = simulate(first, last, otherwise, now=visit.now, side=Side(given["side"]))
    return telling.simulated(found, otherwise, offices.sections(), visit.actor)


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors[name] = _("Write a day, such as 2026-03-01.")
        return None


def _otherwise(given: Mapping[str, Any], errors: dict[str, str]) -> Otherwise:
    amount, hands = _number(given["amount"], "amount", errors), _number(given["hands"], "hands", errors)
    policy = Policy.objects.filter(pk=whole(given["policy"]) or 0).first()
    section = Section.objects.filter(pk=whole(given["section"]) or 0).first()
    proposal = Proposal.objects.filter(pk=whole(given["proposal"]) or 0).first()
    if policy is None and amount is not None:
        errors["policy"] = _("Choose the limit that this amount is for.")
    if policy is not None and amount is not None and amount != int(amount) and "days" in policy.unit:
        errors["amount"] = _("A limit in days is a whole number.")
    if section is None and hands is not None:
        errors["section"] = _("Choose the section whose staffing is supposed.")
    return Otherwise(
        limits_of([(policy, amount)]) if policy and amount else {},
        amended(proposal, read_content()) if proposal and proposal.kind == ProposalKind.CALENDAR else None,
        {section.pk: hands / 100} if section and hands else {},
    )


def _number(text: str, name: str, errors: dict[str, str]) -> Decimal | None:
    if not text.strip():
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or not 0 < number <= 10_000:
        errors[name] = _("Write a number above 0.")
        return None
    return number
