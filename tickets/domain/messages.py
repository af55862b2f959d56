"""The two shapes that cross a door: Incoming (a contact or a platform's later decision) and Outgoing (what we tell a source)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .words import Channel, Labelled, MatterType, Urgency, Way


class Happening(Labelled):
    """What an Incoming says has happened; the source's own names are mapped to these by its adapter."""

    DISPATCHED = "dispatched", "派单", "Dispatched to us"
    UPDATED = "updated", "信息变更", "Facts changed"
    REDO = "redo", "重办", "Redo asked"
    RETURN_DECIDED = "return_decided", "退单裁定", "Return decided"
    EXTENSION_DECIDED = "extension_decided", "延期裁定", "Extension decided"
    CHASED = "chased", "催办", "Chased"
    SUPERVISED = "supervised", "督办", "Supervised"
    BOUNCED = "bounced", "回退补正", "Reply bounced"
    ACCEPTED = "accepted", "审核通过", "Reply accepted"
    RATED = "rated", "回访评价", "Follow-up result"
    UNITS_ADDED = "units_added", "加派", "Other units added"
    WITHDRAWN = "withdrawn", "撤单", "Taken back by the source"
    CLOSED = "closed", "办结", "Closed by the source"
    REFERENCE = "reference", "平台编号", "The source's number of a matter we lodged"
    SEEN = "seen", "状态同步", "State as the source sees it"


class Telling(Labelled):
    """What can be told to a source."""

    SIGN = "sign", "签收", "Sign for it"
    CONTACT = "contact", "联系群众", "First contact"
    ACCEPT = "accept", "受理告知", "Notice of acceptance"
    INTERIM = "interim", "阶段答复", "Interim answer"
    REPLY = "reply", "答复", "Reply"
    RETURN = "return", "退单", "Ask to return"
    EXTENSION = "extension", "延期", "Ask for an extension"
    LODGE = "lodge", "代录", "Lodge a call taken by the bureau"


@dataclass(frozen=True, slots=True)
class Party:
    """The caller. Every field may be empty; phones and identity numbers are text."""

    name: str = ""
    gender: str = ""
    phone: str = ""
    incoming_phone: str = ""
    id_number: str = ""
    address: str = ""
    organisation: str = ""
    email: str = ""
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.name, self.phone, self.incoming_phone, self.id_number, self.organisation, self.email))


@dataclass(frozen=True, slots=True)
class FileRef:
    """An attachment as the source names it; ``content`` where it came along, else it is fetched by ``ref`` later."""

    name: str
    ref: str = ""
    size: int | None = None
    sha256: str = ""
    url: str = ""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The source's own deadlines, kept untouched (moments; a bare date means the end of that day)."""

    sign: datetime | None = None
    contact: datetime | None = None
    answer: datetime | None = None
    reply: datetime | None = None
    notice: datetime | None = None
    objection: datetime | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a contact is about: the five elements, the place, the level, the caller."""

    title: str
    content: str
    party: Party = Party()
    type: MatterType = MatterType.OTHER
    source_type: str = ""
    way: Way | None = None
    category: str = ""
    urgency: Urgency = Urgency.ORDINARY
    area_code: str = ""
    place: str = ""
    lng: str = ""
    lat: str = ""
    project: str = ""
    is_anonymous: bool = False
    is_confidential: bool = False
    is_report: bool = False
    needs_reply: bool = True
    is_supervised: bool = False
    must_handle: bool = False
    instruction: str = ""
    related_numbers: tuple[str, ...] = ()
    local_reference: str = ""
    called_at: datetime | None = None
    dispatched_at: datetime | None = None
    confirmed_at: datetime | None = None
    limits: Limits = Limits()
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a source tells us. ``(source, number, round)`` is the inquiry; ``version`` orders what the source says of it.

    ``detail`` holds the plain facts of a later event (keys: request_no, agreed, opinion, new_deadline, reasons, redo_no, reason,
    reached, solved, satisfaction, comment, level, instruction, report_by, outer_state, must_handle, units …). ``unmapped`` names the
    fields and codes the adapter could not place; the raw record stays in the inbox under ``inbox_id``. ``holds``: it waits at the
    office, rules propose a section and none dispatches.
    """

    source: str
    channel: Channel
    number: str
    round: int
    happening: Happening
    occurred_at: datetime
    version: int = 0
    event_id: str = ""
    redo_no: int = 0
    matter: Matter | None = None
    outer_state: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    inbox_id: int | None = None
    holds: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file of ours to go with a message: read it by ``open()`` of the attachment store; ``role``: contact, handling, photo."""

    attachment_id: int
    name: str
    size: int
    sha256: str
    path: str
    role: str = "handling"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing we tell a source; ``key`` is the idempotency key, the same for every attempt of the row.

    ``facts`` by telling (all plain JSON values; moments are datetimes):
    sign: signer, signed_at; contact: reached, contacted_at, person, phone, note; accept: accepted (bool), notice (none|written|sms|online),
    accepted_at, content, handler, handler_phone; interim: text, plan, expected_on; reply: text, handling, outcome, promised_on, is_true,
    is_anonymous, needs_reply, contacted (bool), contacted_at, not_contacted_reason, contact_phone, replied_at, handler, handler_phone,
    signer, document_no, is_open, place, description; return: code, reason, basis, suggested_unit; extension: step (answer|reply), days,
    new_deadline, reason, approver, told_at; lodge: caller, phone, type, title, place, urgency, content, reference.
    """

    key: str
    source: str
    number: str
    round: int
    redo_no: int
    telling: Telling
    facts: dict[str, Any]
    files: tuple[OutgoingFile, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The source's answer: ``pending`` means handed over, the verdict comes later (file drop)."""

    receipt_no: str = ""
    outer_state: str = ""
    version: int = 0
    pending: bool = False
    is_repeat: bool = False
    number: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
