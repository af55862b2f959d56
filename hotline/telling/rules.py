"""Rules, limits and the calendar told to whoever reads them: every condition, limit and day in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from hotline.wording import aside, label, listed, mask_text, moments, pair
from tickets.domain.calendar import DayKind, WorkingCalendar
from tickets.domain.states import State
from tickets.domain.terms import End, Unit
from tickets.domain.words import Card, Channel, ClockKind, MatterType, PauseGround, Role, Side, Urgency
from tickets.models import PauseRule, Policy, Route, Section, Start, Tag
from tickets.queries.rules import Rehearsal

Sections = Mapping[int, Section]
VOCABULARIES: Mapping[str, Any] = {"channels": Channel, "types": MatterType, "urgencies": Urgency}


def conditions(route: Route) -> list[tuple[str, str]]:
    """(what is looked at, the words) of each condition, in the order in which they are asked."""
    names = {
        "channels": _("Channel"), "types": _("Type"), "urgencies": _("Urgency"), "words": _("Words of the matter"),
        "projects": _("Project"), "places": _("Place holds"), "categories": _("Category begins with"), "areas": _("Area code begins with"),
    }  # fmt: skip
    found = route.conditions or {}
    return [
        (
            said,
            listed(label(VOCABULARIES[name], each) if name in VOCABULARIES else str(each) for each in found[name]),
        )
        for name, said in names.items()
        if found.get(name)
    ]


def routes(rows: Sequence[Route], sections: Sections) -> list[dict[str, Any]]:
    """The rules in their order."""
    by_code = {section.code: section.name for section in sections.values()}
    return [
        {
            "route": row,
            "place": place,
            "conditions": conditions(row),
            "section": sections[row.section_id].name if row.section_id in sections else "",
            "is_closed": row.section_id in sections and not sections[row.section_id].is_active,
            "co_sections": [by_code.get(code, code) for code in row.co_sections],
            "is_first": place == 1,
            "is_last": place == len(rows),
        }
        for place, row in enumerate(rows, start=1)
    ]


def rehearsal(found: Rehearsal, sections: Sections) -> dict[str, Any]:
    """What a rule would have done, with the sections by name."""

    def name(pk: int | None, nobody: str = "") -> str:
        return sections[pk].name if pk is not None and pk in sections else nobody or _("no rule")

    elsewhere = found.matched - found.as_went - found.undispatched
    return {
        "found": found,
        "elsewhere": elsewhere,
        "moves": [(name(was), name(to), count) for (was, to), count in found.moves.most_common()],
        "sample": [
            {
                **row, "title": mask_text(row["title"]), "state_label": label(State, row["state"]), "was_name": name(row["was"]),
                "to_name": name(row["to"]), "went_name": name(row["went"], _("not dispatched yet")), "is_same": row["went"] == row["to"],
                "words": listed(row["why"]),
            }
            for row in found.sample
        ],
    }  # fmt: skip


# --- limits ----------------------------------------------------------------------------------------------------------


def amount(policy: Policy) -> str:
    """5 个工作日."""
    return _counted(policy.amount, Unit(policy.unit))


def _counted(number: Decimal, unit: Unit) -> str:
    english = unit.en.removesuffix("s") if number == 1 else unit.en
    return f"{number.normalize():f} {pair(unit.zh, english)}"


def policies(rows: Iterable[Policy], today: date) -> list[dict[str, Any]]:
    """Clock by clock: ``kind``, ``side``, and its rows with what, whom, how long, whence and since when."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=_order):
        groups.setdefault((row.clock, row.side), []).append(_policy(row, today))
    return [
        {"kind": label(ClockKind, clock), "side": label(Side, side), "rows": told}
        for (clock, side), told in groups.items()
    ]


CLOCKS = tuple(kind.value for kind in ClockKind)


def _order(row: Policy) -> tuple[Any, ...]:
    return (
        row.side != Side.OUTER,
        CLOCKS.index(row.clock),
        row.is_redo,
        row.channel,
        row.type,
        -row.effective_from.toordinal(),
    )


