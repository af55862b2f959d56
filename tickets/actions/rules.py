"""Routing rules are edited: each change with its reason in the history and an event on the chain ``policy``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.chain import canonical, sha256
from tickets.domain.words import Channel, Labelled, MatterType, Role, Urgency
from tickets.models import Route, Section
from tickets.queries.rules import CONDITIONS, placed

from . import ledger

CHAIN = "policy"
VOCABULARIES: Mapping[str, type[Labelled]] = {"channels": Channel, "types": MatterType, "urgencies": Urgency}
MOST_VALUES, LONGEST = 60, 40
STEP = 10
FACTS = ("name", "order", "conditions", "section_id", "co_sections", "dispatches", "is_active", "trouble")


class UnableToSaveRule(Exception):
    """A rule that cannot be as it is said: ``code``, ``field`` and both languages."""

    def __init__(self, code: str, field: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.code, self.field, self.zh, self.en = code, field, zh, en


def version(route: Route) -> int:
    """What an edit was begun from: the id of the row's newest history, 0 for a rule that is not saved yet."""
    history: Any = Route.history
    newest = history.filter(id=route.pk).order_by("-history_id").values_list("history_id", flat=True).first()
    return int(newest or 0) if route.pk else 0


@transaction.atomic
def save(
    *, route: Route, actor: Actor, now: datetime, reason: str, before: int | None = None, expected: int | None = None
) -> Route:
    """Write a new or changed rule; one that was set aside is tried again. ``before``: its place (queries.rules.placed);
    ``expected``: the ``version`` the edit began from. Raises UnableToSaveRule.
    """
    _check_actor(actor)
    _check_reason(reason)
    rows = list(Route.objects.select_for_update().order_by("order", "id"))
    if route.pk and expected is not None and version(route) != expected:
        raise UnableToSaveRule(
            "version", "", "这条规则已被他人修改，您填写的内容仍保留；请核对后再保存。",
            "Somebody changed this rule meanwhile; what you typed is kept: look at it, then save again.",
        )  # fmt: skip
    check(route)
    if before is not None or not route.pk:
        _number(placed(rows, route, before), route, actor, now)
    route.trouble = ""
    _write(route, actor, now, "route_saved", reason)
    return route


@transaction.atomic
def switch(*, route: Route, is_active: bool, actor: Actor, now: datetime, reason: str) -> Route:
    """Switch a rule off, or on again; one that is so already is left alone. Raises UnableToSaveRule."""
    _check_actor(actor)
    _check_reason(reason)
    route = Route.objects.select_for_update().get(pk=route.pk)
    if route.is_active == is_active:
        return route
    if is_active:
        check(route)
    route.is_active, route.trouble = is_active, "" if is_active else route.trouble
    _write(route, actor, now, "route_switched_on" if is_active else "route_switched_off", reason)
    return route


@transaction.atomic
def move(*, route: Route, up: bool, actor: Actor, now: datetime) -> None:
    """Ask a rule one place earlier or later; all are numbered anew. Raises UnableToSaveRule."""
    _check_actor(actor)
    rows = list(Route.objects.select_for_update().order_by("order", "id"))
    place = next(number for number, row in enumerate(rows) if row.pk == route.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    _number(rows, None, actor, now)
    refs = {"routes": [row.pk for row in rows]}
    ledger.record(chain_name=CHAIN, action="routes_ordered", actor=actor, now=now, refs=refs)


def _number(rows: Sequence[Route], besides: Route | None, actor: Actor, now: datetime) -> None:
    """Number them in this order; those that change are written, but for the one that the caller writes."""
    for number, row in enumerate(rows, start=1):
        if row.order != number * STEP:
            row.order = number * STEP
            if row is not besides:
                ledger.save_with_history(row, actor=actor, now=now, reason="调整顺序")


def _write(route: Route, actor: Actor, now: datetime, action: str, reason: str) -> None:
    ledger.save_with_history(route, actor=actor, now=now, reason=reason.strip())
    facts = {name: getattr(route, name) for name in FACTS}
    refs = {"route": route.pk, "digest": sha256(canonical(facts)), "reason": sha256(reason.strip())}
    ledger.record(chain_name=CHAIN, action=action, actor=actor, now=now, refs=refs)


def _check_actor(actor: Actor) -> None:
    if not actor.has(Role.DISPATCHER):
        raise UnableToSaveRule(
            "role", "", "派单规则由办公室派单员修改。", "Routing rules are edited by the office's dispatcher."
        )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise UnableToSaveRule("reason", "reason", "请写明修改原因。", "Say why the rule is changed.")


def check(route: Route) -> None:
    """Raise UnableToSaveRule for what cannot be a rule."""
    if not route.name.strip():
        raise UnableToSaveRule("name", "name", "请给规则起个名称。", "Give the rule a name.")
    sections = {row.code: row for row in Section.objects.filter(is_active=True)}
    if route.section_id not in {row.pk for row in sections.values()}:
        raise UnableToSaveRule("section", "section", "请选择一个在用的科室。", "Choose a section that works.")
    strange = [code for code in route.co_sections if code not in sections]
    if strange:
        raise UnableToSaveRule(
            "co_sections", "co_sections", f"没有这个科室：{'、'.join(strange)}。", f"There is no such section: {', '.join(strange)}."
        )  # fmt: skip
    if route.section.code in route.co_sections:
        raise UnableToSaveRule(
            "co_sections", "co_sections", "主办科室不能同时协办。", "The lead section is no co-handler as well."
        )
    for name, values in route.conditions.items():
        _check_condition(name, values)


def _check_condition(name: str, values: Sequence[str]) -> None:
    if name not in CONDITIONS:
        raise UnableToSaveRule("condition", name, f"没有“{name}”这种条件。", f"There is no condition “{name}”.")
    known = VOCABULARIES.get(name)
    strange = [value for value in values if known is not None and value not in known._value2member_map_]
    if strange or len(values) > MOST_VALUES or any(not value.strip() or len(value) > LONGEST for value in values):
        raise UnableToSaveRule(
            "condition", name, f"每项条件最多 {MOST_VALUES} 个词，每个不超过 {LONGEST} 字。",
            f"At most {MOST_VALUES} words a condition, each of {LONGEST} characters at the most.",
        )  # fmt: skip
