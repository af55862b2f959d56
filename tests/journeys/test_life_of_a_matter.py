"""One hotline matter from the platform's dispatch to its close: signed, contacted, answered, bounced, answered again, redone, closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.journeys.office import Office
from tickets.actions import handling, intake, ledger, replies, routing
from tickets.domain.actors import platform
from tickets.domain.messages import Happening
from tickets.domain.states import Action, State, UnableToMove
from tickets.domain.words import ClockKind, Side
from tickets.models import Attachment, Notice, Ticket
from tickets.queries import dossier, journal

pytestmark = pytest.mark.everywhere

TEXT = "您好，您反映的夜间施工问题已核实，施工单位已调整作业时间，感谢监督。"


def answer(office: Office, ticket: Ticket, text: str = TEXT) -> None:
    """From in progress to sent, by the four people it takes."""
    handling.contact(ticket=ticket, actor=office.handler, now=office.now, reached=True, note="已电话联系")
    replies.draft(
        ticket=ticket,
        actor=office.handler,
        now=office.now,
        outcome="solved",
        public_text=text,
        handling="现场核查并整改",
    )
    replies.submit(ticket=ticket, actor=office.handler, now=office.now)
    replies.review(ticket=ticket, actor=office.chief, now=office.now, passed=True)
    replies.approve(ticket=ticket, actor=office.dispatcher, now=office.now)
    replies.send(ticket=ticket, actor=office.dispatcher, now=office.now)


def state(ticket: Ticket) -> str:
    return Ticket.objects.values_list("state", flat=True).get(pk=ticket.pk)


def test_the_whole_life(office: Office) -> None:
    ticket = office.dispatched()
    assert state(ticket) == State.DISPATCHED
    assert "噪声" in ticket.route_reason
    office.wait(hours=1)
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    answer(office, ticket)
    assert state(ticket) == State.SENT
    assert [row.telling for row in ticket.outbox.order_by("id")] == ["sign", "contact", "reply"]

    office.wait(days=1)
    office.happens(ticket, Happening.BOUNCED, version=10, reasons=["公开答复有错别字"])
    assert state(ticket) == State.IN_PROGRESS
    answer(office, ticket, TEXT + "（更正）")
    office.happens(ticket, Happening.ACCEPTED, version=12)
    assert state(ticket) == State.FOLLOW_UP
    office.happens(ticket, Happening.RATED, version=13, reached=True, solved=False, satisfaction=4)
    office.happens(ticket, Happening.REDO, version=14, redo_no=1, reason="群众不满意")
    assert state(ticket) == State.IN_PROGRESS
    answer(office, ticket, TEXT + "（重办）")
    office.happens(ticket, Happening.CLOSED, version=20)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.redo_count, ticket.bounce_count) == (State.CLOSED, 1, 1)
    assert not ticket.timers.filter(run="running").exists()
    inquiry = ticket.inquiries.get()
    assert (inquiry.reply_count, inquiry.redo_no, inquiry.satisfaction) == (3, 1, 4)
    codes = [entry.code for entry in dossier.story(ticket) if entry.kind == "act"]
    assert (
        codes.index("receive")
        < codes.index("sign")
        < codes.index("bounce")
        < codes.index("redo")
        < codes.index("close")
    )


def test_the_journal_of_a_life_verifies(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    answer(office, ticket)
    ticket.refresh_from_db()
    assert ticket.journal_seq == ticket.events.count()
    journal._check_chains()
    journal._check_tickets()


def test_every_change_has_history_with_actor_moment_and_reason(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    answer(office, ticket)
    rows = list(ticket.history.order_by("history_id"))
    assert len(rows) == Ticket.objects.get(pk=ticket.pk).version
    signed = next(row for row in rows if row.history_change_reason.startswith(Action.SIGN))
    assert (signed.history_user_id, signed.history_date) == (office.handler.user_id, office.now)
    assert "system" in rows[1].history_change_reason


def test_nobody_passes_a_text_he_wrote(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.chief, now=office.now)
    handling.contact(ticket=ticket, actor=office.chief, now=office.now, reached=True)
    replies.draft(
        ticket=ticket, actor=office.chief, now=office.now, outcome="solved", public_text=TEXT, handling="已整改"
    )
    replies.submit(ticket=ticket, actor=office.chief, now=office.now)
    with pytest.raises(UnableToMove) as refusal:
        replies.review(ticket=ticket, actor=office.chief, now=office.now, passed=True)
    assert refusal.value.code == "own_text"
    assert state(ticket) == State.FIRST_REVIEW


def test_cannot_be_solved_needs_a_leader(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    handling.contact(ticket=ticket, actor=office.handler, now=office.now, reached=True)
    replies.draft(
        ticket=ticket, actor=office.handler, now=office.now, outcome="explained", public_text=TEXT, handling="已解释"
    )
    replies.submit(ticket=ticket, actor=office.handler, now=office.now)
    replies.review(ticket=ticket, actor=office.chief, now=office.now, passed=True)
    with pytest.raises(UnableToMove) as refusal:
        replies.approve(ticket=ticket, actor=office.dispatcher, now=office.now)
    assert refusal.value.code == "leader"
    replies.approve(ticket=ticket, actor=office.leader, now=office.now)
    assert state(ticket) == State.APPROVED


def test_a_reply_without_contact_is_stopped_before_the_platform_bounces_it(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    replies.draft(
        ticket=ticket, actor=office.handler, now=office.now, outcome="solved", public_text=TEXT, handling="已整改"
    )
    with pytest.raises(UnableToMove) as refusal:
        replies.submit(ticket=ticket, actor=office.handler, now=office.now)
    assert refusal.value.facts["field"] == "contact"


def test_an_older_event_never_undoes_a_newer_one(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    answer(office, ticket)
    office.happens(ticket, Happening.CLOSED, version=20)
    late = office.happens(ticket, Happening.BOUNCED, version=11, reasons=["错别字"])
    assert late.result == "old"
    assert state(ticket) == State.CLOSED


def test_what_the_table_refuses_is_kept_for_the_office(office: Office) -> None:
    ticket = office.dispatched()
    refused = office.happens(ticket, Happening.RETURN_DECIDED, agreed=True)
    assert refused.result == "refused"
    kept = ticket.inquiries.get().exchanges.get(happening="return_decided")
    assert not kept.is_applied
    assert kept.trouble
    assert state(ticket) == State.DISPATCHED


def test_clocks_end_with_their_act(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    answer(office, ticket)
    assert not ticket.timers.filter(kind=ClockKind.REPLY, run="running").exists()
    assert ticket.timers.filter(kind=ClockKind.SIGN, side=Side.OUTER, run="met").exists()


def test_a_stale_version_is_told_who_changed_what(office: Office) -> None:
    ticket = office.dispatched()
    seen = ticket.version
    handling.chase(ticket=ticket, actor=office.dispatcher, now=office.now, content="请尽快")
    with pytest.raises(UnableToMove) as refusal:
        handling.sign(ticket=ticket, actor=office.handler, now=office.now, expected_version=seen)
    assert refusal.value.code == "version"
    assert refusal.value.facts["last_action"] == "chase"
    assert refusal.value.facts["last_actor"] == f"user:{office.dispatcher.user_id}"


def test_nobody_is_overtaken_by_a_machine(office: Office) -> None:
    """What beats, platforms and the caller himself leave in the journal is nobody's edit."""
    ticket = office.dispatched()
    handling.chase(ticket=ticket, actor=office.dispatcher, now=office.now, content="请尽快")
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    for action in ("delivered", "clock_due", "clock_escalated", "looked_up", "rated_online", "file_refused"):
        ledger.note(ticket=ledger.lock(ticket.pk), action=action, actor=platform("hotline"), now=office.now, refs={})
    assert ledger.stale(ledger.lock(ticket.pk), 1).facts["last_action"] == "sign"
    handling.unsign(ticket=ticket, actor=office.handler, now=office.now)
    assert state(ticket) == State.DISPATCHED


