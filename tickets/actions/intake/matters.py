"""A matter becomes an inquiry with its ticket: new, or joined on certainty only (likeness is a suggestion of queries.duplicates)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tickets import signals
from tickets.domain.actors import SYSTEM, Actor
from tickets.domain.chain import sha256
from tickets.domain.messages import FileRef, Incoming, Matter
from tickets.domain.routing import Facts
from tickets.domain.states import OVER, Action, State
from tickets.domain.words import Role
from tickets.models import Attachment, FileState, Inquiry, Person, Project, Ticket, numbering

from .. import handling, ledger, notices, outbox, routing, timers
from .checks import UnableToReceiveError, first_line, is_anonymous
from .limits import stated

MOST_FILES = 10


def open_inquiry(*, incoming: Incoming, actor: Actor, now: datetime) -> tuple[Inquiry, str]:
    """Make the inquiry and find or make its ticket. Returns ('ticket' or 'joined')."""
    matter = _matter(incoming)
    known = _certain(incoming, matter)
    if known is None:
        return _new_ticket(incoming, matter, actor, now), "ticket"
    ticket = ledger.lock(known.pk)
    inquiry = _inquiry(ticket, incoming, matter, actor, now)
    ledger.note(ticket=ticket, action="join", actor=actor, now=now, refs={"inquiry": str(inquiry)})
    outbox.supersede(inquiry=inquiry)
    works = _works(ticket)
    if works[-1].stage in OVER:
        handling.register_again(ticket=works[-1], actor=actor, now=now, reason=f"第{inquiry.round}轮派单")
        works = _works(ticket)
    _close_to_others(matter, works, actor, now)
    timers.start_outer(inquiry=inquiry, now=now)
    return inquiry, "joined"


def _works(ticket: Ticket) -> list[Ticket]:
    """The ticket and, of a merged one, the ticket that does its work, locked and fresh."""
    ticket = ledger.lock(ticket.pk)
    return [ticket] if ticket.parent_id is None else [ticket, ledger.lock(ticket.parent_id)]


def _close_to_others(matter: Matter, tickets: Iterable[Ticket], actor: Actor, now: datetime) -> bool:
    """What the source calls confidential, or a report, is so from now on, in whichever round it says it; whether that is new."""
    is_closed = matter.is_confidential or matter.is_report
    open_ = [each for each in tickets if is_closed and not each.is_confidential and each.state != State.ARCHIVED]
    for ticket in open_:
        ledger.move(
            ticket=ticket, action=Action.AMEND, actor=actor, now=now, changes={"is_confidential": True},
            refs={"is_confidential": True}, reason="confidential by the source",
        )  # fmt: skip
    return bool(open_)


def _matter(incoming: Incoming) -> Matter:
    if incoming.matter is None:
        raise UnableToReceiveError("matter", "缺少诉求内容。", "The matter is missing.")
    return incoming.matter


def _certain(incoming: Incoming, matter: Matter) -> Ticket | None:
    """The same (source, number) in an earlier round, or our own number coming back: nothing else joins by itself."""
    earlier = (
        Inquiry.objects.filter(source_id=incoming.source, number=incoming.number)
        .select_related("ticket")
        .order_by("-round")
        .first()
    )
    if earlier is not None:
        return earlier.ticket
    if matter.local_reference:
        return Ticket.objects.filter(number=matter.local_reference).first()
    return None


def _new_ticket(incoming: Incoming, matter: Matter, actor: Actor, now: datetime) -> Inquiry:
    decision, dispatches = routing.decide(facts=facts_of(incoming, matter), now=now)
    ticket = _ticket(incoming, matter, now)
    ticket.proposed_section_id, ticket.route_reason = decision.section_id, decision.reason_zh[:300]
    refs = {"source": incoming.source, "inquiry": f"{incoming.number}#{incoming.round}", "rule": decision.rule_id}
    ledger.open_ticket(ticket=ticket, actor=actor, now=now, refs=refs)
    inquiry = _inquiry(ticket, incoming, matter, actor, now)
    timers.start_outer(inquiry=inquiry, now=now, ticket=ticket)
    section = ticket.proposed_section
    if section is not None and dispatches and not ticket.is_confidential and not incoming.holds:
        others = type(section).objects.filter(pk__in=decision.co_section_ids, is_active=True)
        routing.dispatch(
            ticket=ticket, section=section, actor=SYSTEM, now=now, co_sections=others, reason=decision.reason_zh[:300]
        )
    return inquiry


def facts_of(incoming: Incoming, matter: Matter) -> Facts:
    """What the routing rules look at."""
    return Facts(
        incoming.channel,
        matter.type,
        matter.urgency,
        first_line(matter),
        matter.content,
        matter.category,
        matter.area_code,
        matter.place,
        matter.project,
    )


def _ticket(incoming: Incoming, matter: Matter, now: datetime) -> Ticket:
    pk = numbering.allocate(Ticket)[0]
    return Ticket(
        id=pk,
        number=numbering.ticket_number(incoming.channel, pk, now),
        channel=incoming.channel.value,
        registered_at=now,
        is_confidential=matter.is_confidential or matter.is_report,
        is_supervised=matter.is_supervised,
        project=_project(matter),
        **ticket_facts(matter),
    )


def ticket_facts(matter: Matter) -> dict[str, Any]:
    """The facts of the matter that the ticket holds itself."""
    return {
        "title": first_line(matter),
        "content": matter.content.strip() or matter.title.strip(),
        "type": matter.type.value,
        "category": matter.category[:120],
        "urgency": matter.urgency.value,
        "area_code": matter.area_code[:12],
        "place": matter.place[:200],
    }


def _project(matter: Matter) -> Project | None:
    if not matter.project:
        return None
    return Project.objects.filter(name=matter.project, is_active=True).first()


def _inquiry(ticket: Ticket, incoming: Incoming, matter: Matter, actor: Actor, now: datetime) -> Inquiry:
    inquiry = Inquiry(
        ticket=ticket,
        source_id=incoming.source,
        channel=incoming.channel.value,
        number=incoming.number,
        round=incoming.round,
        version=incoming.version,
        redo_no=incoming.redo_no,
        outer_state=incoming.outer_state,
        received_at=now,
        lookup_code=numbering.lookup_code(),
        local_reference=matter.local_reference,
        inbox_id=incoming.inbox_id,
        taken_by_id=actor.user_id,
        unmapped=list(incoming.unmapped),
        **inquiry_facts(matter, incoming, now),
    )
    if matter.party:
        inquiry.person = _person(matter, now)
    ledger.save_with_history(inquiry, actor=actor, now=now, reason="received")
    _files(ticket, inquiry, matter.files, now)
    return inquiry


def inquiry_facts(matter: Matter, incoming: Incoming, now: datetime) -> dict[str, Any]:
    """The facts of the matter that hang on the inquiry: the source's deadlines among them, kept as given."""
    limits = stated(incoming, matter.limits, matter.dispatched_at or now)
    return {
        "is_anonymous": is_anonymous(matter),
        "needs_reply": matter.needs_reply,
        "must_handle": matter.must_handle,
        "source_type": matter.source_type[:40],
        "way": matter.way.value if matter.way else "",
        "related_numbers": list(matter.related_numbers),
        "called_at": matter.called_at,
        "dispatched_at": matter.dispatched_at or now,
        "confirmed_at": matter.confirmed_at,
        **limits,
    }


