"""What the business platform says, as Incoming: pure, from one canonical event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.adapters.business.details import DETAILS
from integrations.protocol import Item, Unmappable
from integrations.reading import (
    LARGEST_ROUND,
    LONGEST_NUMBER,
    Fields,
    canonical,
    counter,
    decode_json,
    digest,
    iso,
    text,
)
from tickets.domain.messages import FileRef, Happening, Incoming, Limits, Matter, Party
from tickets.domain.words import Channel

SOURCE = "business"
PING = "endpoint.ping"

STATES: dict[str, str] = {
    "assigned": "registered",
    "started": "in_progress",
    "answered": "in_progress",
    "return_pending": "return_asked",
    "solved": "sent",
    "redo": "redo",
    "closed": "closed",
    "returned": "returned",
    "withdrawn": "terminated",
}
HAPPENINGS: dict[str, Happening] = {
    "demand.assigned": Happening.DISPATCHED,
    "demand.reassigned": Happening.DISPATCHED,
    "demand.updated": Happening.UPDATED,
    "demand.urged": Happening.CHASED,
    "demand.supervised": Happening.SUPERVISED,
    "demand.return_decided": Happening.RETURN_DECIDED,
    "demand.extension_decided": Happening.EXTENSION_DECIDED,
    "demand.rated": Happening.RATED,
    "demand.redo": Happening.REDO,
    "demand.closed": Happening.CLOSED,
    "demand.withdrawn": Happening.WITHDRAWN,
}
UNITS: dict[str, str] = {"workday": "working_days", "day": "calendar_days", "hour": "clock_hours"}
# The platform's three steps and our clocks: start is our first contact, solve our reply.
STEPS: dict[str, str] = {"start": "contact", "answer": "answer", "solve": "reply"}

KNOWN = ("demandNo", "round", "redoNo", "seq", "status", "statusName", "unit")


def item(record: Any, key: str = "") -> Item:
    """One event as it is kept: canonical bytes under its event id, so that the push and the pull of it are equal."""
    raw = canonical(record)
    record = record if isinstance(record, Mapping) else {}
    data = record.get("data")
    data = data if isinstance(data, Mapping) else {}
    name = key or _scalar(record.get("id"))
    return Item(
        name if 0 < len(name) <= 100 else digest(raw), raw, identity=identity(data.get("demandNo"), data.get("round"))
    )


def items_of_one(data: Mapping[str, Any]) -> list[Item]:
    """The answer of fetch-one as opening events: those of rounds that are over, then the demand as of now for the current round.

    Their keys differ from the platform's own opening events, which may still come.
    """
    demand = data.get("demand")
    if not isinstance(demand, Mapping):
        return []
    current = identity(demand.get("demandNo"), demand.get("round"))
    events = data.get("events")
    openings = [
        {**event, "id": f"fetched:{_scalar(event.get('id'))}"}
        for event in (events if isinstance(events, list) else [])
        if isinstance(event, Mapping) and HAPPENINGS.get(_scalar(event.get("type"))) is Happening.DISPATCHED
    ]
    over = [item(opening) for opening in openings]
    return [one for one in over if one.identity not in ("", current)] + [item(_opening(demand, current))]


def _opening(demand: Mapping[str, Any], current: str) -> dict[str, Any]:
    number, round, seq = (demand.get(key) for key in ("demandNo", "round", "seq"))
    return {
        "id": f"fetched:{current}:{_scalar(seq)}:{digest(canonical(demand))[:8]}",
        "type": "demand.assigned" if _scalar(round) == "1" else "demand.reassigned",
        "timestamp": demand.get("assignedAt"),
        "data": {"demandNo": number, "round": round, "seq": seq, "detail": {}, "demand": demand},
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
    """One event as Incoming; a ping says nothing. Raises Unmappable, naming the field and the remedy."""
    record = decode_json(raw)
    if not isinstance(record, Mapping):
        raise Unmappable("event", "事件不是对象，请平台重发", "The event is not an object: ask for it again")
    fields = Fields(record)
    kind = fields.text("type")
    if kind == PING:
        return []
    happening = _happening(kind)
    data = fields.child("data")
    number, round = data.number("demandNo"), data.whole("round")
    demand, detail = data.child("demand"), data.child("detail")
    opening = happening is Happening.DISPATCHED
    happened = fields.moment("timestamp") if opening else fields.needed_moment("timestamp")
    assigned = demand.needed_moment("assignedAt") if opening else demand.moment("assignedAt")
    occurred = happened or assigned
    if occurred is None:
        raise Unmappable(
            "timestamp", "缺少事件时间 timestamp,请平台补发", "The time of the event is missing: ask again"
        )
    facts = _more(demand)
    matter = _matter(demand, happening, assigned or (occurred if opening else None))
    told = DETAILS[kind](detail)
    seq, event_id, state = data.counter("seq"), fields.text("id"), demand.code("status", STATES, "")
    redo_no = told.get("redo_no", demand.counter("redoNo", largest=LARGEST_ROUND))
    if happening is Happening.RATED:
        told["visited_at"] = iso(occurred)
    for part in (detail, demand, data, fields):
        part.finish()
    return [
        Incoming(
            source=SOURCE,
            channel=Channel.BUSINESS,
            number=number,
            round=round,
            happening=happening,
            occurred_at=occurred,
            version=seq,
            event_id=event_id,
            redo_no=redo_no,
            matter=matter,
            outer_state=state,
            detail=facts | told,
            unmapped=tuple(dict.fromkeys(fields.unmapped)),
        )
    ]


def _happening(kind: str) -> Happening:
    if kind not in HAPPENINGS:
        raise Unmappable(
            "type",
            f"不认识的事件类型：{kind[:40] or '空'}，请补充对照表后重放",
            f"Unknown event type: {kind[:40] or 'empty'}; extend the table and replay",
        )
    return HAPPENINGS[kind]


# --- the demand ------------------------------------------------------------------------------------------------------


def _matter(demand: Fields, happening: Happening, assigned: datetime | None) -> Matter | None:
    """The whole demand; None where an event other than an opening or an update brings no usable one."""
    strict = happening in (Happening.DISPATCHED, Happening.UPDATED)
    if not demand.record:
        if strict:
            raise Unmappable("demand", "事件缺少诉求内容 demand,请重新取单", "The event has no demand: fetch it again")
        return None
    demand.skip(*KNOWN)
    matter = _build(demand, assigned)
    if matter.title:
        return matter
    if strict:
        raise Unmappable(
            "content", "标题和内容都为空，请平台补发", "Title and content are both empty: have it sent again"
        )
    demand.note("content", "")
    return None


def _build(demand: Fields, assigned: datetime | None) -> Matter:
    title, content = demand.text("title"), demand.text("content")
    return Matter(
        title=title or content[:40],
        content=content or title,
        party=_party(demand),
        source_type="企业诉求",
        category=_category(demand),
        area_code=demand.text("regionCode"),
        project=demand.text("projectName"),
        is_confidential=demand.flag("isConfidential"),
        must_handle=demand.flag("mustHandle"),
        instruction=demand.text("leaderInstruction"),
        related_numbers=demand.many("linkedHotlineNo"),
        called_at=demand.moment("submittedAt"),
        dispatched_at=assigned,
        limits=_limits(demand),
        files=_files(demand),
    )


def _party(demand: Fields) -> Party:
    contact, firm = demand.child("contact"), demand.child("enterprise")
    mobile, phone = contact.text("mobile"), contact.text("phone")
    firm.skip("uscc", "scale", "industry")
    party = Party(
        name=contact.text("name"),
        phone=mobile or phone,
        email=contact.text("email"),
        organisation=firm.text("name"),
        address=firm.text("address"),
        others=(phone,) if phone and mobile else (),
    )
    contact.finish()
    firm.finish()
    return party


def _category(demand: Fields) -> str:
    """An object with a path, or (seen) a bare text."""
    if isinstance(demand.record.get("category"), str):
        return demand.text("category")
    category = demand.child("category")
    category.skip("code", "name", "path")
    category.finish()
    return category.text("path") or category.text("name") or category.text("code")


def _limits(demand: Fields) -> Limits:
    """Only moments and dates are limits of the platform's own; a number of days is a rule (see ``_rule``)."""
    limits = demand.child("limits")
    ends = {step: None if _is_days(limits.record.get(f"{step}By")) else limits.deadline(f"{step}By") for step in STEPS}
    limits.skip(*(f"{step}By" for step in STEPS))
    limits.finish()
    return Limits(contact=ends["start"], answer=ends["answer"], reply=ends["solve"])