def test_a_reply_takes_the_ticked_files_and_no_others(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    first, second, theirs, late = (
        Attachment.objects.create(ticket=ticket, name=f"样例{no}.jpg", role=role, state=state_, added_at=office.now)
        for no, (role, state_) in enumerate(
            [("photo", "stored"), ("handling", "stored"), ("matter", "stored"), ("photo", "waiting")]
        )
    )
    told = {"ticket": ticket, "actor": office.handler, "now": office.now, "outcome": "solved", "public_text": TEXT}
    reply = replies.draft(**told, attachments=[each.pk for each in (first, second, theirs, late)])
    assert set(reply.attachments.all()) == {first, second}, "not the source's own, not what is not here yet"
    assert replies.draft(**told, attachments=[second.pk]) == reply
    assert set(reply.attachments.all()) == {second}, "what was unticked is not sent"


def test_recall_and_dispatch_to_another_section(office: Office) -> None:
    ticket = office.dispatched()
    routing.recall(ticket=ticket, actor=office.dispatcher, now=office.now, reason="派错科室")
    routing.dispatch(
        ticket=ticket, section=office.sections["roads"], actor=office.dispatcher, now=office.now, reason="道路"
    )
    ticket.refresh_from_db()
    assert (ticket.state, ticket.section_id) == (State.DISPATCHED, office.sections["roads"].pk)
    handling.sign(ticket=ticket, actor=office.stranger, now=office.now)


def test_the_callers_number_never_stands_in_a_public_reply(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    with pytest.raises(UnableToMove) as refusal:
        answer(office, ticket, TEXT + "已致电19900001234。")
    assert (refusal.value.code, refusal.value.facts["field"]) == ("personal_data", "public_text")


def test_what_the_office_corrected_the_source_does_not_undo(office: Office) -> None:
    """The source's later word changes the other facts; on the corrected one the office is told, and both stay on record."""
    ticket = office.dispatched(number="260302091200000171")
    handling.amend(
        ticket=ticket, actor=office.clerk, now=office.now, facts={"place": "样例路 18 号"}, reason="电话核实"
    )
    news = {"place": "样例路西头", "title": "样例路夜间噪声，请求处理"}
    again = office.incoming(number="260302091200000171", version=2, **news)
    again = replace(again, happening=Happening.UPDATED)
    intake.receive(incoming=again, actor=platform("hotline"), now=office.now)
    ticket.refresh_from_db()
    assert (ticket.place, ticket.title) == ("样例路 18 号", "样例路夜间噪声，请求处理")
    told = Notice.objects.get(kind="source_differs")
    assert (told.role, told.facts) == ("dispatcher", {"fields": ["place"]})


def test_a_refusal_by_state_names_what_is_open_to_this_person(office: Office) -> None:
    ticket = office.dispatched()
    handling.sign(ticket=ticket, actor=office.handler, now=office.now)
    with pytest.raises(UnableToMove) as refusal:
        replies.send(ticket=ticket, actor=office.dispatcher, now=office.now)
    assert refusal.value.code == "state"
    assert "办理中" in refusal.value.zh
    assert Action.CHASE in refusal.value.possible
    assert Action.DRAFT not in refusal.value.possible
