"""What the inspection offices say, as Incoming: pure, from one kept row of a notice, a withdrawal or a receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from integrations.adapters.inspection.papers import numbers
from integrations.protocol import Book, Unmappable
from integrations.reading import LONGEST_NUMBER, SHANGHAI, Fields, deadline, decode_json, digest, moment
from tickets.domain.messages import FileRef, Happening, Incoming, Limits, Matter, Party
from tickets.domain.words import Channel, MatterType

SOURCE = "inspection"
NOT_OURS = "非本单位"
MOST_PHOTOS = 200
PHOTO_LIMIT = 20 * 1024 * 1024

LEDGER_STATES: dict[str, str] = {
    "未回复": "registered",
    "已回复": "sent",
    "已通过": "closed",
    "已退回": "bounced",
    "已撤销": "terminated",
}


def number_of(document: str, seq: str) -> str:
    """``文号#序号``; a title that stands in for a missing 文号 may be long, the number of a ticket may not."""
    room = LONGEST_NUMBER - 12
    name = document if len(document) <= room else f"{document[: room - 9]}~{digest(document.encode())[:8]}"
    return f"{name}#{seq}"


def read(raw: bytes) -> list[Incoming]:
    """One kept row as Incoming. Raises Unmappable, naming the field and the remedy."""
    record = decode_json(raw)
    kind = record.get("kind") if isinstance(record, Mapping) else None
    if kind not in KINDS:
        raise Unmappable("kind", "记录类型无法识别，请重新读取", "An unknown kind of record: read the folder again")
    try:
        return [KINDS[kind](record)]
    except (KeyError, TypeError, ValueError, AttributeError) as trouble:
        zh, en = "保存的记录不完整，请重新读取收件目录", "The kept record is not whole: read the folder again"
        raise Unmappable(str(trouble)[:80] or "record", zh, en) from trouble


def _refused(record: Mapping[str, Any]) -> Incoming:
    raise Unmappable(str(record["field"]), str(record["zh"]), str(record["en"]))


# --- notices ---------------------------------------------------------------------------------------------------------


def _problem(record: Mapping[str, Any]) -> Incoming:
    row, head = record["row"], record["head"]
    unmapped = list(record.get("marks", ()))
    if not row["description"]:
        raise Unmappable("问题描述", f"序号{row['seq']}缺少问题描述，请督查单位更正", "A problem without description")
    seen = datetime.fromisoformat(record["seen_at"]).astimezone(SHANGHAI)
    reply_by, told = _limit(row["limit"], head, seen, unmapped)
    if not record["has_number"]:
        unmapped.append("文号=空")
    dispatched = seen
    return Incoming(
        source=SOURCE,
        channel=Channel.INSPECTION,
        number=record["number"],
        round=record["round"],
        happening=Happening.DISPATCHED,
        occurred_at=dispatched,
        version=record["version"],
        event_id=f"{record['number']}:{record['round']}:dispatch",
        matter=_matter(record, row, head, reply_by, dispatched, unmapped),
        outer_state="registered",
        detail=told | _facts(record, row, head),
        unmapped=tuple(dict.fromkeys(unmapped)),
    )


def _matter(
    record: Mapping[str, Any],
    row: Mapping[str, Any],
    head: Mapping[str, Any],
    reply_by: datetime | None,
    dispatched: datetime,
    unmapped: list[str],
) -> Matter:
    said = row["description"] + (f"\n整改要求：{row['measure']}" if row["measure"] else "")
    place = row["place"]
    return Matter(
        title=(f"{place}:{row['description']}" if place else row["description"])[:100],
        content=said,
        party=Party(organisation=head["issuer"]),
        type=MatterType.OTHER,
        source_type="督查通知",
        category=row["category"],
        place=place,
        is_supervised=False,
        instruction=row["instruction"],
        called_at=_issued(head),
        dispatched_at=dispatched,
        limits=Limits(reply=reply_by),
        files=_files(record, unmapped),
    )


def _issued(head: Mapping[str, Any]) -> datetime | None:
    return moment(head["issued_on"]) if head["issued_on"] else None


def _limit(
    limit: Mapping[str, str], head: Mapping[str, Any], seen: datetime, unmapped: list[str]
) -> tuple[datetime | None, dict[str, Any]]:
    """The deadline on the paper as a moment, or the facts from which the calendar makes one."""
    kind, value, text = limit["kind"], limit["value"], limit["text"]
    told: dict[str, Any] = {"limit_text": text} if text else {}
    start = date.fromisoformat(limit["start"]) if limit["start"] else seen.date()
    if kind in ("day", "moment"):
        return deadline(value), told
    if kind == "working_days":
        return None, told | {"limit_working_days": int(value), "limit_from": start.isoformat()}
    if kind == "days":
        return deadline((start + timedelta(days=int(value))).isoformat()), told
    if kind == "hours":
        return seen + timedelta(hours=int(value)), told
    if kind == "at_once" and head["issued_on"]:
        return deadline(head["issued_on"]), told
    if kind in ("at_once", "unknown"):
        unmapped.append(f"整改期限={text[:40]}")
    return None, told


def _files(record: Mapping[str, Any], unmapped: list[str]) -> tuple[FileRef, ...]:
    """The papers of the package and the photos this row names; a photo named and not there, or too big, is noted."""
    papers = [_ref(file) for file in record["papers"]]
    photos = [_ref(file) for file in record["photos"][:MOST_PHOTOS]]
    unmapped += [f"照片={name}" for name in record["missing_photos"]]
    unmapped += [f"照片超过20MB={photo.name}" for photo in photos if photo.size and photo.size > PHOTO_LIMIT]
    if record["photo_count"] > MOST_PHOTOS:
        unmapped.append(f"照片超过{MOST_PHOTOS}张={record['photo_count']}")
    return tuple(papers + photos)


