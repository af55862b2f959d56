"""Every act of a person as a row: the action of the table, the fields it takes, the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets.actions import handling, ledger, replies, routing
from tickets.domain.actors import Actor
from tickets.domain.states import Action
from tickets.models import Inquiry, Section, Ticket
from tickets.queries import inquiries

from . import forms
from .fields import Misread, Strict

A = Action
Do = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Act:
    """``do`` takes ticket, actor, now, expected_version and the form's values by name. ``adds``: it only adds to the ticket,
    so that ``If-Match: *`` may stand for "whatever the version". ``reads``: it changes nothing and needs no If-Match."""

    form: type[Strict]
    do: Do
    adds: bool = False
    reads: bool = False


def _expecting(do: Do) -> Do:
    """For an action that does not compare versions itself."""

    def checked(*, ticket: Ticket, expected_version: int | None, **given: Any) -> Any:
        with transaction.atomic():
            return do(ticket=ledger.lock(ticket.pk, expected_version), **given)

    return checked


def _sections(*codes: str, field: str) -> list[Section]:
    found = {section.code: section for section in Section.objects.filter(code__in=codes, is_active=True)}
    missing = [code for code in codes if code not in found]
    if missing:
        raise Misread((field, _("There is no such section: %s") % ", ".join(missing)))
    return [found[code] for code in codes]


def _dispatch(*, section: str, co_sections: list[str], **given: Any) -> Any:
    lead = _sections(section, field="section")[0]
    return routing.dispatch(section=lead, co_sections=_sections(*co_sections, field="co_sections"), **given)


def _merge(*, into: str, **given: Any) -> Any:
    parent = Ticket.objects.filter(number=into).first()
    if parent is None:
        raise Misread(("into", _("There is no ticket with this number.")))
    return handling.merge(into=parent, **given)


def _transfer(*, handler: str, ticket: Ticket, **given: Any) -> Any:
    from hotline.models import User

    found = User.objects.filter(username=handler).values_list("pk", flat=True).first() if handler else None
    return handling.transfer(ticket=ticket, handler_id=(found or 0) if handler else None, **given)


def _draft(*, ticket: Ticket, attachments: list[int], **given: Any) -> Any:
    forms.check_attachments(ticket.pk, attachments)
    return replies.draft(ticket=ticket, attachments=attachments, **given)


def _of_ticket(ticket: Ticket, inquiry_id: int | None) -> Inquiry | None:
    if inquiry_id is None:
        return None
    found = inquiries.of(ticket).filter(pk=inquiry_id).first()
    if found is None:
        raise Misread(("inquiry", _("This inquiry does not belong to the ticket.")))
    return found


def _accept(*, ticket: Ticket, inquiry: int | None, **given: Any) -> Any:
    waiting = [each for each in inquiries.live(ticket) if each.accepted_at is None] or inquiries.live(ticket)
    chosen = _of_ticket(ticket, inquiry) or next(iter(waiting), None)
    if chosen is None:
        raise Misread(("inquiry", _("No inquiry of this ticket waits for acceptance.")))
    return handling.accept(ticket=ticket, inquiry=chosen, **given)


def _with_inquiry(do: Do, *, ticket: Ticket, inquiry: int | None, **given: Any) -> Any:
    return do(ticket=ticket, inquiry=_of_ticket(ticket, inquiry), **given)


def _amend(
    *, reason: str, ticket: Ticket, actor: Actor, now: datetime, expected_version: int | None, **facts: Any
) -> Any:
    return handling.amend(
        ticket=ticket, actor=actor, now=now, facts=facts, reason=reason, expected_version=expected_version
    )


def _read_person(*, expected_version: int | None, **given: Any) -> Any:
    del expected_version  # reading needs no version
    return handling.read_person(**given)


ACTS: Mapping[Action, Act] = {
    A.DISPATCH: Act(forms.Dispatch, _dispatch),
    A.ANSWER_DIRECTLY: Act(forms.DirectAnswer, handling.answer_directly),
    A.REJECT: Act(forms.Reject, handling.reject),
    A.MERGE: Act(forms.Merge, _merge),
    A.UNMERGE: Act(forms.Reason, handling.unmerge),
    A.ASK_OUTWARD_RETURN: Act(forms.AskOutwardReturn, handling.ask_outward_return),
    A.SIGN: Act(forms.Nothing, handling.sign),
    A.UNSIGN: Act(forms.Nothing, handling.unsign),
    A.RECALL: Act(forms.NeededReason, routing.recall),
    A.ASK_SECTION_RETURN: Act(forms.AskReturn, handling.ask_section_return),
    A.GRANT_SECTION_RETURN: Act(forms.Opinion, handling.grant_section_return),
    A.REFUSE_SECTION_RETURN: Act(forms.NeededOpinion, handling.refuse_section_return),
    A.CONTACT: Act(forms.Contact, partial(_with_inquiry, handling.contact), adds=True),
    A.ASK_INFORMATION: Act(forms.StillNeeded, handling.ask_information),
    A.ASK_CORRECTION: Act(forms.AskCorrection, handling.ask_correction),
    A.PAUSE_CLOCK: Act(forms.PauseClock, handling.pause_clock),
    A.RESUME_CLOCK: Act(forms.ResumeClock, handling.resume_clock),
    A.RECEIVE_INFORMATION: Act(forms.Note, handling.receive_information),
    A.TRANSFER: Act(forms.Transfer, _transfer),
    A.ASK_EXTENSION: Act(forms.AskExtension, partial(_with_inquiry, handling.ask_extension)),
    A.GRANT_EXTENSION: Act(forms.Opinion, partial(handling.decide_extension, granted=True)),
    A.REFUSE_EXTENSION: Act(forms.NeededOpinion, partial(handling.decide_extension, granted=False)),
    A.ASK_SUSPENSION: Act(forms.AskSuspension, handling.ask_suspension),
    A.GRANT_SUSPENSION: Act(forms.Opinion, partial(handling.decide_suspension, granted=True)),
    A.REFUSE_SUSPENSION: Act(forms.NeededOpinion, partial(handling.decide_suspension, granted=False)),
    A.RESUME: Act(forms.Reason, handling.resume),
    A.DRAFT: Act(forms.Draft, _draft),
    A.SUBMIT: Act(forms.Nothing, replies.submit),
    A.PASS_REVIEW: Act(forms.Remark, partial(replies.review, passed=True)),
    A.FAIL_REVIEW: Act(forms.NeededRemark, partial(replies.review, passed=False)),
    A.APPROVE: Act(forms.Remark, partial(replies.approve, passed=True)),
    A.DISAPPROVE: Act(forms.NeededRemark, partial(replies.approve, passed=False)),
    A.SEND: Act(forms.Nothing, replies.send),
    A.INTERIM_REPLY: Act(forms.Interim, replies.interim),
    A.ACCEPT: Act(forms.Accept, _accept),
    A.REDO: Act(forms.Redo, partial(_with_inquiry, handling.redo)),
    A.FOLLOW_UP: Act(forms.FollowUp, partial(_with_inquiry, handling.follow_up)),
    A.CLOSE: Act(forms.Reason, handling.close),
    A.ARCHIVE: Act(forms.Nothing, handling.archive),
    A.TERMINATE: Act(forms.NeededReason, handling.terminate),
    A.WITHDRAW: Act(forms.NeededReason, handling.withdraw),
    A.REOPEN: Act(forms.NeededReason, handling.reopen),
    A.REGISTER_AGAIN: Act(forms.Reason, _expecting(handling.register_again)),
    A.AMEND: Act(forms.Amend, _amend),
    A.CONTRIBUTE: Act(forms.NeededOpinion, handling.contribute, adds=True),
    A.CHASE: Act(forms.Content, handling.chase, adds=True),
    A.SUPERVISE: Act(forms.Content, handling.supervise, adds=True),
    A.INSTRUCT: Act(forms.Content, handling.instruct, adds=True),
    A.ATTACH: Act(forms.Attach, handling.attach, adds=True),
    A.READ_PERSON: Act(forms.NeededReason, _read_person, reads=True),
}