def _is_days(value: Any) -> bool:
    """Whether a limit was sent as a number of days instead of a date."""
    written = "" if isinstance(value, bool) else _scalar(value)
    return written.isascii() and written.isdigit() and len(written) <= 3


def _files(demand: Fields) -> tuple[FileRef, ...]:
    rows = demand.children("attachments")
    files = tuple(
        FileRef(
            name=row.text("name") or row.text("id"),
            ref=row.text("id"),
            size=row.counter("size") or None,
            sha256=row.text("sha256").lower(),
            url=row.text("url"),
        )
        for row in rows
    )
    for row in rows:
        row.finish()
    return tuple(file for file in files if file.ref or file.url)


# --- facts beside the matter -----------------------------------------------------------------------------------------


def _more(demand: Fields) -> dict[str, Any]:
    """The firm, the three moments, the limit rule, the project's code and the co-handlers."""
    units = demand.raw("coUnits")
    names = [_unit_name(unit) for unit in units] if isinstance(units, list) else []
    facts: dict[str, Any] = {
        "enterprise": _enterprise(demand),
        "project_code": demand.text("projectCode"),
        "assist_units": [name for name in names if name],
        "limit_rule": _rule(demand),
        "started_at": iso(demand.moment("startedAt")),
        "answered_at": iso(demand.moment("answeredAt")),
        "solved_at": iso(demand.moment("solvedAt")),
    }
    return {key: value for key, value in facts.items() if value}


def _unit_name(unit: Any) -> str:
    return _scalar(unit.get("name")) if isinstance(unit, Mapping) else _scalar(unit)


def _enterprise(demand: Fields) -> dict[str, str]:
    """The firm's public register facts; uscc has 18 characters, 15 in old registers, or is empty."""
    firm = demand.record.get("enterprise")
    if not isinstance(firm, Mapping):
        return {}
    facts = {key: _scalar(firm.get(key)) for key in ("uscc", "scale", "industry")}
    return {key: value for key, value in facts.items() if value}


def _rule(demand: Fields) -> dict[str, Any]:
    """``limitRule`` in our words, {contact, answer, reply: a number, unit}; a limit sent as a number of days outranks it."""
    rule, limits = demand.child("limitRule"), demand.record.get("limits")
    limits = limits if isinstance(limits, Mapping) else {}
    given = {clock: rule.counter(step) for step, clock in STEPS.items()}
    own = {clock: int(limits[f"{step}By"]) for step, clock in STEPS.items() if _is_days(limits.get(f"{step}By"))}
    terms = {clock: figure for clock, figure in (given | own).items() if figure}
    unit = rule.code("unit", UNITS, "working_days")
    rule.finish()
    return terms | {"unit": unit} if terms else {}