def _person(matter: Matter, now: datetime) -> Person:
    person = Person(created_at=now)
    person.fill(matter.party)
    person.save()
    return person


def _files(ticket: Ticket, inquiry: Inquiry, files: tuple[FileRef, ...], now: datetime) -> None:
    rows = [Attachment(ticket=ticket, inquiry=inquiry, **facts) for facts in file_facts(files, now)]
    if not rows:
        return
    Attachment.objects.bulk_create(rows, ignore_conflicts=True)
    source = inquiry.source_id
    transaction.on_commit(lambda: signals.files_waiting.send(Attachment, source=source))


def file_facts(files: Sequence[FileRef], now: datetime) -> list[dict[str, Any]]:
    """The source's files as attachments: their bytes are fetched later; more than the wire allows are shown as not taken."""
    return [
        {
            "name": file.name[:200] or "附件",
            "size": file.size or 0,
            "sha256": file.sha256[:64],
            "source_ref": (file.ref or file.name)[:120],
            "source_url": file.url[:500],
            "added_at": now,
            "state": (FileState.WAITING if place < MOST_FILES else FileState.REFUSED).value,
            "trouble": "" if place < MOST_FILES else f"每件最多 {MOST_FILES} 个附件",
        }
        for place, file in enumerate(files)
    ]


