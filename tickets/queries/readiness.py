"""What a reply still lacks before it may leave the section: what a platform would bounce it for, the caller's privacy, wrong words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from tickets.domain import personal
from tickets.domain.moments import to_local
from tickets.domain.personal import Personal
from tickets.domain.states import UnableToMove
from tickets.domain.words import Channel, Outcome
from tickets.models import Attachment, Contact, Inquiry, Reply, TermKind, Ticket

from . import inquiries, phrases

SHORTEST, LONGEST = 10, 4000
Level = Literal["good", "mind", "stop"]
#: Numbers that no public text needs; a telephone number may be the office's own.
#: Why a reply with a number of the caller's does not leave, in both languages.
OWN_NUMBER = (
    "公开答复中含有诉求人的电话或证件号码，请删去。",
    "The public reply holds the caller's phone or identity number: take it out.",
)
NEVER = frozenset({Personal.ID_CARD, Personal.BANK_CARD, Personal.PLATE})
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """``stop``: it cannot be submitted; ``mind``: look at it; ``good``: it is there. ``code`` and ``field`` as a refusal names them."""

    level: Level
    zh: str
    en: str
    code: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A reply as it stands in the form."""

    outcome: str
    public_text: str
    handling: str
    promised_on: date | None = None
    attachments: tuple[int, ...] = field(default=())

    @classmethod
    def of(cls, reply: Reply) -> Text:
        """As it was drafted."""
        files = tuple(reply.attachments.values_list("pk", flat=True)) if reply.pk else ()
        return cls(reply.outcome, reply.public_text, reply.handling, reply.promised_on, files)


def check(ticket: Ticket, reply: Reply) -> None:
    """What must be there before a reply leaves the section. Raises UnableToMove naming the first field that stops it."""
    for found in findings(ticket, Text.of(reply)):
        if found.level == "stop":
            raise UnableToMove(found.code, found.zh, found.en, field=found.field)


@dataclass(frozen=True, slots=True)
class Known:
    """What a reply is held against: the inquiries, the newest contact (moment, reached), and the ids of the photos."""

    inquiries: Sequence[Inquiry]
    contact: tuple[datetime, bool] | None
    photos: frozenset[int]

    @classmethod
    def of(cls, ticket: Ticket) -> Known:
        """Read from the database."""
        last = Contact.objects.filter(ticket=ticket).order_by("-contacted_at").first()
        photos = Attachment.objects.filter(ticket=ticket, role="photo").values_list("pk", flat=True)
        contact = (last.contacted_at, last.is_reached) if last else None
        return cls(list(inquiries.of(ticket)), contact, frozenset(photos))


def findings(ticket: Ticket, text: Text, known: Known | None = None) -> list[Finding]:
    """Everything there is to say about a reply, what stops it first. ``known``: where the caller has read it already."""
    known = known or Known.of(ticket)
    read = replace(text, public_text=text.public_text.strip()[:LONGEST])  # what is longer is stopped by its length
    found = [
        *_elements(text), *_contact(ticket, known), *_evidence(ticket, text, known), *_privacy(ticket, read, known.inquiries), *_words(read)
    ]  # fmt: skip
    order = {"stop": 0, "mind": 1, "good": 2}
    return sorted(found, key=lambda each: order[each.level])


def _elements(text: Text) -> Iterator[Finding]:
    if text.outcome not in Outcome._value2member_map_:
        yield Finding("stop", "请选择办理结果。", "Choose the outcome.", "outcome", "outcome")
    long = len(text.public_text.strip())
    if not SHORTEST <= long <= LONGEST:
        zh = f"公开答复须 {SHORTEST} 至 {LONGEST} 字，现为 {long} 字。"
        en = f"The public reply needs {SHORTEST} to {LONGEST} characters, it has {long}."
        yield Finding("stop", zh, en, "public_text", "public_text")
    if not text.handling.strip():
        yield Finding("stop", "请填写办理情况。", "Write down what was done.", "handling", "handling")
    if text.outcome == Outcome.IN_PROGRESS:
        yield from _promise(text)


