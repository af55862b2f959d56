"""What the hotline says, as Incoming: pure, from one canonical feed item."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.adapters.hotline.details import DETAILS
from integrations.protocol import Item, Unmappable
from integrations.reading import LARGEST_ROUND, LONGEST_NUMBER, Fields, canonical, counter, decode_json, digest, text
from tickets.domain.messages import FileRef, Happening, Incoming, Limits, Matter, Party
from tickets.domain.words import Channel, MatterType, Urgency

SOURCE = "hotline"

STATES: dict[str, str] = {
    "10": "registered",
    "20": "in_progress",
    "30": "return_asked",
    "50": "sent",
    "55": "bounced",
    "60": "follow_up",
    "70": "redo",
    "80": "closed",
    "90": "returned",
    "95": "terminated",
}
HAPPENINGS: dict[str, Happening] = {
    "dispatch": Happening.DISPATCHED,
    "redispatch": Happening.DISPATCHED,
    "update": Happening.UPDATED,
    "redo": Happening.REDO,
    "return_decision": Happening.RETURN_DECIDED,
    "extension_decision": Happening.EXTENSION_DECIDED,
    "urge": Happening.CHASED,
    "supervise": Happening.SUPERVISED,
    "bounce": Happening.BOUNCED,
    "accept": Happening.ACCEPTED,
    "satisfaction": Happening.RATED,
    "add_dept": Happening.UNITS_ADDED,
    "withdraw": Happening.WITHDRAWN,
    "close": Happening.CLOSED,
}
TYPES: dict[str, MatterType] = {
    "01": MatterType.CONSULTATION,
    "02": MatterType.HELP,
    "03": MatterType.COMPLAINT,
    "04": MatterType.REPORT,
    "05": MatterType.SUGGESTION,
    "06": MatterType.PRAISE,
}
URGENCIES: dict[str, Urgency] = {"1": Urgency.ORDINARY, "2": Urgency.URGENT, "3": Urgency.CRITICAL}
CHANNELS: dict[str, str] = {"01": "电话", "02": "微信", "03": "网站", "04": "APP", "05": "其他"}

# Known keys that say again what another key says, or that stay in the raw record.
KNOWN = (
    "orderNo",
    "round",
    "version",
    "status",
    "statusName",
    "appealTypeName",
    "areaName",
    "urgencyLevelName",
    "source",
    "assignedDept",
    "assignedDeptCode",
)


def item(record: Any) -> Item:
    """One feed item as it is kept: canonical bytes under its event id (or its digest where it has none)."""
    raw = canonical(record)
    record = record if isinstance(record, Mapping) else {}
    key = _scalar(record.get("eventId"))
    return Item(
        key if 0 < len(key) <= 100 else digest(raw), raw, identity=identity(record.get("orderNo"), record.get("round"))
    )


def items_of_one(data: Mapping[str, Any]) -> list[Item]:
    """The answer of fetch-one as opening items: those of rounds that are over, then the ticket as of now for the current round.

    Their keys differ from the feed's own opening events, which may still come.
    """
    ticket = data.get("ticket")
    if not isinstance(ticket, Mapping):
        return []
    current = identity(ticket.get("orderNo"), ticket.get("round"))
    events = data.get("events")
    openings = [
        {**event, "eventId": f"fetched:{_scalar(event.get('eventId'))}"}
        for event in (events if isinstance(events, list) else [])
        if isinstance(event, Mapping) and HAPPENINGS.get(_scalar(event.get("eventType"))) is Happening.DISPATCHED
    ]
    over = [item(opening) for opening in openings]
    return [one for one in over if one.identity not in ("", current)] + [item(_opening(ticket, current))]


def _opening(ticket: Mapping[str, Any], current: str) -> dict[str, Any]:
    round, version = ticket.get("round"), ticket.get("version")
    return {
        "eventId": f"fetched:{current}:{_scalar(version)}:{digest(canonical(ticket))[:8]}",
        "eventType": "dispatch" if _scalar(round) == "1" else "redispatch",
        "eventTime": ticket.get("dispatchTime"),
        "orderNo": ticket.get("orderNo"),
        "round": round,
        "version": version,
        "status": ticket.get("status"),
        "ticket": ticket,
        "detail": {},
    }


def _scalar(value: Any) -> str:
    try:
        return text(value)
    except ValueError:
        return ""


def identity(number: Any, round: Any) -> str:
    """``number#round``, or '' where either cannot be read."""
    try:
        turn = counter(round)
    except ValueError:
        turn = None
    written = _scalar(number)
    return f"{written}#{turn}" if 0 < len(written) <= LONGEST_NUMBER and turn is not None else ""


