"""经过: the story of a ticket as one list, from the journal, the reasons of its history, the contacts, rulings and messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import BigIntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, StrIndex, Substr

from tickets.domain.messages import Happening, Telling
from tickets.domain.states import Action
from tickets.domain.words import OWN_DOORS
from tickets.models import Event, Exchange, OutboxRow, RequestKind, Ticket

from .together import Rows

#: Events that are no acts of the table.
OTHER = {
    "receive": ("收件", "Received"),
    "join": ("并入同号来件", "Joined by the same number"),
    "propose_rejection": ("建议不予受理", "Rejection proposed"),
    "propose_merger": ("建议并单", "Merging proposed"),
    "merged_in": ("并入工单", "Another ticket merged in"),
    "unmerged": ("撤销并单", "A ticket un-merged"),
    "delivered": ("平台收讫", "Taken by the platform"),
    "delivery_failed": ("未能送达平台", "Not delivered"),
    "delivery_replayed": ("重新发送", "Sent once more"),
    "delivery_marked_sent": ("人工确认已送达", "Marked as delivered by hand"),
    "delivery_discarded": ("作废不发", "Discarded, not sent"),
    "clock_warned": ("时限将到", "A limit is near"),
    "clock_resumed": ("暂停期满，恢复计时", "The pause is over, the limit runs again"),
    "clock_due": ("时限已到", "A limit passed"),
    "clock_late": ("恢复办理当日未办结，计为超期", "Not done on the day of resuming: late"),
    "clock_moved": ("时限随规定调整", "A limit moved with the rules"),
    "clock_escalated": ("超期上报", "Escalated"),
    "redo_while_open": ("办理中再要求重办", "Redo asked while open"),
    "bounced_while_open": ("办理中回退补正", "Bounced while open"),
    "source_accepted": ("来源审核通过", "Accepted by the source"),
    "rated": ("回访结果", "Follow-up result"),
    "rated_online": ("群众自主评价", "Rated by the caller"),
    "looked_up": ("群众查询进度", "Looked up by the caller"),
    "inquiry_closed": ("来源办结一件", "One inquiry closed by its source"),
    "inquiry_withdrawn": ("来源撤回一件", "One inquiry withdrawn"),
    "chased_after_answer": ("答复后催办", "Chased after the answer"),
    "supervised_after_end": ("办结后督办", "Supervised after the end"),
    "units_added": ("来源加派单位", "Units added by the source"),
    "reference": ("平台编号", "The platform's number"),
    "read_file": ("查看附件", "A file opened"),
    "file_fetched": ("取得附件", "A file fetched"),
    "file_refused": ("附件未收", "A file not taken"),
    "exchange_settled": ("处理来源消息", "A source's message settled"),
    "kept_apart": ("确认不是同一事项", "Found to be another matter"),
    "seen": ("状态同步", "State as the source sees it"),
}
READINGS = (Action.READ_PERSON.value, "read_file")
FOR = " for user:"
_SIGNATURE = re.compile(r" \[[^\]]*\]$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``kind`` act, source, sent, decision; ``label`` a pair; ``actor`` as the journal names it and ``who`` as people
    do; ``more`` what was said with it (personal text: cover it); ``seq`` its number on the chain."""

    at: datetime
    kind: str
    code: str
    zh: str
    en: str
    actor: str
    who: str = ""
    more: str = ""
    seq: int | None = None
    facts: dict[str, Any] | None = None


def parts(ticket: Ticket) -> Mapping[str, QuerySet[Any, dict[str, Any]]]:
    """The rows a story is made of, for ``together``; beside them it takes contacts, decisions and co_handlers of the dossier."""
    events = Event.objects.filter(ticket=ticket)
    acted = Q(pk__in=events.order_by().values("user_id")) | Q(pk__in=_stood_in_for(events))
    works = Ticket.objects.filter(Q(pk=ticket.pk) | Q(parent=ticket)).order_by().values("pk")
    accounts: Any = get_user_model()
    history: Any = ticket.history
    return {
        "events": events.order_by("seq").values("seq", "action", "actor", "at"),
        "people": accounts.objects.filter(acted).order_by().values("id", "username", "name"),
        "reasons": history.order_by("history_id").values("version", "history_change_reason", "history_date"),
        "told": Exchange.objects.filter(inquiry__ticket__in=works).order_by("id").values(
            "source_id", "happening", "version", "received_at", "is_applied", "trouble", "trouble_en", "detail"
        ),
        "sent": OutboxRow.objects.filter(ticket__in=works).order_by("id").values(
            "telling", "post", "sent_at", "created_at", "receipt_no", "trouble", "source_id"
        ),
    }  # fmt: skip


