"""A proposal in the reader's words: what changes, which clocks move and by how much, who turns overdue or is saved, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from hotline.permissions.table import SEES_CARD
from hotline.wording import label, listed, mask_text, moments, pair
from tickets.domain.actors import Actor
from tickets.domain.calendar import WorkingCalendar
from tickets.domain.counting import day_of
from tickets.domain.edition import Amendment, DayRow, Issuer
from tickets.domain.moments import to_local
from tickets.domain.terms import End, Unit
from tickets.domain.words import ClockKind, Side
from tickets.models import Effect, Policy, Proposal, ProposalKind, Reach, Section, Stage
from tickets.models.proposal import AT_WORK

TONES = {
    Stage.OPEN: "amber", Stage.MEASURING: "blue", Stage.WORKING: "blue", Stage.UNDOING: "blue", Stage.APPLIED: "green",
    Stage.REFUSED: "red", Stage.UNDONE: "", Stage.WITHDRAWN: "",
}  # fmt: skip
EFFECTS = {Effect.OVERDUE: "red", Effect.SAVED: "green", Effect.EARLIER: "amber", Effect.LATER: "blue"}
ONE_DAY = timedelta(days=1)


def row(proposal: Proposal) -> dict[str, Any]:
    """A line of the list, and the head of its page."""
    counts = proposal.counts or {}
    effects = counts.get("effects", {})
    return {
        "id": proposal.pk,
        "title": proposal.title,
        "kind": label(ProposalKind, proposal.kind),
        "stage": proposal.stage,
        "stage_label": label(Stage, proposal.stage),
        "tone": TONES[Stage(proposal.stage)],
        "reach": label(Reach, proposal.reach) if proposal.reach else "",
        "document": proposal.document,
        "reason": proposal.reason,
        "note": proposal.note,
        "by": str(proposal.proposed_by) if proposal.proposed_by else pair("系统", "System"),
        "at": proposal.proposed_at,
        "decided_by": str(proposal.decided_by) if proposal.decided_by else "",
        "decided_at": proposal.decided_at,
        "finished_at": proposal.finished_at,
        "is_measured": "moved" in counts,
        "is_at_work": proposal.stage in AT_WORK,
        "moved": counts.get("moved", 0),
        "tickets": counts.get("tickets", 0),
        "seen": counts.get("seen", 0),
        "settled": counts.get("settled", 0),
        "overdue": effects.get(Effect.OVERDUE.value, 0),
        "saved": effects.get(Effect.SAVED.value, 0),
        "changed": proposal.changed,
        "done": proposal.done,
        "total": max(proposal.total, 1),
        "percent": round(100 * proposal.done / proposal.total) if proposal.total else 0,
    }


def effects(proposal: Proposal) -> list[tuple[str, str, int]]:
    """(code, words, count) of each effect that occurs."""
    found = (proposal.counts or {}).get("effects", {})
    return [(each.value, label(Effect, each.value), found[each.value]) for each in Effect if found.get(each.value)]


def sections(proposal: Proposal, known: Mapping[int, Section]) -> list[dict[str, Any]]:
    """What each section's clocks do, in the order of the office's list."""
    found = (proposal.counts or {}).get("sections", {})
    names = {str(pk): section.name for pk, section in known.items()} | {"0": _("Not dispatched to a section")}
    return [
        {"id": pk, "name": names.get(pk, pk), "moved": sum(counts.values()), **{each.value: counts.get(each.value, 0) for each in Effect}}
        for pk, counts in sorted(found.items(), key=lambda item: -sum(item[1].values()))
    ]  # fmt: skip


# -- what changes ---------------------------------------------------------------------------------------------------------


def what(proposal: Proposal, today: date) -> list[dict[str, str]]:
    """Line by line: days together that are one holiday, office hours, years; or a limit's values before and after."""
    if proposal.kind == ProposalKind.POLICY:
        return list(_limit(proposal, today))
    change = Amendment.read(proposal.what["amendment"])
    made = [_stretch(days, today) for days in _together(change.days)]
    made += [
        {"when": moments.day(row.first_date, today), "what": _("office hours"), "name": row.hours, "tone": "blue"}
        for row in change.hours
    ]
    if change.no_days:
        days = listed(moments.day(day, today) for day in change.no_days[:12])
        made.append({"when": days, "what": _("as its weekday again"), "name": "", "tone": ""})
    for year in change.years:
        words = _("table announced") if year.announced else _("table provisional")
        made.append(
            {
                "when": str(year.year),
                "what": words,
                "name": year.document,
                "tone": "green" if year.announced else "amber",
            }
        )
    return made