def read(raw: bytes) -> list[Incoming]:
    """One feed item as Incoming. Raises Unmappable, naming the field and the remedy."""
    record = decode_json(raw)
    if not isinstance(record, Mapping):
        raise Unmappable("item", "记录不是对象，请平台重发", "The item is not an object: ask for it again")
    fields = Fields(record)
    number, round = fields.number("orderNo"), fields.whole("round")
    happening, kind = _happening(fields)
    ticket, detail = fields.child("ticket"), fields.child("detail")
    opening = happening is Happening.DISPATCHED
    happened = fields.needed_moment("eventTime") if not opening else fields.moment("eventTime")
    dispatched = ticket.needed_moment("dispatchTime") if opening else ticket.moment("dispatchTime")
    occurred = happened or dispatched
    if occurred is None:
        raise Unmappable(
            "eventTime", "缺少时间 eventTime,请平台补发", "The time eventTime is missing: have it sent again"
        )
    matter, facts = _matter(ticket, happening, dispatched or (occurred if opening else None))
    told = DETAILS[kind](detail)
    version, event_id, state = fields.counter("version"), fields.text("eventId"), fields.code("status", STATES, "")
    redo_no = told.get("redo_no", ticket.counter("redoNo", largest=LARGEST_ROUND))
    for part in (detail, ticket, fields):
        part.finish()
    return [
        Incoming(
            source=SOURCE,
            channel=Channel.HOTLINE,
            number=number,
            round=round,
            happening=happening,
            occurred_at=occurred,
            version=version,
            event_id=event_id,
            redo_no=redo_no,
            matter=matter,
            outer_state=state,
            detail=facts | told,
            unmapped=tuple(dict.fromkeys(fields.unmapped)),
        )
    ]


def _happening(fields: Fields) -> tuple[Happening, str]:
    kind = fields.text("eventType")
    if kind not in HAPPENINGS:
        raise Unmappable(
            "eventType",
            f"不认识的事件类型：{kind[:40] or '空'}，请补充对照表后重放",
            f"Unknown event type: {kind[:40] or 'empty'}; extend the table and replay",
        )
    return HAPPENINGS[kind], kind


# --- the ticket ------------------------------------------------------------------------------------------------------


def _matter(ticket: Fields, happening: Happening, dispatched: datetime | None) -> tuple[Matter | None, dict[str, Any]]:
    """The full record and the facts of it that Matter has no place for; (None, {}) where the event brings no usable record."""
    if not ticket.record:
        if happening is Happening.DISPATCHED:
            raise Unmappable(
                "ticket", "派单缺少工单内容 ticket,请平台补发", "The dispatch has no ticket: have it sent again"
            )
        return None, {}
    ticket.skip(*KNOWN)
    matter, facts = _build(ticket, dispatched), _more(ticket)
    if matter.title:
        return matter, facts
    if happening in (Happening.DISPATCHED, Happening.UPDATED):
        raise Unmappable(
            "appealContent",
            "诉求标题和内容都为空，请平台补发",
            "Subject and content are both empty: have it sent again",
        )
    ticket.note("appealContent", "")
    return None, facts


def _build(ticket: Fields, dispatched: datetime | None) -> Matter:
    title, content = ticket.text("appealSubject"), ticket.text("appealContent")
    channel = ticket.code("channel", CHANNELS, "")
    return Matter(
        title=title or content[:40],
        content=content or title,
        party=_party(ticket),
        type=ticket.code("appealType", TYPES, MatterType.OTHER),
        source_type=ticket.text("channelName") or channel,
        category=ticket.text("appealCategory"),
        urgency=ticket.code("urgencyLevel", URGENCIES, Urgency.ORDINARY),
        area_code=ticket.text("areaCode"),
        place=ticket.text("incidentAddress"),
        lng=ticket.coordinate("lng"),
        lat=ticket.coordinate("lat"),
        project=ticket.text("projectName"),
        is_anonymous=ticket.flag("isAnonymous"),
        is_confidential=ticket.flag("isSecret"),
        needs_reply=ticket.flag("needReply", default=True),
        is_supervised=ticket.flag("isSupervised"),
        must_handle=ticket.flag("mustHandle"),
        instruction=ticket.text("leaderInstruction"),
        related_numbers=ticket.many("relatedOrderNos"),
        local_reference=ticket.text("clientRef"),
        called_at=ticket.moment("callTime"),
        dispatched_at=dispatched,
        limits=_limits(ticket),
        files=_files(ticket),
    )


def _party(ticket: Fields) -> Party:
    return Party(
        name=ticket.text("callerName"),
        gender=ticket.text("callerGender"),
        phone=ticket.text("contactPhone"),
        incoming_phone=ticket.text("incomingPhone"),
    )


def _limits(ticket: Fields) -> Limits:
    return Limits(
        sign=ticket.deadline("signDeadline"),
        contact=ticket.deadline("contactDeadline"),
        reply=ticket.deadline("expectedDeadline"),
    )


def _files(ticket: Fields) -> tuple[FileRef, ...]:
    rows = ticket.children("attachments")
    files = tuple(
        FileRef(
            name=row.text("fileName") or row.text("fileId"),
            ref=row.text("fileId"),
            size=row.counter("size") or None,
            sha256=row.text("sha256").lower(),
            url=row.text("url"),
        )
        for row in rows
    )
    for row in rows:
        row.finish()
    return tuple(file for file in files if file.ref or file.url)


def _more(ticket: Fields) -> dict[str, Any]:
    """Facts of the ticket beside the matter: its second number, co-handlers and remark."""
    facts = {
        "second_number": ticket.text("hotlineNo"),
        "assist_units": list(ticket.many("assistDepts")),
        "remark": ticket.text("remark"),
        "is_repeat": ticket.flag("isRepeat"),
    }
    return {key: value for key, value in facts.items() if value}