def _ref(file: Mapping[str, Any]) -> FileRef:
    path = str(file["path"])
    return FileRef(name=path.rpartition("/")[2], ref=path, size=file["size"], sha256=file["sha256"])


def _facts(record: Mapping[str, Any], row: Mapping[str, Any], head: Mapping[str, Any]) -> dict[str, Any]:
    facts = {
        "document": record["document"],
        "item": row["seq"],
        "package": record["package"],
        "title": head["title"],
        "inspected": head["inspected"],
        "issued_on": head["issued_on"],
        "report_by": head["report_by"],
        "measure": row["measure"],
        "area": row["area"],
        "unit": row["unit"],
        "found_on": row["found_on"],
    }
    return {key: value for key, value in facts.items() if value}


def _withdrawn(record: Mapping[str, Any]) -> Incoming:
    return Incoming(
        source=SOURCE,
        channel=Channel.INSPECTION,
        number=record["number"],
        round=record["round"],
        happening=Happening.WITHDRAWN,
        occurred_at=datetime.fromisoformat(record["seen_at"]).astimezone(SHANGHAI),
        version=record["version"],
        event_id=f"{record['number']}:{record['round']}:withdraw:{record['package']}",
        outer_state="terminated",
        detail={"reason": record["reason"], "document": record["document"]},
    )


# --- receipts --------------------------------------------------------------------------------------------------------


def _receipt(record: Mapping[str, Any]) -> Incoming:
    """A verdict on one answered row. ``ours`` is what we remember of the reply file it names; ``turn`` counts changed verdicts."""
    fields, row, ours = Fields(record["receipt"]), Fields(record["row"]), record["ours"]
    file = fields.text("replyFile")
    _check_receipt(fields, row, ours, file)
    verdict, reason = row.text("result").lower(), row.text("reason")
    if verdict not in ("accepted", "rejected"):
        raise Unmappable(
            "result", f"回执结论无法识别：{verdict[:40] or '空'}", f"Unknown verdict: {verdict[:40] or 'empty'}"
        )
    happening, state, detail = _verdict(verdict == "accepted", reason, ours["status"] == NOT_OURS, file)
    received = fields.needed_moment("receivedAt") or datetime.fromisoformat(record["seen_at"])
    return Incoming(
        source=SOURCE,
        channel=Channel.INSPECTION,
        number=ours["number"],
        round=ours["round"],
        happening=happening,
        occurred_at=received.astimezone(SHANGHAI),
        version=record["version"],
        event_id=f"{file}:{record['turn']}:{verdict}",
        outer_state=state,
        detail=detail,
    )


def _check_receipt(fields: Fields, row: Fields, ours: Mapping[str, Any] | None, file: str) -> None:
    """A receipt must name a file we sent, by its very hash, and a row that stands in it."""
    if not ours:
        raise Unmappable(
            "replyFile", f"回执对应的回复文件不是我方发出：{file[:80]}", f"A receipt for a file never sent: {file[:80]}"
        )
    if fields.text("replySha256").lower() != ours["sha256"]:
        raise Unmappable(
            "replySha256",
            f"回执的文件校验值与我方发出的不符：{file[:80]}",
            f"The hash is not that of our file: {file[:80]}",
        )
    seq, turn = row.text("seq"), row.counter("round", 1)
    if f"{seq}#{turn}" != f"{ours['seq']}#{ours['round']}":
        raise Unmappable(
            "seq", f"回执的序号{seq}轮次{turn}不在该回复文件中", f"Row {seq}, round {turn} is not in that reply file"
        )


def _verdict(accepted: bool, reason: str, was_return: bool, file: str) -> tuple[Happening, str, dict[str, Any]]:
    if was_return:
        detail = {"request_no": file, "agreed": accepted, "opinion": reason, "must_handle": not accepted}
        return Happening.RETURN_DECIDED, "returned" if accepted else "in_progress", detail
    if accepted:
        return Happening.CLOSED, "closed", {"closed_at": "", "close_type": "审核通过", "reply_file": file}
    return Happening.BOUNCED, "bounced", {"reasons": [reason] if reason else [], "redo_no": 0, "reply_file": file}


KINDS: dict[str, Callable[[Mapping[str, Any]], Incoming]] = {
    "problem": _problem,
    "withdrawn": _withdrawn,
    "receipt": _receipt,
    "refused": _refused,
}


# --- their ledger ----------------------------------------------------------------------------------------------------


def book_of_row(row: Mapping[str, str], status_of: Callable[[str], str]) -> Book | None:
    """A ledger row; ``status_of`` gives what our reply file said, because an accepted 非本单位 means returned."""
    fields = Fields(row)
    try:
        document, seq, round = fields.text("文号"), fields.number("序号"), fields.whole("轮次")
    except Unmappable:
        return None
    state, file = fields.code("状态", LEDGER_STATES, ""), fields.text("回复文件")
    if status_of(file) == NOT_OURS:
        state = {"closed": "returned", "sent": "return_asked", "bounced": "in_progress"}.get(state, state)
    return Book(
        number=number_of(next(iter(numbers(document)), document), seq),
        round=round,
        outer_state=state,
        reply_digest=fields.text("整改情况SHA256").lower(),
        facts={"status": fields.text("状态"), "reply_file": file},
    )