def _together(days: Sequence[DayRow]) -> Iterable[list[DayRow]]:
    together: list[DayRow] = []
    for row in sorted(days, key=lambda each: each.date):
        same = together and row.date - together[-1].date == ONE_DAY and _says(row) == _says(together[-1])
        if together and not same:
            yield together
            together = []
        together.append(row)
    if together:
        yield together


def _says(row: DayRow) -> tuple[Any, ...]:
    return row.name_zh, *row.says(), row.issuer


def _stretch(days: Sequence[DayRow], today: date) -> dict[str, str]:
    first, last = days[0], days[-1]
    when = moments.day(first.date, today)
    if last is not first:
        when = f"{when} – {moments.day(last.date, today if last.date.year != first.date.year else first.date)}"
    mark = _("worked") if first.is_working else _("day off")
    issuer = "" if first.issuer == Issuer.STATE else f" · {label(Issuer, first.issuer)}"
    provisional = "" if first.announced else f" · {_('provisional')}"
    count = f" · {_('%d days') % len(days)}" if len(days) > 1 else ""
    return {
        "when": when, "what": f"{mark}{count}{issuer}{provisional}",
        "name": f"{pair(first.name_zh, first.name_en or first.name_zh)} {first.hours}".strip(),
        "tone": "blue" if first.is_working else "red",
    }  # fmt: skip


def _limit(proposal: Proposal, today: date) -> Iterable[dict[str, str]]:
    names = {
        "amount": _("How long"), "unit": _("Counted in"), "end": _("Ends"), "warn_hours": _("Warned, hours before"),
        "warn_share": _("Warned at this share of the time (%)"),
        "extension_limit": _("May be extended by"), "citation": _("Whence"), "name": _("Name of the limit"),
    }  # fmt: skip
    policy = proposal.policy
    if policy is None:
        return
    for name, value in proposal.what["values"].items():
        yield {
            "when": names[name], "what": _value(name, value), "name": _("now: %s") % _value(name, getattr(policy, name)), "tone": "blue"
        }  # fmt: skip
    begins = date.fromisoformat(proposal.what["effective_from"])
    yield {"when": _("In force from"), "what": moments.day(begins, today), "name": "", "tone": ""}


def _value(name: str, value: Any) -> str:
    if name == "unit":
        return label(Unit, value)
    if name == "end":
        return label(End, value)
    if name == "warn_share":
        return f"{Decimal(value):.0%}"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value) or "—"


def limit(policy: Policy) -> str:
    """宿事速办：其他各类 · 10 个工作日."""
    return f"{pair(*policy.names)} · {policy.amount.normalize():f} {label(Unit, policy.unit)}"


# -- which clocks ----------------------------------------------------------------------------------------------------------


def move(row: Mapping[str, Any], actor: Actor, calendar: WorkingCalendar) -> dict[str, Any]:
    """A clock that would move; a confidential matter is named by its number only to who gets no card."""
    closed = row["ticket__is_confidential"] and not actor.roles & SEES_CARD
    return {
        **row,
        "number": row["ticket__number"],
        "title": _("Confidential matter") if closed else mask_text(row["ticket__title"]),
        "is_confidential": row["ticket__is_confidential"],
        "section": row["section__name"] or _("Not dispatched to a section"),
        "clock": f"{label(Side, row['side'])} · {label(ClockKind, row['kind'])}",
        "effect_label": label(Effect, row["effect"]),
        "tone": EFFECTS[Effect(row["effect"])],
        "by": by_how_much(row["due_before"], row["due_at"], row["timer__terms"].get("unit", ""), calendar),
    }


def by_how_much(before: datetime, after: datetime, unit: str, calendar: WorkingCalendar) -> str:
    """+1 day; of a limit in hours +2 h 30 min; by the clock on the wall."""
    sign = "+" if after > before else "−"
    if Unit._value2member_map_.get(unit) in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, None):
        days = abs((day_of(after) - day_of(before)).days)
        if days:
            return f"{sign}{days} {pair('天', 'day' if days == 1 else 'days')}"
    minutes = int(abs((to_local(after) - to_local(before)).total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 48 and not rest:
        return f"{sign}{hours // 24} {pair('天', 'days')}"
    parts = [f"{hours} {pair('小时', 'h')}" if hours else "", f"{rest} {pair('分', 'min')}" if rest else ""]
    return sign + " ".join(part for part in parts if part)
