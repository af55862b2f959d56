"""What can happen to a problem on the inspection office's side: rejection, correction, re-inspection, withdrawal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .inspection_book import Held
from .inspection_papers import withdrawal_files

if TYPE_CHECKING:
    from .inspection import Inspection

_AGAIN = re.compile(r"-R\d+$")


def _bounce(office: Inspection, held: Held, at: datetime, detail: dict[str, Any]) -> None:
    reason = str(detail.get("reason") or ";".join(detail.get("reasons", ())) or "整改不到位,请补正")
    if held.state != "已通过":
        held.refuse = reason
        return office.store.save(held)
    held.state, held.reason = "已退回", reason
    office.store.save(held)
    office.second_receipt(held, reason, at)
    return office.write_ledger(at)


def _decision(office: Inspection, held: Held, at: datetime, detail: dict[str, Any]) -> None:
    if detail.get("agreed", detail.get("result", True)) in (False, 0, "0", "refused", "否"):
        _bounce(office, held, at, {"reason": detail.get("opinion") or "属于你单位责任范围,请整改"})


def _close(office: Inspection, held: Held, at: datetime, detail: dict[str, Any]) -> None:
    """The next reply will be accepted; an accepted one stays so."""
    held.refuse = ""
    office.store.save(held)


def _update(office: Inspection, held: Held, at: datetime, detail: dict[str, Any]) -> None:
    """A correction (更正): the package again with a changed list and a newer marker."""
    changes = {name: value for name, value in (detail.get("fields") or detail).items() if name in held.facts}
    held.facts.update(changes or {"content": f"{held.facts['content']}(更正)"})
    office.store.save(held)
    office.publish(held.base, at)


def _redo(office: Inspection, held: Held, at: datetime, detail: dict[str, Any]) -> None:
    """A re-inspection (复查不合格): the problem in the next round, in the package ``-R<n>`` of its notice."""
    notice = office.store.notice(held.base)
    if notice is None:
        raise KeyError(held.base)
    base = f"{_AGAIN.sub('', held.base)}-R{held.round}"
    again = notice.moved(base=base, round=held.round + 1, issued=at.date(), due=(at + timedelta(days=3)).date(), problems=(),
                         title=f"{notice.title.removesuffix('(复查)')}(复查)")  # fmt: skip
    problem = held.problem()
    office.store.open_notice(again, 1, at.timestamp())
    office.store.add(held.number, held.round + 1, base, problem)
    office.publish(base, at)


def _withdraw(office: Inspection, held: Held, at: datetime, detail: dict[str, Any]) -> None:
    """A 撤销通知 in a package of its own withdraws the whole notice."""
    notice = office.store.notice(held.base)
    if notice is None:
        raise KeyError(held.base)
    serial = 901 + sum(1 for _ in office.inbox.glob("*-9[0-9][0-9].docx"))
    base = f"{notice.base.split('-')[0]}-{at.year}-{serial}"
    number = f"{notice.number.split('〔')[0]}〔{at.year}〕{serial}号"
    office.store.withdraw(notice.number)
    office.put(base, withdrawal_files(notice, base, number, at.date()), at)
    office.write_ledger(at)


HAPPENINGS: dict[str, Callable[[Any, Held, datetime, dict[str, Any]], None]] = {
    "bounce": _bounce, "return_decision": _decision, "objection": _decision, "close": _close, "update": _update, "redo": _redo,
    "redispatch": _redo, "withdraw": _withdraw,
}  # fmt: skip
