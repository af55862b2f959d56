"""科室: added, renamed, closed or joined to another; never deleted, so that old records keep their names."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from tickets.domain.actors import Actor
from tickets.domain.states import UnableToMove
from tickets.domain.words import Role
from tickets.models import Phrase, Project, Route, Section

from .. import ledger
from . import handover

CHAIN = "organisation"
CODE = re.compile(r"[a-z][a-z0-9-]{0,23}")


def _check(actor: Actor) -> None:
    if not actor.has(Role.SYSADMIN):
        raise UnableToMove("role", "科室由系统管理员维护。", "Sections are kept by the system administrator.")


def _check_name(name: str, but: int | None = None) -> None:
    if Section.objects.filter(name=name, is_active=True).exclude(pk=but or 0).exists():
        raise UnableToMove("name", "已有同名科室。", "There is a section of this name.", field="called")


@transaction.atomic
def add_section(
    *, code: str, name: str, order: int, actor: Actor, now: datetime, is_office: bool = False, reason: str = "add"
) -> Section:
    """A new section. Raises UnableToMove for a code or name that is taken."""
    _check(actor)
    if not CODE.fullmatch(code):
        raise UnableToMove(
            "code",
            "代码由小写字母、数字和连字符组成，以字母开头。",
            "A code is made of small letters, figures and hyphens and begins with a letter.",
            field="short",
        )
    if Section.objects.filter(code=code).exists():
        raise UnableToMove("code", "代码已被使用。", "This code is taken.", field="short")
    _check_name(name)
    section = Section(code=code, name=name, order=order, is_office=is_office)
    ledger.save_with_history(section, actor=actor, now=now, reason=reason)
    _record("section_added", section, actor, now)
    return section


@transaction.atomic
def change_section(
    *, section: Section, name: str, order: int, actor: Actor, now: datetime, reason: str = "change"
) -> Section:
    """Another name or place in the lists. Records of before go on to show the name of their day (queries.names)."""
    _check(actor)
    _check_name(name, section.pk)
    if (section.name, section.order) != (name, order):
        renamed = section.name != name
        section.name, section.order = name, order
        ledger.save_with_history(section, actor=actor, now=now, reason=reason)
        _record("section_renamed" if renamed else "section_changed", section, actor, now)
    return section


@transaction.atomic
def close_section(
    *, section: Section, target: Section, actor: Actor, now: datetime, reason: str, with_people: bool
) -> dict[str, Any]:
    """Close a section and hand its work to another; ``with_people``: the two are joined, its people go along and keep their tickets.

    Returns what was handed over. Raises UnableToMove for the office, for people who would be left behind, for a closed target.
    """
    _check(actor)
    _check_closing(section, target, with_people=with_people)
    done: dict[str, Any] = dict(
        handover.of_section(
            section=section, target=target, actor=actor, now=now, reason=reason, with_people=with_people
        )
    )
    for model in (Route, Project, Phrase):
        for row in model.objects.filter(section=section):
            row.section = target
            ledger.save_with_history(row, actor=actor, now=now, reason=reason)
    _helping_routes(section, target, actor, now, reason)
    done["people"] = _people(section, target, actor, now, reason) if with_people else []
    section.is_active, section.into = False, target
    ledger.save_with_history(section, actor=actor, now=now, reason=reason)
    counts = {name: len(rows) for name, rows in done.items()}
    _record("section_joined" if with_people else "section_closed", section, actor, now, into=target.code, **counts)
    return done


def _check_closing(section: Section, target: Section, *, with_people: bool) -> None:
    if section.is_office:
        raise UnableToMove("office", "办公室不能撤销。", "The office cannot be closed.", field="target")
    if section.pk == target.pk or not target.is_active:
        raise UnableToMove("target", "请选择另一个在用科室接手。", "Choose another section that works.", field="target")
    if not section.is_active:
        raise UnableToMove("closed", "科室已撤销。", "The section is closed already.")
    left = get_user_model().objects.filter(section=section, is_active=True)
    if not with_people and left.exists():
        names = "、".join(str(user) for user in left[:5])
        raise UnableToMove(
            "people",
            f"科室还有人员（{names}），请先调整其科室，或选择连同人员并入。",
            f"The section still has people ({names}): move them first, or let them go along.",
            field="with_people",
        )


def _helping_routes(section: Section, target: Section, actor: Actor, now: datetime, reason: str) -> None:
    """Rules that name it as a helper name the target instead, once; a rule that the target leads now is not helped by it."""
    for row in Route.objects.select_related("section"):
        named = [target.code if code == section.code else code for code in row.co_sections]
        kept = [code for code in dict.fromkeys(named) if code != row.section.code]
        if kept != row.co_sections:
            row.co_sections = kept
            ledger.save_with_history(row, actor=actor, now=now, reason=reason)


def _people(section: Section, target: Section, actor: Actor, now: datetime, reason: str) -> list[str]:
    moved = list(get_user_model().objects.filter(section=section))
    for user in moved:
        user.section = target
        ledger.save_with_history(user, actor=actor, now=now, reason=reason)
    return [str(user) for user in moved]


def _record(action: str, section: Section, actor: Actor, now: datetime, **refs: Any) -> None:
    ledger.record(chain_name=CHAIN, action=action, actor=actor, now=now, refs={"section": section.code, **refs})
