"""经过: the story of a ticket as one list, from the journal, the contacts, the replies, the requests and the sources' messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tickets.domain.messages import Happening, Telling
from tickets.domain.states import Action
from tickets.models import Decision, Event, Exchange, OutboxRow, Ticket

#: Events that are no acts of the table.
OTHER = {
    "receive": ("收件", "Received"),
    "join": ("并入同号来件", "Joined by the same number"),
    "merged_in": ("并入工单", "Another ticket merged in"),
    "unmerged": ("撤销并单", "A ticket un-merged"),
    "delivered": ("平台收讫", "Taken by the platform"),
    "delivery_failed": ("未能送达平台", "Not delivered"),
    "clock_warned": ("时限将到", "A limit is near"),
    "clock_due": ("时限已到", "A limit passed"),
    "clock_escalated": ("逾期上报", "Escalated"),
    "redo_while_open": ("办理中再要求重办", "Redo asked while open"),
    "bounced_while_open": ("办理中回退补正", "Bounced while open"),
    "source_accepted": ("来源审核通过", "Accepted by the source"),
    "rated": ("回访结果", "Follow-up result"),
    "inquiry_closed": ("来源办结一件", "One inquiry closed by its source"),
    "inquiry_withdrawn": ("来源撤回一件", "One inquiry withdrawn"),
    "chased_after_answer": ("答复后催办", "Chased after the answer"),
    "supervised_after_end": ("办结后督办", "Supervised after the end"),
    "units_added": ("来源加派单位", "Units added by the source"),
    "reference": ("平台编号", "The platform's number"),
    "read_file": ("查看附件", "A file opened"),
    "file_fetched": ("取得附件", "A file fetched"),
    "file_refused": ("附件未收", "A file not taken"),
    "seen": ("状态同步", "State as the source sees it"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``kind`` act, source, sent, decision; ``label`` a pair; ``actor`` as the journal names it; ``seq``
    its number on the chain."""

    at: datetime
    kind: str
    code: str
    zh: str
    en: str
    actor: str
    seq: int | None = None
    facts: dict[str, Any] | None = None


def of(ticket: Ticket, *, with_readings: bool = True) -> list[Entry]:
    """Every line of the story, oldest first, in four queries whatever its length."""
    lines = [
        _act(event)
        for event in Event.objects.filter(ticket=ticket).order_by("seq")
        if with_readings or event.action != Action.READ_PERSON
    ]
    lines += [_told(row) for row in Exchange.objects.filter(inquiry__ticket=ticket).order_by("id")]
    lines += [_sent(row) for row in OutboxRow.objects.filter(ticket=ticket).order_by("id")]
    lines += [_ruled(row) for row in Decision.objects.filter(request__ticket=ticket).select_related("request")]
    return sorted(lines, key=lambda line: (line.at, line.seq is None, line.seq or 0))


def label(action: str) -> tuple[str, str]:
    """The Chinese and English name of a journal action."""
    if action in Action._value2member_map_:
        return Action(action).zh, Action(action).en
    return OTHER.get(action, (action, action))


def _act(event: Event) -> Entry:
    zh, en = label(event.action)
    return Entry(event.at, "act", event.action, zh, en, event.actor, event.seq)


def _told(row: Exchange) -> Entry:
    word = Happening(row.happening)
    facts = {"applied": row.is_applied, "trouble": row.trouble, "version": row.version}
    return Entry(
        row.received_at,
        "source",
        word.value,
        f"来源：{word.zh}",
        f"Source: {word.en}",
        f"platform:{row.source_id}",
        facts=facts,
    )


def _sent(row: OutboxRow) -> Entry:
    word = Telling(row.telling)
    facts = {"post": row.post, "receipt": row.receipt_no, "trouble": row.trouble}
    return Entry(
        row.sent_at or row.created_at,
        "sent",
        word.value,
        f"发往来源：{word.zh}",
        f"To the source: {word.en}",
        "system",
        facts=facts,
    )


def _ruled(row: Decision) -> Entry:
    verdict = ("同意", "granted") if row.is_granted else ("不同意", "refused")
    return Entry(
        row.at,
        "decision",
        row.request.kind,
        f"裁定：{verdict[0]}",
        f"Ruling: {verdict[1]}",
        row.actor,
        facts={"opinion": row.opinion},
    )
