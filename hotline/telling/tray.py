"""The lines of an in-tray: what each is about, covered for this reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotline.permissions.table import SEES_CARD
from hotline.wording import aside, label, mask_text, pair
from tickets.domain.actors import Actor
from tickets.domain.words import Card, ClockKind

#: What a notice says, by its kind; %s is the clock it is about.
KINDS: Mapping[str, tuple[str, str]] = {
    "clock_warned": ("%s时限将到", "%s: the limit is near"),
    "clock_resumed": ("%s暂停期满，恢复计时", "%s: the pause is over, the limit runs again"),
    "clock_due": ("%s时限已到", "%s: the limit has passed"),
    "clock_escalated": ("%s超期上报", "%s: overdue, escalated"),
    "clock_trouble": ("时限处理异常，请联系管理员", "A clock cannot fire: tell the administrator"),
    "route_trouble": ("派单规则异常，已停用", "A routing rule failed and was set aside"),
    "extension_asked": ("延期待批", "An extension waits for consent"),
    "suspension_asked": ("挂账待批", "A suspension waits for consent"),
    "return_asked": ("科室退单待审", "A section asks to return a ticket"),
    "extension_granted": ("延期已批准", "Your extension was granted"),
    "extension_refused": ("延期未批准", "Your extension was refused"),
    "suspension_granted": ("挂账已批准", "Your suspension was granted"),
    "suspension_refused": ("挂账未批准", "Your suspension was refused"),
    "section_return_granted": ("退单已同意", "Your return was granted"),
    "section_return_refused": ("不予退单，请按期办理", "Your return was refused: your section handles the matter"),
    "outward_return_granted": ("来源同意退回", "The source takes the matter back"),
    "outward_return_refused": ("来源不予退回，须由本单位办理", "The source refused the return: we handle the matter"),
    "rejection_proposed": ("登记员建议不予受理", "The intake desk proposes a rejection"),
    "merger_proposed": ("登记员建议并单", "The intake desk proposes to merge"),
    "to_review": ("答复待初审", "A reply waits for first review"),
    "to_sign_off": ("答复待签发", "A reply waits for sign-off"),
    "to_send": ("答复待反馈", "A reply waits to be sent"),
    "sent_back": ("答复被退回修改", "Your reply was sent back"),
    "bounced": ("来源回退补正", "The source bounced the reply"),
    "redo": ("要求重办", "Redo asked"),
    "chase": ("催办", "Chased"),
    "supervise": ("督办", "Supervised"),
    "instruct": ("领导批示", "A leader's instruction"),
    "deputy_named": ("代理安排", "A deputy is named"),
    "account_made": ("新账号待授权", "A new account waits for its roles"),
    "link_made": (
        "系统管理员为您的账号生成了重设密码链接；如非您本人要求，请立即报告",
        "A link for a new password was made for your account: if you did not ask, report it",
    ),
    "link_made_for": ("为账号生成了重设密码链接", "A link for a new password was made"),
    "handed_over": ("工作移交", "Work was handed over"),
    "deputy_ended": ("代理结束", "A deputyship has ended"),
    "rated_badly": ("群众自主评价不满意", "The caller is not satisfied"),
    "proposal_waits": ("变更方案待审批", "A proposed change waits for approval"),
    "proposal_done": ("变更方案已完成", "A proposed change is done"),
    "limits_moved": ("部分在办件时限随规定调整", "Limits of open tickets moved with the rules"),
    "calendar_missing": ("明年的工作日历尚未载入", "Next year's calendar is not loaded yet"),
    "opened_up": ("保密件改为普通件", "A confidential matter was made an ordinary one"),
    "source_differs": ("来源信息与本单位记录不同", "The source differs from our record"),
}


def told(row: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """A line. A confidential matter's says to sections that there is something, and no words of it."""
    is_closed = row.pop("is_confidential") and not actor.roles & SEES_CARD
    facts = {name: mask_text(value) if isinstance(value, str) else value for name, value in row["facts"].items()}
    kept = {} if is_closed else facts
    return {**row, "title": mask_text(row["title"] or ""), "facts": kept, "words": words(row["kind"], row["facts"])}


def words(kind: str, facts: Mapping[str, Any]) -> str:
    """What happened, in the reader's language; of a line that stands for many, how many they are."""
    count = facts.get("count")
    said = plain(kind, facts)
    return pair(f"{count} 件：{said}", f"{count} matters: {said}") if count else said


def plain(kind: str, facts: Mapping[str, Any]) -> str:
    """What happened, without how often."""
    said = pair(*KINDS.get(kind, (kind, kind)))
    clock = str(facts.get("clock", ""))
    if "%s" not in said:
        return said
    return said % (label(ClockKind, clock) if clock else pair("办理", "Limits")) + _card(facts)


def _card(facts: Mapping[str, Any]) -> str:
    """黄牌, 红牌: what the step of the policy shows to whom it is told."""
    card = str(facts.get("card", ""))
    return aside(label(Card, card)) if card else ""


def more(facts: Mapping[str, Any]) -> str:
    """The words that came with it."""
    return str(facts.get("content") or facts.get("remark") or facts.get("reasons") or "")