def _promise(text: Text) -> Iterator[Finding]:
    if text.promised_on is None:
        yield Finding(
            "stop", "正在解决的须写明承诺日期。", "Being solved: give the promised date.", "promised_on", "promised_on"
        )
    elif f"{text.promised_on.month}月{text.promised_on.day}日" not in personal.plain(text.public_text):
        yield Finding(
            "mind", "公开答复未写明承诺日期", "The public reply does not say the promised date", "promised_on"
        )


def _contact(ticket: Ticket, known: Known) -> Iterator[Finding]:
    if known.contact is not None:
        moment, reached = known.contact
        at = to_local(moment)
        zh, en = (
            ("已联系群众", "Caller contacted")
            if reached
            else ("联系未果，已写明原因", "Not reached, the reason is on record")
        )
        yield Finding("good", f"{zh}（{at.month}月{at.day}日 {at:%H:%M}）", f"{en} ({at.day} {at:%b %H:%M})", "contact")
        return
    needing = [each for each in inquiries.live_of(known.inquiries) if each.needs_reply and not each.is_anonymous]
    if any(each.source_id in ("hotline", "business") for each in needing):
        zh, en = "答复前须联系群众，或写明未联系上的原因。", "Contact the caller first, or record why it failed."
        yield Finding("stop", zh, en, "contact", "contact")
    elif needing and ticket.channel != Channel.INSPECTION:
        yield Finding("mind", "尚未联系群众", "The caller was not contacted yet", "contact")


def _evidence(ticket: Ticket, text: Text, known: Known) -> Iterator[Finding]:
    """An inspector takes 已整改 with a photo only (wire §4)."""
    if ticket.channel != Channel.INSPECTION or text.outcome != Outcome.SOLVED:
        return
    if known.photos.isdisjoint(text.attachments):
        zh, en = "督查件“已解决”须附整改后照片。", "An inspector takes “solved” with a photo only: attach one."
        yield Finding("mind", zh, en, "attachments", "attachments")


def holds_own(public_text: str, of_ticket: Iterable[Inquiry]) -> bool:
    """Whether a number of the caller's stands in the text."""
    parties = [each.person.party() for each in of_ticket if each.person is not None]
    own = {number for party in parties for number in (party.phone, party.incoming_phone, party.id_number) if number}
    return any(number in public_text for number in own)


def _privacy(ticket: Ticket, text: Text, of_ticket: Sequence[Inquiry]) -> Iterator[Finding]:
    """The caller's own numbers never stand in a public text (domain §6); a petition's reply may address its petitioner by name. On a
    confidential matter the writer is not told whose number it is: that is looked at when the reply is signed off."""
    if not ticket.is_confidential and holds_own(text.public_text, of_ticket):
        yield Finding("stop", *OWN_NUMBER, "personal_data", "public_text")
        return
    hits = list(personal.find(text.public_text))
    for hit in hits:
        level: Level = "stop" if hit.kind in NEVER else "mind"
        zh, en = (
            f"公开答复中有{hit.kind.zh}：{hit.text[:3]}…",
            f"The public reply holds a {hit.kind.en.lower()}: {hit.text[:3]}…",
        )
        yield Finding(level, zh, en, "personal_data", "public_text")
    if not hits:
        yield Finding("good", "公开答复中未发现个人信息", "No personal data in the public reply", "personal_data")


def _words(text: Text) -> Iterator[Finding]:
    hits = [term for term in phrases.terms() if term.text in text.public_text]
    for term in hits:
        if term.kind == TermKind.SENSITIVE:
            zh, en = f"公开答复中有敏感词“{term.text}”，请改写。", f"Sensitive word “{term.text}”: write it otherwise."
            yield Finding("stop", zh, en, "sensitive", "public_text")
        else:
            hint = f"，应为“{term.instead}”" if term.instead else ""
            en = f"“{term.text}” looks wrong" + (f", meant is “{term.instead}”" if term.instead else "")
            yield Finding("mind", f"“{term.text}”疑为错字{hint}", en, "wrong", "public_text")
    if not hits:
        yield Finding("good", "未发现错敏词", "No wrong or sensitive words", "words")
    if _LINK.search(text.public_text):
        yield Finding("mind", "含有链接，请确认可以打开", "There is a link: see that it opens", "link", "public_text")