def _policy(row: Policy, today: date) -> dict[str, Any]:
    whom = [label(Channel, row.channel), label(MatterType, row.type), label(Urgency, row.urgency)]
    return {
        "row": row,
        "name": pair(*row.names),
        "citation": pair(*row.citations),
        "whom": listed(filter(None, whom)) or _("everything"),
        "amount": amount(row),
        "is_margin": row.side == Side.INNER and row.clock == ClockKind.REPLY and not row.is_redo,
        "start": label(Start, row.starts_at),
        "end": label(End, row.end) if Unit(row.unit).is_days else "",
        "tag": label(Tag, row.tag),
        "steps": [_step(step) for step in row.steps],
        "extension": _counted(row.extension_limit, Unit(row.unit)) if row.extension_limit else "",
        "standing": _standing(row, today),
    }


def pauses(rows: Iterable[PauseRule]) -> list[dict[str, Any]]:
    """On what grounds a limit stops: ``ground``, ``whom``, ``most``, ``stops`` (what of it), ``terms``, ``who``, whence."""
    return [
        {
            "row": row,
            "ground": label(PauseGround, row.ground),
            "whom": label(Channel, row.channel) or _("everything"),
            "most": _counted(row.cap, Unit(row.unit)) if row.cap else _("until it ends"),
            "stops": _("limits of the law too") if row.stops_law else _("limits of rules and of the bureau"),
            "terms": listed(
                [*([_("once")] if row.is_once else ()), *([_("with its paper")] if row.needs_document else ())]
            ),
            "who": label(Role, row.approver),
            "tag": label(Tag, row.tag),
            "citation": pair(*row.citations),
        }
        for row in rows
    ]


def _step(step: Mapping[str, Any]) -> str:
    who = label(Role, step["to"])
    if card := str(step.get("card", "")):
        who += aside(label(Card, card))
    if not step["after_hours"]:
        return pair(f"到期即报{who}", f"{who} at once")
    return pair(f"超期 {step['after_hours']} 小时报{who}", f"{who} after {step['after_hours']} h")


def _standing(row: Policy, today: date) -> tuple[str, str]:
    """(words, tone)."""
    if not row.is_active:
        return _("example, not in force"), ""
    if row.effective_to is not None and row.effective_to < today:
        return _("ended"), ""
    if row.effective_from > today:
        return _("from %s") % moments.day(row.effective_from, today), "blue"
    return (_("in force"), "green") if row.is_confirmed else (_("in force, to be confirmed"), "amber")


# --- the calendar ----------------------------------------------------------------------------------------------------

WIDTH = 7


def year(calendar: WorkingCalendar, number: int, today: date, own_hours: Collection[date]) -> list[dict[str, Any]]:
    """Twelve months, each with its weeks (Monday first; None before and after), its working days, and each day's kind and name.
    ``own_hours``: the days that are open by hours of their own (half-days)."""
    return [_month(calendar, number, month, today, own_hours) for month in range(1, 13)]


def _month(
    calendar: WorkingCalendar, number: int, month: int, today: date, own_hours: Collection[date]
) -> dict[str, Any]:
    first = date(number, month, 1)
    after = date(number + month // 12, month % 12 + 1, 1)
    dates = [first + timedelta(days=step) for step in range((after - first).days)]
    days = [_day(calendar, day, today, is_half=day in own_hours) for day in dates]
    cells: list[dict[str, Any] | None] = [*[None] * first.weekday(), *days]
    cells += [None] * (-len(cells) % WIDTH)
    return {
        "name": pair(f"{month}月", moments.MONTHS[month - 1]),
        "weeks": [cells[at : at + WIDTH] for at in range(0, len(cells), WIDTH)],
        "working": sum(day["is_working"] for day in days),
    }


TONES = {DayKind.HOLIDAY: "holiday", DayKind.MAKEUP: "makeup", DayKind.WEEKEND: "weekend", DayKind.WORKDAY: ""}


def _day(calendar: WorkingCalendar, day: date, today: date, *, is_half: bool) -> dict[str, Any]:
    known = calendar.day(day)
    is_working = known.hours is not None
    name = pair(known.name_zh, known.name_en or known.name_zh)
    marks = {DayKind.HOLIDAY: pair("休", "off"), DayKind.MAKEUP: pair("班", "on")}
    return {
        "number": day.day,
        "date": day,
        "tone": TONES[known.kind],
        "mark": marks.get(known.kind, pair("半", "½") if is_half and is_working else ""),
        "title": " ".join(part for part in (f"{day:%Y-%m-%d}", name, str(known.hours) if is_working else "") if part),
        "is_working": is_working,
        "is_today": day == today,
        "is_provisional": known.provisional,
        "name": name,
    }
