"""One ticket told to one reader: the matter, the caller's card, the sources, replies, requests, contacts, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hotline.permissions import View, view_of
from hotline.permissions.table import CLERKS
from hotline.wording import Cover, label, mask_id, mask_name, mask_phone, mask_text, pair, why_routed
from tickets.domain.actors import Actor
from tickets.domain.messages import Party
from tickets.domain.states import State
from tickets.domain.words import (
    Channel,
    Disclosure,
    MatterType,
    Outcome,
    RejectionReason,
    ReturnReason,
    SuspensionGround,
    Urgency,
    Way,
)
from tickets.models import Attachment, Inquiry, ReplyState, RequestKind, Ticket
from tickets.queries import dossier, inquiries
from tickets.queries.scopes import CONFIDENTIAL_TITLE
from tickets.queries.together import Rows

Row = dict[str, Any]
GROUNDS: dict[str, Any] = {
    RequestKind.SUSPENSION.value: SuspensionGround,
    RequestKind.REJECTION.value: RejectionReason,
}

FACTS = (
    "number", "state", "version", "type", "category", "urgency", "area_code", "channel", "is_confidential", "is_supervised", "must_handle",
    "chase_count", "round", "redo_count", "bounce_count", "return_count", "is_direct", "end_code", "due_at", "is_overdue", "registered_at",
    "dispatched_at", "signed_at", "contacted_at", "sent_at", "closed_at", "promised_on", "review_on",
)  # fmt: skip
LABELLED = {"state": State, "type": MatterType, "urgency": Urgency, "channel": Channel}


class Telling:
    """A ticket for a reader. ``view`` decides (hotline.permissions.view_of); ``text`` covers what he may not read."""

    def __init__(self, ticket: Ticket, actor: Actor) -> None:
        self.ticket, self.actor = ticket, actor
        self.hanging: dict[str, Rows] = {}
        self.view = view_of(actor, ticket)
        self.inquiries = list(inquiries.of(ticket))
        self.is_closed = self.view == "covered" and ticket.is_confidential
        self.text: Callable[[str], str] = mask_text
        self.hide: Callable[[str], str] = str
        if self.view in ("helper", "covered"):
            cover = self._cover()
            self.text, self.hide = cover, cover.hide

    def _cover(self) -> Cover:
        parties = [each.person.party() for each in self.inquiries if each.person is not None]
        places = [self.ticket.place] if self.is_closed else []
        cover = Cover.of(parties, places)
        return cover if self.is_closed else Cover(cover.exact)

    def open(self, *, story: bool = False) -> Telling:
        """Read all that hangs on the ticket; ``story``: also what its story is made of."""
        self.hanging = dossier.of(self.ticket, story=story)
        return self

    def whole(self) -> dict[str, Any]:
        """The ticket with everything that hangs on it."""
        if not self.hanging:
            self.open()
        return {
            **self.facts(),
            "view": self.view,
            "inquiries": [self.inquiry(each) for each in self.inquiries],
            "co_handlers": [self.co_handler(row) for row in self.hanging["co_handlers"]],
            "replies": [self.reply(row) for row in self.hanging["replies"]],
            "requests": [self.request(row) for row in self.hanging["requests"]],
            "contacts": [self.contact(row) for row in self.hanging["contacts"]],
            "attachments": [self.attachment(row) for row in self.hanging["attachments"] if self.may_open(row)],
        }

    @property
    def title(self) -> str:
        """As this reader may read it."""
        return CONFIDENTIAL_TITLE if self.is_closed else self.text(self.ticket.title)

    def facts(self) -> dict[str, Any]:
        """The ticket's own facts and the matter."""
        ticket = self.ticket
        told: dict[str, Any] = {name: getattr(ticket, name) for name in FACTS}
        for name, kind in LABELLED.items():
            told[f"{name}_label"] = label(kind, told[name])
        told["title"] = self.title
        told["content"] = self.text(ticket.content)
        told["place"] = "" if self.is_closed else self.text(ticket.place)
        told["project"] = str(ticket.project) if ticket.project and not self.is_closed else ""
        if self.is_closed:
            told["area_code"] = told["category"] = ""
        told["section"] = _section(ticket.section)
        told["proposed_section"] = _section(ticket.proposed_section)
        told["route_reason"] = "" if self.is_closed else why_routed(self.text(ticket.route_reason))
        told["handler"] = _person(ticket.handler)
        told["parent"] = ticket.parent.number if ticket.parent else None
        return told

    def inquiry(self, inquiry: Inquiry) -> dict[str, Any]:
        """One contact of one source; the look-up code, which is the caller's own, is told by ``codes`` only."""
        told = {
            "id": inquiry.pk,
            "source": inquiry.source_id,
            "source_name": self._source(inquiry),
            "number": inquiry.number,
            "round": inquiry.round,
            "redo_no": inquiry.redo_no,
            "outer_state": inquiry.outer_state,
            "way": inquiry.way,
            "way_label": label(Way, inquiry.way),
            "taken_by": _person(inquiry.taken_by),
            "is_anonymous": inquiry.is_anonymous,
            "needs_reply": inquiry.needs_reply,
            "must_handle": inquiry.must_handle,
            "received_at": inquiry.received_at,
            "dispatched_at": inquiry.dispatched_at,
            "accepted_at": inquiry.accepted_at,
            "answered_at": inquiry.answered_at,
            "closed_at": inquiry.closed_at,
            "limits": {
                name: getattr(inquiry, f"limit_{name}")
                for name in ("sign", "contact", "answer", "reply", "notice", "objection")
            },
            "follow_up": {
                "reached": inquiry.is_reached,
                "solved": inquiry.is_solved,
                "satisfaction": inquiry.satisfaction,
                "comment": self.text(inquiry.comment),
            },
            "caller": self.caller(inquiry),
        }
        if self.view == "office":
            told |= {
                "related_numbers": inquiry.related_numbers,
                "unmapped": inquiry.unmapped,
            }
        return told

    def codes(self) -> list[str]:
        """The look-up codes that this reader may tell a caller who has lost his; none of a confidential matter."""
        if self.ticket.is_confidential or not self.actor.roles & CLERKS:
            return []
        return [each.lookup_code for each in self.inquiries]

    @staticmethod
    def _source(inquiry: Inquiry) -> str:
        return pair(inquiry.source.name_zh, inquiry.source.name_en)

    def caller(self, inquiry: Inquiry) -> dict[str, str] | None:
        """The card, covered; None where there is none or the reader gets none."""
        if self.view not in ("office", "lead") or inquiry.person is None:
            return None
        return covered_card(inquiry.person.party())

    def co_handler(self, row: Row) -> dict[str, Any]:
        """A section that contributes."""
        return {
            "section": {"code": row["section__code"], "name": row["section__name"]},
            "asked_at": row["asked_at"],
            "opinion": self.text(row["opinion"]),
            "contributed_at": row["contributed_at"],
            "contributed_by": _who(row, "contributed_by"),
        }

    def reply(self, row: Row) -> dict[str, Any]:
        """One reply; whoever wrote a text reads it as he wrote it."""
        shown = str if row["author_id"] == self.actor.user_id else self.hide
        plain = (
            "no", "is_interim", "state", "outcome", "promised_on", "disclosure", "document_no", "written_at", "submitted_at",
            "reviewed_at", "approved_at", "sent_at",
        )  # fmt: skip
        return {
            **{name: row[name] for name in plain},
            "state_label": label(ReplyState, row["state"]),
            "outcome_label": label(Outcome, row["outcome"]),
            "public_text": shown(row["public_text"]),
            "handling": shown(row["handling"]),
            "disclosure_label": label(Disclosure, row["disclosure"]),
            "disclosure_ground": shown(row["disclosure_ground"]),
            "author": _who(row, "author"),
            "reviewer": _who(row, "reviewer"),
            "approver": _who(row, "approver"),
            "remark": self.text(row["remark"]),
        }

    def request(self, row: Row) -> dict[str, Any]:
        """What was asked, and each ruling on it."""
        rulings = [each for each in self.hanging["decisions"] if each["request_id"] == row["id"]]
        plain = ("kind", "asked_at", "code", "amount", "until", "review_on", "is_open", "is_granted")
        return {
            **{name: row[name] for name in plain},
            "kind_label": label(RequestKind, row["kind"]),
            "code_label": label(GROUNDS.get(row["kind"], ReturnReason), row["code"]),
            "asked_by": _who(row, "asked_by"),
            "reason": self.text(row["reason"]),
            "decisions": [
                {
                    "by": _who(each, "by") or each["actor"],
                    "at": each["at"],
                    "is_granted": each["is_granted"],
                    "opinion": self.text(each["opinion"]),
                }
                for each in rulings
            ],
        }

    def contact(self, row: Row) -> dict[str, Any]:
        """One contact with the caller; what the office noted of a confidential one is the office's."""
        is_closed = self.is_closed and row["by_office"]
        return {
            "by": _who(row, "by"),
            **{name: row[name] for name in ("by_office", "contacted_at", "is_reached")},
            "reason": "" if is_closed else self.text(row["reason"]),
            "note": "" if is_closed else self.text(row["note"]),
        }

    def attachment(self, row: Row) -> dict[str, Any]:
        """A file that this reader may open."""
        return {
            **{
                name: row[name]
                for name in ("id", "role", "state", "size", "sha256", "added_at", "trouble", "reply__no")
            },
            "name": self.text(row["name"]),
            "added_by": _who(row, "added_by"),
            "url": f"/api/attachments/{row['id']}",
        }

    def may_open(self, row: Row) -> bool:
        """``may_open`` of a row of the dossier."""
        return _may_open(
            self.view, self.ticket, self.actor, row["added_by__section_id"], row["inquiry_id"], row["role"]
        )


