"""Whether the journal proves itself, in the reader's language; of a long one the newest part."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.wording import pair
from tickets.models import Event
from tickets.queries import journal, newest_seals

#: Longer journals are verified whole by the command, and here from their newest seals.
WHOLE = 30_000


@dataclass(frozen=True, slots=True)
class Proof:
    """``words`` for the reader; ``events`` that were looked at."""

    ok: bool
    events: int
    words: str


def of_now() -> Proof:
    """The verdict as of now."""
    return _whole() if Event.objects.count() <= WHOLE else _newest()


def _whole() -> Proof:
    found = journal.verify()
    if not found.ok:
        return Proof(False, found.events, _broken(found))
    zh = f"核验通过：全部 {found.events} 条记录、{found.tickets} 件工单、{found.seals} 个检查点完整一致。"
    en = f"The journal holds: all {found.events} events, {found.tickets} tickets and {found.seals} checkpoints agree."
    if found.unsealed:
        zh += f"最新 {found.unsealed} 条尚未封存，其后是否被截去尚无从证明。"
        en += f" The newest {found.unsealed} are not sealed yet: nothing shows whether newer ones were cut off."
    return Proof(True, found.events, pair(zh, en))


def _newest() -> Proof:
    found = newest_seals.verify()
    if found.bad:
        return Proof(False, found.events, _broken(found))
    zh = (
        f"已核验最新 {found.seals} 个检查点和未封存的部分，共 {found.events} 条，完整一致。"
        "日志较长，更早的记录未核验，请由运维人员用命令核验全部。"
    )
    en = (
        f"The newest {found.seals} checkpoints and what is not sealed yet hold, {found.events} events. The journal is long: "
        "older events were not looked at; those who run the house verify all of it by the command."
    )
    return Proof(True, found.events, pair(zh, en))


def _broken(found: journal.Verdict | newest_seals.Newest) -> str:
    return pair(
        f"核验未通过，第一处：{found.bad_zh}。请保留现场，立即告知单位负责人和运维人员。",
        f"The journal does not hold. The first bad row: {found.bad}. Leave everything as it is, and tell the bureau's leader and "
        "those who run the house at once.",
    )
