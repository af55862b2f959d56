"""What has changed of an account: each version of its row against the one before, who, when and why."""

from __future__ import annotations

import re
from typing import Any

from hotline.models import User
from hotline.wording import label, listed, pair
from tickets.domain.words import Role
from tickets.queries.names import SectionNames

from . import people

MOST = 40
_SIGNED = re.compile(r"^(.*) \[([^\]]*)\]$", re.DOTALL)


def of(user: User) -> list[dict[str, Any]]:
    """The newest first: ``at``, ``who``, ``reason``, ``changes`` as (what, before, after); versions that change none of these are
    left out."""
    history: Any = user.history
    versions = list(history.order_by("history_id"))
    sections = SectionNames()
    rows = [_row(before, version, sections) for before, version in zip([None, *versions], versions, strict=False)]
    kept = [row for row in rows if row["changes"] or row["is_first"]][-MOST:]
    known = people.names(row["actor"] for row in kept)
    return [{**row, "who": people.shown(row["actor"], known)} for row in reversed(kept)]


def _row(before: Any, version: Any, sections: SectionNames) -> dict[str, Any]:
    signed = _SIGNED.match(version.history_change_reason or "")
    reason, actor = signed.groups() if signed else (version.history_change_reason or "", "")
    return {
        "at": version.history_date,
        "reason": "" if reason.isascii() and len(reason.split()) < 3 else reason,
        "actor": actor or (f"user:{version.history_user_id}" if version.history_user_id else "system"),
        "changes": _changes(before, version, sections) if before is not None else [],
        "is_first": before is None,
    }


def _changes(before: Any, version: Any, sections: SectionNames) -> list[tuple[str, str, str]]:
    found = []
    for name, zh, en in (("name", "姓名", "Name"), ("is_active", "在用", "In service")):
        old, new = getattr(before, name), getattr(version, name)
        if old != new:
            found.append((pair(zh, en), _shown(old), _shown(new)))
    if before.section_id != version.section_id:
        old, new = (sections.at(each.section_id, each.history_date) or "—" for each in (before, version))
        found.append((pair("科室", "Section"), old, new))
    if before.roles != version.roles:
        found.append((pair("岗位", "Roles"), _roles(before.roles), _roles(version.roles)))
    if before.password_set_at != version.password_set_at:
        found.append((pair("密码", "Password"), "", pair("已设置", "set")))
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return pair("是", "yes") if value else pair("否", "no")
    return str(value)


def _roles(codes: list[str]) -> str:
    return listed(label(Role, code) for code in codes) or "—"
