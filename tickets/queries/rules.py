"""派单规则 as the domain reads them, and what a changed rule would have done to last month's tickets: asked, never written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from tickets.domain.routing import Decision, Facts, Rule, route
from tickets.domain.words import Channel, MatterType, Urgency
from tickets.models import Route, Ticket

from . import offices

CONDITIONS = ("channels", "types", "urgencies", "words", "categories", "areas", "places", "projects")
#: What a rehearsal looks back at, and at how many tickets at the most.
MONTH, MOST = timedelta(days=30), 2_000
SHOWN = 20
#: The id of a rule that is not saved yet.
UNSAVED = 2**62
#: A place of a rule: the last. Else the id of the rule it is asked before, or None for where it stands.
LAST = 0
COLUMNS = (
    "number", "channel", "type", "urgency", "title", "content", "category", "area_code", "place", "project__name", "section_id",
    "state", "is_confidential", "registered_at",
)  # fmt: skip


def rule_of(row: Route, sections: Mapping[str, int]) -> Rule:
    """The row as the domain asks it; ``sections``: ids by code. Raises ValueError, TypeError or KeyError for one that cannot be read."""
    unknown = [code for code in row.co_sections if code not in sections]
    if unknown:
        raise ValueError(f"unknown sections {unknown}")
    lists: dict[str, Any] = {key: tuple(value) for key, value in row.conditions.items()}
    co_sections = tuple(sections[code] for code in row.co_sections)
    return Rule(row.pk or UNSAVED, row.order, row.name, row.section_id, co_sections, **lists)


def by_code() -> dict[str, int]:
    """The ids of the sections by their codes."""
    return {section.code: pk for pk, section in offices.sections().items()}


def readable(rows: Iterable[Route]) -> list[Rule]:
    """The rules of the rows that can be read; the others are left out here (routing sets them aside with an alarm)."""
    sections, found = by_code(), []
    for row in rows:
        try:
            found.append(rule_of(row, sections))
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return found


def placed(rows: Iterable[Route], route: Route, before: int | None = None) -> list[Route]:
    """The rows in the order in which they are asked, ``route`` (in place of its old self) ``before`` another, LAST, or where it
    stands; a new one that says nothing comes last."""
    others = sorted((row for row in rows if row.pk != route.pk), key=lambda row: (row.order, row.pk))
    if before is None and route.pk:
        place = sum(1 for row in others if (row.order, row.pk) < (route.order, route.pk))
    else:
        place = next((number for number, row in enumerate(others) if row.pk == before), len(others))
    return [*others[:place], route, *others[place:]]


def decision(facts: Facts) -> Decision:
    """What the rules say now."""
    return route(facts, readable(offices.routes()))


def facts_of(row: Mapping[str, Any]) -> Facts:
    """What the rules look at of a ticket's ``COLUMNS``. A project that a source named and our list does not know is not kept."""
    return Facts(
        Channel(row["channel"]),
        MatterType(row["type"]),
        Urgency(row["urgency"]),
        row["title"],
        row["content"],
        row["category"],
        row["area_code"],
        row["place"],
        row["project__name"] or "",
    )


def facts_of_ticket(ticket: Ticket) -> Facts:
    """``facts_of`` for a ticket in hand."""
    plain = {name: getattr(ticket, name) for name in COLUMNS if "__" not in name}
    return facts_of({**plain, "project__name": ticket.project.name if ticket.project else ""})


@dataclass(slots=True)
class Rehearsal:
    """``seen`` tickets were asked; ``matched`` fall under the rule; of these ``as_went`` went to its section, ``undispatched`` to none
    yet, the rest elsewhere. ``moves``: where tickets would have been sent otherwise than by today's rules, (from, to) -> how many;
    None is the office. ``sample``: tickets of it, those that went elsewhere first. ``is_cut``: there were more in the month."""

    seen: int = 0
    matched: int = 0
    as_went: int = 0
    undispatched: int = 0
    by_itself: int = 0
    is_cut: bool = False
    moves: Counter[tuple[int | None, int | None]] = field(default_factory=Counter)
    sample: list[dict[str, Any]] = field(default_factory=list)

    @property
    def moved(self) -> int:
        """How many would have been sent otherwise."""
        return sum(self.moves.values())


def rehearse(*, proposed: Route, now: datetime, before: int | None = None) -> Rehearsal:
    """What today's rules with ``proposed`` in place of its old self (or beside them, see ``placed``) would have said of the last
    30 days' tickets, of the newest 2,000 at the most; by the domain's own routing."""
    rows = [row for row in placed(offices.routes(), proposed, before) if row is not proposed or row.is_active]
    today = readable(offices.routes())
    then = [replace(rule, order=number) for number, rule in enumerate(readable(rows))]
    found = Rehearsal()
    tickets = list(_last_month(now))
    found.seen, found.is_cut = len(tickets), len(tickets) == MOST
    for row in tickets:
        facts = facts_of(row)
        _count(found, row, route(facts, today), route(facts, then), proposed)
    found.sample = sorted(found.sample, key=lambda each: each["went"] == each["to"])[:SHOWN]
    return found


def _last_month(now: datetime) -> QuerySet[Ticket, dict[str, Any]]:
    newest = Ticket.objects.order_by("-id").values("pk")[:MOST]
    recent = Ticket.objects.filter(pk__in=newest, registered_at__gte=now - MONTH).order_by("-id")
    rows: QuerySet[Ticket, dict[str, Any]] = recent.values(*COLUMNS)
    return rows


def _count(found: Rehearsal, row: dict[str, Any], before: Decision, after: Decision, proposed: Route) -> None:
    moves = before.section_id != after.section_id
    matches = after.rule_id == (proposed.pk or UNSAVED)
    if moves:
        found.moves[before.section_id, after.section_id] += 1
    if matches:
        found.matched += 1
        found.as_went += row["section_id"] == after.section_id
        found.undispatched += row["section_id"] is None
        found.by_itself += proposed.dispatches and not row["is_confidential"]
    if moves or matches:
        told = {name: row[name] for name in ("number", "title", "state", "is_confidential", "registered_at")}
        was, to, went = before.section_id, after.section_id, row["section_id"]
        found.sample.append({**told, "was": was, "to": to, "went": went, "why": after.matched})
