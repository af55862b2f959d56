"""Whether the journal proves itself, in the reader's language; of a long one the newest part."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hotline.wording import pair
from tickets.models import Event
from tickets.queries import journal, newest_seals

#: Longer journals are verified whole by the command, and here from their newest seals.
WHOLE = 30_000
#: What is wrong, in Chinese: how the English sentence of the journal reads -> what to say. Others stay as they are.
IN_CHINESE = (
    (r"guard triggers missing: (.*)", r"缺少防篡改触发器：\1"),
    (r"(.*): seq (\d+) is missing", r"\1：缺第 \2 条"),
    (r"(.*): does not follow the event before it", r"\1：与前一条记录不衔接"),
    (r"(.*): does not follow the seal before it", r"\1：与前一个检查点不衔接"),
    (r"(.*): payload and digest differ", r"\1：内容与摘要不符"),
    (r"(.*): the MAC is not ours", r"\1：签名不是本系统所签"),
    (r"(.*): its columns do not say what its payload says", r"\1：各栏与原文不符"),
    (r"(.*): covers (\d+) events, (\d+) are there", r"\1：应有 \2 条，实有 \3 条"),
    (r"(.*): events (\S+) are not the ones that were sealed", r"\1：第 \2 号记录与封存时不符"),
    (r"(.*): names seal (\d+), which is not there", r"\1：所属检查点 \2 不存在"),
    (r"(.*): newer than the newest checkpoint \(seal (\d+)\).*", r"\1：检查点文件只到 \2 号，缺其后各号"),
    (r"(.*): unreadable", r"\1：无法读取"),
    (r"(.*): not signed by us", r"\1：签名不是本系统所签"),
    (r"(.*): seal (\d+) of (\d+) events is not in the database as it was", r"\1：\2 号检查点（\3 条）与库中不符"),
    (r"(.*): its row differs from what event (\d+) recorded", r"\1：工单现状与 \2 号记录所记不符"),
    (r"(.*): its head is not the digest of its newest event (\d+)", r"\1：链尾不是最新记录 \2 的摘要"),
    (r"(.*): its row stands at event (\d+), the journal.*", r"\1：工单停在第 \2 条，与日志不一致"),
    (r"(.*): its row stands at event (\d+), none is there", r"\1：工单停在第 \2 条，日志中没有"),
    (r"(.*): has events up to (\d+), but no row", r"\1：有记录（至 \2 号），工单不存在"),
    (r"(.*): has events up to (\d+), but no head", r"\1：有记录（至 \2 号），无链尾"),
    (r"(.*): its head stands at (\d+), but it has no event", r"\1：链尾在第 \2 条，日志中没有"),
    (r"(.*): its head stands at (\d+), its newest event (\d+) at (\d+)", r"\1：链尾在第 \2 条，最新记录 \3 为第 \4 条"),
    (r"a row cannot be read: (.*)", r"有记录无法读取：\1"),
)
NAMES = (
    ("checkpoint line", "检查点文件行"),
    ("event", "记录"),
    ("ticket", "工单"),
    ("chain", "日志链"),
    ("seal", "检查点"),
)


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
        return Proof(False, found.events, _broken(found.bad))
    zh = f"核验通过：全部 {found.events} 条记录、{found.tickets} 件工单、{found.seals} 个检查点完整一致。"
    en = f"The journal holds: all {found.events} events, {found.tickets} tickets and {found.seals} checkpoints agree."
    if found.unsealed:
        zh += f"最新 {found.unsealed} 条尚未封存，其后是否被截去尚无从证明。"
        en += f" The newest {found.unsealed} are not sealed yet: nothing shows whether newer ones were cut off."
    return Proof(True, found.events, pair(zh, en))


def _newest() -> Proof:
    found = newest_seals.verify()
    if found.bad:
        return Proof(False, found.events, _broken(found.bad))
    zh = (
        f"已核验最新 {found.seals} 个检查点和未封存的部分，共 {found.events} 条，完整一致。"
        "日志较长，更早的记录未核验，请由运维人员用命令核验全部。"
    )
    en = (
        f"The newest {found.seals} checkpoints and what is not sealed yet hold, {found.events} events. The journal is long: "
        "older events were not looked at; those who run the house verify all of it by the command."
    )
    return Proof(True, found.events, pair(zh, en))


def _broken(bad: str) -> str:
    return pair(
        f"核验未通过，第一处：{in_chinese(bad)}。请保留现场，立即告知单位负责人和运维人员。",
        f"The journal does not hold. The first bad row: {bad}. Leave everything as it is, and tell the bureau's leader and those who run "
        "the house at once.",
    )


def in_chinese(bad: str) -> str:
    """What is wrong, as the journal says it in English."""
    for pattern, words in IN_CHINESE:
        if re.fullmatch(pattern, bad):
            said = re.sub(f"^{pattern}$", words, bad)
            break
    else:
        said = bad
    for english, chinese in NAMES:
        said = re.sub(rf"\b{english} (?=\S)", f"{chinese} ", said)
    return re.sub(r", seq (\d+)\)", r"，第 \1 条）", said).replace(" (", "（")
