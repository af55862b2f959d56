"""The readable diff of django-simple-history: which field, what it was, what it became, who and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from hotline.wording import label, pair
from hotline.wording.names import LABELS
from tickets.domain.moments import to_local
from tickets.domain.states import State
from tickets.domain.words import Disclosure, MatterType, Outcome, Urgency
from tickets.models import ReplyState, Ticket
from tickets.queries.names import SectionNames

from . import people
from .matter import Telling

MOST = 300
#: Bookkeeping, not facts of the matter.
UNTOLD = frozenset({"id", "journal_seq", "journal_head", "history", "ticket", "digest"})
TYPES = {"+": "created", "~": "changed", "-": "deleted"}


def of(ticket: Ticket, telling: Telling) -> list[dict[str, Any]]:
    """The newest first, at most 300 versions of each kind, in three queries and one for the names."""
    kinds = (("ticket", [ticket.history]), ("reply", _each(ticket, "replies")), ("request", _each(ticket, "requests")))
    rows = list(chain.from_iterable(_versions(kind, histories, telling) for kind, histories in kinds))
    known = people.names(f"user:{row['actor']}" for row in rows if row["actor"])
    for row in rows:
        row["actor"] = known.get(f"user:{row['actor']}", "")
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def _each(ticket: Ticket, related: str) -> list[Any]:
    model = getattr(ticket, related).model
    return [model.history.filter(ticket_id=ticket.pk)]


def _versions(kind: str, histories: list[Any], telling: Telling) -> Iterable[dict[str, Any]]:
    """The newest ones, the oldest first; one more is read for what the oldest of them differs from."""
    before: dict[int, Any] = {}
    for history in histories:
        rows = list(history.order_by("-history_id")[: MOST + 1])
        for place, version in reversed(list(enumerate(rows))):
            if place < MOST:
                yield _told(kind, before.get(version.id), version, telling)
            before[version.id] = version


def _told(kind: str, before: Any, version: Any, telling: Telling) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": getattr(version, "no", None) or version.id,
        "at": version.history_date,
        "change": TYPES[version.history_type],
        "actor": version.history_user_id,
        "reason": "" if telling.is_closed else telling.text(version.history_change_reason or ""),
        "changes": list(_differing(before, version, telling)) if before is not None else [],
    }


def _differing(before: Any, version: Any, telling: Telling) -> Iterable[dict[str, Any]]:
    for field in version.tracked_fields:
        old, new = getattr(before, field.attname), getattr(version, field.attname)
        if field.name in UNTOLD or old == new:
            continue
        if telling.is_closed:  # the names of the fields only: an old value may be the very thing that was covered
            yield {"field": field.name, "old": None, "new": None}
        else:
            yield {"field": field.name, "old": _text(old, telling), "new": _text(new, telling)}


def _text(value: Any, telling: Telling) -> Any:
    return telling.text(value) if isinstance(value, str) else value


# --- for people ------------------------------------------------------------------------------------------------------

KINDS = {"ticket": ("工单", "Ticket"), "reply": ("答复", "Reply"), "request": ("申请", "Request")}
#: Fields that forms do not have, in the office's words.
FIELDS: Mapping[str, tuple[str, str]] = {
    "state": ("状态", "State"), "version": ("版本", "Version"), "handler": ("经办人", "Handler"), "section": ("主办科室", "Lead section"),
    "proposed_section": ("建议科室", "Proposed section"), "parent": ("并入", "Merged into"), "route_reason": ("派单依据", "Why"),
    "is_supervised": ("督办", "Supervised"), "must_handle": ("须由本科室办理", "Must be handled here"), "round": ("派单次数", "Round"),
    "dispatched_at": ("派单时间", "Dispatched"), "signed_at": ("签收时间", "Signed for"), "contacted_at": ("联系时间", "Contacted"),
    "sent_at": ("反馈时间", "Sent"), "closed_at": ("办结时间", "Closed"), "chase_count": ("催办次数", "Chased"),
    "redo_count": ("重办次数", "Redone"), "bounce_count": ("退回次数", "Bounced"), "return_count": ("退单次数", "Returned"),
    "is_direct": ("直办", "Answered on the line"), "end_code": ("终止理由", "Ground of the end"), "author": ("起草人", "Author"),
    "reviewer": ("初审人", "Reviewer"), "approver": ("签发人", "Approver"), "written_at": ("起草时间", "Written"),
    "submitted_at": ("提交时间", "Submitted"), "reviewed_at": ("初审时间", "Reviewed"), "approved_at": ("签发时间", "Approved"),
    "is_open": ("待裁定", "Waits for a ruling"), "is_granted": ("已批准", "Granted"), "receipt_no": ("回执号", "Receipt"),
    "before_merge": ("并单前状态", "State before the merge"), "due_at": ("到期", "Due"), "due_kind": ("时限种类", "Clock"),
    "due_unit": ("时限单位", "Unit"), "due_from": ("起算", "Counted from"), "due_provisional": ("时限暂定", "Provisional limit"),
    "is_overdue": ("超期", "Overdue"), "no": ("序号", "No."),
}  # fmt: skip
OF_PEOPLE = frozenset({"handler", "author", "reviewer", "approver"})
#: What follows from the clocks and is told by them.
OF_CLOCKS = frozenset(
    {"version", "due_at", "due_kind", "due_unit", "due_from", "due_provisional", "is_overdue", "before_merge"}
)
WORDS: Mapping[str, Any] = {
    "state": State,
    "type": MatterType,
    "urgency": Urgency,
    "outcome": Outcome,
    "disclosure": Disclosure,
}


def for_people(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with ``kind_label``, and each change with its ``label`` and its values in words; without what the clocks tell."""
    words = _Words(rows)
    made = []
    for row in rows:
        changes = [_in_words(each, row, words) for each in row["changes"] if each["field"] not in OF_CLOCKS]
        if changes:
            made.append({**row, "kind_label": pair(*KINDS[row["kind"]]), "changes": changes})
    return made


class _Words:
    """The names that values stand for: sections as they were called on the day, people as they are."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self.sections = SectionNames()
        ids = {
            each[part]
            for row in rows
            for each in row["changes"]
            if each["field"] in OF_PEOPLE
            for part in ("old", "new")
        }
        self.people = people.names(f"user:{pk}" for pk in ids if pk is not None)

    def section(self, pk: Any, at: datetime) -> Any:
        return self.sections.at(pk, at) or pk

    def person(self, pk: Any) -> Any:
        return self.people.get(f"user:{pk}", pk)


def _in_words(change: dict[str, Any], row: Mapping[str, Any], words: _Words) -> dict[str, Any]:
    name = change["field"]
    label_of = pair(*FIELDS[name]) if name in FIELDS else str(LABELS.get(name, name))
    old, new = (_value(change[part], name, row, words) for part in ("old", "new"))
    return {"label": label_of, "old": old, "new": new}


def _value(value: Any, name: str, row: Mapping[str, Any], words: _Words) -> Any:
    vocabulary = ReplyState if (name, row["kind"]) == ("state", "reply") else WORDS.get(name)
    if isinstance(value, bool):
        return pair("是", "yes") if value else pair("否", "no")
    if isinstance(value, datetime):
        return f"{to_local(value):%Y-%m-%d %H:%M}"
    if name in ("section", "proposed_section"):
        return words.section(value, row["at"])
    if name in OF_PEOPLE:
        return words.person(value)
    return label(vocabulary, value) if vocabulary and isinstance(value, str) else value
