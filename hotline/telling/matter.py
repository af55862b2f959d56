"""One ticket told to one reader: the matter, the caller's card, the sources, replies, requests, contacts, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hotline.permissions import view_of
from hotline.wording import Cover, label, mask_id, mask_name, mask_phone, mask_text
from tickets.domain.actors import Actor
from tickets.domain.messages import Party
from tickets.domain.states import State
from tickets.domain.words import Channel, Disclosure, MatterType, Outcome, Urgency
from tickets.models import Attachment, Inquiry, Reply, ReplyState, RequestKind, Ticket
from tickets.queries import inquiries
from tickets.queries.scopes import CONFIDENTIAL_TITLE

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

    def whole(self) -> dict[str, Any]:
        """The ticket with everything that hangs on it."""
        return {
            **self.facts(),
            "view": self.view,
            "inquiries": [self.inquiry(each) for each in self.inquiries],
            "co_handlers": self.co_handlers(),
            "replies": self.replies(),
            "requests": self.requests(),
            "contacts": self.contacts(),
            "attachments": self.attachments(),
        }

    def facts(self) -> dict[str, Any]:
        """The ticket's own facts and the matter."""
        ticket = self.ticket
        told: dict[str, Any] = {name: getattr(ticket, name) for name in FACTS}
        for name, kind in LABELLED.items():
            told[f"{name}_label"] = label(kind, told[name])
        told["title"] = CONFIDENTIAL_TITLE if self.is_closed else self.text(ticket.title)
        told["content"] = self.text(ticket.content)
        told["place"] = "" if self.is_closed else self.text(ticket.place)
        told["project"] = str(ticket.project) if ticket.project and not self.is_closed else ""
        if self.is_closed:
            told["area_code"] = told["category"] = ""
        told["section"] = _section(ticket.section)
        told["proposed_section"] = _section(ticket.proposed_section)
        told["route_reason"] = "" if self.is_closed else self.text(ticket.route_reason)
        told["handler"] = _person(ticket.handler)
        told["parent"] = ticket.parent.number if ticket.parent else None
        return told

    def inquiry(self, inquiry: Inquiry) -> dict[str, Any]:
        """One contact of one source; the look-up code is the caller's own and shown to the office only."""
        told = {
            "id": inquiry.pk,
            "source": inquiry.source_id,
            "source_name": self._source(inquiry),
            "number": inquiry.number,
            "round": inquiry.round,
            "redo_no": inquiry.redo_no,
            "outer_state": inquiry.outer_state,
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
                "lookup_code": inquiry.lookup_code,
                "related_numbers": inquiry.related_numbers,
                "unmapped": inquiry.unmapped,
            }
        return told

    @staticmethod
    def _source(inquiry: Inquiry) -> str:
        from hotline.wording import pair

        return pair(inquiry.source.name_zh, inquiry.source.name_en)

    def caller(self, inquiry: Inquiry) -> dict[str, str] | None:
        """The card, covered; None where there is none or the reader gets none."""
        if self.view not in ("office", "lead") or inquiry.person is None:
            return None
        return covered_card(inquiry.person.party())

    def co_handlers(self) -> list[dict[str, Any]]:
        """The sections that contribute."""
        found = (
            self.ticket.co_handlers.filter(is_active=True).select_related("section", "contributed_by").order_by("id")
        )
        return [
            {
                "section": _section(row.section),
                "asked_at": row.asked_at,
                "opinion": self.text(row.opinion),
                "contributed_at": row.contributed_at,
                "contributed_by": _person(row.contributed_by),
            }
            for row in found
        ]

    def replies(self) -> list[dict[str, Any]]:
        """The replies, the newest last; whoever wrote a text reads it as he wrote it."""
        found = self.ticket.replies.select_related("author", "reviewer", "approver").order_by("no")
        return [self.reply(row) for row in found]

    def reply(self, row: Reply) -> dict[str, Any]:
        """One reply."""
        shown = str if row.author_id == self.actor.user_id else self.hide
        return {
            "no": row.no,
            "is_interim": row.is_interim,
            "state": row.state,
            "state_label": label(ReplyState, row.state),
            "outcome": row.outcome,
            "outcome_label": label(Outcome, row.outcome),
            "public_text": shown(row.public_text),
            "handling": shown(row.handling),
            "promised_on": row.promised_on,
            "disclosure": row.disclosure,
            "disclosure_label": label(Disclosure, row.disclosure),
            "disclosure_ground": shown(row.disclosure_ground),
            "document_no": row.document_no,
            "author": _person(row.author),
            "reviewer": _person(row.reviewer),
            "approver": _person(row.approver),
            "written_at": row.written_at,
            "submitted_at": row.submitted_at,
            "reviewed_at": row.reviewed_at,
            "approved_at": row.approved_at,
            "sent_at": row.sent_at,
            "remark": self.text(row.remark),
        }

    def requests(self) -> list[dict[str, Any]]:
        """What was asked, and each ruling on it."""
        found = self.ticket.requests.select_related("asked_by").prefetch_related("decisions__by").order_by("id")
        return [
            {
                "kind": row.kind,
                "kind_label": label(RequestKind, row.kind),
                "asked_by": _person(row.asked_by),
                "asked_at": row.asked_at,
                "code": row.code,
                "reason": self.text(row.reason),
                "amount": row.amount,
                "until": row.until,
                "review_on": row.review_on,
                "is_open": row.is_open,
                "is_granted": row.is_granted,
                "decisions": [
                    {
                        "by": _person(each.by) if each.by else each.actor,
                        "at": each.at,
                        "is_granted": each.is_granted,
                        "opinion": self.text(each.opinion),
                    }
                    for each in row.decisions.all()
                ],
            }
            for row in found
        ]

    def contacts(self) -> list[dict[str, Any]]:
        """Contacts with the caller; what the office noted of a confidential one is the office's."""
        found = self.ticket.contacts.select_related("by").order_by("contacted_at", "id")
        return [
            {
                "by": _person(row.by),
                "by_office": row.by_office,
                "contacted_at": row.contacted_at,
                "is_reached": row.is_reached,
                "reason": "" if self.is_closed and row.by_office else self.text(row.reason),
                "note": "" if self.is_closed and row.by_office else self.text(row.note),
            }
            for row in found
        ]

    def attachments(self) -> list[dict[str, Any]]:
        """The files that this reader may open."""
        found = self.ticket.attachments.select_related("added_by").order_by("id")
        return [
            {
                "id": row.pk,
                "name": self.text(row.name),
                "role": row.role,
                "state": row.state,
                "size": row.size,
                "sha256": row.sha256,
                "added_by": _person(row.added_by),
                "added_at": row.added_at,
                "trouble": row.trouble,
                "url": f"/api/attachments/{row.pk}",
            }
            for row in found
            if may_open(self.actor, self.ticket, row)
        ]


def may_open(actor: Actor, ticket: Ticket, file: Attachment) -> bool:
    """A file may show the petitioner: on a confidential matter a section opens only what its own people added, and who helps
    or looks on opens no file that came from the source (domain §6)."""
    view = view_of(actor, ticket)
    if view in ("office", "lead"):
        return True
    if ticket.is_confidential:
        own = file.added_by.section_id if file.added_by else None
        return own is not None and own == actor.section_id
    return file.inquiry_id is None and file.role != "matter"


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