def _stood_in_for(events: QuerySet[Event]) -> QuerySet[Event, Any]:
    """The accounts in whose place deputies acted: the second half of ``user:7 for user:5``."""
    after = StrIndex("actor", Value(FOR)) + len(FOR)
    found = events.order_by().filter(actor__contains=FOR)
    return found.annotate(absent=Cast(Substr("actor", after), BigIntegerField())).values("absent")


def named(actor: str, people: Mapping[str, str]) -> tuple[str, str]:
    """Who that is and for whom he acted ('' for himself), by the names of ``people`` (user:7 -> 测试甲); '' for no person."""
    person, _, absent = actor.partition(" for ")
    return people.get(person, ""), people.get(absent, absent)


def entries(rows: Mapping[str, Rows], *, with_readings: bool = True) -> list[Entry]:
    """The story from the parts, oldest first."""
    lines = [*_acts(rows, with_readings=with_readings), *map(_told, rows["told"]), *map(_sent, rows["sent"])]
    lines += map(_ruled, rows["decisions"])
    return sorted(lines, key=lambda line: (line.at, line.seq is None, line.seq or 0))


def label(action: str) -> tuple[str, str]:
    """The Chinese and English name of a journal action."""
    if action in Action._value2member_map_:
        return Action(action).zh, Action(action).en
    return OTHER.get(action, (action, action))


def _acts(rows: Mapping[str, Rows], *, with_readings: bool) -> Iterator[Entry]:
    """The journal's lines, each with what was said: the reason in the history of the same moment, the note of a contact."""
    people = {f"user:{row['id']}": row["name"] or row["username"] for row in rows["people"]}
    reasons = {row["history_date"]: _reason(row["history_change_reason"]) for row in rows["reasons"]}
    notes = iter([row["note"] or row["reason"] for row in sorted(rows["contacts"], key=lambda row: row["id"])])
    for row in rows["events"]:
        if row["action"] in READINGS and not with_readings:
            continue
        more = next(notes, "") if row["action"] == Action.CONTACT else reasons.get(row["at"], "")
        zh, en = label(row["action"])
        said = "" if more == row["action"] else more
        who, absent = named(row["actor"], people)
        facts = {"for": absent} if absent else None
        yield Entry(row["at"], "act", row["action"], zh, en, row["actor"], who, said, row["seq"], facts)


def _reason(written: str | None) -> str:
    """What was said, without the mark of who said it; a code of our own is no reason."""
    plain = _SIGNATURE.sub("", written or "")
    return "" if plain.isascii() and plain.replace("_", "").isalpha() else plain


def _told(row: dict[str, Any]) -> Entry:
    word = Happening(row["happening"])
    facts = {name: row[name] for name in ("version", "trouble", "trouble_en")} | {"applied": row["is_applied"]}
    zh, en, actor = f"来源：{word.zh}", f"Source: {word.en}", f"platform:{row['source_id']}"
    if row["source_id"] in OWN_DOORS:  # no platform: our own clerks took it in
        zh, en, actor = *OTHER["receive"], f"door:{row['source_id']}"
    return Entry(
        row["received_at"], "source", word.value, zh, en, actor,
        more=said_by_source(row["detail"] or {}), facts=facts,
    )  # fmt: skip


def said_by_source(detail: Mapping[str, Any]) -> str:
    """The words of a source's message, without its codes."""
    said = [detail.get(name) for name in ("content", "reason", "opinion", "instruction", "comment")]
    said += detail.get("reasons") or []
    return "；".join(str(each) for each in said if each)


def _sent(row: dict[str, Any]) -> Entry:
    word = Telling(row["telling"])
    facts = {"post": row["post"], "receipt": row["receipt_no"], "trouble": row["trouble"]}
    return Entry(
        row["sent_at"] or row["created_at"], "sent", word.value, f"发往来源：{word.zh}", f"To the source: {word.en}", "system",
        facts=facts,
    )  # fmt: skip


def _ruled(row: dict[str, Any]) -> Entry:
    verdict = ("同意", "granted") if row["is_granted"] else ("不同意", "refused")
    who, kind = row["by__name"] or row["by__username"] or "", RequestKind(row["request__kind"])
    return Entry(
        row["at"], "decision", kind.value, f"裁定{kind.zh}：{verdict[0]}", f"Ruling on {kind.en.lower()}: {verdict[1]}", row["actor"], who,
        row["opinion"], facts={"opinion": row["opinion"]},
    )  # fmt: skip