def hands_out(actor: Actor, inquiry: Inquiry) -> bool:
    """Whether the receipt says the look-up code: of a confidential matter to who logged it alone. With the last digits of the caller's
    number it opens his page, so that whoever has both can speak in his name."""
    if not actor.roles & CLERKS:
        return False
    return not inquiry.ticket.is_confidential or inquiry.taken_by_id == actor.user_id


def may_open(actor: Actor, ticket: Ticket, file: Attachment) -> bool:
    """A file may show the petitioner: on a confidential matter a section opens only what its own people added, and who helps
    or looks on opens no file that came from the source (domain §6)."""
    own = file.added_by.section_id if file.added_by else None
    return _may_open(view_of(actor, ticket), ticket, actor, own, file.inquiry_id, file.role)


def _may_open(view: View, ticket: Ticket, actor: Actor, own: int | None, inquiry_id: int | None, role: str) -> bool:
    if view in ("office", "lead"):
        return True
    if ticket.is_confidential:
        return own is not None and own == actor.section_id
    return inquiry_id is None and role != "matter"


def covered_card(party: Party) -> dict[str, str]:
    """The caller as anybody at a desk sees him: 测** 199****1234."""
    return {
        "name": mask_name(party.name),
        "gender": party.gender,
        "phone": mask_phone(party.phone),
        "incoming_phone": mask_phone(party.incoming_phone),
        "id_number": mask_id(party.id_number),
        "address": "***" if party.address else "",
        "organisation": party.organisation[:2] + "***" if party.organisation else "",
        "email": "***" if party.email else "",
    }


def _section(section: Any) -> dict[str, str] | None:
    return {"code": section.code, "name": section.name} if section else None


def _person(user: Any) -> dict[str, str] | None:
    return {"username": user.username, "name": str(user)} if user else None


def _who(row: Row, column: str) -> dict[str, str] | None:
    """The account a column of the dossier names."""
    username = row[f"{column}__username"]
    return {"username": username, "name": row[f"{column}__name"] or username} if username else None