def update(*, inquiry: Inquiry, incoming: Incoming, actor: Actor, now: datetime) -> tuple[str, list[str]]:
    """What the source says anew of the same (number, round): a newer version amends, an older one never overwrites.

    Returns what became of it, and the facts that stay as our people corrected them though the source says otherwise.
    """
    matter = _matter(incoming)
    if incoming.version < inquiry.version:
        return "old", []
    changed = {
        name: value for name, value in inquiry_facts(matter, incoming, now).items() if getattr(inquiry, name) != value
    }
    if matter.dispatched_at is None:
        changed.pop("dispatched_at", None)
    limits_moved = any(name.startswith("limit_") for name in changed)
    ticket_changed, kept = _amend_ticket(inquiry, matter, actor, now)
    person_changed = _amend_person(inquiry, matter, now)
    _files(inquiry.ticket, inquiry, matter.files, now)
    newer = incoming.version > inquiry.version or incoming.outer_state != inquiry.outer_state
    inquiry.version, inquiry.outer_state = incoming.version, incoming.outer_state or inquiry.outer_state
    for name, value in changed.items():
        setattr(inquiry, name, value)
    if changed or newer or person_changed:
        ledger.save_with_history(inquiry, actor=actor, now=now, reason="updated by the source")
    if limits_moved:
        timers.limits_changed(inquiry=inquiry, now=now)
    return "updated" if changed or ticket_changed or person_changed else "calm", kept


def _amend_ticket(inquiry: Inquiry, matter: Matter, actor: Actor, now: datetime) -> tuple[bool, list[str]]:
    works = _works(inquiry.ticket)
    is_closed, ticket = _close_to_others(matter, works, actor, now), works[0]
    inquiry.ticket = ticket
    changes = {name: value for name, value in ticket_facts(matter).items() if getattr(ticket, name) != value}
    if not changes or ticket.state == State.ARCHIVED:
        return is_closed, []
    if ticket.inquiries.count() > 1:
        _tell_difference(ticket, inquiry, sorted(changes), now)
        return is_closed, []
    kept = sorted(_corrected(ticket) & changes.keys()) if actor.user_id is None else []
    if kept:
        _tell_difference(ticket, inquiry, kept, now)
        changes = {name: value for name, value in changes.items() if name not in kept}
    if not changes:
        return is_closed, kept
    refs = {name: [sha256(str(getattr(ticket, name)))[:16], sha256(str(value))[:16]] for name, value in changes.items()}
    ledger.move(
        ticket=ticket,
        action=Action.AMEND,
        actor=actor,
        now=now,
        changes=changes,
        refs=refs,
        reason="updated by the source" if actor.user_id is None else "登记更正",
    )
    return True, kept


def _corrected(ticket: Ticket) -> set[str]:
    """The facts a person of ours has corrected: the source's word does not undo that."""
    acts = ticket.events.filter(action=Action.AMEND.value, user_id__isnull=False).values_list("payload", flat=True)
    return {name for payload in acts for name in json.loads(payload)["refs"]}


def _tell_difference(ticket: Ticket, inquiry: Inquiry, names: Sequence[str], now: datetime) -> None:
    key = f"differs:{inquiry.pk}:{inquiry.version}:{','.join(names)}"
    notices.tell(
        key=key, kind="source_differs", role=Role.DISPATCHER, now=now, ticket=ticket, facts={"fields": list(names)}
    )


def _amend_person(inquiry: Inquiry, matter: Matter, now: datetime) -> bool:
    if not matter.party:
        return False
    if inquiry.person is None:
        inquiry.person = _person(matter, now)
        return True
    if inquiry.person.erased_at is not None or inquiry.person.party() == matter.party:
        return False
    inquiry.person.fill(matter.party)
    inquiry.person.save()
    return True
